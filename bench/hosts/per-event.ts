import { createActor, SimulatedClock } from 'xstate';
import { Softphones } from '../../src/actors/softphones.ts';
import { UserId, VoiceLegId } from '../../src/machines/model/ids.ts';
import type { SoftphoneCommand } from '../../src/machines/model/softphone.ts';
import { softphoneMachine } from '../../src/machines/softphone.ts';
import { softphoneParts, watched } from './actors.ts';

const events = 20_000;
const rounds = 5;
const user = UserId('1');

/** One that only changes what is remembered, and one that the user is told of and that ends his call: two effects. */
const eventOf = (number: number): SoftphoneCommand =>
  number % 2 === 0
    ? { type: 'callback.set', on: number % 4 === 0 }
    : { type: 'user.called', voiceLeg: VoiceLegId('leg') };

/** Processor time of an event in µs: of the machine alone, its effects left out, and as a host takes it. */
export async function microsecondsPerEvent(): Promise<{ readonly bare: number; readonly through: number }> {
  const best = { bare: Number.POSITIVE_INFINITY, through: Number.POSITIVE_INFINITY };
  // In turn: what else the machine does meets both.
  for (let round = 0; round < rounds; round++) {
    best.bare = Math.min(best.bare, bare());
    best.through = Math.min(best.through, await through());
  }
  return { bare: best.bare / events, through: best.through / events };
}

function bare(): number {
  const machine = softphoneMachine.provide({ actions: { declineUser: () => {}, say: () => {} } });
  const input = { user, callback: true, keepsFacts: false };
  const phone = createActor(machine, { input, clock: new SimulatedClock() }).start();
  const began = process.cpuUsage();
  for (let number = 0; number < events; number++) phone.send(eventOf(number));
  return microseconds(began);
}

async function through(): Promise<number> {
  const { inspection, log } = watched();
  const softphones = new Softphones({ ...softphoneParts(new SimulatedClock()), inspection });
  await softphones.send(user, { type: 'callback.set', on: true });
  const began = process.cpuUsage();
  for (let number = 0; number < events; number++) softphones.sendIfStarted(user, eventOf(number));
  await log.settled();
  const took = microseconds(began);
  if (softphones.engaged > 0 || [...softphones.users].length !== 1) throw new Error('the softphone did not stay');
  await log.close();
  return took;
}

function microseconds(since: NodeJS.CpuUsage): number {
  const { user: own, system } = process.cpuUsage(since);
  return own + system;
}
