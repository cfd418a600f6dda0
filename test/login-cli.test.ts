import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { startTelegram } from '../sandbox/telegram/telegram.ts';
import { openTelegram } from '../src/adapters/telegram/client/account.ts';
import { type Database, openDatabase } from '../src/db/database.ts';
import { LoginRepository } from '../src/db/login-repository.ts';
import { SecretBox } from '../src/db/secret-box.ts';
import { hostLogin } from '../src/host-login.ts';
import { MemoryMailbox } from './fakes/memory-mailbox.ts';
import { temporaryCluster, temporaryDirectory } from './support/database.ts';
import { eventually } from './support/eventually.ts';
import { stopwatch } from './support/stopwatch.ts';

const program = join(dirname(import.meta.dirname), 'src', 'cli.ts');
const key = Buffer.alloc(32, 1);

let cluster: Awaited<ReturnType<typeof temporaryCluster>>;
let database: Database;
let directory: string;
let logins: LoginRepository;

beforeAll(async () => {
  cluster = await temporaryCluster();
  directory = await temporaryDirectory();
  database = await openDatabase(cluster.url);
  logins = new LoginRepository(database, new SecretBox(key));
});
afterAll(async () => {
  await database?.close();
  await cluster?.stop();
  await rm(directory, { recursive: true, force: true });
});
beforeEach(() => database.fork().execute('delete from login'));

/** The command; its input is a file, or what is typed until it ends. */
async function cli(
  words: readonly string[],
  more: NodeJS.ProcessEnv = {},
  input: { fd?: number; typed?: string } = {},
) {
  const child = spawn(process.execPath, [program, ...words], {
    env: {
      PATH: process.env.PATH,
      DATA_DIR: directory,
      DATABASE_URL: cluster.url,
      TELEGRAM_API_ID: '12',
      TELEGRAM_API_HASH: '0'.repeat(32),
      TELEGRAM_BOT_TOKEN: `1:${'a'.repeat(30)}`,
      SECRET_KEY: key.toString('base64'),
      ...more,
    },
    stdio: [input.fd ?? 'pipe', 'pipe', 'pipe'],
  });
  child.stdin?.on('error', () => {});
  child.stdin?.end(input.typed ?? '');
  if (!child.stdout || !child.stderr) throw new Error('no output');
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code: code as number | null, out, err };
}

async function telegram() {
  const sandbox = await startTelegram();
  onTestFinished(() => sandbox.close());
  const { id } = sandbox.addUser({ firstName: 'Telephone', phone: '15550100' });
  const proxy = { TELEGRAM_PROXY: `socks5://127.0.0.1:${sandbox.socksPort}` };
  const logIn = async (host: string) => {
    const session = sandbox.sessionString(id);
    await logins.keep(host, { session });
    return session;
  };
  /** The host runs, so it does for others what needs a login. */
  const run = async (host: string) => {
    const access = { apiId: 1, apiHash: 'hash', proxy: { host: '127.0.0.1', port: sandbox.socksPort } };
    const log = pino({ level: 'silent' });
    const storage = { database, box: new SecretBox(key), url: cluster.url };
    const login = await hostLogin({ host, storage, telegram: access, log });
    const { session, device } = login;
    const account = await openTelegram({ ...access, session, device, log, mailbox: new MemoryMailbox() });
    onTestFinished(() => account.close());
    onTestFinished(await login.serve(account));
    return account;
  };
  return { sandbox, id, proxy, logIn, run };
}

describe('login', () => {
  /** A Telegram that never says anything, as from behind a firewall. */
  const silent = async () => {
    const server = createServer(() => {}).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    return { TELEGRAM_PROXY: `socks5://127.0.0.1:${(server.address() as { port: number }).port}` };
  };

  test.each(['/dev/null', 'an empty file'])('with %s for a terminal says at once that it needs one', async (input) => {
    const path = input === '/dev/null' ? input : join(directory, 'empty');
    if (path !== input) await writeFile(path, '');
    const file = await open(path);
    onTestFinished(() => file.close());
    // Not even the database is asked.
    const nowhere = { DATABASE_URL: 'postgres://x:x@127.0.0.1:1/x' };
    const { code, err } = await cli(['login'], { ...nowhere, ...(await silent()) }, { fd: file.fd });
    expect([code, err]).toEqual([1, expect.stringContaining('this needs a terminal')]);
  });

  test('whose input ends does not wait for Telegram any longer', async () => {
    const elapsed = stopwatch();
    const { code, err } = await cli(['login'], await silent());
    expect([code, err]).toEqual([1, expect.stringContaining('this needs a terminal')]);
    // That alone may take 30 s.
    expect(elapsed()).toBeLessThan(30_000);
  }, 60_000);

  test('with more words is refused', async () => {
    expect(await cli(['login', 'now'])).toMatchObject({ code: 2, err: expect.stringContaining('found "now"') });
  });
});

describe('login list', () => {
  test('tells each host’s, and no session', async () => {
    expect((await cli(['login', 'list'])).out).toBe('No host has a login of its own yet.\n');
    await logins.keep('a', { session: 'very-secret' });
    await logins.keep('b.example', { session: 'very-secret', authorization: '-77' });
    const { out } = await cli(['login', 'list']);
    expect(out).toMatch(
      /^a {2}ready {2}since 2\S+Z {2}authorization not known yet\nb\.example {2}ready {2}since 2\S+Z {2}authorization -77\n$/,
    );
  });
});

describe('login revoke', () => {
  test('has another host end it; that host’s own client is out', async () => {
    const { sandbox, id, proxy, logIn, run } = await telegram();
    await logIn('a');
    await logIn('b');
    const [, b] = [await run('a'), await run('b')];
    expect(await cli(['login', 'revoke', 'b'], proxy)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Revoked the login of b\. Another host ended it\./),
    });
    expect((await logins.hosts()).map(({ host }) => host)).toEqual(['a']);
    await eventually(() => expect(b.state).toBe('login lost'), { timeout: 15_000 });
    expect(sandbox.mtproto.sessionsOf(id).length).toBeGreaterThan(0);
  });

  test('of the last one is refused, and nothing happens to it; with --last it logs itself out', async () => {
    const { sandbox, id, proxy, logIn } = await telegram();
    const session = await logIn('a');
    const refused = await cli(['login', 'revoke', 'a'], proxy);
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('a has the last login') });
    expect(refused.err).toContain('--last');
    expect(await logins.session('a')).toBe(session);
    expect(sandbox.mtproto.loginsOf(id)).toHaveLength(1);
    expect(await cli(['login', 'revoke', 'a', '--last'], proxy)).toMatchObject({
      code: 0,
      out: expect.stringContaining('it logged itself out'),
    });
    expect(await logins.hosts()).toEqual([]);
    expect(sandbox.mtproto.loginsOf(id)).toEqual([]);
  });

  test('of one that Telegram does not accept any more removes it', async () => {
    const { sandbox, id, proxy, logIn } = await telegram();
    await logIn('a');
    sandbox.mtproto.revoke(id);
    expect(await cli(['login', 'revoke', 'a', '--last'], proxy)).toMatchObject({ code: 0 });
    expect(await logins.hosts()).toEqual([]);
  });

  test.each([
    [['x'], 'host x has no login'],
    [[], 'host: found "", allowed is'],
    [['a', '--lsat'], 'found "--lsat", allowed is --last'],
  ])('%j is refused in words', async (words, trouble) => {
    const { code, err } = await cli(['login', 'revoke', ...words]);
    expect([code, err]).toEqual([2, expect.stringContaining(trouble)]);
    expect(err).not.toContain('    at ');
  });
});
