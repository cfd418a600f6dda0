import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryDirectory } from './support/database.ts';

/** Takes the place of npm: writes down how it was called, and installs nothing once the file `go` is there. */
const npm = `
const { appendFileSync, existsSync, mkdirSync } = require('node:fs');
appendFileSync('calls', process.argv.slice(2).join(' ') + '\\n');
const look = setInterval(() => {
  if (!existsSync('go')) return;
  clearInterval(look);
  mkdirSync('node_modules', { recursive: true });
  process.exitCode = existsSync('fail') ? 1 : 0;
}, 20);
`;

let root: string;
const at = (name: string) => join(root, name);
const exists = (name: string) =>
  access(at(name)).then(
    () => true,
    () => false,
  );

beforeEach(async () => {
  root = await temporaryDirectory();
  await mkdir(at('scripts'));
  await copyFile(join(dirname(import.meta.dirname), 'scripts', 'prepare.mjs'), at('scripts/prepare.mjs'));
  await writeFile(at('package-lock.json'), '{}');
  await writeFile(at('npm.js'), npm);
  await writeFile(at('go'), '');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const prepare = (options: { uid?: number } = {}): ChildProcess & { stderr: NodeJS.ReadableStream } =>
  spawn(process.execPath, [at('scripts/prepare.mjs')], {
    env: { PATH: process.env.PATH, NODE_ENV: 'production', npm_execpath: at('npm.js') },
    stdio: ['ignore', 'ignore', 'pipe'],
    ...options,
  }) as ChildProcess & { stderr: NodeJS.ReadableStream };
const exitCode = async (child: ChildProcess) => (await once(child, 'exit'))[0] as number | null;
const calls = async () => (await readFile(at('calls'), 'utf8').catch(() => '')).split('\n').filter(Boolean);

test('packages are installed once, those for development also in production', async () => {
  expect(await exitCode(prepare())).toBe(0);
  expect(await exitCode(prepare())).toBe(0);
  expect(await calls()).toEqual([expect.stringMatching(/^ci --include=dev /)]);
});

test('an installation that does not come to its end is not taken for one', async () => {
  await exitCode(prepare());
  await writeFile(at('package-lock.json'), '{"changed": true}');
  await writeFile(at('fail'), '');
  expect(await exitCode(prepare())).toBe(1);
  await writeFile(at('package-lock.json'), '{}');
  await rm(at('fail'));
  expect(await exitCode(prepare())).toBe(0);
  expect(await calls()).toHaveLength(3);
});

test('of two at once one installs and the other waits for it', async () => {
  await rm(at('go'));
  const both = [prepare(), prepare()] as const;
  const codes = Promise.all(both.map(exitCode));
  await Promise.race(both.map((child) => saying(child, 'waiting')));
  await writeFile(at('go'), '');
  expect(await codes).toEqual([0, 0]);
  expect(await calls()).toHaveLength(1);
});

test('when the one that installs is killed, the next takes its turn', async () => {
  await rm(at('go'));
  const first = prepare();
  await saying(first, 'Installing');
  const second = prepare();
  await saying(second, 'waiting');
  first.kill('SIGKILL');
  await saying(second, 'Installing');
  await writeFile(at('go'), '');
  expect(await exitCode(second)).toBe(0);
});

test('packages that may not be written are used as they are', async () => {
  await mkdir(at('node_modules'));
  await chmod(at('node_modules'), 0o555);
  const child = prepare(process.getuid?.() === 0 ? { uid: 65_534 } : {});
  const [code, said] = await Promise.all([exitCode(child), text(child.stderr)]);
  expect(said).toContain('is used as it is');
  expect(code).toBe(0);
  expect(await exists('calls')).toBe(false);
});

async function saying(child: { stderr: NodeJS.ReadableStream }, what: string): Promise<void> {
  let said = '';
  const { promise, resolve } = Promise.withResolvers<void>();
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (said.includes(what)) resolve();
  });
  await promise;
}
