import type { SipLegFact } from '../../../src/actors/ports/sip-calls.ts';
import type { VoiceLegFact } from '../../../src/actors/ports/telegram-calls.ts';
import { CallId, VoiceLegId } from '../../../src/machines/model/ids.ts';
import { byHand } from '../../fakes/recorder.ts';
import { crash } from './crash.ts';
import type { Party } from './parties.ts';
import type { Phone } from './phones.ts';
import { press, replyWithKeys } from './presses.ts';
import type { World } from './world.ts';

/**
 * One thing that happens, as a line that can be read and pasted:
 *
 *     olga dials c1 | c2 calls | olga calls u1          (… without switching)
 *     phone answers | old phone hangs up | v1~1 breaks  what a voice leg does
 *     c1 rings | c1 answers | c1 ends                   what a party does; `ends`: a hang-up of ours is confirmed
 *     c1 takes the re-INVITE | c1 refuses the re-INVITE
 *     press Switch | press Switch twice | press an old Switch | press Transfer after Switch
 *     2000 ms pass | the deadline passes | callback off | the service shuts down
 *     recorded automatically | recorded by order | recorded for 15 s | recorded by hand     the calls that begin now
 *     the recorder starts | the recorder fails | the recorder is full
 *     recordings are delivered later | a recording is delivered | nothing can be delivered
 *     olga replies to the keypad                        with digits
 *     the plan is used up | the plan is asked for long
 *     facts are kept | facts are written later | facts are written | the database goes away | the database is back
 *     the host dies | the host dies behind its writing
 *     SIP ends later | Telegram ends later | re-INVITEs are answered later
 */
export type Line = string;

const partyFacts: Readonly<Record<string, SipLegFact>> = {
  rings: { type: 'party.ringing' },
  announces: { type: 'party.earlyMedia' },
  answers: { type: 'party.answered' },
  holds: { type: 'party.held' },
  resumes: { type: 'party.resumed' },
  'presses a key': { type: 'key.heard', digit: '5' },
  transfers: { type: 'party.transfers', target: { kind: 'number', user: '900' } },
  'hangs up': { type: 'party.hungUp', cause: { kind: 'normal' } },
  'gives up': { type: 'party.hungUp', cause: { kind: 'cancelled' } },
  'is answered elsewhere': { type: 'party.hungUp', cause: { kind: 'answered-elsewhere' } },
  'is busy': { type: 'party.hungUp', cause: { kind: 'busy', sip: { status: 486, reason: 'Busy Here' } } },
  fails: { type: 'party.hungUp', cause: { kind: 'rejected', sip: { status: 503, reason: 'Service Unavailable' } } },
};
const phoneFacts: Readonly<Record<string, VoiceLegFact>> = {
  rings: { type: 'user.ringing' },
  answers: { type: 'user.answered' },
  connects: { type: 'user.connected' },
  'hangs up': { type: 'user.hungUp', cause: { kind: 'normal' } },
  declines: { type: 'user.hungUp', cause: { kind: 'declined' } },
  'is busy': { type: 'user.hungUp', cause: { kind: 'busy' } },
  'is not answered': { type: 'user.hungUp', cause: { kind: 'no-answer' } },
  'forbids our call': { type: 'user.hungUp', cause: { kind: 'privacy' } },
  'meets a flood wait': { type: 'user.hungUp', cause: { kind: 'flood', retryAfterMs: 300_000 } },
  'meets a short flood wait': { type: 'user.hungUp', cause: { kind: 'flood', retryAfterMs: 5_000 } },
  breaks: { type: 'user.hungUp', cause: { kind: 'connection-lost' } },
  misbehaves: { type: 'user.hungUp', cause: { kind: 'peer-fault', detail: 'wrong hash' } },
};
export const partyVerbs = Object.keys(partyFacts);
export const phoneVerbs = Object.keys(phoneFacts);

const whole: Readonly<Record<string, (world: World) => void>> = {
  'the deadline passes': (world) => world.sendIfStarted({ type: 'deadline.passed' }),
  'callback on': (world) => setCallback(world, true),
  'callback off': (world) => setCallback(world, false),
  'the service shuts down': (world) => {
    world.sendIfStarted({ type: 'shutdown' });
    void world.bridges.endAll(new AbortController().signal);
  },
  'recorded by hand': (world) => void (world.recording = byHand),
  'recorded automatically': (world) => void (world.recording = { ...byHand, automatic: true }),
  'recorded by order': (world) => void (world.recording = { ...byHand, automatic: true, locked: true }),
  'recorded for 15 s': (world) => void (world.recording = { ...byHand, limitMs: 15_000 }),
  'the recorder starts': (world) => recorderTells(world, { type: 'recorder.started' }),
  'the recorder fails': (world) => recorderTells(world, { type: 'recorder.failed', why: { kind: 'disk-full' } }),
  'recordings are delivered later': ({ tapes }) => void (tapes.deliversLater = true),
  'a recording is delivered': ({ tapes }) => tapes.delivered(),
  'nothing can be delivered': ({ tapes }) => void (tapes.failsToDeliver = true),
  'olga replies to the keypad': replyWithKeys,
  'the recorder is full': (world) => recorderTells(world, { type: 'recorder.full' }),
  'facts are kept': ({ facts }) => void (facts.areKept = true),
  'facts are written later': ({ facts }) => void (facts.isSlow = true),
  'facts are written': ({ facts }) => facts.pass(),
  'the database goes away': ({ facts }) => void (facts.isAway = true),
  'the database is back': ({ facts }) => void (facts.isAway = false),
  'the host dies': (world) => crash(world, false),
  'the host dies behind its writing': (world) => crash(world, true),
  'the plan is used up': (world) => void (world.limit = { status: 402, reason: 'Total calls duration is exceeded' }),
  'the plan is asked for long': (world) => void (world.isLimitSlow = true),
  'SIP ends later': ({ parties }) => void (parties.endsLater = true),
  'Telegram ends later': ({ phones }) => void (phones.endsLater = true),
  're-INVITEs are answered later': ({ parties }) => void (parties.answersLater = true),
};

const shapes: readonly (readonly [RegExp, (world: World, ...words: string[]) => void])[] = [
  [/^olga dials (\w+)( without switching)?$/, (world, call, not) => world.dials(CallId(call as string), !not)],
  [/^(c\w+) calls( without switching)?$/, (world, call, not) => world.partyCalls(CallId(call as string), !not)],
  [/^olga calls (\w+)$/, (world, leg) => world.userCalls(VoiceLegId(leg as string))],
  [/^(\d+) ms pass$/, ({ clock }, ms) => clock.pass(Number(ms))],
  [/^press (an old )?(.+?)( twice)?$/, (world, old, button, twice) => press(world, button as string, old, twice)],
  [/^(phone|old phone|[vu][\w~]+) (.+)$/, phoneDoes],
  [/^(c[\w~]+) (.+)$/, partyDoes],
];

/** Lets one thing happen, and everything that follows from it at once. */
export async function take(world: World, line: Line): Promise<void> {
  try {
    // Of what happens now, nothing need be written when the host dies next.
    if (!line.startsWith('the host dies')) world.facts.flush();
    const known = whole[line];
    if (known) known(world);
    else {
      const shape = shapes.find(([pattern]) => pattern.test(line));
      if (!shape) throw new Error(`nobody knows what this line means: ${line}`);
      const words = shape[0].exec(line)?.slice(1) ?? [];
      shape[1](world, ...(words as string[]));
    }
    await world.settle();
  } catch (error) {
    world.complain(`an event threw: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Of the newest recording. */
function recorderTells({ tapes }: World, fact: Parameters<World['tapes']['tells']>[1]): void {
  const tape = tapes.running.at(-1) ?? [...tapes.all.values()].at(-1);
  if (tape) tapes.tells(tape, fact);
}

function setCallback(world: World, on: boolean): void {
  world.callback = on;
  world.sendIfStarted({ type: 'callback.set', on });
}

function phoneDoes(world: World, who = '', verb = ''): void {
  const { phones, sound } = world;
  const ids = [...phones.legs.keys()];
  const newest = phones.newest?.id;
  const id = who === 'phone' ? newest : who === 'old phone' ? ids.findLast((leg) => leg !== newest) : VoiceLegId(who);
  if (id === undefined) return;
  const leg = phones.leg(id);
  const fact = phoneFacts[verb];
  if (fact) {
    const isLoss = verb === 'breaks' && isHeard(leg) && talking(world).some(({ state }) => state === 'up');
    phones.does(leg, fact);
    // Product §10: a loss is no end, unless it is one too many.
    if (isLoss && talking(world).length === 0 && !world.chat.wasLostTooOften) world.complain('a loss ends the talk');
  } else if (verb === 'ends') {
    if (leg.state === 'ending') phones.end(leg);
  } else notice(sound, id, verb);
}

const isHeard = ({ state }: Phone): boolean => state === 'connecting' || state === 'up';
const talking = ({ parties }: World): Party[] =>
  parties.live.filter(({ state }) => state === 'up' || state === 'answering');

function partyDoes(world: World, who = '', verb = ''): void {
  const { parties, sound } = world;
  const leg = parties.leg(CallId(who));
  const fact = partyFacts[verb];
  if (fact) parties.does(leg, fact);
  else if (verb === 'takes the re-INVITE' || verb === 'refuses the re-INVITE')
    parties.answerReinvite(leg, verb.startsWith('takes'));
  else if (verb === 'ends') {
    if (leg.state === 'ending') parties.end(leg);
  } else notice(sound, leg.id, verb);
}

function notice(sound: World['sound'], leg: CallId | VoiceLegId, verb: string): void {
  if (verb === 'falls silent') sound.notice(leg, { type: 'media.lost' });
  else if (verb === 'is heard again') sound.notice(leg, { type: 'media.back' });
  else if (verb === 'begins to be heard') sound.notice(leg, { type: 'media.started' });
  else throw new Error(`nobody can do this: ${verb}`);
}
