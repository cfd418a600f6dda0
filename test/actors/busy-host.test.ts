import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { type AnyEventObject, createActor, SimulatedClock } from 'xstate';
import { lineActors, lineOf, softphoneParts, watched } from '../../bench/hosts/actors.ts';
import { Softphones } from '../../src/actors/softphones.ts';
import { CallId, EpochMs, LineId, UserId, VoiceLegId } from '../../src/machines/model/ids.ts';
import { softphoneMachine } from '../../src/machines/softphone.ts';
import { byHand } from '../fakes/recorder.ts';
import { processorMs } from '../support/processor-time.ts';

const idle = 5_000;
const callers = 50;
const rounds = 10;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const heapBytes = (): number => {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
};

type Tell = (fact: AnyEventObject) => void;
type Legs = Map<string, Tell>;
const watching = (legs: Legs): never =>
  new Proxy(
    {},
    {
      get: (_, name) =>
        name === 'watch'
          ? (leg: string, tell: Tell) => {
              legs.set(leg, tell);
              return () => legs.delete(leg);
            }
          : () => undefined,
    },
  ) as never;

/** Registry, log and wiring as a host has them, with both networks played. */
function openHost() {
  const [parties, phones]: [Legs, Legs] = [new Map(), new Map()];
  const clock = new SimulatedClock();
  const { inspection, log } = watched();
  const softphones = new Softphones({
    ...softphoneParts(clock),
    ...{ sip: watching(parties), telegram: watching(phones), inspection },
  });
  const idleLines = Array.from({ length: idle / 2 }, (_, number) => lineOf(number));
  const lines = lineActors({ lines: { enabled: async () => idleLines }, clock, inspection });
  let calls = 0;

  return {
    softphones,
    lines,
    async fill() {
      await lines.follow();
      for (const { user } of idleLines) await softphones.send(user, { type: 'callback.set', on: true });
      await log.settled();
    },
    /** A party calls, is answered, hears five digits and hangs up. */
    async call(user: UserId) {
      const [call, leg] = [CallId(`c${++calls}`), VoiceLegId(`v${calls}`)];
      await softphones.send(user, {
        type: 'party.called',
        line: LineId('office'),
        label: { call, direction: 'incoming', number: '+4930123', lineName: 'Office', startedAt: EpochMs(0) },
        caller: { number: '+4930123' },
        lineName: undefined,
        voiceLeg: leg,
        switching: true,
        limitMs: undefined,
        recording: byHand,
      });
      phones.get(leg)?.({ type: 'user.answered' });
      phones.get(leg)?.({ type: 'user.connected' });
      parties.get(call)?.({ type: 'party.answered' });
      await nextTurn();
      for (let key = 0; key < 5; key++) softphones.sendIfStarted(user, { type: 'key.pressed', call, digit: '1' });
      expect(softphones.isEngaged(user)).toBe(true);
      return () => {
        parties.get(call)?.({ type: 'party.hungUp', cause: { kind: 'normal' } });
        phones.get(leg)?.({ type: 'user.hungUp', cause: { kind: 'normal' } });
      };
    },
    settled: () => log.settled(),
  };
}

const caller = (number: number) => UserId(`caller${number}`);

/** All of them talk at once, then all hang up. @returns processor ms of each turn of the event loop */
async function talk(host: ReturnType<typeof openHost>): Promise<number[]> {
  const turns: number[] = [];
  let before = process.threadCpuUsage();
  let isOver = false;
  const watchTurns = (async () => {
    while (!isOver) {
      await nextTurn();
      const { user, system } = process.threadCpuUsage(before);
      turns.push((user + system) / 1_000);
      before = process.threadCpuUsage();
    }
  })();
  const ends: (() => void)[] = [];
  for (let number = 0; number < callers; number++) ends.push(await host.call(caller(number)));
  for (const end of ends) {
    end();
    await nextTurn();
  }
  expect(host.softphones.engaged).toBe(0);
  // As after ten seconds without a call, which those at rest are not to feel.
  for (let number = 0; number < callers; number++) host.softphones.sendIfStarted(caller(number), { type: 'shutdown' });
  await host.settled();
  isOver = true;
  await watchTurns;
  return turns;
}

const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const roundsOf = async (host: ReturnType<typeof openHost>): Promise<number[][]> => {
  const all: number[][] = [];
  for (let round = 0; round < rounds; round++) all.push(await talk(host));
  return all;
};

const bare = () => {
  const input = { user: UserId('1'), callback: true, keepsFacts: false };
  return createActor(softphoneMachine, { input, clock: new SimulatedClock() }).start();
};

test('5 000 idle actors and 50 calls on one host: neither memory nor turns of the event loop grow with those at rest', {
  timeout: 120_000,
}, async () => {
  const phone = bare();
  const thousandEvents = () => {
    for (let number = 0; number < 1_000; number++) phone.send({ type: 'callback.set', on: number % 2 === 0 });
  };
  const calibrationMs = Math.min(...Array.from({ length: rounds }, () => processorMs(thousandEvents)));
  const empty = heapBytes();
  const plain = Array.from({ length: idle }, bare);
  const plainBytes = heapBytes() - empty;
  expect(plain).toHaveLength(idle);

  const alone = await roundsOf(openHost());
  const host = openHost();
  const before = heapBytes();
  await host.fill();
  const idleBytes = heapBytes() - before;
  expect(host.lines.size + [...host.softphones.users].length).toBe(idle);
  await talk(host);
  const warm = heapBytes();
  const beside = await roundsOf(host);
  const grownBytes = heapBytes() - warm;

  expect(idleBytes / plainBytes, 'heap at rest, against as many bare machines').toBeLessThan(2);
  expect(grownBytes / idleBytes, 'heap that 500 calls leave behind, against that at rest').toBeLessThan(0.02);
  const perRound = (of: readonly number[][]) => median(of.map(sum));
  expect(perRound(beside) / perRound(alone), 'processor time of 50 calls, against a host without others').toBeLessThan(
    2,
  );
  const longest = median(beside.map((turns) => Math.max(...turns)));
  expect(
    longest / calibrationMs,
    'longest turn of the event loop, against 1 000 events of a bare machine',
  ).toBeLessThan(30);
});
