/**
 * What it costs an event that the machines are watched and logged: calls of a softphone, bare and with its events noted, as
 * a ratio in the same run. Beside it what is done later, in batches: an event redacted, and replayed.
 *
 *   npm run bench -- inspection
 */
import type { AnyEventObject, InspectionEvent } from 'xstate';
import { EventLog } from '../src/actors/inspection/event-log.ts';
import { InspectionHub } from '../src/actors/inspection/hub.ts';
import { Redaction } from '../src/actors/inspection/redaction.ts';
import { replayed } from '../src/actors/inspection/replay.ts';
import { EpochMs } from '../src/machines/model/ids.ts';
import { input, machine, playCall } from './support/bench-call.ts';

const calls = 3_000;
const rounds = 7;
const clock = { now: () => EpochMs(Date.now()) };
const faults = {
  report: (_: string, error: unknown) => {
    throw error;
  },
};

function microsecondsPerCall(inspect?: () => ((event: InspectionEvent) => void) | undefined): number {
  const began = performance.now();
  for (let number = 0; number < calls; number++) playCall(number, inspect?.());
  return ((performance.now() - began) * 1_000) / calls;
}

/** Of several rounds the least disturbed. */
const least = (values: readonly number[]): number => Math.min(...values);

const hub = new InspectionHub(clock, faults);
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
const noted: AnyEventObject[][] = [];
const endNoting = hub.watch({
  started: () => noted.push([]),
  received: (_, event) => noted.at(-1)?.push(event),
});
playCall(0, hub.root('user/1', machine, input).inspect);
endNoting();
const [events = []] = noted;
hub.watch(log);

const bare: number[] = [];
const logged: number[] = [];
for (let round = 0; round < rounds; round++) {
  bare.push(microsecondsPerCall());
  logged.push(microsecondsPerCall(() => hub.root('user/1', machine, input).inspect));
  await log.settled();
}
const ratio = least(logged) / least(bare);
const perEvent = (perCall: number) => (perCall / events.length).toFixed(1).padStart(6);
console.log(`a call of ${events.length} events (and those of its children), µs for each of them`);
console.log(`  bare              ${perEvent(least(bare))}`);
console.log(`  watched, logged   ${perEvent(least(logged))}   ${ratio.toFixed(2)} ×`);

const times = (work: () => void): number => {
  const took = Array.from({ length: rounds }, () => {
    const began = performance.now();
    for (let turn = 0; turn < calls; turn++) work();
    return ((performance.now() - began) * 1_000) / calls;
  });
  return least(took);
};
const redacting = times(() => {
  const redaction = new Redaction();
  for (const event of events) JSON.stringify(redaction.of(event));
});
console.log(`  later: redacted   ${perEvent(redacting)}   ${(redacting / least(bare)).toFixed(2)} ×`);
const replaying = times(() => replayed(machine, input, events));
console.log(`  replayed          ${perEvent(replaying)}   ${(replaying / least(bare)).toFixed(2)} ×`);

const most = 1.5;
console.log(`${ratio <= most ? 'holds' : 'DOES NOT HOLD'}: being logged costs a call at most ${most} ×`);
if (ratio > most) process.exitCode = 1;
