import { describe, expect, test } from 'vitest';
import { ShardId } from '../../../src/machines/model/shards.ts';
import { emptyInstallation, pulse } from './support.ts';

const { query, opened, seen, steady } = emptyInstallation();
const shard = ShardId('main/s0');

describe('a shard', () => {
  test('that is free is claimed, and again by the same host without a change', async () => {
    const a = await opened('a');
    expect(await a.claim(shard)).toEqual({ epoch: 1, previous: undefined });
    expect(await a.claim(shard)).toMatchObject({ epoch: 1, previous: { owner: a.incarnation } });
    expect((await a.beat(pulse)).owned).toEqual([{ shard, epoch: 1 }]);
  });

  test('is not claimed from an owner who was seen 6 s ago, and is from one who was not for 8 s', async () => {
    const [a, b] = [await steady('a'), await steady('b')];
    await a.claim(shard);
    await seen('a', 6);
    expect(await b.claim(shard)).toBeUndefined();
    await seen('a', 8);
    const claim = await b.claim(shard);
    expect(claim).toMatchObject({ epoch: 2, previous: { owner: a.incarnation } });
    expect(Date.now() - (claim?.previous?.seenAt ?? 0)).toBeGreaterThan(7_500);
    expect((await a.beat(pulse)).owned).toEqual([]);
    expect(await a.claim(shard)).toBeUndefined();
  });

  test('is not claimed from a silent owner by somebody who was silent himself within the last 7 s', async () => {
    const [a, b] = [await steady('a'), await steady('b')];
    await a.claim(shard);
    // Everybody was silent: the database was.
    await seen('a', 20);
    await seen('b', 20);
    expect(await b.claim(shard)).toBeUndefined();
    await b.beat(pulse);
    expect(await b.claim(shard)).toBeUndefined();
    await seen('b', 0, 6);
    await b.beat(pulse);
    expect(await b.claim(shard)).toBeUndefined();
    await seen('b', 0, 8);
    await b.beat(pulse);
    expect(await b.claim(shard)).toMatchObject({ epoch: 2 });
  });

  test('of a host that was started again is its own at once, with a new epoch', async () => {
    const before = await opened('a');
    await before.claim(shard);
    await query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'siptg %'`);
    const after = await opened('a', { patienceMs: 5_000 });
    expect(await after.claim(shard)).toMatchObject({ epoch: 2, previous: { owner: before.incarnation } });
  });

  test('that two claim from a dead owner at the same moment goes to one of them', async () => {
    const [dead, b, c] = [await steady('dead'), await steady('b'), await steady('c')];
    for (const one of dead.shards) await dead.claim(one);
    await seen('dead', 30);
    for (const one of dead.shards) {
      const claims = await Promise.all([b.claim(one), c.claim(one)]);
      expect(claims.filter(Boolean)).toMatchObject([{ epoch: 2 }]);
    }
  });

  test('that is released is anybody’s; releasing what is another’s by now does nothing', async () => {
    const [a, b] = [await opened('a'), await opened('b')];
    const claim = await a.claim(shard);
    await a.release(shard, 0);
    expect(await b.claim(shard)).toBeUndefined();
    await a.release(shard, claim?.epoch ?? 0);
    expect(await b.claim(shard)).toEqual({ epoch: 2, previous: undefined });
    await a.release(shard, 2);
    expect((await b.beat(pulse)).owned).toHaveLength(1);
  });

  test('of a host that leaves is anybody’s, and the host is forgotten', async () => {
    const [a, b] = [await opened('a'), await opened('b')];
    await a.claim(shard);
    await a.leave();
    expect(await b.claim(shard)).toEqual({ epoch: 2, previous: undefined });
    expect(await query(`select from host where incarnation like 'a/%'`)).toEqual([]);
  });
});

describe('shares', () => {
  test('are counted among hosts of the Worker that were seen within 5 s and take shards', async () => {
    const a = await opened('a');
    const b = await opened('b');
    const c = await opened('c');
    await opened('elsewhere', { worker: 'hel' });
    expect(await a.beat(pulse)).toMatchObject({ others: 2, draining: false, usurped: false });
    await seen('b', 6);
    expect(await a.beat(pulse)).toMatchObject({ others: 1 });
    await b.beat(pulse);
    await c.beat({ ...pulse, claiming: false });
    expect(await a.beat(pulse)).toMatchObject({ others: 1 });
    await c.beat({ ...pulse, draining: true });
    expect(await a.beat(pulse)).toMatchObject({ others: 1 });
  });

  test('the earlier run of a host that was started again is not one of the others', async () => {
    await opened('a');
    await query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'siptg %'`);
    const again = await opened('a', { patienceMs: 5_000 });
    expect(await again.beat(pulse)).toMatchObject({ others: 0 });
  });
});
