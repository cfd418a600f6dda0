import { describe, expect, onTestFinished, test } from 'vitest';
import { SharedStandings } from '../../../src/actors/hosting/shared-standings.ts';
import type { Carriage } from '../../../src/actors/ports/standing-book.ts';
import { EpochMs, LineId, UserId } from '../../../src/machines/model/ids.ts';
import type { Reachability } from '../../../src/machines/model/registration.ts';
import { Incarnation, ShardId } from '../../../src/machines/model/shards.ts';
import { MemoryStandingBook } from '../../fakes/hosting/memory-standing-book.ts';
import { OwnLines } from '../../fakes/hosting/own-lines.ts';
import { SimulatedHostClock } from '../../fakes/hosting/simulated-host-clock.ts';

const shard = ShardId('main/s0');
const user = UserId('1001');
const office = LineId('office');
const home = LineId('home');
const until = EpochMs(1_800_000_000_000);
const reachable: Reachability = { state: 'reachable' };
const registering: Reachability = { state: 'registering' };
const refused: Reachability = { state: 'refused', sip: { status: 403, reason: 'Forbidden' } };
const unreachable: Reachability = { state: 'unreachable', detail: 'no answer' };
const unknown = { reachability: { state: 'off' }, registeredUntil: undefined };

function installation() {
  const book = new MemoryStandingBook();
  const clock = new SimulatedHostClock();
  const host = async (name: string, parts: { ownsAs?: number } = {}) => {
    const incarnation = Incarnation(`${name}/1`);
    const own = new OwnLines();
    const faults: string[] = [];
    const state = { carriage: undefined as Carriage | undefined };
    const owns = (epoch: number) => {
      book.owners.set(shard, { host: incarnation, epoch });
      state.carriage = { user, shard, epoch };
    };
    if (parts.ownsAs !== undefined) owns(parts.ownsAs);
    const shared = new SharedStandings({
      host: incarnation,
      own,
      book,
      clock,
      carriage: () => state.carriage,
      faults: { report: (where, error) => faults.push(`${where}: ${String(error)}`) },
    });
    await shared.start();
    onTestFinished(() => {
      book.isAway = false;
      return shared.close();
    });
    return {
      own,
      shared,
      faults,
      incarnation,
      owns,
      /** It knows that another has taken the shard. */
      lost: () => {
        state.carriage = undefined;
      },
    };
  };
  return { book, clock, host };
}

describe('a line', () => {
  test('of this host stands as this host knows, at once', async () => {
    const { host } = installation();
    const { own, shared } = await host('a', { ownsAs: 1 });
    own.stand(office, reachable, until);
    expect(shared.of(office)).toEqual({ reachability: reachable, registeredUntil: until });
  });

  test('of another host stands as that told within 300 ms, and one of which nobody told is off', async () => {
    const { clock, host } = installation();
    const a = await host('a', { ownsAs: 1 });
    const b = await host('b');
    a.own.stand(office, reachable, until);
    await clock.advance(300);
    expect(b.shared.of(office)).toEqual({ reachability: reachable, registeredUntil: until });
    expect(b.shared.of(home)).toEqual(unknown);
    a.own.stand(office, refused);
    await clock.advance(300);
    expect(b.shared.of(office)).toEqual({ reachability: refused, registeredUntil: undefined });
  });

  test('is known to a host that comes later', async () => {
    const { clock, host } = installation();
    const a = await host('a', { ownsAs: 1 });
    a.own.stand(office, unreachable);
    await clock.advance(300);
    const b = await host('b');
    expect(b.shared.of(office).reachability).toEqual(unreachable);
  });

  test('that was refreshed is told without an announcement', async () => {
    const { clock, host } = installation();
    const a = await host('a', { ownsAs: 1 });
    const b = await host('b');
    a.own.stand(office, reachable, until);
    await clock.advance(300);
    a.own.prolong(office, EpochMs(until + 60_000));
    await clock.advance(5_500);
    expect(b.shared.of(office).registeredUntil).toBe(until + 60_000);
  });

  test('that is switched off is forgotten elsewhere, although its host carries it no more', async () => {
    const { clock, host } = installation();
    const a = await host('a', { ownsAs: 1 });
    const b = await host('b');
    a.own.stand(office, reachable, until);
    await clock.advance(300);
    a.own.stand(office, { state: 'off' });
    a.lost();
    await clock.advance(300);
    expect(b.shared.of(office)).toEqual(unknown);
  });

  test('whose host was silent for 15 s is off until somebody tells of it, and stands as before when the host is back', async () => {
    const { book, clock, host } = installation();
    const a = await host('a', { ownsAs: 1 });
    const b = await host('b');
    a.own.stand(office, reachable, until);
    await clock.advance(300);
    book.silent.add(a.incarnation);
    await clock.advance(5_000);
    expect(b.shared.of(office)).toEqual(unknown);
    book.silent.clear();
    await clock.advance(5_000);
    expect(b.shared.of(office).reachability).toEqual(reachable);
  });

  test('that moved stands as its new host tells, also for the old one', async () => {
    const { clock, host } = installation();
    const a = await host('a', { ownsAs: 1 });
    const b = await host('b');
    a.own.stand(office, reachable, until);
    await clock.advance(300);
    b.owns(2);
    b.own.stand(office, registering);
    await clock.advance(300);
    // It slept: what it believes of itself is told by nobody.
    a.own.stand(office, unreachable);
    await clock.advance(300);
    a.lost();
    expect(a.shared.of(office).reachability).toEqual(registering);
    const c = await host('c');
    expect(c.shared.of(office).reachability).toEqual(registering);
  });

  test('that this host has lost is not known by what it told itself', async () => {
    const { clock, host } = installation();
    const a = await host('a', { ownsAs: 1 });
    a.own.stand(office, reachable, until);
    await clock.advance(300);
    a.lost();
    expect(a.shared.of(office)).toEqual(unknown);
  });
});

describe('what is told', () => {
  test('is told together every 250 ms, as it is then, and only if it is otherwise', async () => {
    const { book, clock, host } = installation();
    const { own } = await host('a', { ownsAs: 1 });
    own.stand(office, registering);
    own.stand(home, registering);
    own.stand(office, reachable, until);
    await clock.advance(249);
    expect(book.told).toEqual([]);
    await clock.advance(1);
    expect(book.told.map((batch) => batch.map(({ line, standing }) => [line, standing.reachability.state]))).toEqual([
      [
        ['office', 'reachable'],
        ['home', 'registering'],
      ],
    ]);
    own.stand(office, registering);
    own.stand(office, reachable, until);
    await clock.advance(20_000);
    expect(book.told).toHaveLength(1);
  });

  test('is told of 200 lines at a time', async () => {
    const { book, clock, host } = installation();
    const { own } = await host('a', { ownsAs: 1 });
    for (let number = 0; number < 450; number += 1) own.stand(LineId(`line ${number}`), registering);
    await clock.advance(250);
    expect(book.told.map((batch) => batch.length)).toEqual([200, 200, 50]);
  });

  test('is of lines this host carries', async () => {
    const { book, clock, host } = installation();
    const { own } = await host('a');
    own.stand(office, registering);
    await clock.advance(20_000);
    expect(book.told).toEqual([]);
  });

  test('is told again when the shard was another’s meanwhile', async () => {
    const { book, clock, host } = installation();
    const { own, owns } = await host('a', { ownsAs: 1 });
    own.stand(office, reachable, until);
    await clock.advance(300);
    owns(3);
    await clock.advance(5_500);
    expect(book.told.map(([one]) => one?.carriage.epoch)).toEqual([1, 3]);
  });

  test('and refused is not told again until something changes', async () => {
    const { book, clock, host } = installation();
    const { own } = await host('a', { ownsAs: 1 });
    book.owners.clear();
    own.stand(office, registering);
    await clock.advance(20_000);
    expect(book.told).toHaveLength(1);
  });

  test('is told as it is by then when the database was away; that is reported once in 30 s', async () => {
    const { book, clock, host } = installation();
    const a = await host('a', { ownsAs: 1 });
    book.isAway = true;
    a.own.stand(office, registering);
    await clock.advance(29_000);
    expect(a.faults).toEqual(['sharing how lines stand: Error: the database is away']);
    await clock.advance(31_000);
    expect(a.faults).toHaveLength(2);
    a.own.stand(office, reachable, until);
    book.isAway = false;
    await clock.advance(1_250);
    expect(book.told).toMatchObject([[{ line: office, standing: { reachability: reachable } }]]);
  });

  test('and changes while it is being told is told afterwards', async () => {
    const { book, clock, host } = installation();
    const { own } = await host('a', { ownsAs: 1 });
    const { promise, resolve } = Promise.withResolvers<void>();
    own.stand(office, registering);
    book.gate = promise;
    await clock.advance(250);
    own.stand(office, refused);
    book.gate = undefined;
    resolve();
    await clock.advance(300);
    expect(book.told.flat().map(({ standing }) => standing.reachability.state)).toEqual(['registering', 'refused']);
  });
});

describe('what is heard', () => {
  test('too late is made up for when the connection is back', async () => {
    const { book, clock, host } = installation();
    const a = await host('a', { ownsAs: 1 });
    const b = await host('b');
    a.own.stand(office, reachable, until);
    book.isMute = true;
    await clock.advance(300);
    expect(b.shared.of(office)).toEqual(unknown);
    book.reconnect();
    await clock.advance(0);
    expect(b.shared.of(office).reachability).toEqual(reachable);
  });

  test('and cannot be read is read with everything else a second later', async () => {
    const { book, clock, host } = installation();
    const a = await host('a', { ownsAs: 1 });
    const b = await host('b');
    await clock.advance(100);
    a.own.stand(office, reachable, until);
    book.isMisled = true;
    await clock.advance(300);
    expect(b.shared.of(office)).toEqual(unknown);
    await clock.advance(1_000);
    expect(b.shared.of(office).reachability).toEqual(reachable);
    expect(b.faults).toEqual(['sharing how lines stand: Error: not an id']);
  });

  test('of many lines at once is read with everything else', async () => {
    const { book, clock, host } = installation();
    const a = await host('a', { ownsAs: 1 });
    const b = await host('b');
    await clock.advance(100);
    const { promise, resolve } = Promise.withResolvers<void>();
    a.own.stand(office, registering);
    await clock.advance(300);
    const { all, some } = book.reads;
    book.readingGate = promise;
    for (let number = 0; number < 1_201; number += 1) a.own.stand(LineId(`line ${number}`), registering);
    await clock.advance(300);
    book.readingGate = undefined;
    resolve();
    await clock.advance(300);
    expect(b.shared.of(LineId('line 1200')).reachability).toEqual(registering);
    // Both hosts: the first lines by their ids, then everything.
    expect(book.reads).toEqual({ all: all + 2, some: some + 2 });
  });

  test('is read once more as a whole every 10 min, since nobody tells of lines that were removed', async () => {
    const { book, clock, host } = installation();
    await host('a');
    await clock.advance(100);
    const { all } = book.reads;
    await clock.advance(1_300_000);
    expect(book.reads.all - all).toBe(2);
  });

  test('cannot begin while the database is away, which is thrown', async () => {
    const { book, host } = installation();
    book.all = () => Promise.reject(new Error('the database is going'));
    await expect(host('a')).rejects.toThrow('the database is going');
    Reflect.deleteProperty(book, 'all');
    book.isAway = true;
    await expect(host('a')).rejects.toThrow('the database is away');
  });
});
