import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { temporaryDirectory } from '../support/database.ts';
import { freePort } from './program.ts';

const programs = '/usr/lib/postgresql';
const newest = (existsSync(programs) ? readdirSync(programs) : [])
  .toSorted((a, b) => Number(a) - Number(b))
  .findLast((version) => existsSync(join(programs, version, 'bin', 'initdb')));

/** Is a PostgreSQL of the operating system there, with its tools? Where tests must be complete (CI=true), it must be. */
export function hasPostgresql(): boolean {
  if (newest === undefined && process.env.CI === 'true')
    throw new Error('PostgreSQL is missing: apt-get install postgresql');
  if (newest === undefined) console.info('skipped: PostgreSQL is not installed (Debian package postgresql)');
  return newest !== undefined;
}

const program = (name: string) => join(programs, newest ?? '', 'bin', name);

/** Runs one of its tools, e.g. `pg_dump`. @throws with what it said */
export const postgresqlTool = (name: string, ...words: readonly string[]): string =>
  execFileSync(program(name), words, { encoding: 'utf8', timeout: 30_000 });

export interface Postgresql {
  /** Of an empty database; a password is needed. */
  readonly url: string;
  stop(): Promise<void>;
}

/** A server of the operating system's PostgreSQL on loopback, as an operator would have one. */
export async function startPostgresql(): Promise<Postgresql> {
  const directory = await temporaryDirectory();
  const owner = unprivileged();
  const [data, passwordFile] = [join(directory, 'data'), join(directory, 'password')];
  await mkdir(data);
  await writeFile(passwordFile, 'open-sesame');
  if (owner) for (const path of [data, passwordFile]) chownSync(path, owner.uid, owner.gid);
  execFileSync(
    program('initdb'),
    ['-D', data, '-A', 'scram-sha-256', '-U', 'siptg', `--pwfile=${passwordFile}`, '--locale=C', '-E', 'UTF8', '-N'],
    { ...owner, stdio: 'pipe' },
  );
  const port = await freePort();
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'];
  const server = spawn(program('postgres'), ['-D', data, ...settings.flatMap((one) => ['-c', one])], {
    ...owner,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(server, 'exit');
  const end = () => server.kill('SIGQUIT');
  process.once('exit', end);
  await new Promise<void>((ready, fail) => {
    createInterface({ input: server.stderr }).on('line', (line) => {
      if (line.includes('ready to accept connections')) ready();
    });
    server.once('exit', (code) => fail(new Error(`postgres ended with ${code}`)));
  });
  return {
    url: `postgres://siptg:open-sesame@127.0.0.1:${port}/postgres`,
    async stop() {
      process.off('exit', end);
      end();
      await exited;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses root. */
function unprivileged(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const [, , uid, gid] = /^(?:postgres):.*$/m.exec(readFileSync('/etc/passwd', 'utf8'))?.[0].split(':') ?? [];
  if (uid === undefined || gid === undefined) throw new Error('there is no user postgres');
  return { uid: Number(uid), gid: Number(gid) };
}
