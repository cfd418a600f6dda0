/**
 * What a host costs that carries many people: memory of actors at rest, processor time of an event on its way through the
 * registry and the log against the bare machine, and how long it takes to begin with the lines of a host that was lost.
 * Exits with 1 when a limit does not hold.
 *
 *   npm run bench -- hosts
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createActor, SimulatedClock } from 'xstate';
import { EventLog } from '../src/actors/inspection/event-log.ts';
import { InspectionHub } from '../src/actors/inspection/hub.ts';
import { LineActors } from '../src/actors/lines.ts';
import type { Line } from '../src/actors/ports/lines.ts';
import { softphone } from '../src/actors/softphone.ts';
import { Softphones, type SoftphonesParts } from '../src/actors/softphones.ts';
import { EpochMs, LineId, UserId } from '../src/machines/model/ids.ts';

const atRest = 5_000;
const taken = 1_000;
const events = 20_000;
const rounds = 5;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const heapBytes = (): number => {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
};

const clock = new SimulatedClock();
const wall = { now: () => EpochMs(Date.now()) };
const faults = {
  report: (_: string, error: unknown) => {
    throw error;
  },
};
/** Does nothing, whatever is asked of it. */
const deaf = (): never =>
  new Proxy({}, { get: (_, name) => (name === 'watch' ? () => () => {} : () => undefined) }) as never;
const parts: SoftphonesParts = {
  ...{
    sip: deaf(),
    telegram: deaf(),
    media: deaf(),
    notices: deaf(),
    journal: deaf(),
    keys: deaf(),
    recordings: deaf(),
  },
  limitOf: async () => undefined,
  recordingFailed: () => {},
  handOver: () => {},
  users: { settings: async () => ({ callback: true }) } as never,
  faults,
  clock,
};

const lineOf = (number: number): Line =>
  ({ id: LineId(`line${number}`), user: UserId(`${number}`), revision: 1, enabled: true }) as Line;

/** Lines that were registered the moment they asked for it. */
function lineActors(lines: readonly Line[], bound: (line: LineId) => void = () => {}): LineActors {
  return new LineActors({
    lines: { enabled: async () => lines, ofUser: async () => [], find: async () => undefined } as never,
    registrar: {
      async bind(line) {
        bound(line);
        return { lifetimeMs: 600_000 };
      },
      unbind: async () => {},
      forget: () => {},
      watch: () => () => {},
    },
    faults,
    clock,
    wallClock: wall,
  });
}

async function bytesAtRest(): Promise<{ readonly line: number; readonly softphone: number }> {
  const before = heapBytes();
  const lines = lineActors(Array.from({ length: atRest }, (_, number) => lineOf(number)));
  await lines.follow();
  await new Promise((done) => setTimeout(done, 500));
  const withLines = heapBytes();
  const softphones = new Softphones(parts);
  for (let user = 0; user < atRest; user++)
    await softphones.send(UserId(`${user}`), { type: 'callback.set', on: true });
  const withBoth = heapBytes();
  if (lines.size !== atRest || [...softphones.users].length !== atRest) throw new Error('not all of them are there');
  return { line: (withLines - before) / atRest, softphone: (withBoth - withLines) / atRest };
}

async function microsecondsPerEvent(): Promise<{ readonly bare: number; readonly through: number }> {
  const machine = softphone(parts);
  const bare = async () => {
    const phone = createActor(machine, {
      input: { user: UserId('1'), callback: true, keepsFacts: false },
      clock,
    }).start();
    const began = process.cpuUsage();
    for (let number = 0; number < events; number++) phone.send({ type: 'callback.set', on: number % 2 === 0 });
    return microseconds(began);
  };
  const through = async () => {
    const inspection = new InspectionHub(wall, faults);
    const log = new EventLog({
      rows: { append: async () => {} },
      faults,
      version: 'bench',
      newId: () => 'root',
      after: (_, then) => {
        const timer = setImmediate(then);
        return () => clearImmediate(timer);
      },
      mostWaiting: Infinity,
    });
    inspection.watch(log);
    const softphones = new Softphones({ ...parts, inspection });
    await softphones.send(UserId('1'), { type: 'callback.set', on: true });
    const began = process.cpuUsage();
    for (let number = 0; number < events; number++) {
      softphones.sendIfStarted(UserId('1'), { type: 'callback.set', on: number % 2 === 0 });
    }
    await log.settled();
    const took = microseconds(began);
    await log.close();
    return took;
  };
  const least = async (measure: () => Promise<number>) => {
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < rounds; round++) best = Math.min(best, await measure());
    return best / events;
  };
  return { bare: await least(bare), through: await least(through) };
}

const microseconds = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return user + system;
};

async function millisecondsToBegin(): Promise<number> {
  const at: number[] = [];
  const lines = lineActors(
    Array.from({ length: taken }, (_, number) => lineOf(number)),
    () => void at.push(performance.now()),
  );
  await lines.follow();
  while (at.length < taken) await new Promise((done) => setImmediate(done));
  return (at.at(-1) ?? 0) - (at[0] ?? 0);
}

const heap = await bytesAtRest();
const cpu = await microsecondsPerEvent();
const beginMs = await millisecondsToBegin();
const kB = (bytes: number) => `${(bytes / 1_000).toFixed(1)} kB`;
console.log(
  `${2 * atRest} actors at rest: a line ${kB(heap.line)}, a softphone ${kB(heap.softphone)} of heap (limit 12 kB each)`,
);
const ratio = cpu.through / cpu.bare;
console.log(
  `an event: ${cpu.bare.toFixed(1)} µs bare, ${cpu.through.toFixed(1)} µs through registry and log: ${ratio.toFixed(2)} × (limit 3)`,
);
console.log(`${taken} lines taken over: the last begins ${beginMs.toFixed(0)} ms after the first (limit 3000)`);
if (heap.line > 12_000 || heap.softphone > 12_000 || ratio > 3 || beginMs > 3_000) process.exitCode = 1;
