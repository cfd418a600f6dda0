import type { InspectionEvent } from 'xstate';
import { checkEnd, checkStep } from './rules.ts';
import { type Line, take } from './steps.ts';
import { enterWorld, type World } from './world.ts';

/** How a walk ends: the last line of it. */
export const endings = [
  'everybody hangs up',
  'everybody hangs up and nothing is confirmed',
  'the service shuts down',
] as const;

export interface WalkOptions {
  readonly inspect?: (event: InspectionEvent) => void;
  /** Whether calls are kept, and hosts die. */
  readonly hostsDie?: boolean;
}

/** Goes the way of these lines and to the end of all calls. @returns the first thing that was wrong; undefined: nothing */
export async function walk(lines: readonly Line[]): Promise<string | undefined> {
  const world = enterWorld();
  for (const line of lines) {
    if (isEnding(line)) break;
    const wrong = await stepOn(world, line);
    if (wrong) return wrong;
  }
  return end(world, lines.find(isEnding) ?? endings[0]);
}

/** One step further. @returns what was wrong */
export async function stepOn(world: World, line: Line): Promise<string | undefined> {
  await take(world, line);
  checkStep(world);
  return complaintOf(world);
}

/** Ends everything as the ending says. @returns what was wrong */
export async function end(world: World, ending: string): Promise<string | undefined> {
  const isConfirmed = ending !== endings[1];
  world.parties.endsLater = world.phones.endsLater = !isConfirmed;
  world.parties.answersLater = false;
  if (ending === endings[2]) await shutDown(world);
  else await everybodyHangsUp(world, isConfirmed);
  // The longest wait is a reconnection window of 60 s whose call does not confirm its end for 40 s.
  for (let round = 0; round < 4; round++) {
    if (isConfirmed) await confirmEnds(world);
    await take(world, '60000 ms pass');
    // A ring that began after the hanging up is not answered; a party joined to nobody hangs up.
    await everybodyHangsUp(world, isConfirmed);
    if (world.isAtRest && world.clock.pending === 0) break;
  }
  if (!isConfirmed) await confirmEnds(world);
  checkEnd(world);
  for (const wrong of world.replays.wrongAsLogged()) world.complain(wrong);
  return complaintOf(world);
}

const isEnding = (line: Line): boolean => (endings as readonly string[]).includes(line);

async function shutDown(world: World): Promise<void> {
  await take(world, 'the service shuts down');
  await confirmEnds(world);
  const left = [...world.phones.live, ...world.parties.live][0];
  if (left) world.complain(`the shutdown leaves ${left.id} ${left.state}`);
}

async function everybodyHangsUp(world: World, isConfirmed: boolean): Promise<void> {
  for (const { id, state } of world.phones.live)
    await take(world, `${id} ${state === 'ringing' ? 'declines' : 'hangs up'}`);
  for (const { id } of world.parties.live) await take(world, `${id} hangs up`);
  if (isConfirmed) await confirmEnds(world);
}

async function confirmEnds(world: World): Promise<void> {
  const ending = (state: string) => state === 'ending';
  while (world.tapes.delivering.length > 0) await take(world, 'a recording is delivered');
  for (let round = 0; round < 3; round++) {
    for (const { id, state } of [...world.phones.legs.values()]) if (ending(state)) await take(world, `${id} ends`);
    for (const leg of [...world.parties.legs.values()]) {
      while (leg.waiting.length > 0) await take(world, `${leg.id} takes the re-INVITE`);
      if (ending(leg.state)) await take(world, `${leg.id} ends`);
    }
  }
}

const complaintOf = (world: World): string | undefined => world.complaints.splice(0)[0];
