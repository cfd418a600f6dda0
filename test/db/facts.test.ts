import { beforeEach, describe, expect, test } from 'vitest';
import type { KeptCall, KeptCalls, ShardLease } from '../../src/actors/ports/facts.ts';
import { CallRepository } from '../../src/db/call-repository.ts';
import { removeExpired } from '../../src/db/expiry.ts';
import { FactsRepository } from '../../src/db/facts-repository.ts';
import { SecretBox, WrongSecretKey } from '../../src/db/secret-box.ts';
import { CallId, EpochMs, LineId, UserId, VoiceLegId } from '../../src/machines/model/ids.ts';
import { ShardId } from '../../src/machines/model/shards.ts';
import { byHand } from '../fakes/recorder.ts';
import { emptyInstallation } from './hosting/support.ts';

const { database, query, opened, steady, seen } = emptyInstallation();
const shard = ShardId('main/s0');
const olga = UserId('1');
const box = new SecretBox(Buffer.alloc(32, 1));
const line = LineId('0198f7a5-0000-7000-8000-000000000001');

beforeEach(async () => {
  await query('truncate softphone, call_fact, call');
});

const facts = () => new FactsRepository(database(), box);
const callOf = (id: string, more: Partial<KeptCall> = {}): KeptCall => ({
  line,
  label: { call: CallId(id), direction: 'outgoing', number: '+49301234567', lineName: 'Office', startedAt: EpochMs(0) },
  target: { kind: 'number', user: '+49301234567' },
  voiceLeg: VoiceLegId('leg'),
  switching: true,
  limitMs: 60_000,
  recording: byHand,
  stage: 'answered',
  cause: undefined,
  isRecorded: true,
  dialog: { sipCallId: id, localSdp: 'inline:secret' } as never,
  ...more,
});
const callsOf = (calls: readonly KeptCall[], more: Partial<KeptCalls> = {}): KeptCalls => ({
  user: olga,
  calls,
  windowUntil: undefined,
  ...more,
});
/** A host that owns a shard. */
const owner = async (host: string, of = shard): Promise<ShardLease> => {
  const book = await opened(host);
  const claim = await book.claim(of);
  return { shard: of, owner: book.incarnation, epoch: claim?.epoch ?? 0 };
};
const rows = async () => (await query('select from call_fact')).length + (await query('select from softphone')).length;

describe('facts of calls', () => {
  test('are found by the next owner as they were kept, the call he hears first', async () => {
    const lease = await owner('a');
    const kept = callsOf([callOf('c2'), callOf('c1', { stage: 'unanswered', dialog: undefined })], {
      windowUntil: EpochMs(1_764_000_000_000),
    });
    expect(await facts().keep(kept, lease)).toBe('kept');
    const [found, ...others] = await facts().open(shard);
    expect(others).toEqual([]);
    expect(found).toMatchObject({ user: olga, windowUntil: 1_764_000_000_000 });
    expect(JSON.parse(JSON.stringify(found?.calls))).toEqual(JSON.parse(JSON.stringify(kept.calls)));
    expect(Math.abs((found?.writtenAt ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(await facts().open(ShardId('main/s1'))).toEqual([]);
  });

  test('are replaced as a whole, and removed with the last call', async () => {
    const lease = await owner('a');
    await facts().keep(callsOf([callOf('c1'), callOf('c2')]), lease);
    await facts().keep(callsOf([callOf('c2', { limitMs: undefined })], { windowUntil: EpochMs(5_000) }), lease);
    const [found] = await facts().open(shard);
    expect(found?.calls.map(({ label, limitMs }) => [label.call, limitMs])).toEqual([['c2', undefined]]);
    await facts().keep(callsOf([callOf('c2')]), lease);
    expect((await facts().open(shard))[0]?.windowUntil).toBeUndefined();
    expect(await facts().forget(olga, lease)).toBe('kept');
    expect(await rows()).toBe(0);
  });

  test('of everybody in a shard are read in one query', async () => {
    const lease = await owner('a');
    for (const user of ['3', '1', '2'])
      await facts().keep(callsOf([callOf(`c${user}`)], { user: UserId(user) }), lease);
    const em = database().fork();
    let asked = 0;
    const counting = { ...database(), fork: () => Object.assign(em, { execute: counted(em.execute.bind(em)) }) };
    function counted<Work extends (...args: never[]) => unknown>(work: Work): Work {
      return ((...args) => {
        asked++;
        return work(...args);
      }) as Work;
    }
    const found = await new FactsRepository(counting, box).open(shard);
    expect(found.map(({ user, calls }) => [user, calls[0]?.label.call])).toEqual([
      ['1', 'c1'],
      ['2', 'c2'],
      ['3', 'c3'],
    ]);
    expect(asked).toBe(1);
  });

  test('are not written by one whose shard is another’s: nothing of his touches a row', async () => {
    const [a, b] = [await steady('a'), await steady('b')];
    const old = { shard, owner: a.incarnation, epoch: (await a.claim(shard))?.epoch ?? 0 };
    await facts().keep(callsOf([callOf('c1')]), old);
    await seen('a', 30);
    const now = { shard, owner: b.incarnation, epoch: (await b.claim(shard))?.epoch ?? 0 };
    await facts().keep(callsOf([callOf('c1', { limitMs: 7 })]), now);
    expect(await facts().keep(callsOf([callOf('c1'), callOf('c2')], { windowUntil: EpochMs(1) }), old)).toBe('taken');
    expect(await facts().forget(olga, old)).toBe('taken');
    const [found] = await facts().open(shard);
    expect(found?.calls.map(({ label, limitMs }) => [label.call, limitMs])).toEqual([['c1', 7]]);
    expect(found?.windowUntil).toBeUndefined();
  });

  test('of a user who has calls in another shard are not written: he is busy', async () => {
    const [one, other] = [await owner('a'), await owner('b', ShardId('main/s1'))];
    await facts().keep(callsOf([callOf('c1')]), one);
    expect(await facts().keep(callsOf([callOf('c2')]), other)).toBe('elsewhere');
    expect(await facts().forget(olga, other)).toBe('kept');
    expect((await facts().open(shard))[0]?.calls).toHaveLength(1);
    await facts().forget(olga, one);
    expect(await facts().keep(callsOf([callOf('c2')]), other)).toBe('kept');
  });

  describe('of people with lines on several Workers', () => {
    const away = ShardId('hel/s0');
    const ofHel = async (): Promise<ShardLease> => {
      const book = await opened('h', { worker: 'hel' });
      await seen('h', 0);
      return { shard: away, owner: book.incarnation, epoch: (await book.claim(away))?.epoch ?? 0 };
    };

    test('hold from before there is a call: everywhere else he is busy, and all hosts know where he is', async () => {
      const [home, hel] = [await owner('a'), await ofHel()];
      expect(await facts().placesOf([olga])).toEqual(new Map());
      expect(await facts().keep(callsOf([]), hel)).toBe('kept');
      expect(await facts().keep(callsOf([]), home)).toBe('elsewhere');
      expect(await facts().placesOf([olga, UserId('2')])).toEqual(new Map([[olga, away]]));
      await facts().keep(callsOf([callOf('c1')]), hel);
      expect(await facts().keep(callsOf([callOf('c2')]), home)).toBe('elsewhere');
      await facts().forget(olga, hel);
      expect(await facts().placesOf([olga])).toEqual(new Map());
      expect(await facts().keep(callsOf([]), home)).toBe('kept');
    });

    test('do not hold him any more when nobody has run their shard for 15 s, and nothing is left of them', async () => {
      const [home, hel] = [await owner('a'), await ofHel()];
      await facts().keep(callsOf([callOf('c1')]), hel);
      await seen('h', 14);
      expect(await facts().keep(callsOf([callOf('c2')]), home)).toBe('elsewhere');
      await seen('h', 16);
      expect(await facts().placesOf([olga])).toEqual(new Map());
      expect(await facts().keep(callsOf([callOf('c2')]), home)).toBe('kept');
      expect(await query('select id from call_fact')).toEqual([{ id: 'c2' }]);
      await seen('h', 0);
      expect(await facts().open(away)).toEqual([]);
      expect(await facts().keep(callsOf([callOf('c1')]), hel)).toBe('elsewhere');
    });

    test('do not hold him after their host began anew, if he has no call that goes on', async () => {
      const hel = await ofHel();
      await facts().keep(callsOf([]), hel);
      await facts().keep(callsOf([callOf('c1')], { user: UserId('2') }), hel);
      await seen('h', 30);
      const again = await opened('h2', { worker: 'hel' });
      await seen('h2', 0);
      await again.claim(away);
      expect((await facts().open(away)).map(({ user }) => user)).toEqual(['2']);
      expect([...(await facts().placesOf([olga, UserId('2')])).keys()]).toEqual(['2']);
    });
  });

  test('say when the call was answered, and leave out one that has ended', async () => {
    const lease = await owner('a');
    const calls = new CallRepository(database());
    for (const id of ['c1', 'c2']) {
      const record = {
        call: CallId(id),
        user: olga,
        line,
        direction: 'outgoing',
        number: '1',
        target: undefined,
      } as const;
      await calls.opened({ ...record, openedAt: EpochMs(1_000) });
    }
    await calls.answered(CallId('c1'), EpochMs(2_000));
    await calls.ended(CallId('c2'), EpochMs(Date.now() - 7_200_000), { kind: 'normal' });
    await facts().keep(callsOf([callOf('c1'), callOf('c2')]), lease);
    const [found] = await facts().open(shard);
    expect(found?.calls.map(({ label, answeredAt }) => [label.call, answeredAt])).toEqual([['c1', 2_000]]);
    await removeExpired(database());
    expect(await query('select id from call_fact')).toEqual([{ id: 'c1' }]);
    await calls.ended(CallId('c1'), EpochMs(Date.now() - 7_200_000), { kind: 'normal' });
    await removeExpired(database());
    expect(await rows()).toBe(0);
  });

  test('hold numbers and keys: sealed, each for its own row', async () => {
    const lease = await owner('a');
    await facts().keep(callsOf([callOf('c1')]), lease);
    const [row] = await query<{ facts: string }>('select facts from call_fact');
    expect(row?.facts).toMatch(/^v1\./);
    expect(
      JSON.stringify([await query('select * from call_fact'), await query('select * from softphone')]),
    ).not.toMatch(/4930|inline/);
    const unreadable: unknown[] = [];
    const other = new FactsRepository(database(), new SecretBox(Buffer.alloc(32, 2)));
    expect(await other.open(shard, (user, error) => unreadable.push([user, error instanceof WrongSecretKey]))).toEqual(
      [],
    );
    expect(unreadable).toEqual([[olga, true]]);
    await query(`update call_fact set id = 'c9'`);
    await facts().open(shard, (user) => unreadable.push(user));
    expect(unreadable).toEqual([[olga, true], olga]);
  });
});
