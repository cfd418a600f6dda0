import pg from 'pg';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { SharedStandings } from '../../../src/actors/hosting/shared-standings.ts';
import type { HostBook } from '../../../src/actors/ports/host-book.ts';
import type { Carriage, OwnStanding } from '../../../src/actors/ports/standing-book.ts';
import { StandingRepository } from '../../../src/db/hosting/standing-repository.ts';
import { LineRepository } from '../../../src/db/line-repository.ts';
import { SecretBox } from '../../../src/db/secret-box.ts';
import { EpochMs, LineId, UserId } from '../../../src/machines/model/ids.ts';
import type { Reachability } from '../../../src/machines/model/registration.ts';
import { ShardId } from '../../../src/machines/model/shards.ts';
import { OwnLines } from '../../fakes/hosting/own-lines.ts';
import { emptyInstallation, pulse } from './support.ts';

const { url, database, query, opened, seen, steady } = emptyInstallation();
const shard = ShardId('main/s0');
const olga = UserId('1001');
const uwe = UserId('1002');
const until = EpochMs(1_800_000_000_123);
const reachable: Reachability = { state: 'reachable' };
const refused: Reachability = { state: 'refused', sip: { status: 403, reason: 'Forbidden' } };
const unknown = { reachability: { state: 'off' }, registeredUntil: undefined };
const account = {
  login: '100',
  password: 's3cret',
  domain: 'pbx.test',
  proxy: '',
  transport: 'udp',
  codecs: [],
} as const;

let book: StandingRepository;
let lines: LineRepository;
let heard: LineId[][];
let missed: number;
beforeEach(async () => {
  lines = new LineRepository(database(), new SecretBox(Buffer.alloc(32, 1)));
  book = new StandingRepository(database(), url());
  heard = [];
  missed = 0;
});
afterEach(() => query('delete from line'));

const newLine = () => lines.add({ ...account, codecs: ['alaw'], name: 'Office', owner: olga });
const listening = async () =>
  onTestFinished(
    await book.watch({
      changed: (changed) => void heard.push([...changed]),
      missed: () => {
        missed += 1;
      },
    }),
  );
/** Notifications come in the order of their making. */
const everythingHeard = async () => {
  await query(`select pg_notify('siptg_standings', 'end')`);
  await expect.poll(() => heard.at(-1)).toEqual(['end']);
  return heard.splice(0).slice(0, -1);
};
const owning = async (host: HostBook): Promise<Carriage> => ({
  user: olga,
  shard,
  epoch: (await host.claim(shard))?.epoch ?? -1,
});
const standing = (line: LineId, carriage: Carriage, reachability: Reachability, registeredUntil?: EpochMs) =>
  ({ line, carriage, standing: { reachability, registeredUntil } }) satisfies OwnStanding;

describe('what a host tells of its lines', () => {
  test('is not written when the line is another Worker’s by now: its standing is neither replaced nor forgotten', async () => {
    const a = await opened('a');
    const carriage = await owning(a);
    const line = await newLine();
    const hel = await opened('h', { worker: 'hel' });
    const ofHel = { user: olga, shard: ShardId('hel/s0'), epoch: (await hel.claim(ShardId('hel/s0')))?.epoch ?? -1 };
    await book.tell(hel.incarnation, [standing(line, ofHel, refused)]);
    expect(await book.all()).toEqual([]);
    await query(`update line set placed_on = 'hel' where id = $1`, [line]);
    await book.tell(hel.incarnation, [standing(line, ofHel, reachable)]);
    await book.tell(a.incarnation, [standing(line, carriage, refused)]);
    await book.tell(a.incarnation, [standing(line, carriage, { state: 'off' })]);
    expect(await book.all()).toMatchObject([{ line, host: hel.incarnation, standing: { reachability: reachable } }]);
  });

  test('is read by others, and announced with the ids of those that stand otherwise', async () => {
    const a = await opened('a');
    const carriage = await owning(a);
    const [office, home] = [await newLine(), await newLine()];
    await listening();
    await book.tell(a.incarnation, [
      standing(office, carriage, reachable, until),
      standing(home, carriage, { state: 'registering' }),
    ]);
    await book.tell(a.incarnation, [standing(office, carriage, reachable, until), standing(home, carriage, refused)]);
    expect((await everythingHeard()).map((ids) => ids.toSorted())).toEqual([[office, home].toSorted(), [home]]);
    const told = { line: office, host: a.incarnation, isBelieved: true };
    expect(await book.of([office])).toEqual([
      { ...told, standing: { reachability: reachable, registeredUntil: until } },
    ]);
    expect(await book.all()).toHaveLength(2);
    expect(await book.of([home])).toEqual([
      { ...told, line: home, standing: { reachability: refused, registeredUntil: undefined } },
    ]);
  });

  test('is forgotten of a line that is off, and that is announced once', async () => {
    const a = await opened('a');
    const carriage = await owning(a);
    const office = await newLine();
    await book.tell(a.incarnation, [standing(office, carriage, reachable, until)]);
    await listening();
    await book.tell(a.incarnation, [standing(office, carriage, { state: 'off' })]);
    await book.tell(a.incarnation, [standing(office, carriage, { state: 'off' })]);
    expect(await everythingHeard()).toEqual([[office]]);
    expect(await book.all()).toEqual([]);
  });

  test('goes with the line; a line that is gone does not hold up the others', async () => {
    const a = await opened('a');
    const carriage = await owning(a);
    const [office, home] = [await newLine(), await newLine()];
    await book.tell(a.incarnation, [standing(office, carriage, reachable, until)]);
    await lines.remove(office);
    expect(await book.all()).toEqual([]);
    await book.tell(a.incarnation, [
      standing(office, carriage, reachable, until),
      standing(home, carriage, reachable, until),
    ]);
    expect(await book.all()).toMatchObject([{ line: home }]);
  });

  test('waits while its line is being removed, and is then nothing', async () => {
    const a = await opened('a');
    const carriage = await owning(a);
    const office = await newLine();
    const remover = new pg.Client(url());
    await remover.connect();
    onTestFinished(() => remover.end());
    await remover.query('begin');
    await remover.query('delete from line where id = $1', [office]);
    const telling = book.tell(a.incarnation, [standing(office, carriage, reachable, until)]);
    await expect.poll(async () => (await query('select from pg_locks where not granted')).length).toBeGreaterThan(0);
    await remover.query('commit');
    await telling;
    expect(await book.all()).toEqual([]);
  });

  test('is told of 200 lines in one announcement', async () => {
    const a = await opened('a');
    const carriage = await owning(a);
    const one = await newLine();
    const copied = await query<{ id: string }>(
      `insert into line select (jsonb_populate_record(line, jsonb_build_object('id', gen_random_uuid()))).*
       from line, generate_series(1, 199) where id = $1 returning id`,
      [one],
    );
    const all = [one, ...copied.map(({ id }) => LineId(id))];
    await listening();
    await book.tell(
      a.incarnation,
      all.map((line) => standing(line, carriage, { state: 'registering' })),
    );
    expect((await everythingHeard()).map((ids) => ids.toSorted())).toEqual([all.toSorted()]);
  });

  test('may be no text that can be stored, or a long one', async () => {
    const a = await opened('a');
    const carriage = await owning(a);
    const office = await newLine();
    const detail = `\0\ud800${'x'.repeat(10_000)}`;
    await book.tell(a.incarnation, [standing(office, carriage, { state: 'unreachable', detail })]);
    const [told] = await book.all();
    expect(told?.standing.reachability).toEqual({ state: 'unreachable', detail: `\ufffd${'x'.repeat(255)}` });
  });
});

describe('a host that does not carry the line', () => {
  test('writes nothing: the shard is another’s, or its own with another epoch, or the line has another user', async () => {
    const [a, b] = [await steady('a'), await steady('b')];
    const before = await owning(a);
    const office = await newLine();
    await seen('a', 30);
    const now = await owning(b);
    expect(now.epoch).toBe(before.epoch + 1);
    await book.tell(b.incarnation, [standing(office, now, { state: 'registering' })]);
    await listening();
    for (const right of [before, now]) await book.tell(a.incarnation, [standing(office, right, reachable, until)]);
    await book.tell(a.incarnation, [standing(office, before, { state: 'off' })]);
    await book.tell(b.incarnation, [standing(office, before, refused)]);
    await lines.assignUser(office, uwe);
    await book.tell(b.incarnation, [standing(office, now, refused)]);
    expect(await everythingHeard()).toEqual([]);
    expect(await book.all()).toMatchObject([
      { host: b.incarnation, standing: { reachability: { state: 'registering' } } },
    ]);
    await book.tell(b.incarnation, [standing(office, { ...now, user: uwe }, refused)]);
    expect(await book.all()).toMatchObject([{ standing: { reachability: refused } }]);
  });

  test('waits while the shard is being taken from it, and then writes nothing', async () => {
    const [a, b] = [await opened('a'), await opened('b')];
    const carriage = await owning(a);
    const office = await newLine();
    const taker = new pg.Client(url());
    await taker.connect();
    onTestFinished(() => taker.end());
    await taker.query('begin');
    await taker.query('select from shard where id = $1 for update', [shard]);
    await taker.query('update shard set owner = $2, epoch = epoch + 1 where id = $1', [shard, b.incarnation]);
    const telling = book.tell(a.incarnation, [standing(office, carriage, reachable, until)]);
    await expect.poll(async () => (await query('select from pg_locks where not granted')).length).toBeGreaterThan(0);
    await taker.query('commit');
    await telling;
    expect(await book.all()).toEqual([]);
  });

  test('is not believed 15 s after it was seen, nor when it has left', async () => {
    const [a, b] = [await opened('a'), await opened('b')];
    const office = await newLine();
    await book.tell(a.incarnation, [standing(office, await owning(a), reachable, until)]);
    await seen('a', 14);
    expect(await book.believed()).toEqual(new Set([a.incarnation, b.incarnation]));
    expect(await book.all()).toMatchObject([{ isBelieved: true }]);
    await seen('a', 16);
    expect(await book.believed()).toEqual(new Set([b.incarnation]));
    expect(await book.all()).toMatchObject([{ isBelieved: false }]);
    await a.leave();
    expect(await book.of([office])).toMatchObject([{ isBelieved: false }]);
  });
});

describe('two hosts on one database', () => {
  const host = async (incarnation: HostBook['incarnation']) => {
    const own = new OwnLines();
    const state = { carriage: undefined as Carriage | undefined };
    const faults = { report: vi.fn<(where: string, error: unknown) => void>() };
    const repository = new StandingRepository(database(), url());
    const shared = new SharedStandings({
      host: incarnation,
      own,
      book: repository,
      faults,
      carriage: () => state.carriage,
    });
    await shared.start();
    onTestFinished(() => shared.close());
    return { own, shared, state, faults };
  };

  test('see how each other’s lines stand, and the one that was asleep changes nothing', async () => {
    const [a, b] = [await steady('a'), await steady('b')];
    const [one, other] = [await host(a.incarnation), await host(b.incarnation)];
    const office = await newLine();
    one.state.carriage = await owning(a);
    one.own.stand(office, reachable, until);
    await expect
      .poll(() => other.shared.of(office), { timeout: 3_000 })
      .toEqual({ reachability: reachable, registeredUntil: until });

    await seen('a', 30);
    other.state.carriage = await owning(b);
    other.own.stand(office, { state: 'registering' });
    await expect.poll(async () => (await book.all())[0]?.host, { timeout: 3_000 }).toBe(b.incarnation);
    // It believes that the line is still its own.
    one.own.stand(office, refused);
    other.own.stand(office, reachable, EpochMs(until + 1));
    await expect.poll(async () => (await book.all())[0]?.standing.registeredUntil, { timeout: 3_000 }).toBe(until + 1);
    one.state.carriage = undefined;
    await b.beat(pulse);
    await expect
      .poll(() => one.shared.of(office), { timeout: 3_000 })
      .toEqual({ reachability: reachable, registeredUntil: until + 1 });
    expect(await book.all()).toMatchObject([{ host: b.incarnation, standing: { reachability: reachable } }]);
    for (const { faults } of [one, other]) expect(faults.report).not.toHaveBeenCalled();
  });

  test('hear what was told while their connections were lost', async () => {
    const [a, b] = [await steady('a'), await steady('b')];
    const carriage = await owning(a);
    const office = await newLine();
    const other = await host(b.incarnation);
    await listening();
    await query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where query = 'listen siptg_standings' and pid <> pg_backend_pid()`,
    );
    await book.tell(a.incarnation, [standing(office, carriage, reachable, until)]);
    expect(other.shared.of(office)).toEqual(unknown);
    await a.beat(pulse);
    await expect
      .poll(() => other.shared.of(office), { timeout: 10_000 })
      .toEqual({ reachability: reachable, registeredUntil: until });
    await expect.poll(() => missed, { timeout: 10_000 }).toBe(1);
    // Nobody heard of it: it was read with everything else.
    expect(heard).toEqual([]);
  });
});
