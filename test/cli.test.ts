import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryCluster, temporaryDirectory } from './support/database.ts';

const program = join(dirname(import.meta.dirname), 'src', 'cli.ts');
const telegram = {
  TELEGRAM_API_ID: '12',
  TELEGRAM_API_HASH: '0'.repeat(32),
  TELEGRAM_BOT_TOKEN: `1:${'a'.repeat(30)}`,
  SECRET_KEY: Buffer.alloc(32, 1).toString('base64'),
};
const office = ['line', 'add', '--user', '1001', '--login', '100', '--domain', 'pbx.test', '--name', 'Office'];

let cluster: Awaited<ReturnType<typeof temporaryCluster>>;
let directory: string;

beforeAll(async () => {
  cluster = await temporaryCluster();
  directory = await temporaryDirectory();
});
afterAll(async () => {
  await cluster?.stop();
  await rm(directory, { recursive: true, force: true });
});

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The command with this typed into it; then its input ends. */
async function cli(words: readonly string[], environment: NodeJS.ProcessEnv = {}, typed = ''): Promise<Outcome> {
  const child = spawn(process.execPath, [program, ...words], {
    env: { PATH: process.env.PATH, DATA_DIR: directory, ...environment },
  });
  child.stdin.on('error', () => {}); // It may end without reading.
  child.stdin.end(typed);
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code: code as number | null, out, err };
}

test('a line is added with a password from the input, listed and removed', async () => {
  const environment = { ...telegram, DATABASE_URL: cluster.url };
  const added = await cli(office, environment, 'unique-pass-word\n');
  expect(added).toMatchObject({ code: 0, out: expect.stringMatching(/^Added line Office \([0-9a-f-]{36}\)\.$/m) });
  expect(added.out + added.err).not.toContain('unique-pass-word');
  const listed = await cli(['line', 'list'], environment);
  expect(listed.out).toContain('100@pbx.test/udp  user 1001');
  const id = listed.out.slice(0, 36);
  expect(await cli(['line', 'remove', id], environment)).toMatchObject({ code: 0, out: `Removed line ${id}.\n` });
  expect(await cli(['line', 'remove', id], environment)).toMatchObject({ code: 2 });
});

test('a question that nobody answers ends the command and says what to do', async () => {
  expect(await cli(office, { ...telegram, DATABASE_URL: cluster.url })).toMatchObject({
    code: 1,
    err: expect.stringContaining('SIP_PASSWORD'),
  });
});

test('a line for a sandbox that does not run is refused, for it would be lost', async () => {
  const { code, err } = await cli(office, { SIP_PASSWORD: 'secret' });
  expect(code).toBe(2);
  expect(err).toContain('starts empty each time');
});

test.each([
  [['line', 'add', '--user', 'olga'], '--user: found "olga", allowed is'],
  [['line', 'add', '--passwrod', 'x'], "'--passwrod'"],
  [['line', 'remove', 'x'], 'found "x", allowed is'],
  [['constructor'], 'Usage:'],
  [[], 'Usage:'],
])('%j is refused in words', async (words, trouble) => {
  const { code, err } = await cli(words);
  expect(code).toBe(2);
  expect(err).toContain(trouble);
  expect(err).not.toContain('    at ');
});

test('a database that does not answer is not waited for but named, without its password', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const host = `127.0.0.1:${(silent.address() as { port: number }).port}`;
  const { code, err } = await cli(['line', 'list'], { ...telegram, DATABASE_URL: `postgres://olga:geheim@${host}/x` });
  silent.close();
  expect(code).toBe(1);
  expect(err).toMatch(new RegExp(`^DATABASE_URL: the database at ${host} cannot be used: `));
  expect(err).not.toContain('geheim');
});

test('a DATA_DIR that cannot be written is named', async () => {
  const { code, err } = await cli(['line', 'list'], { ...telegram, DATA_DIR: join(program, 'data') });
  expect(code).toBe(1);
  expect(err).toContain(`DATA_DIR: found "${join(program, 'data')}", allowed is a directory`);
});
