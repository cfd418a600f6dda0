import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { keys } from '../src/config.ts';
import { freePort } from './peers/program.ts';
import { Running, reachableDirectory } from './process/support/running.ts';

const root = dirname(import.meta.dirname);
const read = (name: string) => readFileSync(join(root, 'deploy', name), 'utf8');

/** Lines that are continued are one; comments are none. */
const instructions = read('Dockerfile')
  .replaceAll(/^\s*#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter(Boolean)
  .map((line) => /^([A-Z]+) (.*)$/.exec(line)?.slice(1) as [string, string]);
const of = (wanted: string) => instructions.filter(([name]) => name === wanted).map(([, text]) => text);
/** Of the last stage: what is copied from the repository, and where to. */
const copies = () =>
  instructions
    .slice(instructions.findLastIndex(([name]) => name === 'FROM'))
    .filter(([name, text]) => name === 'COPY' && !text.startsWith('--from'))
    .map(([, text]) => text.split(' '));
/** Of `["a", "b"]`. */
const words = (text = '') => JSON.parse(text.slice(text.indexOf('['))) as string[];

/** The block of a service in compose.yaml: it is indented by two, what is in it by more. */
const block = (name: string) =>
  new RegExp(`^  ${name}:\\n((?:(?:    .*)?\\n)+)`, 'm').exec(read('compose.yaml'))?.[1] ?? '';
const members = (text: string, name: string) => {
  const inside = new RegExp(`^    ${name}:\\n((?:      .*\\n)+)`, 'm').exec(text)?.[1] ?? '';
  return [...inside.matchAll(/^ {6}(\w+):/gm)].map(([, key]) => key);
};
const variables = (text: string) => [...text.matchAll(/^#?([A-Z_]+)=/gm)].map(([, key]) => key);

test('what the image is made of exists and reaches its builder', () => {
  const allowed = read('Dockerfile.dockerignore')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1));
  const sources = of('COPY')
    .filter((text) => !text.startsWith('--from'))
    .flatMap((text) => text.split(' ').slice(0, -1));
  expect(sources).toContain('src');
  for (const source of sources) expect([source, existsSync(join(root, source))]).toEqual([source, true]);
  expect([...new Set(sources)].toSorted()).toEqual(allowed.toSorted());
});

test('the image starts as an ordinary user, and what it starts exists', () => {
  const order = instructions.map(([name]) => name);
  expect(of('USER')).toEqual(['node']);
  expect(order.indexOf('USER')).toBeLessThan(order.indexOf('CMD'));
  for (const command of [words(of('CMD').at(-1)), words(of('HEALTHCHECK').at(-1))]) {
    for (const file of command) expect([file, existsSync(join(root, file))]).toEqual([file, true]);
  }
});

test('what the image holds is all a start needs', async () => {
  const directory = await reachableDirectory();
  onTestFinished(() => directory.remove());
  const image = join(directory.path, 'image');
  await mkdir(image);
  for (const [source = '', target = ''] of copies()) {
    await cp(join(root, source), target === './' ? join(image, source) : join(image, target), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(image, 'node_modules'));
  const environment = {
    TELEGRAM_API_ID: '12',
    TELEGRAM_API_HASH: '0'.repeat(32),
    TELEGRAM_BOT_TOKEN: `12:${'a'.repeat(30)}`,
    DATA_DIR: join(directory.path, 'data'),
    SIP_PORT: '0',
    HEALTH_PORT: '0',
  };
  const { code, output } = await Running.toTheEnd(relative(root, join(image, 'src/main.ts')), environment);
  expect(output).toContain('The chat account is not logged in to Telegram yet');
  expect(code).toBe(1);
  const cli = await Running.toTheEnd(relative(root, join(image, 'src/cli.ts')), environment, ['template', 'list']);
  expect([cli.code, cli.output]).toEqual([0, expect.stringContaining('Asterisk')]);
});

test.each([
  ['Dockerfile', () => of('ENV').map((text) => text.split('=')[0])],
  ['compose.yaml', () => members(block('siptg'), 'environment')],
  ['compose.yaml’s second host', () => members(block('siptg-b'), 'environment')],
  ['siptg.env.example', () => variables(read('siptg.env.example'))],
  ['siptg.service', () => [...read('siptg.service').matchAll(/^Environment=(\w+)=/gm)].map(([, key]) => key)],
])('%s sets only keys there are', (_, found) => {
  const names = found();
  expect(names.length).toBeGreaterThan(1);
  const others = names.filter((name) => !Object.hasOwn(keys, name ?? ''));
  expect(others.filter((name) => name !== 'NODE_ENV' && name !== 'POSTGRES_PASSWORD')).toEqual([]);
});

test('the unit and the composition wait for calls longer than the service does', () => {
  const drainSeconds = keys.DRAIN_SECONDS.accepts.parse(undefined);
  expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(read('siptg.service'))?.[1])).toBeGreaterThan(drainSeconds + 30);
  expect(Number(/stop_grace_period: (\d+)m$/m.exec(block('siptg'))?.[1]) * 60).toBeGreaterThan(drainSeconds + 30);
});

test('the unit starts what there is', () => {
  const [, place = '', program = '', file = ''] =
    /^ExecStart=(\/opt\/siptg)\/(\S+) (\S+)$/m.exec(read('siptg.service')) ?? [];
  expect(read('siptg.service')).toContain(`WorkingDirectory=${place}\n`);
  for (const part of [program, file]) expect([part, existsSync(join(root, part))]).toEqual([part, true]);
});

test('in the composition jobs survive, no secret stands, and nobody outside reaches the database or the queues', () => {
  expect(words(/command: (.*)$/m.exec(block('redis'))?.[1])).toEqual([
    'redis-server',
    '--appendonly',
    'yes',
    '--maxmemory-policy',
    'noeviction',
  ]);
  const ports = [...read('compose.yaml').matchAll(/^ {6}- "(.*:\d+:\d+)"$/gm)].map(([, port = '']) => port);
  expect(ports).toEqual(['127.0.0.1:5432:5432', '127.0.0.1:6379:6379']);
  expect(read('compose.yaml')).not.toMatch(/PASSWORD: (?!\$\{)|SECRET_KEY|TOKEN|API_HASH/);
  for (const value of read('siptg.env.example').matchAll(/^[A-Z_]+=(.*)$/gm)) expect(value[1]).toBe('');
});

test('the log’s lines that are explained are said by the code, and the keys that are named exist', () => {
  const text = readFileSync(join(root, 'docs/operating.md'), 'utf8');
  const table = text.slice(text.indexOf('| `msg` |'), text.indexOf('## Stopping'));
  const explained = [...table.matchAll(/^\| (`.*?`(?:, `.*?`)*) \|/gm)]
    .flatMap(([, cell = '']) => cell.split(/`, `|`/))
    .flatMap((words) => words.split('…'))
    .map((words) => words.trim())
    .filter((words) => words !== '' && words !== 'msg');
  expect(explained.length).toBeGreaterThan(12);
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(root, 'src', name), 'utf8'))
    .join('\n');
  expect(explained.filter((words) => !sources.includes(words))).toEqual([]);
  const named = [...text.matchAll(/`([A-Z]+_[A-Z_]+)\b/g)].map(([, name = '']) => name);
  expect([...new Set(named)].filter((name) => !Object.hasOwn(keys, name))).toEqual([]);
});

test('who asks for its health learns whether the service lives and is ready', async () => {
  const directory = await reachableDirectory();
  onTestFinished(() => directory.remove());
  const environment = {
    DATA_DIR: join(directory.path, 'data'),
    HEALTH_HOST: '0.0.0.0',
    HEALTH_PORT: String(await freePort()),
  };
  const ask = (...page: string[]) => Running.toTheEnd('scripts/healthy.ts', environment, page);
  expect((await ask()).code).toBe(1);
  const service = Running.start('src/main.ts', environment);
  onTestFinished(() => service.signal('SIGKILL'));
  await service.prints(/You are Olga/);
  expect(await ask()).toEqual({ code: 0, output: '{"alive":true}\n' });
  const ready = await ask('readyz');
  expect([ready.code, ready.output]).toEqual([0, expect.stringMatching(/^\{"ready":true,/)]);
  service.signal('SIGTERM');
  await service.exited;
  const { code, output } = await ask();
  expect(code).toBe(1);
  expect(output).toContain('ECONNREFUSED');
});
