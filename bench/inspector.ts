/**
 * What the inspector costs an event: calls of a softphone whose roots nobody asks for (off) against actors with no observer
 * attached, and calls one of whose actors is looked at (on), as ratios in the same run.
 *
 *   npm run bench -- inspector
 */
import { InspectionHub } from '../src/actors/inspection/hub.ts';
import { Inspector } from '../src/actors/inspection/inspector.ts';
import { EpochMs } from '../src/machines/model/ids.ts';
import { input, machine, playCall } from './support/bench-call.ts';

/** Of one round: few, so that some rounds are disturbed by nobody. The last of each is when a viewer is told. */
const calls = 50;
const rounds = 150;

const clock = { now: () => EpochMs(Date.now()) };
const faults = {
  report: (_: string, error: unknown) => {
    throw error;
  },
};
const off = new InspectionHub(clock, faults);
const on = new InspectionHub(clock, faults);
const inspector = new Inspector({ host: 'bench', version: 'bench', clock, logsOf: async () => [], testOf: () => '' });
on.watch(inspector.live);

const playings = {
  bare: (number: number) => playCall(number),
  off: (number: number) => playCall(number, off.root('user/1', machine, input).inspect),
  on(number: number) {
    playCall(number, on.root('user/1', machine, input).inspect);
    if (number < calls) return;
    // As the page is told: what changed, and the newest actor with its context.
    const phone = inspector.actors().findLast(({ machine: id }) => id === 'softphone');
    JSON.stringify([inspector.changes(), phone && inspector.view(phone.id)]);
  },
};

const took: Record<keyof typeof playings, number[]> = { bare: [], off: [], on: [] };
for (let round = 0; round < rounds; round++) {
  // Each comes first as often as the others: what the last one left is cleared away in the next one's time.
  const order = Object.entries(playings);
  order.push(...order.splice(0, round % order.length));
  for (const [name, play] of order) {
    const began = performance.now();
    for (let number = 1; number <= calls; number++) play(number);
    took[name as keyof typeof playings].push(((performance.now() - began) * 1_000) / calls);
  }
}
/** Of several rounds the least disturbed. */
const least = (name: keyof typeof playings): number => Math.min(...took[name]);

const most = { off: 1.02, on: 1.65 } as const;
console.log('a call of a softphone, µs');
console.log(`  bare         ${least('bare').toFixed(1).padStart(8)}`);
for (const name of ['off', 'on'] as const) {
  const ratio = least(name) / least('bare');
  console.log(`  ${name.padEnd(13)}${least(name).toFixed(1).padStart(8)}   ${ratio.toFixed(2)} ×`);
  console.log(
    `${ratio <= most[name] ? 'holds' : 'DOES NOT HOLD'}: the inspector ${name} costs a call at most ${most[name]} ×`,
  );
  if (ratio > most[name]) process.exitCode = 1;
}
