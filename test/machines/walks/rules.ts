import type { LegId } from '../../../src/machines/model/ids.ts';
import type { Party } from './parties.ts';
import type { Phone } from './phones.ts';
import type { World } from './world.ts';

/** What must be true after every step; each says what it found wrong. */
const always: readonly ((world: World) => string | undefined)[] = [
  // No orphan leg: whatever lives has somebody who hears of its end.
  ({ parties }) => orphan(parties.live, 'party'),
  ({ phones }) =>
    orphan(
      phones.live.filter(({ state }) => state !== 'offered'),
      'voice leg',
    ),
  ({ phones }) => (phones.taken.length > 1 ? `${phones.taken.length} voice legs` : undefined),
  ({ parties, joined }) => {
    const calls = parties.live.filter(({ id }) => !joined.has(id));
    return calls.length > 2 ? `${calls.length} calls` : undefined;
  },
  panelNeedsPhone,
  panelIsOfLiveCall,
  talkIsHeard,
  pairIsHeard,
  waitingIsHeard,
  partyIsNotForgotten,
  floodWaitIsObeyed,
  ringIsToldOf,
  joinedHearEachOther,
  talkIsOnRecord,
  recordsWhatIsHeard,
  recordingEndsWithCall,
  buttonAgreesWithRecording,
  recordsByItself,
];

/** What must be true when everybody has hung up and time has passed. */
const atTheEnd: readonly ((world: World) => string | undefined)[] = [
  ({ isAtRest }) => (isAtRest ? undefined : 'the softphone does not come to rest'),
  ({ parties }) => unended([...parties.legs.values()]),
  ({ phones }) => unended([...phones.legs.values()]),
  ({ bridges }) => (bridges.engaged > 0 ? 'a bridge is left' : undefined),
  ({ clock }) => (clock.pending > 0 ? `${clock.pending} timers are left` : undefined),
  ({ deadlines }) => (deadlines.size > 0 ? `the deadline ${[...deadlines][0]} is left` : undefined),
  ({ parties, phones, sound, tapes }) => {
    const legs = [...parties.legs.values(), ...phones.legs.values()];
    const watchers = legs.reduce((sum, { facts }) => sum + facts.watchers, sound.watchers + tapes.watchers);
    return watchers > 0 ? `${watchers} listeners are left` : undefined;
  },
  ({ chat }) => {
    const left = chat.buttons.find(({ slot, notice }) => slot !== 'status' || notice.kind !== 'outcome');
    return left ? `a ${left.notice.kind} with buttons is left` : undefined;
  },
  ({ records }) => {
    const open = [...records].find(([, state]) => state !== 'closed');
    return open ? `the record of ${open[0]} is left open` : undefined;
  },
  // Also of one who was turned away (product §6).
  ({ parties, records }) => {
    const unknown = [...parties.legs.values()].find(({ id, isIncoming }) => isIncoming && !records.has(id));
    return unknown ? `${unknown.id} called and there is no record of it` : undefined;
  },
  ({ tapes }) => (tapes.running[0] ? `the recording ${tapes.running[0].id} is not delivered` : undefined),
];

export const checkStep = (world: World): void => check(world, always);
export const checkEnd = (world: World): void => check(world, atTheEnd);

function check(world: World, rules: typeof always): void {
  for (const rule of rules) {
    const wrong = rule(world);
    if (wrong) world.complain(wrong);
  }
}

const orphan = (legs: readonly (Party | Phone)[], kind: string): string | undefined =>
  legs.some(({ facts }) => facts.watchers === 0) ? `an orphan ${kind}` : undefined;

const unended = (legs: readonly (Party | Phone)[]): string | undefined => {
  const left = legs.find(({ state }) => state !== 'ended' && state !== 'unmade');
  return left ? `${left.id} is left ${left.state}` : undefined;
};

/** How things stand, once nothing is under way: no answer of a network or of the database is awaited. */
function atPeace({
  parties,
  phones,
  joined,
  facts,
}: World): { phone: Phone | undefined; talking: Party[] } | undefined {
  const legs = [...parties.legs.values()];
  if (facts.waiting.length > 0) return undefined;
  if (legs.some(({ state, waiting }) => state === 'ending' || waiting.length > 0)) return undefined;
  const voiceLegs = [...phones.legs.values()].filter(({ state }) => state !== 'ended' && state !== 'unmade');
  if (voiceLegs.length > 1 || voiceLegs.some(({ state }) => state !== 'up' && state !== 'connecting')) return undefined;
  const own = legs.filter(({ id, state }) => state !== 'ended' && state !== 'unmade' && !joined.has(id));
  if (own.some(({ state }) => state !== 'up')) return undefined;
  return { phone: voiceLegs[0], talking: own };
}

/** The keypad belongs to a talk, or to one that waits for its user to come back. */
function panelNeedsPhone({ phones, chat }: World): string | undefined {
  if (!chat.notice('panel') || chat.notice('reconnection')) return undefined;
  const inCall = phones.taken.some(({ state }) => state !== 'ringing');
  const isEnding = [...phones.legs.values()].some(({ state }) => state === 'ending');
  const isClearing = phones.live.length === 0;
  return inCall || isEnding || isClearing ? undefined : 'a panel is shown while the user is only being rung';
}

function panelIsOfLiveCall({ parties, phones, joined, chat }: World): string | undefined {
  const panel = chat.notice('panel');
  if (!panel || parties.leg(panel.call).state !== 'ended') return undefined;
  const hasOther = parties.live.some(({ id, state }) => state === 'up' && !joined.has(id));
  const hears = phones.live.some(({ state }) => state === 'up' || state === 'connecting');
  return hasOther && hears ? `the panel is of ${panel.call}, which is over` : undefined;
}

function talkIsHeard(world: World): string | undefined {
  const peace = atPeace(world);
  const [party, second] = peace?.talking ?? [];
  if (!peace?.phone || !party || second || saysWhyNobodyIsThere(world, peace.phone)) return undefined;
  const { sound, chat, deadlines } = world;
  if (deadlines.size > 0) return 'a deadline of the reconnection stands over the talk';
  if (sound.heardBy(peace.phone.id) !== party.id) return 'the user does not hear his only party';
  if (sound.heardBy(party.id) !== peace.phone.id) return 'the only party does not hear the user';
  if (party.isHeld) return 'the only party is left on hold';
  const tone = toneTo(world, peace.phone.id) ?? toneTo(world, party.id);
  if (tone) return `${tone} goes on over the talk`;
  if (!chat.notice('panel')) return 'a talk without a panel';
  if (chat.notice('parallel')) return 'a parallel message for one call';
  if (chat.notice('reconnection')) return 'a reconnection message over the talk';
  return undefined;
}

function pairIsHeard(world: World): string | undefined {
  const peace = atPeace(world);
  const [one, other, third] = peace?.talking ?? [];
  if (!peace?.phone || !one || !other || third) return undefined;
  const { sound, chat } = world;
  const heard = [one, other].find(({ id }) => id === sound.heardBy(peace.phone?.id as LegId));
  if (!heard) return 'the user hears neither of two parties';
  const silent = heard === one ? other : one;
  if (sound.heardBy(heard.id) !== peace.phone.id) return 'the current party does not hear the user';
  if (heard.isHeld) return 'the current party is on hold';
  if (sound.heardBy(silent.id)) return 'the held party hears somebody';
  if (!silent.isHeld) return 'the other party is not on hold';
  if (!sound.hasMusic(silent.id)) return 'the held party hears nothing';
  const tone = toneTo(world, peace.phone.id);
  if (tone) return `${tone} goes on over the talk of two`;
  return chat.notice('parallel') ? undefined : 'two calls without a parallel message';
}

/** Of a waiting call the user hears beeps, whatever else he hears (product §9). */
function waitingIsHeard({ chat, parties, phones, sound }: World): string | undefined {
  const notice = chat.notice('parallel')?.notice;
  const waits = notice?.kind === 'parallel' && parties.leg(notice.other.call).state === 'alerting';
  const phone = phones.live.find(({ state }) => state === 'up' || state === 'connecting');
  return waits && phone && !sound.tones(phone.id).has('second-call') ? 'a call waits and no beep says so' : undefined;
}

/** A party whose user is away is held, hears tones, and does not wait for ever. */
function partyIsNotForgotten(world: World): string | undefined {
  const peace = atPeace(world);
  const [party, second] = peace?.talking ?? [];
  if (!peace || peace.phone || !party) return undefined;
  if (second) return 'two parties wait for a user who is away';
  if (!world.sound.tones(party.id).has('reconnection')) return 'a party waits without hearing tones';
  if (world.clock.pending === 0) return 'a party waits for ever';
  if (world.deadlines.size === 0) return 'a party waits, and would for ever if the process died';
  return world.chat.notice('reconnection') ? undefined : 'a party waits and the user is not told';
}

/** Product §14.3. A window learns of the wait by its first ring. */
function floodWaitIsObeyed({ phones, deadlines }: World): string | undefined {
  const isTold = deadlines.size > 0 && phones.refused > 1;
  return isTold ? 'the user is rung although Telegram wants us to wait' : undefined;
}

/** Who waits for our ring is not to wait in vain; who is rung is not asked to call. */
function ringIsToldOf(world: World): string | undefined {
  const notice = world.chat.notice('reconnection')?.notice;
  const peace = atPeace(world);
  const isRung = world.phones.live.some(({ state }) => state === 'ringing');
  if (notice?.kind !== 'reconnecting') return undefined;
  if (isRung && !notice.ringing) return 'the user is rung, and asked to call';
  const isLeft = notice.ringing && peace && !peace.phone && (world.clock.untilNextMs ?? Infinity) > 2_000;
  return isLeft ? 'the user is told of a ring, and none comes' : undefined;
}

function joinedHearEachOther({ parties, joined, sound }: World): string | undefined {
  const up = [...joined].map((id) => parties.leg(id)).filter(({ state }) => state === 'up');
  const alone = up.find(({ id }) => {
    const heard = sound.heardBy(id);
    const isLast = up.length === 1;
    return !isLast && (heard === undefined || sound.heardBy(heard) !== id);
  });
  return alone ? `${alone.id} was joined and hears nobody` : undefined;
}

/** What was talked counts (product §11): the record of who is up has to say that he answered. */
function talkIsOnRecord(world: World): string | undefined {
  const unnoted = atPeace(world)?.talking.find(({ id }) => world.records.get(id) === 'opened');
  return unnoted ? `${unnoted.id} talks and its record does not say so` : undefined;
}

function recordsWhatIsHeard({ tapes, sound }: World): string | undefined {
  const deaf = tapes.running.find(
    ({ state, isPaused, voiceLeg, call }) =>
      state !== 'stopped' &&
      !isPaused &&
      (!voiceLeg || sound.heardBy(voiceLeg) !== call || sound.heardBy(call) !== voiceLeg),
  );
  return deaf ? `${deaf.call} is recorded and not heard` : undefined;
}

function recordingEndsWithCall({ tapes, parties, joined }: World): string | undefined {
  const left = tapes.running.find(({ call }) => joined.has(call) || parties.leg(call).state === 'ended');
  return left ? `the recording of ${left.call} goes on although the call is over` : undefined;
}

/** The button is that of the call whose keypad it is on, and says what is written of it now (product §8). */
function buttonAgreesWithRecording(world: World): string | undefined {
  const panel = world.chat.notice('panel')?.notice;
  const phone = atPeace(world)?.phone;
  if (!phone || panel?.kind !== 'panel') return undefined;
  const { call } = panel.label;
  const tape = world.tapes.running.find((one) => one.call === call && one.state !== 'stopped');
  const isWritten = tape?.state === 'writing' && !tape.isPaused;
  const expected = !tape ? ['start', 'failed', 'used-up'] : isWritten ? ['stop', 'locked'] : ['pending', 'locked'];
  // It begins when they hear each other again, or when the one before it has been delivered.
  const isDelayed = world.sound.heardBy(phone.id) !== call || world.tapes.delivering.length > 0;
  const isArmed = ['pending', 'locked'].includes(panel.recording ?? '') && !tape && isDelayed;
  if (!panel.recording || isArmed || expected.includes(panel.recording)) return undefined;
  return `the recording button is ${panel.recording}, not ${expected[0]}`;
}

function recordsByItself(world: World): string | undefined {
  const peace = atPeace(world);
  if (!peace?.phone) return undefined;
  const heard = peace.talking.find(({ id }) => world.sound.heardBy(id) === peace.phone?.id);
  if (!heard || !world.orders.get(heard.id)?.automatic) return undefined;
  const isBegun = [...world.tapes.all.values()].some(({ call, state }) => call === heard.id && state !== 'unmade');
  return isBegun ? undefined : `${heard.id} is not recorded by itself`;
}

/** The second party failed while the user listened to it: for 4 s he hears why. */
const saysWhyNobodyIsThere = ({ sound, clock }: World, { id }: Phone): boolean =>
  (sound.tones(id).has('busy') || sound.tones(id).has('congestion')) && (clock.untilNextMs ?? Infinity) <= 4_000;

const toneTo = ({ sound }: World, leg: LegId): string | undefined => [...sound.tones(leg)][0];
