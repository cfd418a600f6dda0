import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { backends } from '../adapters/jobs/places.ts';
import { type HostInstallation, startInstallation } from './support/host-installation.ts';
import { type HostProcess, until } from './support/hosts.ts';

const shards = 16;
/** With `bot` and `lead`. */
const all = shards + 2;
const betweenLooksMs = 250;

describe.each(backends)('three hosts whose jobs are on %s', (kind) => {
  let installation: HostInstallation;
  let a: HostProcess;
  let b: HostProcess;
  let c: HostProcess;
  beforeAll(async () => {
    installation = await startInstallation(kind, shards);
    [a, b, c] = await Promise.all([installation.start('a'), installation.start('b'), installation.start('c')]);
  });
  afterAll(() => installation?.close());

  const spread = () => installation.rows.spread('a', 'b', 'c');
  const spreadIs = (counts: readonly number[], timeoutMs: number) =>
    until(async () => expect(await spread()).toEqual(counts), timeoutMs);
  const evenly = () => spreadIs([6, 6, 6], 30_000);
  /** Of hosts that run: each shard once, and all of them. */
  const eachOnce = async (...hosts: readonly HostProcess[]) => {
    const reports = await Promise.all(hosts.map((host) => host.report()));
    const may = reports.flatMap((report) => report.may);
    expect(may.toSorted()).toEqual((await installation.rows.all()).map(({ id }) => id).toSorted());
    expect(may).toHaveLength(all);
  };
  /** Looked at all the while: no shard changes hands, none is dropped, and whatever else has to hold then. */
  const nothingMovesFor = async (ms: number, meanwhile: (passedMs: number) => Promise<void> = async () => {}) => {
    const before = await installation.rows.all();
    const lost = () => [a, b, c].map((host) => host.said('lost').length);
    const lostBefore = lost();
    const from = performance.now();
    do {
      await meanwhile(performance.now() - from);
      expect(await installation.rows.all()).toEqual(before);
      expect(lost()).toEqual(lostBefore);
      await sleep(betweenLooksMs);
    } while (performance.now() - from < ms);
  };
  const allLocked = () => until(async () => expect(await installation.lockedJobs()).toBe(all), 20_000);
  /** After an outage: until every job is locked again, and two checks for dead hosts after that. */
  const nothingHasMoved = async () => {
    const before = await installation.rows.all();
    await allLocked();
    await nothingMovesFor(4_000);
    expect(await installation.rows.all()).toEqual(before);
    await eachOnce(a, b, c);
  };

  test('they divide the shards evenly, each to one of them', { timeout: 60_000 }, async () => {
    await evenly();
    await allLocked();
    await eachOnce(a, b, c);
  });

  test('another process with the id of one of them is refused in words, and nothing moves', {
    timeout: 60_000,
  }, async () => {
    const before = await installation.rows.all();
    const twin = installation.launch('b');
    const { reason } = await twin.says('refused');
    expect(reason).toMatch(/^another process runs as host "b" .*give each host an id of its own/);
    expect(await twin.exited).toBe(1);
    expect(await installation.rows.all()).toEqual(before);
  });

  test('a host whose clock is minutes off is refused, with the remedy', { timeout: 60_000 }, async () => {
    const late = installation.launch('d', { CLOCK_BEHIND_MS: '180000' });
    const { reason } = await late.says('refused');
    expect(reason).toBe("the clock of this host is 3 minutes behind the database's: set both, as by NTP");
    expect(await late.exited).toBe(1);
  });

  test('a host that wants another number of shards while others run is refused', { timeout: 60_000 }, async () => {
    const other = installation.launch('d', { SHARDS: '32' });
    const { reason } = await other.says('refused');
    expect(reason).toMatch(/wants 32 shards .* but a, b, c run with 16 shards .*: stop all hosts to change it/);
    expect(await other.exited).toBe(1);
  });

  /** Where there is none nothing is tested, and nothing skipped. */
  const servers = kind === 'Redis' ? [kind] : [];

  test.each(servers)(
    '%s away for 10 s: no shard changes hands, and nobody is fenced',
    { timeout: 90_000 },
    async () => {
      installation.jobs.cut();
      await nothingMovesFor(10_000, () => eachOnce(a, b, c));
      installation.jobs.mend();
      await nothingHasMoved();
    },
  );

  test.each(servers)(
    '%s emptied: no shard changes hands, and all jobs are there again',
    { timeout: 90_000 },
    async () => {
      await installation.emptyRedis();
      expect(await installation.lockedJobs()).toBe(0);
      await nothingHasMoved();
    },
  );

  test('the database frozen for 12 s: no shard changes hands', { timeout: 90_000 }, async () => {
    const before = await installation.rows.all();
    const lost = [a, b, c].map((host) => host.said('lost').length);
    const from = performance.now();
    installation.server.freeze();
    do {
      const reports = await Promise.all([a.report(), b.report(), c.report()]);
      const may = reports.flatMap((report) => report.may);
      // With their jobs on the frozen server, owners have no sign of life at all.
      if (kind === 'Redis') expect(may).toHaveLength(all);
      else if (performance.now() - from > 6_000) expect(may).toHaveLength(0);
      await sleep(betweenLooksMs);
    } while (performance.now() - from < 12_000);
    installation.server.thaw();
    await until(async () => eachOnce(a, b, c), 10_000);
    await nothingHasMoved();
    expect(await installation.rows.all()).toEqual(before);
    expect([a, b, c].map((host) => host.said('lost').length)).toEqual(lost);
  });

  test('the database gone for 8 s: no shard changes hands', { timeout: 90_000 }, async () => {
    installation.database.cut();
    await nothingMovesFor(8_000);
    installation.database.mend();
    await until(async () => eachOnce(a, b, c), 10_000);
    await nothingHasMoved();
    // Each has its session, and with it its name, again.
    const twin = installation.launch('b');
    expect(await twin.says('refused')).toBeDefined();
    expect(await twin.exited).toBe(1);
  });

  test('SIGSTOP until its shards are elsewhere, SIGCONT: it may not act at the first instruction, and its writes touch no row', {
    timeout: 90_000,
  }, async () => {
    c.signal('SIGSTOP');
    await spreadIs([9, 9, 0], 13_000);
    await eachOnce(a, b);
    c.signal('SIGCONT');
    const woken = await c.says('woken');
    expect(woken).toMatchObject({ held: 6, may: 0 });
    expect(woken.gapMs).toBeGreaterThan(5_000);
    expect(await c.says('written')).toMatchObject({ tried: 6, rows: 0 });
    await until(() => expect(c.said('lost').filter(({ why }) => why === 'taken')).toHaveLength(6), 5_000);
    expect(await installation.rows.proofs('c')).toBe(0);
    await evenly();
    // The same writes by an owner.
    a.hears('write');
    expect(await a.says('written')).toMatchObject({ tried: 6, rows: 6 });
  });

  test('SIGTERM: idle shards are elsewhere within 2 s', { timeout: 90_000 }, async () => {
    c.signal('SIGTERM');
    await spreadIs([9, 9, 0], 2_000);
    expect(await c.exited).toBe(0);
    expect(c.said('lost').at(-1)).toMatchObject({ why: 'released' });
  });

  test('a new host comes to its share; shards that are in use stay until they are idle', {
    timeout: 90_000,
  }, async () => {
    a.hears('busy');
    c = await installation.start('c');
    await spreadIs([9, 6, 3], 20_000);
    await nothingMovesFor(3_000);
    a.hears('idle');
    await evenly();
    await eachOnce(a, b, c);
  });

  test('SIGTERM of a host in use: it keeps its shards until they are idle, and may act for them all the while', {
    timeout: 90_000,
  }, async () => {
    c.hears('busy');
    await c.report();
    c.signal('SIGTERM');
    await nothingMovesFor(4_000, () => eachOnce(a, b, c));
    c.hears('idle');
    await spreadIs([9, 9, 0], 2_000);
    expect(await c.exited).toBe(0);
  });

  test('SIGKILL: every shard is elsewhere within 12 s, none lost, none doubled, and none of the others is touched', {
    timeout: 90_000,
  }, async () => {
    c = await installation.start('c');
    await evenly();
    await allLocked();
    const before = await installation.rows.all();
    const lost = [a, b].map((host) => host.said('lost').length);
    c.signal('SIGKILL');
    await spreadIs([9, 9, 0], 12_000);
    await eachOnce(a, b);
    expect([a, b].map((host) => host.said('lost').length)).toEqual(lost);
    const after = await installation.rows.all();
    // One change of owner each, and only of those it had.
    expect(after.map(({ epoch }, at) => epoch - (before[at]?.epoch ?? 0))).toEqual(
      before.map(({ owner }) => (owner?.startsWith('c/') ? 1 : 0)),
    );
  });

  test('SIGKILL of all, one started again at once: it has back what it had without waiting, the rest when their owners are dead', {
    timeout: 90_000,
  }, async () => {
    a.signal('SIGKILL');
    b.signal('SIGKILL');
    await Promise.all([a.exited, b.exited]);
    const killedAt = performance.now();
    a = await installation.start('a');
    await until(async () => expect((await spread())[0]).toBeGreaterThanOrEqual(9), 15_000);
    const ownAfterMs = performance.now() - killedAt;
    await spreadIs([all, 0, 0], 15_000);
    expect(ownAfterMs).toBeLessThan(7_000);
    await eachOnce(a);
    expect(a.said('gained')[0]?.from).toMatch(/^a\//);
  });
});
