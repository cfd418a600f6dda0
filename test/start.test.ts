import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTelegram } from '../sandbox/telegram/telegram.ts';
import { readConfig } from '../src/config.ts';
import { LoginRepository } from '../src/db/login-repository.ts';
import { openStorage } from '../src/storage.ts';
import { temporaryDirectory } from './support/database.ts';
import { eventually } from './support/eventually.ts';

const program = (name: string) => join(dirname(import.meta.dirname), name);
const telegram = {
  HOST_ID: 'local',
  TELEGRAM_API_ID: '12',
  TELEGRAM_API_HASH: '0'.repeat(32),
  TELEGRAM_BOT_TOKEN: `1:${'a'.repeat(30)}`,
  // Nothing leaves this machine: nobody listens there.
  TELEGRAM_PROXY: 'socks5://127.0.0.1:1',
  SECRET_KEY: Buffer.alloc(32, 1).toString('base64'),
  SIP_HOST: '127.0.0.1',
  SIP_PORT: '0',
};

/** The data directory of an installation whose chat account is logged in. */
let directory: string;

beforeAll(async () => {
  directory = await temporaryDirectory();
  const double = await startTelegram();
  const session = double.sessionString(double.addUser({ firstName: 'Telephone' }).id);
  await double.close();
  const storage = await openStorage(readConfig(telegram), directory);
  await new LoginRepository(storage.database, storage.box).keep('local', { session });
  await storage.close();
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function run(file: string, environment: NodeJS.ProcessEnv, cwd = directory): ChildProcess & { said: Promise<string> } {
  const child = spawn(process.execPath, [program(file)], {
    cwd,
    env: { PATH: process.env.PATH, DATA_DIR: directory, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = Promise.all([text(child.stdout), text(child.stderr)]).then((both) => both.join(''));
  return Object.assign(child, { said });
}

/** Database servers on files below this directory; one that has ended has no arguments. */
const servers = (below: string) =>
  execFileSync('ps', ['-ww', '-eo', 'args='], { encoding: 'utf8', maxBuffer: 2 ** 24 })
    .split('\n')
    .filter((line) => line.includes(`/postgres -D ${below}`));

const noServerIsLeft = (below: string) => eventually(() => expect(servers(below)).toEqual([]));

test.each([
  ['another key', { SECRET_KEY: Buffer.alloc(32, 2).toString('base64') }, /^SECRET_KEY: .* another key/],
  ['an unreadable file', { SIP_TLS_CA: '/nowhere.pem' }, /SIP_TLS_CA: found "\/nowhere.pem", allowed is .*ENOENT/],
  ['a file of something else', { SIP_TLS_CA: import.meta.filename }, /SIP_TLS_CA: found .* allowed is a file of PEM/],
  ['an address of another machine', { SIP_HOST: '192.0.2.1' }, /SIP_HOST: found "192.0.2.1", .*EADDRNOTAVAIL/],
  ['an ICE address of another machine', { ICE_ADDRESSES: '127.0.0.1,192.0.2.1' }, /ICE_ADDRESSES: found "192.0.2.1"/],
])('%s ends the start with a message and leaves no database running', async (_, environment, message) => {
  const service = run('src/main.ts', { ...telegram, ...environment });
  const [code] = await once(service, 'exit');
  const said = await service.said;
  expect(said).toMatch(message);
  expect(said).not.toMatch(/^ {4}at /m);
  expect(code).toBe(1);
  expect(servers(directory)).toEqual([]);
});

test('a port that another program has is named before anything starts', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const said = await run('src/main.ts', { ...telegram, SIP_PORT: String(port) }).said;
  other.close();
  expect(said).toMatch(new RegExp(`SIP_PORT: found ${port}, allowed is a free port .*EADDRINUSE`));
});

test('a data directory that cannot be made is not blamed on the port', async () => {
  const file = join(directory, 'a-file');
  await writeFile(file, '');
  const said = await run('src/main.ts', { ...telegram, DATA_DIR: join(file, 'data') }).said;
  expect(said).toContain('DATA_DIR: found');
  expect(said).not.toContain('SIP_PORT');
});

test('a data directory where nothing can be made is refused, and not tried for ever', async () => {
  const said = await run('src/main.ts', { ...telegram, DATA_DIR: '/proc/siptg/data' }).said;
  expect(said).toContain('DATA_DIR: found "/proc/siptg/data", allowed is a directory that can be written');
});

test('what the sandbox needs is needed by nobody else, and named when it is missing', async () => {
  const hook = `
    import { registerHooks } from 'node:module';
    registerHooks({
      resolve(name, context, next) {
        if (name !== '@roamhq/wrtc') return next(name, context);
        throw Object.assign(new Error('not installed'), { code: 'ERR_MODULE_NOT_FOUND' });
      },
    });`;
  const production = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` };
  const place = join(directory, 'production');
  expect(await run('src/main.ts', { ...production, ...telegram, DATA_DIR: place }).said).toContain(
    'npm run cli -- login',
  );
  expect(await run('src/main.ts', { ...production, DATA_DIR: place }).said).toContain('npm ci --include=dev');
});

test('a service that waits for Telegram in vain is stopped by a signal, and its database with it', async () => {
  const service = run('src/main.ts', telegram);
  await eventually(() => expect(servers(directory)).not.toEqual([]), { timeout: 20_000 });
  service.kill('SIGTERM');
  const [code] = await once(service, 'exit');
  expect(code).toBe(0);
  await noServerIsLeft(directory);
});

test.each([
  ['the service', 'src/main.ts', 'SIGTERM', 0],
  ['the service', 'src/main.ts', 'SIGINT', 0],
  ['the demo', 'scripts/demo.ts', 'SIGINT', 130],
] as const)('%s (%s) that gets %s while it starts leaves no database running', async (_, file, signal, exitCode) => {
  const place = await temporaryDirectory();
  const starting = run(file, { DATA_DIR: join(place, 'data') }, place);
  await eventually(() => expect(servers(place)).not.toEqual([]), { timeout: 20_000 });
  starting.kill(signal);
  const [code] = await once(starting, 'exit');
  expect(code).toBe(exitCode);
  await noServerIsLeft(place);
  await rm(place, { recursive: true, force: true, maxRetries: 5 });
});
