/**
 * What it costs an event that the machines are watched and logged: calls of a softphone, bare and with its events noted, as
 * a ratio in the same run. Beside it what is done later, in batches: an event redacted, and replayed.
 *
 *   npm run bench -- inspection
 */
import { type AnyEventObject, createActor, type InspectionEvent, SimulatedClock } from 'xstate';
import { EventLog } from '../src/actors/inspection/event-log.ts';
import { InspectionHub } from '../src/actors/inspection/hub.ts';
import { Redaction } from '../src/actors/inspection/redaction.ts';
import { replayed } from '../src/actors/inspection/replay.ts';
import { type SoftphoneParts, softphone } from '../src/actors/softphone.ts';
import { CallId, EpochMs, LineId, UserId, VoiceLegId } from '../src/machines/model/ids.ts';

const calls = 3_000;
const rounds = 7;
const user = UserId('1001');

type Tell = (fact: AnyEventObject) => void;
const party = new Map<string, Tell>();
const phone = new Map<string, Tell>();
const watched = (legs: Map<string, Tell>) => (leg: string, tell: Tell) => {
  legs.set(leg, tell);
  return () => void legs.delete(leg);
};

/** Does nothing, whatever is asked of it; `watch` is its own. */
const port = (watch: unknown): never =>
  new Proxy({}, { get: (_, name) => (name === 'watch' ? watch : () => undefined) }) as never;
const deaf = port(() => () => {});
const machine = softphone({
  sip: port(watched(party)),
  telegram: port(watched(phone)),
  media: deaf,
  notices: deaf,
  journal: deaf,
  keys: deaf,
  recordings: deaf,
  deadlines: deaf,
  limitOf: async () => undefined,
  recordingFailed: () => {},
  handOver: () => {},
} satisfies SoftphoneParts);

const input = { user, callback: true };
const order = { user, owner: user, language: 'en', chat: undefined, stereo: false, automatic: false, locked: false };

/** A party calls, is answered, talked to, and hangs up. */
function call(number: number, inspect?: (event: InspectionEvent) => void): void {
  const clock = new SimulatedClock();
  const actor = createActor(machine, { input, clock, ...(inspect && { inspect }) }).start();
  const [id, leg] = [CallId(`c${number}`), VoiceLegId(`v${number}`)];
  actor.send({
    type: 'party.called',
    line: LineId('office'),
    label: { call: id, direction: 'incoming', number: '+4930123', lineName: 'Office', startedAt: EpochMs(number) },
    caller: { number: '+4930123' },
    lineName: undefined,
    voiceLeg: leg,
    switching: true,
    limitMs: undefined,
    recording: { ...order, limitMs: undefined },
  });
  phone.get(leg)?.({ type: 'user.answered' });
  phone.get(leg)?.({ type: 'user.connected' });
  party.get(id)?.({ type: 'party.answered' });
  for (let key = 0; key < 5; key++) actor.send({ type: 'key.pressed', call: id, digit: '1' });
  party.get(id)?.({ type: 'party.hungUp', cause: { kind: 'normal' } });
  clock.increment(60_000);
  phone.get(leg)?.({ type: 'user.hungUp', cause: { kind: 'normal' } });
  clock.increment(60_000);
  if (actor.getSnapshot().status !== 'done') throw new Error('the call is not over');
}

const clock = { now: () => EpochMs(Date.now()) };
const faults = {
  report: (_: string, error: unknown) => {
    throw error;
  },
};

function microsecondsPerCall(inspect?: () => ((event: InspectionEvent) => void) | undefined): number {
  const began = performance.now();
  for (let number = 0; number < calls; number++) call(number, inspect?.());
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
call(0, hub.root('user/1', machine, input).inspect);
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
