import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { claim } from '../../src/db/claim.ts';
import { runningCluster, startCluster } from '../../src/db/cluster.ts';
import { DatabaseUnavailable } from '../../src/db/database-unavailable.ts';
import { endOrphan } from '../../src/db/orphan.ts';
import { temporaryDirectory } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';

let directory: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
});

/** Another process that runs this, until it says something. */
async function another(code: string): Promise<ChildProcess> {
  const here = (file: string) => JSON.stringify(new URL(`../../src/db/${file}`, import.meta.url).href);
  const program = `
    const { claim } = await import(${here('claim.ts')});
    const { startCluster } = await import(${here('cluster.ts')});
    const directory = ${JSON.stringify(directory)};
    ${code}`;
  const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', program], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  children.push(child);
  if (child.stdout) await once(child.stdout, 'data');
  return child;
}

/** One that has ended and is not yet buried counts as dead. */
const isAlive = (pid: number): boolean =>
  /^[^Z]/.test(spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim());
const postmaster = async () =>
  Number((await readFile(join(directory, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);

test('a claimed directory is not claimed again before it is released', () => {
  const first = claim(directory);
  expect(first).toBeDefined();
  expect(claim(directory)).toBeUndefined();
  first?.release();
  const second = claim(directory);
  expect(second).toBeDefined();
  second?.release();
});

test('a claim holds between processes and dies with its process', async () => {
  const other = await another(`claim(directory); gc(); console.log('claimed'); process.stdin.resume();`);
  expect(claim(directory)).toBeUndefined();
  other.kill('SIGKILL');
  await once(other, 'exit');
  const mine = claim(directory);
  expect(mine).toBeDefined();
  mine?.release();
});

test('one directory has one cluster; others find it, and nobody once it is stopped', async () => {
  const cluster = await startCluster(directory);
  await expect(startCluster(directory)).rejects.toThrow(DatabaseUnavailable);
  expect(await runningCluster(directory)).toBe(cluster.url);
  await cluster.stop();
  expect(await runningCluster(directory)).toBeUndefined();
});

test('the database of a killed service is ended before the next one starts', async () => {
  const other = await another(`await startCluster(directory); console.log('runs'); process.stdin.resume();`);
  const orphan = await postmaster();
  other.kill('SIGKILL');
  await once(other, 'exit');
  expect(isAlive(orphan)).toBe(true);
  expect(await runningCluster(directory)).toBeUndefined();
  const cluster = await startCluster(directory);
  expect(await postmaster()).not.toBe(orphan);
  await cluster.stop();
  expect(isAlive(orphan)).toBe(false);
});

test('a process that exits without stopping its database ends it all the same', async () => {
  const other = await another(`
    await startCluster(directory);
    console.log('runs');
    process.stdin.once('data', () => { throw new Error('expected by the test'); });`);
  const server = await postmaster();
  other.stdin?.write('now');
  await once(other, 'exit');
  await eventually(() => expect(isAlive(server)).toBe(false));
});

test('whoever has the process id of an old database by now is left alone', async () => {
  const data = join(directory, 'postgres');
  await mkdir(data);
  const innocent = spawn('sleep', ['600']);
  children.push(innocent);
  for (const pid of [innocent.pid, process.pid, -1, 0]) {
    await writeFile(join(data, 'postmaster.pid'), `${pid}\n${data}\n`);
    await endOrphan(data);
  }
  expect(innocent.signalCode).toBeNull();
  expect(isAlive(innocent.pid ?? 0)).toBe(true);
  await writeFile(join(data, 'postmaster.pid'), `${innocent.pid}\n${data}\n`);
  await endOrphan(data);
  await expect(access(join(data, 'postmaster.pid'))).rejects.toThrow('ENOENT');
});

test('a first start that was cut off does not spoil the next', async () => {
  // What initdb has made when it is killed early.
  await mkdir(join(directory, 'postgres.new'));
  await writeFile(join(directory, 'postgres.new', 'PG_VERSION'), '18\n');
  const cluster = await startCluster(directory);
  await cluster.stop();
});
