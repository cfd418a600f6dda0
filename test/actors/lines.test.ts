import { beforeEach, describe, expect, test } from 'vitest';
import { SimulatedClock } from 'xstate';
import { LineActors } from '../../src/actors/lines.ts';
import type { Line } from '../../src/actors/ports/lines.ts';
import type { Registrar } from '../../src/actors/ports/registrar.ts';
import { EpochMs, LineId, UserId } from '../../src/machines/model/ids.ts';
import { RegistrationRefused } from '../../src/machines/model/registration.ts';
import { office } from './house.ts';

const at = 1_800_000_000_000;
const settled = () => new Promise((resolve) => setImmediate(resolve));
const home: Line = { ...office, id: LineId('home'), name: 'Home' };

/** Writes down what it is asked for. */
class NotedRegistrar implements Registrar {
  readonly told: string[] = [];
  refusal: Error | undefined;
  answer: Promise<void> = Promise.resolve();

  async bind(line: LineId) {
    this.told.push(`bind ${line}`);
    await this.answer;
    if (this.refusal) throw this.refusal;
    return { lifetimeMs: 100_000 };
  }
  forget(): void {}
  async unbind(line: LineId) {
    this.told.push(`unbind ${line}`);
  }
  watch() {
    return () => {};
  }
}

let enabled: Line[];
let registrar: NotedRegistrar;
let clock: SimulatedClock;
let faults: unknown[];
let actors: LineActors;
const follow = async (...lines: Line[]) => {
  enabled = lines;
  registrar.told.length = 0;
  await actors.follow();
  await settled();
  return registrar.told;
};

beforeEach(() => {
  registrar = new NotedRegistrar();
  clock = new SimulatedClock();
  faults = [];
  actors = new LineActors({
    lines: { enabled: async () => enabled, ofUser: async () => [], find: async () => undefined },
    registrar,
    faults: { report: (_, error) => void faults.push(error) },
    clock,
    wallClock: { now: () => EpochMs(at + clock.now()) },
  });
});

test('a line whose revision changed is un-registered and registered anew, the others are left alone', async () => {
  await follow(office, home);
  expect(await follow({ ...office, revision: 1 }, home)).toEqual(['unbind office', 'bind office']);
  expect(actors.of(office.id).reachability).toEqual({ state: 'reachable' });
  expect(await follow({ ...office, revision: 1 }, home)).toEqual([]);
});

test('what is no matter of registration does not register anew', async () => {
  await follow(office);
  expect(await follow({ ...office, name: 'Other', dialRules: '^8=7', recording: true })).toEqual([]);
});

test('a line that was refused is tried at once with its new revision', async () => {
  registrar.refusal = new RegistrationRefused(403, 'Forbidden');
  await follow(office);
  expect(actors.of(office.id).reachability).toEqual({ state: 'refused', sip: { status: 403, reason: 'Forbidden' } });
  registrar.refusal = undefined;
  expect(await follow({ ...office, revision: 1 })).toEqual(['unbind office', 'bind office']);
  expect(actors.of(office.id).reachability).toEqual({ state: 'reachable' });
});

test('a line that is switched off and on with another revision is bound once', async () => {
  await follow(office);
  expect(await follow()).toEqual(['unbind office']);
  expect(actors.of(office.id)).toEqual({ reachability: { state: 'off' }, registeredUntil: undefined });
  expect(await follow({ ...office, revision: 1 })).toEqual(['bind office']);
});

test('a line stands registered until its binding ends, and each refresh moves that', async () => {
  expect(actors.of(office.id)).toEqual({ reachability: { state: 'off' }, registeredUntil: undefined });
  await follow(office);
  const { registeredUntil } = actors.of(office.id);
  expect(registeredUntil).toBe(at + 100_000);
  clock.increment(80_000);
  await settled();
  const moved = (actors.of(office.id).registeredUntil ?? 0) - at;
  expect(moved).toBeGreaterThan(100_000);
  expect(moved).toBeLessThanOrEqual(180_000);
});

test('a line that lost its registration is registered until nothing', async () => {
  await follow(office);
  registrar.refusal = new RegistrationRefused(404, 'Not Found');
  clock.increment(80_000);
  await settled();
  await settled();
  expect(actors.of(office.id)).toEqual({
    reachability: { state: 'refused', sip: { status: 404, reason: 'Not Found' } },
    registeredUntil: undefined,
  });
});

test('changes that come fast leave the line bound with the last', async () => {
  await follow(office);
  for (const revision of [1, 2, 3]) {
    enabled = [{ ...office, revision }];
    await actors.follow();
  }
  await settled();
  expect(registrar.told.at(-1)).toBe('bind office');
  expect(actors.of(office.id).reachability).toEqual({ state: 'reachable' });
  expect(faults).toEqual([]);
});

test('changes are followed in their order, however long the database takes', async () => {
  const answers: ((lines: Line[]) => void)[] = [];
  const slow = new LineActors({
    lines: {
      enabled: () => new Promise((resolve) => answers.push(resolve)),
      ofUser: async () => [],
      find: async () => undefined,
    },
    registrar,
    faults: { report: (_, error) => faults.push(error) },
    clock,
  });
  const first = slow.follow();
  await settled();
  // What has not begun reads for all who ask until then.
  const others = [slow.follow(), slow.follow()];
  await settled();
  expect(answers).toHaveLength(1);
  answers[0]?.([office]);
  await first;
  await settled();
  expect(answers).toHaveLength(2);
  answers[1]?.([]);
  await Promise.all(others);
  await settled();
  expect(slow.of(office.id).reachability).toEqual({ state: 'off' });
});

describe('who waits for the lines of a user', () => {
  let answer: () => void;
  let isTried: boolean;
  let patience: AbortController;
  const waits = async (user = office.user) => {
    isTried = false;
    void actors.tried(user, patience.signal).then(() => {
      isTried = true;
    });
    await settled();
  };
  beforeEach(async () => {
    patience = new AbortController();
    const { promise, resolve } = Promise.withResolvers<void>();
    registrar.answer = promise;
    answer = resolve;
    await follow(office);
  });

  test('waits until their registrars have answered', async () => {
    await waits();
    expect(isTried).toBe(false);
    answer();
    await settled();
    expect(isTried).toBe(true);
  });

  test('also when they refuse', async () => {
    registrar.refusal = new RegistrationRefused(403, 'Forbidden');
    await waits();
    answer();
    await settled();
    expect(isTried).toBe(true);
  });

  test('no longer than he has patience', async () => {
    await waits();
    patience.abort();
    await settled();
    expect(isTried).toBe(true);
  });

  test('not at all for those of others', async () => {
    await waits(UserId('somebody else'));
    expect(isTried).toBe(true);
  });
});
