import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { WrongPlanFile } from '../../src/adapters/plans/plan-file.ts';
import type { Commands } from '../../src/cli/command.ts';
import { lineCommands } from '../../src/cli/line-commands.ts';
import { planCommands } from '../../src/cli/plan-commands.ts';
import { WrongUsage } from '../../src/cli/wrong-usage.ts';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { LineRepository } from '../../src/db/line-repository.ts';
import { PlanRepository } from '../../src/db/plan-repository.ts';
import { SecretBox } from '../../src/db/secret-box.ts';
import { UserRepository } from '../../src/db/user-repository.ts';
import { LineId, UserId } from '../../src/machines/model/ids.ts';
import { temporaryCluster } from '../support/database.ts';

const key = Buffer.alloc(32, 1);
const cli = join(import.meta.dirname, '../../src/cli.ts');
let directory: string;
let cluster: Awaited<ReturnType<typeof temporaryCluster>>;
let database: Database;
let lines: LineRepository;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'siptg-cli-'));
  cluster = await temporaryCluster();
  database = await openDatabase(cluster.url);
  lines = new LineRepository(database, new SecretBox(key));
});
afterAll(async () => {
  await database?.close();
  await cluster?.stop();
  await rm(directory, { recursive: true, force: true });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const { id } of await lines.all()) await lines.remove(id);
});

interface Said {
  readonly code: number;
  readonly out: string;
  readonly trouble: string;
}

const commands: Commands = { ...lineCommands, ...planCommands };

/** A command without the process around it, which takes a second to start. */
async function run([noun = '', verb = '', ...words]: readonly string[]): Promise<Said> {
  const storage = {
    url: cluster.url,
    database,
    box: new SecretBox(key),
    recordings: '',
    close: () => Promise.resolve(),
  };
  try {
    return { code: 0, out: (await (await commands[`${noun} ${verb}`]?.(words))?.(storage)) ?? '', trouble: '' };
  } catch (error) {
    if (!(error instanceof WrongUsage || error instanceof WrongPlanFile)) throw error;
    return { code: error instanceof WrongUsage ? 2 : 1, out: '', trouble: error.message };
  }
}

const runProcess = (words: readonly string[]) =>
  new Promise<Said>((resolve) => {
    const env = {
      PATH: process.env.PATH,
      DATABASE_URL: cluster.url,
      TELEGRAM_API_ID: '1',
      TELEGRAM_API_HASH: 'a'.repeat(32),
      TELEGRAM_BOT_TOKEN: `1:${'a'.repeat(30)}`,
      SECRET_KEY: key.toString('base64'),
      SIP_PASSWORD: 's3cret',
    };
    execFile(process.execPath, [cli, ...words], { env, timeout: 20_000 }, (error, out, trouble) =>
      resolve({ code: error ? Number(error.code) : 0, out: out.trim(), trouble: trouble.trim() }),
    );
  });

async function newLine(): Promise<LineId> {
  vi.stubEnv('SIP_PASSWORD', 's3cret');
  const { out } = await run(['line', 'add', '--user', '1001', '--login', '100', '--domain', 'pbx.test']);
  return LineId(/\(([0-9a-f-]{36})\)/.exec(out)?.[1] ?? '');
}

test('an account that a line has is not given to another, whoever has it; one at another server is', async () => {
  const id = await newLine();
  const add = (user: string, ...more: string[]) => run(['line', 'add', '--user', user, '--login', '100', ...more]);
  for (const user of ['1001', '1002']) {
    const { code, trouble } = await add(user, '--domain', 'pbx.test');
    expect(code).toBe(2);
    expect(trouble).toBe(
      `line add: 100 at pbx.test is the line 100 (${id}) already: two would be rung by the same calls`,
    );
  }
  expect((await add('1001', '--domain', 'other.test')).out).toContain('Added line 100');
  expect((await add('1001', '--domain', 'pbx.test', '--proxy', 'edge.test')).out).toContain('Added line 100');
});

test('a line is added, set, listed and removed', async () => {
  const id = await newLine();
  const set = await run([
    ...['line', 'set', id, '--rules', ' [^+*#\\w]=  ^8=7', '--dtmf', 'info,inband', '--recording', 'on'],
    ...['--stereo', 'on', '--chat=-1001234567890', '--user', '1002', '--codecs', 'gsm,alaw', '--callback', 'off'],
  ]);
  expect(set).toEqual({
    code: 0,
    out: `Changed line 100 (${id}).\n1 replaces [^+*#\\w]=\n2 replaces ^8=7`,
    trouble: '',
  });
  expect(await lines.find(id)).toMatchObject({
    owner: '1001',
    user: '1002',
    dialRules: '[^+*#\\w]= ^8=7',
    dtmfMethods: ['info', 'inband'],
    recording: true,
    recordingStereo: true,
    recordingsChat: '-1001234567890',
  });
  expect(await lines.settings(id)).toMatchObject({ codecs: ['gsm', 'alaw'], password: 's3cret' });
  const users = new UserRepository(database);
  expect(await users.settings(UserId('1002'))).toEqual({ callback: false });
  expect(await users.settings(UserId('1001'))).toEqual({ callback: true });

  const { out } = await run(['line', 'list']);
  expect(out).toContain('user 1002  owner 1001  rules [^+*#\\w]= ^8=7  recorded in stereo');
  expect(out).not.toContain('s3cret');

  await run(['line', 'set', id, '--rules', '=', '--chat', 'none', '--user', 'owner', '--recording', 'off']);
  expect(await lines.find(id)).toMatchObject({
    user: '1001',
    dialRules: '',
    recording: false,
    recordingStereo: true,
    recordingsChat: undefined,
  });
  expect((await run(['line', 'remove', id])).code).toBe(0);
  expect(await lines.find(id)).toBeUndefined();
});

test('what is wrong is refused with what is allowed, and nothing changes', async () => {
  const id = await newLine();
  const before = await lines.find(id);
  const refused = async (words: readonly string[], why: string) => {
    const { code, trouble } = await run(['line', 'set', id, '--recording', 'on', ...words]);
    expect(trouble).toContain(why);
    expect(code).toBe(2);
  };
  await refused(['--rules', '^8=7 (?=1)2'], '--rules: the rule "(?=1)2" is refused at character 6: look-ahead');
  await refused(['--rules', ''], '--rules: found ""');
  await refused(['--rules', ' \t '], '--rules: found " \t "');
  await refused(
    ['--rules', `^8=7 ${'1'.repeat(1_000)}`],
    `--rules: the rule "${'1'.repeat(40)}…" is refused at character 1001: more than 1000 characters`,
  );
  await refused(['--dtmf', 'info,info'], '--dtmf: found "info,info", allowed is');
  await refused(['--codecs', 'mp3'], '--codecs: found "mp3", allowed is');
  await refused(['--stereo', 'yes'], '--stereo: found "yes", allowed is on or off');
  await refused(['--chat', 'friends'], '--chat: found "friends", allowed is');
  await refused(['--user', 'olga'], '--user: found "olga", allowed is');
  await refused(['--callback', '1'], '--callback: found "1", allowed is');
  await refused(['--colour', 'red'], '--colour');
  expect(await lines.find(id)).toEqual(before);
});

test('a line that is not there, and a change of nothing, are named', async () => {
  const nobody = '00000000-0000-4000-8000-000000000009';
  expect((await run(['line', 'set', nobody, '--recording', 'on'])).trouble).toBe(
    `line set: there is no line ${nobody}`,
  );
  expect((await run(['line', 'set', nobody, '--user', 'owner'])).trouble).toBe(`line set: there is no line ${nobody}`);
  expect((await run(['line', 'set', 'office', '--recording', 'on'])).trouble).toContain('id: found "office"');
  expect((await run(['line', 'set', nobody])).trouble).toContain('nothing to change');
  expect((await run(['line', 'add', '--user', '1', '--login', 'a'])).trouble).toContain('--domain: found ""');
});

test('servers of a line are read and kept as answers in the settings bot are', async () => {
  vi.stubEnv('SIP_PASSWORD', 's3cret');
  const add = (...servers: string[]) => run(['line', 'add', '--user', '1001', '--login', 'grammar', ...servers]);
  for (const server of ['a..b', '999.1.1.1', '127.1', 'pbx.test:0', '[::g]']) {
    expect((await add('--domain', server)).trouble).toContain(`--domain: found "${server}"`);
    expect((await add('--domain', 'pbx.test', '--proxy', server)).trouble).toContain(`--proxy: found "${server}"`);
  }
  await add('--domain', 'PBX.Example.org.:05070', '--proxy', '');
  expect((await run(['line', 'list'])).out).toContain('grammar@pbx.example.org:5070/udp');
});

test('plans are listed and given', async () => {
  const file = join(directory, 'plans.json');
  await writeFile(file, JSON.stringify({ free: { default: true, callSeconds: 120, recording: false }, full: {} }));
  const withPlans = (...words: string[]) => {
    vi.stubEnv('PLANS_FILE', file);
    return run(['plan', ...words]);
  };
  expect(await withPlans('set', '1001', 'full')).toMatchObject({ code: 0, out: '1001 has the plan full.' });
  expect(await withPlans('set', '1001', 'gold')).toMatchObject({
    code: 2,
    trouble: 'plan set: found plan "gold", allowed is free, full',
  });
  expect((await withPlans('set', 'olga', 'full')).trouble).toContain('owner: found "olga"');
  await new PlanRepository(database).setPlan(UserId('1002'), 'gone');
  expect((await withPlans('list')).out.split('\n')).toEqual([
    'free (default): 120 s a call, recording of 15 s a call',
    'full: no limits; given to 1001',
    'gone: not in the plan file, so the default plan counts; given to 1002',
  ]);
  expect((await withPlans('unset', '1001')).code).toBe(0);
  expect(await new PlanRepository(database).assigned(UserId('1001'))).toBeUndefined();
  vi.stubEnv('PLANS_FILE', undefined);
  expect((await run(['plan', 'list'])).out).toContain('nothing is limited');
  expect(await run(['plan', 'set', '1001', 'full'])).toMatchObject({
    code: 2,
    trouble: 'plan set: set PLANS_FILE first',
  });
  await writeFile(file, '{"free":{"default":1}}');
  expect(await withPlans('list')).toMatchObject({
    code: 1,
    trouble: expect.stringContaining('free.default') as string,
  });
});

test('the process says the same, and its exit code tells a wrong command line', async () => {
  const id = await newLine();
  expect(await runProcess(['line', 'set', id, '--rules', '^8=7'])).toMatchObject({ code: 0, trouble: '' });
  expect(await lines.find(id)).toMatchObject({ dialRules: '^8=7' });
  expect(await runProcess(['line', 'set', id, '--rules', '('])).toEqual({
    code: 2,
    out: '',
    trouble: 'line set: --rules: the rule "(" is refused at character 1: missing closing ): (',
  });
  expect(await runProcess(['constructor'])).toMatchObject({
    code: 2,
    trouble: expect.stringMatching(/^Usage:(.*\[--codecs opus,alaw,mulaw,g722,gsm\]){2}/s) as string,
  });
});
