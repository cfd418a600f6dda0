import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTelegram } from '../../sandbox/telegram/telegram.ts';
import { readConfig } from '../../src/config.ts';
import { LoginRepository } from '../../src/db/login-repository.ts';
import { openStorage } from '../../src/storage.ts';
import { HostilePeer } from '../faults/support/hostile-peer.ts';
import { freePort } from '../peers/program.ts';
import { isTaken, processesOn, Running, reachableDirectory } from './support/running.ts';

const live = {
  HOST_ID: 'local',
  TELEGRAM_API_ID: '12',
  TELEGRAM_API_HASH: '0'.repeat(32),
  TELEGRAM_BOT_TOKEN: `12:${'a'.repeat(30)}`,
};

/** Leaves the data of an installation whose chat account is logged in. */
async function logIn(dataDir: string, ...statements: readonly string[]): Promise<void> {
  const telegram = await startTelegram();
  const session = telegram.sessionString(telegram.addUser({ firstName: 'Telephone' }).id);
  await telegram.close();
  const storage = await openStorage(readConfig({}), dataDir);
  await new LoginRepository(storage.database, storage.box).keep('local', { session });
  for (const statement of statements) await storage.database.fork().execute(statement);
  await storage.close();
}

describe('a start that cannot be', () => {
  let directory: Awaited<ReturnType<typeof reachableDirectory>>;
  beforeEach(async () => {
    directory = await reachableDirectory();
  });
  afterEach(() => directory.remove());

  const start = (environment: Record<string, string>) =>
    Running.toTheEnd('src/main.ts', { DATA_DIR: join(directory.path, 'data'), ...environment });

  test('names every wrong key with what was found and what is allowed, and nothing starts', async () => {
    const file = join(directory.path, 'siptg.json');
    await writeFile(file, JSON.stringify({ SIP_PORT: 99_999, SIP_PROT: 5_060, RTP_PORTS: '1-2', LOG_LEVEL: 'loud' }));
    const { code, output } = await start({ SIPTG_CONFIG: file, LOG_LEVEL: 'debug', DRAIN_SECONDS: ' ' });
    expect(code).toBe(1);
    expect(output.split('\n').map((line) => line.trim())).toEqual([
      'The configuration is wrong:',
      `SIP_PROT: no such key in ${file}: is SIP_PORT meant? See docs/configuration.md`,
      'SIP_PORT: found 99999, allowed is a port, 0 to 65535 (0: any free one)',
      'RTP_PORTS: found "1-2", allowed is a range such as 16384-32767',
      'DRAIN_SECONDS: found " ", allowed is seconds, 0 to 86400',
      '',
    ]);
    expect(existsSync(join(directory.path, 'data'))).toBe(false);
  });

  test('names what only this machine can know: a port in use, an address of others, a file that is none', async () => {
    const other = await HostilePeer.open();
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const healthPort = (listener.address() as AddressInfo).port;
    const another = createServer().listen(0, '127.0.0.1');
    await once(another, 'listening');
    const inspectPort = (another.address() as AddressInfo).port;
    const { code, output } = await start({
      ...live,
      SIP_HOST: '127.0.0.1',
      SIP_PORT: String(other.port),
      ICE_ADDRESSES: '192.0.2.1',
      SIP_TLS_CA: directory.path,
      HOLD_MUSIC: join(directory.path, 'none.wav'),
      PLANS_FILE: join(directory.path, 'none.json'),
      HEALTH_PORT: String(healthPort),
      ...{ INSPECT: '1', INSPECT_PORT: String(inspectPort) },
    });
    await other.close();
    listener.close();
    another.close();
    expect(code).toBe(1);
    expect(output).toContain(`SIP_PORT: found ${other.port}, allowed is a free port`);
    expect(output).toContain(`HEALTH_PORT: found ${healthPort}, allowed is a free port`);
    expect(output).toContain(`INSPECT_PORT: found ${inspectPort}, allowed is a free port`);
    expect(output).toContain('ICE_ADDRESSES: found "192.0.2.1", allowed is');
    expect(output).toContain(`SIP_TLS_CA: found "${directory.path}", allowed is a file of PEM certificates`);
    expect(output).toMatch(/HOLD_MUSIC: found ".*none\.wav", allowed is a WAV file, .*ENOENT/);
    expect(output).toMatch(/PLANS_FILE: found ".*none\.json", allowed is a JSON file of plans/);
    expect(output).not.toMatch(/^ +at /m);
    expect(existsSync(join(directory.path, 'data'))).toBe(false);
  });

  test('lets a Redis that is configured alone in the sandbox, and says so', async () => {
    let connections = 0;
    const redis = createServer(() => void connections++).listen(0, '127.0.0.1');
    await once(redis, 'listening');
    const file = join(directory.path, 'siptg.json');
    const { port } = redis.address() as AddressInfo;
    await writeFile(file, JSON.stringify({ REDIS_URL: `redis://:open-sesame@127.0.0.1:${port}` }));
    const service = Running.start('src/main.ts', { DATA_DIR: join(directory.path, 'data'), SIPTG_CONFIG: file });
    const told = await service.prints(/not used/);
    await service.prints(/You are Olga/);
    service.signal('SIGTERM');
    expect(await service.exited).toBe(0);
    redis.close();
    expect(told).toMatch(/^REDIS_URL: not used, because without TELEGRAM_API_ID the sandbox runs/);
    expect(told).not.toContain('open-sesame');
    expect(connections).toBe(0);
  });

  test('refuses a database of a newer version, says what to do, and starts nothing', async () => {
    const data = join(directory.path, 'data');
    await logIn(data, `insert into mikro_orm_migrations (name, executed_at) values ('2999-01-01-later', now())`);
    const { code, output } = await start({ ...live, SIP_HOST: '127.0.0.1', SIP_PORT: '0' });
    expect(code).toBe(1);
    expect(output).toMatch(
      /^the database at \S+ was set up by a newer version of siptg \(2999-01-01-later\): start that version or a later one, or restore the back-up from before its first start \(docs\/operating\.md\)\n$/,
    );
    expect(processesOn(directory.path)).toEqual([]);
  });

  test('says of a database that does not answer what to do, and not its password', async () => {
    const { code, output } = await start({
      ...live,
      SIP_PORT: '0',
      DATABASE_URL: `postgres://siptg:open-sesame@127.0.0.1:${await freePort()}/siptg`,
      SECRET_KEY: Buffer.alloc(32, 1).toString('base64'),
    });
    expect(code).toBe(1);
    expect(output).toContain('ECONNREFUSED');
    expect(output).not.toContain('open-sesame');
    expect(output).not.toMatch(/^ +at /m);
  });

  test('says of a data directory that is a file that it is none', async () => {
    const file = join(directory.path, 'file');
    await writeFile(file, '');
    const { code, output } = await start({ DATA_DIR: file });
    expect(code).toBe(1);
    expect(output).toContain('DATA_DIR');
    expect(output).toContain(file);
    expect(output).not.toMatch(/^ +at /m);
  });

  test('for want of a login leaves neither a database nor a port', async () => {
    const port = await freePort();
    const { code, output } = await start({ ...live, SIP_HOST: '127.0.0.1', SIP_PORT: String(port) });
    expect(code).toBe(1);
    expect(output).toBe('The chat account is not logged in to Telegram yet: run `npm run cli -- login` once.\n');
    expect(processesOn(directory.path)).toEqual([]);
    expect(isTaken(port)).toBe(false);
  });

  test('is alive and not ready for as long as it waits for Telegram', async () => {
    await logIn(join(directory.path, 'data'));
    const port = await freePort();
    const waiting = Running.start('src/main.ts', {
      ...live,
      DATA_DIR: join(directory.path, 'data'),
      // Nobody listens there.
      TELEGRAM_PROXY: 'socks5://127.0.0.1:1',
      SIP_HOST: '127.0.0.1',
      SIP_PORT: '0',
      HEALTH_PORT: String(port),
    });
    await waiting.prints(/media libraries/);
    const [alive, ready] = await Promise.all(
      ['healthz', 'readyz'].map((page) => fetch(`http://127.0.0.1:${port}/${page}`)),
    );
    expect(alive?.status).toBe(200);
    expect([ready?.status, await ready?.json()]).toEqual([
      503,
      { ready: false, parts: { service: { ok: false, is: 'starting' } } },
    ]);
    waiting.signal('SIGTERM');
    expect(await waiting.exited).toBe(0);
    expect(isTaken(port)).toBe(false);
  });

  test('because somebody interrupts it leaves no database', async () => {
    const program = Running.start('src/main.ts', { DATA_DIR: join(directory.path, 'data') });
    await expect
      .poll(() => processesOn(`${directory.path}/data/sandbox/postgres`).length, { interval: 5, timeout: 10_000 })
      .toBeGreaterThan(0);
    program.signal('SIGTERM');
    expect(await program.exited).toBe(0);
    await expect.poll(() => processesOn(directory.path), { timeout: 10_000 }).toEqual([]);
  });
});
