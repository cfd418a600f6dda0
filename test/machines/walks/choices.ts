import type { Party } from './parties.ts';
import type { Phone } from './phones.ts';
import { buttonNames, shownButtons } from './presses.ts';
import type { Random } from './random.ts';
import { type Line, partyVerbs, phoneVerbs } from './steps.ts';
import type { World } from './world.ts';

/** What a party can do as its leg stands; what happens more often is named more often. */
const partyDoes: Readonly<Record<Party['state'], readonly string[]>> = {
  unmade: [],
  offered: [],
  inviting: ['rings', 'announces', 'answers', 'answers', 'is busy', 'fails'],
  alerting: ['gives up', 'is answered elsewhere'],
  answering: ['answers', 'answers', 'answers', 'hangs up'],
  up: ['hangs up', 'holds', 'resumes', 'falls silent', 'is heard again', 'transfers'],
  ending: ['ends', 'ends', 'answers', 'hangs up'],
  ended: [],
};
const phoneDoes: Readonly<Record<Phone['state'], readonly string[]>> = {
  unmade: [],
  offered: ['hangs up'],
  ringing: [
    'rings',
    'answers',
    'answers',
    'answers',
    'answers',
    'declines',
    'is busy',
    'forbids our call',
    'meets a flood wait',
    'meets a short flood wait',
    'breaks',
  ],
  answering: ['answers', 'answers', 'answers', 'hangs up', 'breaks'],
  connecting: ['connects', 'connects', 'hangs up', 'breaks', 'misbehaves'],
  up: ['hangs up', 'breaks', 'falls silent', 'is heard again'],
  ending: ['ends', 'ends', 'answers', 'hangs up'],
  ended: [],
};

/** Answers of the networks that are awaited now. */
export function awaited({ parties, phones, tapes, facts }: World): Line[] {
  const lines: Line[] = tapes.delivering.map(() => 'a recording is delivered');
  lines.push(...facts.waiting.map(() => 'facts are written'));
  for (const { id, state, waiting } of parties.legs.values()) {
    if (waiting.length > 0) lines.push(`${id} takes the re-INVITE`, `${id} refuses the re-INVITE`);
    if (state === 'ending') lines.push(`${id} ends`);
    if (state === 'answering') lines.push(`${id} answers`);
  }
  for (const { id, state } of phones.legs.values()) {
    if (state === 'ending') lines.push(`${id} ends`);
    if (state === 'answering') lines.push(`${id} answers`);
    if (state === 'connecting') lines.push(`${id} connects`);
  }
  return lines;
}

/** Everything that could happen next in a world that makes sense. */
export function sensible(world: World): Line[] {
  const { parties, phones, clock } = world;
  const lines: Line[] = [...awaited(world)];
  for (const { id, state, waiting } of parties.legs.values()) {
    lines.push(...partyDoes[state].map((verb) => `${id} ${verb}`));
    if (waiting.length > 0) lines.push(`${id} takes the re-INVITE`);
  }
  for (const leg of phones.legs.values())
    lines.push(...phoneDoes[leg.state].map((verb) => `${leg === phones.newest ? 'phone' : leg.id} ${verb}`));
  for (const name of shownButtons(world).keys()) lines.push(`press ${name}`, `press ${name}`);
  for (const { state } of world.tapes.running) {
    if (state === 'starting') lines.push('the recorder starts', 'the recorder starts', 'the recorder fails');
    if (state === 'writing') lines.push('the recorder fails', 'the recorder is full');
  }
  if (world.chat.notice('panel')) lines.push('olga replies to the keypad');
  lines.push(...newcomers(world));
  if (world.facts.areKept) lines.push(crash, `${crash} behind its writing`);
  const { untilNextMs } = clock;
  if (untilNextMs !== undefined) lines.push(`${untilNextMs} ms pass`);
  return lines;
}

/** Calls that begin. Their names say how many there were. */
export function newcomers({ parties, phones, callback }: World): Line[] {
  const call = `c${parties.legs.size + phones.legs.size + 1}`;
  const leg = `u${parties.legs.size + phones.legs.size + 1}`;
  return [`olga dials ${call}`, `${call} calls`, `olga calls ${leg}`, callback ? 'callback off' : 'callback on'];
}

const crash = 'the host dies';

/** What makes no sense, comes twice, comes late, or is about something that is gone. */
export function nonsense(world: World, random: Random): Line {
  const parties = [...world.parties.legs.keys(), 'c0'];
  const phones = [...world.phones.legs.keys(), 'v0'];
  const kinds: (() => Line)[] = [
    () => `${random.pick(parties)} ${random.pick(partyVerbs)}`,
    () => `${random.pick(phones)} ${random.pick(phoneVerbs)}`,
    () => `old phone ${random.pick(phoneVerbs)}`,
    () => `${random.pick([...parties, ...phones])} ${random.pick(['falls silent', 'is heard again'])}`,
    () => `press ${random.pick(buttonNames)}`,
    () => `press ${random.pick(buttonNames)} twice`,
    () => `press an old ${random.pick(['Switch', 'Transfer', 'Decline', 'End'])}`,
    () => 'the deadline passes',
    () => random.pick(['the plan is used up', 'the plan is asked for long']),
    () => `${random.pick([1, 500, 2_000, 7_999, 10_000, 59_999, 60_000])} ms pass`,
    () =>
      random.pick(['the recorder starts', 'the recorder fails', 'the recorder is full', 'nothing can be delivered']),
    () => random.pick(recordings),
    () => 'olga replies to the keypad',
    () => `olga dials c${world.parties.legs.size + world.phones.legs.size + 1} without switching`,
    () => `c${world.parties.legs.size + world.phones.legs.size + 1} calls without switching`,
  ];
  if (world.facts.areKept)
    kinds.push(
      () => random.pick(['the database goes away', 'the database is back']),
      () => crash,
    );
  return random.pick(kinds)();
}

const fiveLosses = [
  'c1 calls',
  'phone answers',
  'c1 answers',
  ...Array.from({ length: 5 }, () => ['phone breaks', 'phone answers']).flat(),
];

/** Ways into the rarer situations, so that walks spend their time there too. */
export const beginnings: readonly (readonly Line[])[] = [
  [],
  ['olga dials c1', 'phone answers', 'phone connects'],
  ['olga dials c1', 'phone answers', 'phone connects', 'c1 answers'],
  ['c1 calls', 'phone answers', 'c1 answers', 'phone connects'],
  ['c1 calls', 'c2 calls'],
  ['olga dials c1', 'phone answers', 'phone connects', 'c2 calls'],
  ['olga dials c1', 'phone answers', 'phone connects', 'c1 answers', 'c2 calls'],
  ['olga dials c1', 'phone answers', 'phone connects', 'c1 answers', 'olga dials c2'],
  ['olga dials c1', 'phone answers', 'phone connects', 'c1 answers', 'c2 calls', 'press Switch', 'c2 answers'],
  ['olga dials c1', 'phone answers', 'phone connects', 'c1 answers', 'press Reconnect'],
  ['callback off', 'olga dials c1', 'olga calls u1', 'phone answers', 'phone connects', 'c1 answers', 'phone breaks'],
  ['olga dials c1', 'phone answers', 'phone connects', 'c1 answers', 'olga dials c2', 'press Transfer'],
  fiveLosses,
  [...fiveLosses, 'c2 calls', 'press Switch', 'c2 answers', '600000 ms pass'],
];
export const recordings: readonly Line[] = [
  'recorded by hand',
  'recorded automatically',
  'recorded by order',
  'recorded for 15 s',
];
/** That another host could take the calls up. */
export const hosts: readonly Line[] = ['facts are kept', 'facts are written later'];
export const networks: readonly Line[] = [
  'SIP ends later',
  'Telegram ends later',
  're-INVITEs are answered later',
  'recordings are delivered later',
];
