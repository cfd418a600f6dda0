import { beforeEach, describe, expect, test } from 'vitest';
import type { HostBook } from '../../../src/actors/ports/host-book.ts';
import { LineBookRepository } from '../../../src/db/line-book-repository.ts';
import { watchLineChanges } from '../../../src/db/line-changes.ts';
import { LineRepository } from '../../../src/db/line-repository.ts';
import { PlacementRepository } from '../../../src/db/placement-repository.ts';
import { RegistrarRttRepository } from '../../../src/db/registrar-rtt-repository.ts';
import { SecretBox } from '../../../src/db/secret-box.ts';
import { WorkerRepository } from '../../../src/db/worker-repository.ts';
import { EpochMs, UserId } from '../../../src/machines/model/ids.ts';
import { leadShard } from '../../../src/machines/model/shards.ts';
import { emptyInstallation, pulse } from './support.ts';

const { database, url, query, opened, seen } = emptyInstallation();
const box = new SecretBox(Buffer.alloc(32, 1));
const [olga, uwe] = [UserId('1001'), UserId('1002')];
const lines = () => new LineRepository(database(), box);
const book = () => new LineBookRepository(database(), box);
const newLine = {
  name: 'Office',
  login: '100',
  domain: 'PBX.test',
  proxy: '',
  transport: 'udp',
  codecs: ['alaw'],
} as const;
const added = (owner = olga) => lines().add({ ...newLine, owner, password: 'x' });

beforeEach(async () => {
  await query('truncate line, call, worker, registrar_rtt cascade');
});

/** Without a gap, and as if it went on by itself. */
const seenFor = (host: string, seconds: number) => seen(host, -60, seconds + 60);

/** The owner of `main/lead`, seen for so many seconds. */
async function lead(host = 'a', seconds = 60) {
  const its = await opened(host);
  const epoch = (await its.claim(leadShard))?.epoch ?? 0;
  await seenFor(host, seconds);
  return { its, placements: of(its, epoch) };
}
const of = ({ incarnation }: HostBook, epoch: number) =>
  new PlacementRepository(database(), () => ({ shard: leadShard, owner: incarnation, epoch }));

describe('a line on Auto', () => {
  test('is on the first Worker until one is chosen, then on that one; hosts hear of it', async () => {
    const { placements } = await lead();
    const id = await added();
    expect(await lines().find(id)).toMatchObject({ carrier: 'main' });
    const due = await placements.due(['main', 'fra']);
    expect(due).toEqual([{ id, version: 0, owner: olga, template: undefined, registrar: 'pbx.test', carrier: 'main' }]);
    let heard = 0;
    const end = await watchLineChanges(url(), () => (heard += 1));
    expect(await placements.place(due, 'fra')).toEqual([id]);
    await expect.poll(() => heard).toBeGreaterThan(0);
    await end();
    expect(await lines().find(id)).toMatchObject({ carrier: 'fra' });
    expect(await book().find(id)).toMatchObject({ worker: 'auto', carrier: 'fra' });
    expect(await placements.due(['main', 'fra'])).toEqual([]);
  });

  test('is due when its Worker is silent, and stays where it was moved', async () => {
    const { placements } = await lead();
    await added();
    await placements.place(await placements.due([]), 'fra');
    expect(await placements.due(['main'])).toMatchObject([{ carrier: 'fra', version: 1 }]);
    await placements.place(await placements.due(['main']), 'main');
    expect(await placements.due(['main', 'fra'])).toEqual([]);
  });

  test('is due again after Apply, but not while a call is on it', async () => {
    const { placements } = await lead();
    const id = await added();
    await placements.place(await placements.due(['main']), 'main');
    await book().edit(olga, id, { domain: 'other.test' }, EpochMs(Date.now()));
    expect(await placements.due(['main'])).toEqual([]);
    await query(
      `insert into call (id, user_id, line_id, direction, opened_at) values ('c', $1, $2, 'outgoing', now())`,
      [olga, id],
    );
    await book().apply(olga, id);
    expect(await placements.due(['main'])).toEqual([]);
    await query('update call set ended_at = now()');
    expect(await placements.due(['main'])).toMatchObject([{ id, registrar: 'other.test' }]);
  });

  test('that a call is on is moved all the same when its Worker is silent', async () => {
    const { placements } = await lead();
    const id = await added();
    await query(
      `insert into call (id, user_id, line_id, direction, opened_at) values ('c', $1, $2, 'outgoing', now())`,
      [olga, id],
    );
    expect(await placements.due(['fra'])).toMatchObject([{ id }]);
  });

  test('that is moved with a call on it leaves none: its record is closed, and the next Apply can place it', async () => {
    const { placements } = await lead();
    const id = await added();
    await query(
      `insert into call (id, user_id, line_id, direction, opened_at) values
         ('old', $1, $2, 'outgoing', now() - interval '1 minute'), ('new', $1, $2, 'outgoing', now())`,
      [olga, id],
    );
    expect(await placements.place(await placements.due(['fra']), 'fra')).toEqual([id]);
    const records = await query('select id, ended_at is not null as ended, cause from call order by id desc');
    expect(records).toEqual([
      { id: 'old', ended: true, cause: { kind: 'connection-lost' } },
      { id: 'new', ended: false, cause: null },
    ]);
  });

  test('was fixed to a Worker until now: it stays there until Auto has chosen', async () => {
    const { placements } = await lead();
    const id = await added();
    const apply = async (worker: string) => {
      await book().edit(olga, id, { worker }, EpochMs(Date.now()));
      return book().apply(olga, id);
    };
    expect(await apply('fra')).toMatchObject({ worker: 'fra', carrier: 'fra' });
    expect(await placements.due([])).toEqual([]);
    expect(await apply('auto')).toMatchObject({ worker: 'auto', carrier: 'fra' });
    expect(await placements.due(['fra'])).toMatchObject([{ id, carrier: 'fra' }]);
  });

  test('that changes hands is chosen for anew, and leaves a private Worker at once', async () => {
    const { placements } = await lead();
    const id = await added();
    await placements.place(await placements.due(['main']), 'cellar');
    expect(await book().handOver(olga, id, uwe, ['cellar'])).toMatchObject({ owner: uwe, carrier: 'main' });
    const due = await placements.due(['main']);
    expect(due).toMatchObject([{ owner: uwe }]);
    await placements.place(due, 'uwes');
    expect(await book().takeBack(olga, id, ['uwes'])).toMatchObject({ owner: olga, carrier: 'main' });
    expect(await placements.due(['main'])).toMatchObject([{ owner: olga }]);
  });

  test('that is switched off or a draft is not due; nor is a Worker’s old name another one', async () => {
    const { placements } = await lead();
    const id = await added();
    await book().switch(olga, id, false);
    expect(await placements.due([])).toEqual([]);
    await query(`update line set worker = 'host'`);
    expect(await lines().find(id)).toMatchObject({ carrier: 'main' });
    expect(await book().find(id)).toMatchObject({ worker: 'main' });
  });
});

describe('one host at a time chooses', () => {
  test('nothing is due, and nothing changed, for a host that does not own `main/lead`, or no longer', async () => {
    const { its, placements } = await lead();
    const id = await added();
    const none = new PlacementRepository(database(), () => undefined);
    const b = await opened('b');
    const due = await placements.due(['main']);
    for (const other of [none, of(b, 1), of(its, 0)]) {
      expect(await other.due(['main'])).toEqual([]);
      expect(await other.place(due, 'fra')).toEqual([]);
    }
    await its.release(leadShard, 1);
    await b.claim(leadShard);
    expect(await placements.place(due, 'fra')).toEqual([]);
    expect(await of(b, 2).place(due, 'fra')).toEqual([id]);
  });

  test('of two choices for the same look at a line one counts, and none for a line that was changed since', async () => {
    const { placements } = await lead();
    const id = await added();
    const other = await added(uwe);
    const due = await placements.due(['main']);
    const both = await Promise.all([placements.place(due, 'fra'), placements.place(due, 'hel')]);
    expect(both.flat().toSorted()).toEqual([id, other].toSorted());
    const fresh = await placements.due([]);
    await book().change(olga, id, { name: 'Shop' });
    expect(await placements.place(fresh, 'hel')).toEqual([other]);
  });

  test('a Worker is taken for silent only by a host that was itself seen for 15 s without a gap', async () => {
    const { its, placements } = await lead('a', 14);
    await added();
    await placements.place(await placements.due(['main']), 'fra');
    expect(await placements.due(['main'])).toEqual([]);
    await seenFor('a', 16);
    expect(await placements.due(['main'])).toHaveLength(1);
    // The database was away, and everybody silent.
    await seen('a', 20, 60);
    await its.beat(pulse);
    expect(await placements.due(['main'])).toEqual([]);
  });
});

describe('Workers', () => {
  const at = EpochMs(Date.now());
  const main = { id: 'main', kind: 'official', owner: undefined, name: 'This host', place: '' } as const;
  const workers = () => new WorkerRepository(database());
  const one = async (id: string) => (await workers().all()).find((worker) => worker.id === id);

  test('are there when a host of them says so, as busy as their hosts are on average', async () => {
    const [a, b, gone] = [await opened('a'), await opened('b'), await opened('gone')];
    await a.beat({ ...pulse, load: { busy: 0.2 } });
    await b.beat({ ...pulse, load: { busy: 0.6 } });
    await gone.beat({ ...pulse, load: { busy: 1 } });
    await (await opened('c', { worker: 'fra' })).beat({ ...pulse, load: { busy: 0.9 } });
    await seen('gone', 6);
    await workers().announce(main, at);
    expect(await one('main')).toMatchObject({ kind: 'official', name: 'This host', free: true, seenAt: at });
    expect((await one('main'))?.load).toBeCloseTo(0.4);
    await workers().announce({ ...main, id: 'fra', name: 'Frankfurt' }, at);
    expect(await one('fra')).toMatchObject({ free: false, load: 0.9 });
  });

  test('keep what the operator said of their price, and come back when a host does', async () => {
    await workers().announce(main, at);
    await workers().enter({ ...main, free: false }, at);
    await workers().switchOff('main');
    await workers().announce({ ...main, name: 'Helsinki' }, EpochMs(at - 1));
    expect(await one('main')).toMatchObject({ name: 'Helsinki', free: false, switchedOff: false, seenAt: at });
  });

  test('that the operator entered are silent until a host of theirs runs', async () => {
    await workers().enter({ ...main, id: 'fra', free: true }, at);
    expect((await one('fra'))?.seenAt).toBeLessThan(at - 15_000);
    await workers().announce({ ...main, id: 'fra' }, at);
    await workers().enter({ ...main, id: 'fra', free: true }, EpochMs(at + 1_000));
    expect((await one('fra'))?.seenAt).toBe(at);
  });

  test('are not listed under the name that the only host once had', async () => {
    await workers().put({ ...main, id: 'host', free: true, load: 0, seenAt: at, switchedOff: false });
    expect(await workers().all()).toEqual([]);
  });
});

test('how far a registrar is from each Worker is kept: a better measurement counts at once, a worse one by a quarter, for a day', async () => {
  const rtts = new RegistrarRttRepository(database());
  const at = EpochMs(Date.now());
  const dayMs = 86_400_000;
  await rtts.note('main', 'pbx.test', 100, at);
  await rtts.note('fra', 'pbx.test', 40, at);
  await rtts.note('fra', 'other.test', 1, at);
  expect(await rtts.to('pbx.test', at)).toEqual(
    new Map([
      ['fra', 40],
      ['main', 100],
    ]),
  );
  await rtts.note('fra', 'pbx.test', 80, at);
  await rtts.note('main', 'pbx.test', 20, at);
  expect((await rtts.to('pbx.test', at)).get('fra')).toBe(50);
  expect((await rtts.to('pbx.test', at)).get('main')).toBe(20);
  expect(await rtts.to('pbx.test', EpochMs(at + dayMs + 1))).toEqual(new Map());
  await rtts.note('main', 'pbx.test', 90, EpochMs(at + dayMs + 1_000));
  expect((await rtts.to('pbx.test', EpochMs(at + dayMs + 1_000))).get('main')).toBe(90);
});

test('registrars of lines on Auto are to be measured once each, until they were', async () => {
  const rtts = new RegistrarRttRepository(database());
  const at = EpochMs(Date.now());
  const first = await added();
  const same = await added(uwe);
  await lines().add({ ...newLine, owner: uwe, password: 'x', proxy: 'SBC.test:5070' });
  const fixed = await lines().add({ ...newLine, owner: uwe, password: 'x', domain: 'fixed.test' });
  const off = await lines().add({ ...newLine, owner: uwe, password: 'x', domain: 'off.test' });
  await book().edit(uwe, fixed, { worker: 'fra' }, at);
  await book().apply(uwe, fixed);
  await book().switch(uwe, off, false);
  const due = await rtts.unmeasured('fra', at);
  expect(due.map(({ registrar }) => registrar).toSorted()).toEqual(['pbx.test', 'sbc.test:5070']);
  expect([first, same]).toContain(due.find(({ registrar }) => registrar === 'pbx.test')?.id);
  await rtts.note('fra', 'pbx.test', 10, EpochMs(at + 1));
  expect(await rtts.unmeasured('fra', at)).toMatchObject([{ registrar: 'sbc.test:5070', owner: uwe }]);
  expect(await rtts.unmeasured('main', at)).toHaveLength(2);
});
