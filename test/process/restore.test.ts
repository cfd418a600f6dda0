import { execFileSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openJobs } from '../../src/adapters/jobs/jobs.ts';
import { readConfig } from '../../src/config.ts';
import { LineRepository } from '../../src/db/line-repository.ts';
import { LoginRepository } from '../../src/db/login-repository.ts';
import { UserId } from '../../src/machines/model/ids.ts';
import { openStorage, type Storage } from '../../src/storage.ts';
import { hasPostgresql, type Postgresql, postgresqlTool, startPostgresql } from '../peers/postgresql.ts';
import { freePort } from '../peers/program.ts';
import { processesOn, Running, reachableDirectory } from './support/running.ts';

const live = {
  HOST_ID: 'local',
  TELEGRAM_API_ID: '12',
  TELEGRAM_API_HASH: '0'.repeat(32),
  TELEGRAM_BOT_TOKEN: `12:${'a'.repeat(30)}`,
  // Nobody listens there.
  TELEGRAM_PROXY: 'socks5://127.0.0.1:1',
  SIP_HOST: '127.0.0.1',
  SIP_PORT: '0',
  HEALTH_PORT: '0',
};
const key = Buffer.alloc(32, 1).toString('base64');
const otherKey = Buffer.alloc(32, 2).toString('base64');
const password = 'correct-horse-battery';
const session = `1${'Q'.repeat(350)}=`;

let directory: Awaited<ReturnType<typeof reachableDirectory>>;
beforeAll(async () => {
  directory = await reachableDirectory();
});
afterAll(() => directory?.remove());

/** What an installation holds after some days. */
async function fill(storage: Storage): Promise<void> {
  await new LoginRepository(storage.database, storage.box).keep('local', { session });
  await new LineRepository(storage.database, storage.box).add({
    name: 'Office',
    owner: UserId('7'),
    login: '100',
    password,
    domain: 'pbx.test',
    proxy: '',
    transport: 'udp',
    codecs: ['alaw'],
  });
  await storage.database
    .fork()
    .execute(
      `insert into deadline (address, kind, due_at) values ('user/7', 'callback-ring', now() + interval '1 hour')`,
    );
  // The tables of the jobs are in the database, too.
  await (await openJobs({ databaseUrl: storage.url, log: pino({ level: 'silent' }) })).close();
  await storage.close();
}

async function contents(storage: Storage) {
  try {
    const lines = new LineRepository(storage.database, storage.box);
    const settings = await Promise.all((await lines.all()).map(({ id }) => lines.settings(id)));
    return {
      lines: settings.map((line) => [line.login, line.password]),
      login: await new LoginRepository(storage.database, storage.box).session('local'),
      deadlines: await storage.database.fork().execute('select address, kind from deadline'),
    };
  } finally {
    await storage.close();
  }
}
const all = {
  lines: [['100', password]],
  login: session,
  deadlines: [{ address: 'user/7', kind: 'callback-ring' }],
};

/** The start itself, with the data that were restored: it gets as far as Telegram, or says why not. */
async function start(environment: Record<string, string>): Promise<{ code: number | string; output: string }> {
  const service = Running.start('src/main.ts', { ...live, LOG_LEVEL: 'info', ...environment });
  await Promise.race([service.exited, service.prints(/media libraries/).catch(() => {})]);
  service.signal('SIGTERM');
  return { code: await service.exited, output: service.output };
}

describe.skipIf(!hasPostgresql())('a dump of the database, restored into a new one', () => {
  let [before, after]: (Postgresql | undefined)[] = [];
  beforeAll(async () => {
    [before, after] = await Promise.all([startPostgresql(), startPostgresql()]);
    const data = join(directory.path, 'before');
    await fill(await openStorage(readConfig({ DATABASE_URL: before.url, SECRET_KEY: key }), data));
    const file = join(directory.path, 'siptg.dump');
    postgresqlTool('pg_dump', '--format=custom', `--file=${file}`, before.url);
    postgresqlTool('pg_restore', '--no-owner', '--exit-on-error', `--dbname=${after.url}`, file);
  });
  afterAll(async () => {
    await Promise.all([before?.stop(), after?.stop()]);
  });
  const restored = (secretKey: string) => ({ DATABASE_URL: after?.url ?? '', SECRET_KEY: secretKey });

  test('has everything, and with the key its passwords and its login', async () => {
    const storage = await openStorage(readConfig(restored(key)), join(directory.path, 'after'));
    expect(await contents(storage)).toEqual(all);
    const jobs = await openJobs({ databaseUrl: storage.url, log: pino({ level: 'silent' }) });
    await jobs.answers();
    await jobs.close();
    const { code, output } = await start({ ...restored(key), DATA_DIR: join(directory.path, 'after') });
    expect([code, output]).toEqual([0, expect.stringContaining('media libraries')]);
  });

  test('is refused with another key, by name and without a secret', async () => {
    const { code, output } = await start({ ...restored(otherKey), DATA_DIR: join(directory.path, 'after') });
    expect(code).toBe(1);
    expect(output).toMatch(/^SECRET_KEY: .* was sealed with another key: set the key it was stored with$/m);
    for (const secret of [password, session, key, otherKey, 'open-sesame']) expect(output).not.toContain(secret);
    expect(output).not.toMatch(/^ +at /m);
  });

  test.each([
    [
      'a password that is wrong',
      (url: URL) => (url.password = 'wrong'),
      /password authentication failed.*: check user and password/,
    ],
    ['a database that is not there', (url: URL) => (url.pathname = '/nowhere'), /"nowhere" does not exist: create it/],
    [
      'a server that is not there',
      (url: URL) => (url.port = '1'),
      /ECONNREFUSED.*: is the server running, and is this its address\?/,
    ],
    [
      'a name that is none',
      (url: URL) => (url.hostname = 'nowhere.invalid'),
      /nowhere\.invalid.*: is the server running, and is this its address\?/,
    ],
  ])('%s in DATABASE_URL is named with what to do', async (_, spoil, message) => {
    const url = new URL(after?.url ?? '');
    spoil(url);
    const { code, output } = await start({
      DATABASE_URL: url.href,
      SECRET_KEY: key,
      DATA_DIR: join(directory.path, 'x'),
    });
    expect(code).toBe(1);
    expect(output).toMatch(/^DATABASE_URL: the database at \S+ cannot be used: /m);
    expect(output).toMatch(message);
    expect(output).not.toMatch(/open-sesame|^ +at /m);
  });
});

describe('a copy of DATA_DIR, made while the service was stopped', () => {
  const copy = () => join(directory.path, 'copy');
  beforeAll(async () => {
    const original = join(directory.path, 'original');
    await fill(await openStorage(readConfig({}), original));
    // As root, the data belong to another user, and must go on to.
    execFileSync('cp', ['-a', original, copy()]);
    await rm(original, { recursive: true });
  });

  test('has everything, its key among it', async () => {
    expect(await contents(await openStorage(readConfig({}), copy()))).toEqual(all);
    const port = await freePort();
    const { code, output } = await start({ DATA_DIR: copy(), HEALTH_PORT: String(port) });
    expect([code, output]).toEqual([0, expect.stringContaining('media libraries')]);
  });

  test('without its key is refused, and taken once the key is back', async () => {
    const file = join(copy(), 'secret.key');
    const kept = await readFile(file, 'utf8');
    await rm(file);
    const { code, output } = await start({ DATA_DIR: copy() });
    expect(code).toBe(1);
    expect(output).toMatch(/^SECRET_KEY: .* was sealed with another key/m);
    expect(processesOn(directory.path)).toEqual([]);
    await writeFile(file, kept);
    expect(await contents(await openStorage(readConfig({}), copy()))).toEqual(all);
  });
});
