import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { WrongTemplates } from '../../../src/adapters/templates/catalogue.ts';
import type { Commands } from '../../../src/cli/command.ts';
import { ownerCommands } from '../../../src/cli/owner-commands.ts';
import { templateCommands } from '../../../src/cli/template-commands.ts';
import { workerCommands } from '../../../src/cli/worker-commands.ts';
import { WrongUsage } from '../../../src/cli/wrong-usage.ts';
import { type Database, openDatabase } from '../../../src/db/database.ts';
import { watchLineChanges } from '../../../src/db/line-changes.ts';
import { LineRepository } from '../../../src/db/line-repository.ts';
import { OperatorNoticeRepository } from '../../../src/db/operator-notice-repository.ts';
import { PersonRepository } from '../../../src/db/person-repository.ts';
import { PlanRepository } from '../../../src/db/plan-repository.ts';
import { SecretBox } from '../../../src/db/secret-box.ts';
import { WorkerRepository } from '../../../src/db/worker-repository.ts';
import { EpochMs, UserId } from '../../../src/machines/model/ids.ts';
import { temporaryCluster } from '../../support/database.ts';

const box = new SecretBox(Buffer.alloc(32, 1));
let directory: string;
let cluster: Awaited<ReturnType<typeof temporaryCluster>>;
let database: Database;
const [olga, uwe] = [UserId('1001'), UserId('1002')];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'siptg-operator-'));
  cluster = await temporaryCluster();
  database = await openDatabase(cluster.url);
  for (const [owner, name] of [
    [olga, 'Office'],
    [olga, 'Shop'],
    [uwe, 'Home'],
  ] as const) {
    const rest = {
      login: '100',
      domain: 'pbx.test',
      proxy: '',
      transport: 'udp',
      codecs: ['alaw'],
      password: 'x',
    } as const;
    await new LineRepository(database, box).add({ owner, name, ...rest });
  }
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await database?.close();
  await cluster?.stop();
  await rm(directory, { recursive: true, force: true });
});
beforeEach(async () => {
  await database.fork().execute('delete from operator_notice');
  await database.fork().execute('delete from worker');
});

const commands: Commands = { ...ownerCommands, ...workerCommands };
async function run(...words: readonly string[]): Promise<string> {
  const storage = { url: cluster.url, database, box, recordings: '', close: () => Promise.resolve() };
  try {
    return (await (await commands[words.slice(0, 2).join(' ')]?.(words.slice(2)))?.(storage)) ?? 'no such command';
  } catch (error) {
    if (error instanceof WrongUsage) return `wrong: ${error.message}`;
    throw error;
  }
}

test('owners are listed with their lines and plans; a name does not move the cursor', async () => {
  await new PersonRepository(database, UserId('1')).note(uwe, { name: 'Uwe\u001b[2J\u202Exx' });
  await new PlanRepository(database).setPlan(olga, 'full');
  expect(await run('owner', 'list')).toBe('1001  2 lines  plan full\n1002  Uwe [2J xx  1 line');
});

test('a notice goes once to every owner, or to one, in order, and is gone when it was said', async () => {
  expect(await run('notice', 'send', 'all', 'Maintenance', 'tonight')).toMatch(/^The notice goes to 2 owners/);
  expect(await run('notice', 'send', '1001', "it's you; drop table line --")).toMatch(/^The notice goes to 1 owner,/);
  const notices = new OperatorNoticeRepository(database);
  const open = await notices.open(10);
  expect(
    open
      .slice(0, 2)
      .map(({ to }) => to)
      .toSorted(),
  ).toEqual([olga, uwe]);
  expect(open.map(({ text }) => text)).toEqual([
    'Maintenance tonight',
    'Maintenance tonight',
    "it's you; drop table line --",
  ]);
  expect(await notices.open(1)).toHaveLength(1);
  for (const { id } of open) await notices.done(id);
  await notices.done(open[0]?.id ?? '');
  expect(await notices.open(10)).toEqual([]);
});

test('a running service hears of a notice at once', async () => {
  let heard = 0;
  const end = await watchLineChanges(cluster.url, () => (heard += 1));
  try {
    await run('notice', 'send', 'all', 'Hello');
    await expect.poll(() => heard).toBeGreaterThan(0);
  } finally {
    await end();
  }
});

test('wrong words of the operator are named, and nothing is put', async () => {
  expect(await run('notice', 'send', 'olga', 'Hello')).toContain(
    'to: found "olga", allowed is all, or a Telegram user id',
  );
  expect(await run('notice', 'send', 'all')).toContain('found 0 characters, allowed is a text of 1 to 3000');
  expect(await run('notice', 'send', 'all', 'x'.repeat(3_001))).toContain('found 3001 characters');
  expect(await new OperatorNoticeRepository(database).open(10)).toEqual([]);
  expect(await run('worker', 'add', '../x', '--kind', 'official')).toContain('id: found "../x"');
  expect(await run('worker', 'add', 'w')).toContain('--kind: found ""');
  expect(await run('worker', 'add', 'w', '--kind', 'cloud')).toContain('--kind: found "cloud", allowed is official');
  expect(await run('worker', 'add', 'w', '--kind', 'private')).toContain('a private worker needs --owner');
  expect(await run('worker', 'add', 'w', '--kind', 'shared', '--free', 'yes')).toContain(
    '--free is for official workers',
  );
  expect(await run('worker', 'remove', 'nobody')).toBe('wrong: worker remove: there is no worker nobody');
  expect(await run('worker', 'list')).toBe('There is no worker in the list.');
});

test('workers are added, listed, given up once, switched on again and removed', async () => {
  expect(await run('worker', 'add', 'fra1', '--kind', 'official', '--place', 'Frankfurt', '--free', 'yes')).toBe(
    'Added worker fra1.',
  );
  await run('worker', 'add', 'cellar', '--kind', 'private', '--owner', '1001', '--name', 'My cellar');
  const workers = new WorkerRepository(database);
  expect(await workers.all()).toMatchObject(
    [
      { id: 'cellar', kind: 'private', owner: olga, name: 'My cellar', place: '', free: false, switchedOff: false },
      { id: 'fra1', kind: 'official', owner: undefined, name: 'fra1', place: 'Frankfurt', free: true, load: 0 },
    ].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  );
  expect([await workers.switchOff('fra1'), await workers.switchOff('fra1'), await workers.switchOff('nobody')]).toEqual(
    [true, false, false],
  );
  expect(await run('worker', 'list')).toMatch(/fra1 {2}official, free {2}fra1 {2}Frankfurt {2}given up/);
  await workers.put({
    ...(await workers.all()).find(({ id }) => id === 'fra1')!,
    seenAt: EpochMs(1_800_000_000_000),
    load: 0.5,
    switchedOff: false,
  });
  expect(await run('worker', 'list')).toContain('seen 2027-01-15T08:00:00.000Z');
  expect(await run('worker', 'remove', 'fra1')).toMatch(/^Removed worker fra1/);
  expect((await workers.all()).map(({ id }) => id)).toEqual(['cellar']);
});

test('F-SET-10 templates are listed and checked, those of the installation among them', async () => {
  vi.stubEnv('TEMPLATES_DIR', directory);
  const own = join(directory, 'own.json');
  await writeFile(own, JSON.stringify({ id: 'own', name: 'Our PBX', domain: 'pbx.example.org', country: 'DE' }));
  expect(await templateCommands['template list']?.([])).toContain('own: Our PBX  DE  pbx.example.org  udp/tcp/tls');
  expect(await templateCommands['template list']?.([])).toContain('sipgate: sipgate  DE  sipgate.de');
  expect(await templateCommands['template check']?.([own])).toBe('1 template is right: own');
  expect(await templateCommands['template check']?.([])).toMatch(/^\d+ templates are right: .*own$/);
  await writeFile(own, JSON.stringify({ id: 'sipgate', name: 'Another' }));
  await expect(templateCommands['template check']?.([])).rejects.toThrow(WrongTemplates);
  await writeFile(own, JSON.stringify({ id: 'own', name: 'Our PBX', protocol: 'sctp' }));
  await expect(templateCommands['template check']?.([own])).rejects.toThrow(
    `${own}: protocol: found "sctp", allowed is udp, tcp, tls`,
  );
});
