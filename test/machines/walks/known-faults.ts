import type { Line } from './steps.ts';
import type { World } from './world.ts';

/**
 * A fault of the machines that the walks have found and go around. When it is mended, its entry goes: a test says so,
 * because the way told here is walked to the end then.
 */
export interface KnownFault {
  readonly name: string;
  /** The section, example or decision of the product that says otherwise. */
  readonly product: string;
  /** The shortest way to it. */
  readonly lines: readonly Line[];
  /** What the walk says then; a fault that hides nothing else is forgiven, and the walk goes on. */
  readonly complaint: RegExp;
  /** Where more would go wrong: the event that is not let happen. The walk ends before it. */
  readonly avoids?: (world: World, line: Line) => boolean;
}

const talk = ['olga dials c1', 'phone answers', 'phone connects', 'c1 answers'] as const;

const isEndOf = (line: Line): boolean =>
  / (hangs up|ends|breaks|declines|misbehaves|fails|gives up|is busy|is not answered|is answered elsewhere|forbids our call)$|^everybody|shuts down| ms pass$/.test(
    line,
  );

export const knownFaults: readonly KnownFault[] = [
  {
    name: 'Cancel stands under the number after the party has answered, and does nothing',
    product: 'D-56: its message has Cancel until the party answers',
    lines: [...talk, 'press Cancel'],
    complaint: /^Cancel of the dialled message \(party (up|ended|ending)/,
  },
  {
    name: 'Cancel of a number that waits for the user’s call does nothing',
    product: '§5.4, D-56',
    lines: ['callback off', 'olga dials c1', 'press Cancel'],
    complaint: /^Cancel of the pressToCall message/,
  },
  {
    name: 'Cancel does nothing while the user’s own call is being taken in place of our ring',
    product: 'D-54, D-56',
    lines: ['olga dials c1', 'olga calls u1', 'press Cancel'],
    complaint: /^Cancel of the callingYou message/,
  },
  {
    name: 'Reconnect stands under the keypad while the party is called, and does nothing',
    product: '§7, §10',
    lines: ['olga dials c1', 'phone answers', 'phone connects', 'press Reconnect'],
    complaint: /^Reconnect of the panel message \(party inviting/,
  },
  {
    name: 'End of a reconnection does nothing while the user’s own call is being taken',
    product: '§10: End ends the call',
    lines: [...talk, 'press Reconnect', 'olga calls u1', 'press Leave'],
    complaint: /^Leave of the reconnecting message/,
  },
  {
    name: 'Cancel and End of an old message give up whatever is going on now: a press names no call',
    product: '§7, AC-35: a press on a cached copy is answered “The call is over”',
    lines: ['c1 calls', 'phone answers', 'c1 answers', 'press Reconnect', 'press Cancel'],
    complaint: /^(Leave|Cancel) is not shown and does something/,
  },
  {
    name: 'the keypad of a call that is over stands there while the user is rung for the one that waited',
    product: '§7, AC-35, D-32',
    lines: [...talk, 'c2 calls', 'phone hangs up'],
    complaint: /^a panel is shown while the user is only being rung/,
  },
  {
    name: 'a party that came back by a failed transfer waits without a message with Reconnect and End',
    product: '§9 Recall: like a reconnection; §10',
    lines: [
      'callback off',
      ...['olga dials c1', 'olga calls u1', 'phone answers', 'phone connects', 'c1 answers'],
      'olga dials c2',
      'press Transfer',
      'c2 fails',
    ],
    complaint: /^(a party waits and the user is not told|Reconnect is not shown and does something)/,
  },
  {
    name: 'a second caller who waits is lost when the first one is being answered and either side ends then',
    product: '§6.1, D-32, AC-31',
    lines: ['c1 calls', 'c2 calls', 'phone answers', 'phone hangs up', '10000 ms pass'],
    complaint: /^(an orphan party|the record of \w+ is left open|the shutdown leaves \w+ alerting)/,
    avoids: ({ parties }, line) =>
      isEndOf(line) &&
      parties.live.some(({ state }) => state === 'answering') &&
      parties.live.some(({ state }) => state === 'alerting'),
  },
  {
    name: 'the softphone breaks when somebody leaves while the user hears why his second party is not there',
    product: '§9, AC-83',
    lines: [...talk, 'olga dials c2', 'press Switch', 'c2 fails', 'phone hangs up'],
    complaint: /^the softphone broke/,
    avoids: (world, line) =>
      hearsWhy(world) && (line.startsWith('press Reconnect') || (isEndOf(line) && !line.endsWith('pass'))),
  },
  {
    name: 'the softphone breaks when the service stops before Telegram has confirmed the end after a Transfer',
    product: '§9, AC-53',
    lines: ['Telegram ends later', ...talk, 'olga dials c2', 'press Transfer', 'the service shuts down'],
    complaint: /^the softphone broke/,
    avoids: ({ joined, phones }, line) =>
      line === 'the service shuts down' && joined.size > 0 && phones.taken.some(({ state }) => state === 'ending'),
  },
  {
    name: 'the keypad stays that of the first call when only the second is left: its keys go nowhere',
    product: '§7: a press sends the digit to the current party; AC-32, AC-55',
    lines: [...talk, 'c2 calls', 'press Switch', 'c2 answers', 'press Switch', 'press Switch', 'c1 hangs up'],
    complaint: /^(the panel is of \w+, which is over|(key|Reconnect) of the panel message \(party (ended|ending))/,
  },
  {
    name: 'the buttons of two calls stand there, and do nothing, while the user hears why the second party is not there',
    product: '§9: if it fails, the message becomes the outcome; End goes back to the first',
    lines: [...talk, 'olga dials c2', 'press Switch', 'c2 is busy', 'press End'],
    complaint: /^(Switch|Transfer|End) of the parallel message \(party ended/,
  },
  {
    name: 'Reconnect does nothing any more, and nobody is rung, once the user’s own call took the place of our ring and broke',
    product: '§10: the user is called again and again within the window; Reconnect rings again at once',
    lines: [...talk, 'press Reconnect', 'olga calls u1', 'phone breaks', 'press Reconnect'],
    complaint: /^Reconnect of the reconnecting message/,
  },
  {
    name: 'a party whose user is busy when his transfer fails is dropped: nobody is told, the record stays open',
    product: '§9 Recall, AC-54',
    lines: [...talk, 'olga dials c2', 'press Transfer', 'olga dials c3', 'c2 fails'],
    complaint: /^(a dialled with buttons is left|the record of \w+ is left open)/,
    avoids: ({ parties, phones, joined, chat }, line) =>
      isEndOf(line) &&
      [...joined].some((id) => parties.leg(id).state === 'inviting') &&
      (phones.taken.length > 0 ||
        [...parties.legs.values()].some(({ id, state }) => !joined.has(id) && state !== 'ended') ||
        chat.buttons.some(({ notice }) => notice.kind === 'pressToCall')),
  },
  {
    name: 'a stop is not heard while the user’s own call takes the place of our callback ring',
    product: 'D-54',
    lines: ['Telegram ends later', 'olga dials c1', 'olga calls u1', 'the service shuts down'],
    complaint: /^the shutdown leaves u1 answering/,
    avoids: ({ phones, chat }, line) =>
      line === 'the service shuts down' &&
      !chat.notice('reconnection') &&
      phones.live.some(({ state }) => state === 'offered'),
  },
  {
    name: 'the user’s own call is left ringing by a stop while it takes the place of the ring of a reconnection',
    product: 'AC-81',
    lines: ['Telegram ends later', ...talk, 'phone breaks', 'olga calls u1', 'the service shuts down'],
    complaint: /^the shutdown leaves u1 offered/,
    avoids: ({ phones, chat }, line) =>
      line === 'the service shuts down' &&
      chat.notice('reconnection') !== undefined &&
      phones.live.some(({ state }) => state === 'offered'),
  },
  {
    name: 'Switch to a waiting party, and the first leaves before the second has acknowledged: silence',
    product: '§9, D-31: the user is talking to the other automatically',
    lines: [...talk, 'c2 calls', 'press Switch', 'c1 hangs up', 'c2 answers'],
    complaint: /^the user does not hear his only party/,
    avoids: ({ parties, joined }, line) => {
      const own = parties.live.filter(({ id }) => !joined.has(id));
      const first = own.find(({ state, isHeld }) => state === 'up' && isHeld);
      return (
        isEndOf(line) &&
        own.some(({ state }) => state === 'answering') &&
        first !== undefined &&
        isAbout(line, first.id)
      );
    },
  },
  {
    name: 'the held party leaves while the user listens to the second one being called: nobody hears him when it answers',
    product: '§9: the held party hangs up, talk goes on; AC-82',
    lines: [...talk, 'olga dials c2', 'press Switch', 'c1 hangs up', 'c2 answers'],
    complaint: /^the only party does not hear the user/,
    avoids: ({ parties, joined }, line) => {
      const own = parties.live.filter(({ id }) => !joined.has(id));
      const held = own.find(({ state, isHeld }) => state === 'up' && isHeld);
      return (
        isEndOf(line) && own.some(({ state }) => state === 'inviting') && held !== undefined && isAbout(line, held.id)
      );
    },
  },
  {
    name: 'the busy or congestion tone of a second party goes on for ever over the talk with the first',
    product: '§9: back with the first party after the tone of §5.5; AC-83',
    lines: [...talk, 'olga dials c2', 'press Switch', 'c2 fails', '3000 ms pass'],
    complaint: /^(busy|congestion) goes on over the talk/,
  },
  {
    name: 'Transfer of a waiting party, and the user hangs up before it has acknowledged: it is up and hears nobody',
    product: '§9, AC-84',
    lines: [...talk, 'c2 calls', 'press Transfer', 'phone hangs up', 'c2 answers', 'phone answers'],
    complaint: /^the user does not hear his only party/,
    avoids: ({ parties, joined }, line) => {
      const own = parties.live.filter(({ id }) => !joined.has(id));
      const isBetween = own.some(({ state }) => state === 'answering') && own.some(({ state }) => state === 'up');
      const first = own.find(({ state, isHeld }) => state === 'up' && !isHeld);
      return isBetween && isEndOf(line) && (!line.startsWith('c') || (first !== undefined && isAbout(line, first.id)));
    },
  },
  {
    name: 'the user hangs up while he listens to a second party being called: a first party who had called him is rung for anew',
    product: 'D-32: current and held calls both end; AC-57',
    lines: [
      'c1 calls',
      'phone answers',
      'c1 answers',
      'olga dials c2',
      'press Switch',
      'phone hangs up',
      'phone answers',
    ],
    complaint: /^the user does not hear his only party/,
    avoids: ({ parties, joined }, line) => {
      const own = parties.live.filter(({ id }) => !joined.has(id));
      const first = own.find(({ state, isHeld, isIncoming }) => state === 'up' && isHeld && isIncoming);
      return (
        first !== undefined && own.some(({ state }) => state === 'inviting') && isEndOf(line) && !line.startsWith('c')
      );
    },
  },
  {
    name: 'a second party that answers after Reconnect was pressed is not noted as answered: its talk is not counted',
    product: '§9, §10, §11',
    lines: [...talk, 'c2 calls', 'press Switch', 'press Reconnect', 'phone declines', 'c2 answers'],
    complaint: /^\w+ talks and its record does not say so/,
  },
  {
    name: 'the late end of a call dropped before is taken for the end of one of the two calls of now',
    product: '§9, §10: the current party stays',
    lines: [
      'SIP ends later',
      ...talk,
      'c2 calls',
      'press Reconnect',
      'phone answers',
      'c3 calls',
      'c2 ends',
      'the service shuts down',
    ],
    complaint: /^the shutdown leaves c1 up/,
    avoids: ({ parties, joined }, line) => {
      const isEndingLate = [...parties.legs.values()].some(
        ({ id, state }) => state === 'ending' && (isAbout(line, id) || !line.startsWith('c')),
      );
      return isEndingLate && isEndOf(line) && parties.live.filter(({ id }) => !joined.has(id)).length > 1;
    },
  },
];

const isAbout = (line: Line, leg: string): boolean => line.startsWith(`${leg} `);

const hearsWhy = ({ phones, sound, chat }: World): boolean =>
  chat.notice('parallel') !== undefined &&
  phones.taken.some(({ id }) => sound.tones(id).has('busy') || sound.tones(id).has('congestion'));

export const isKnown = (complaint: string): boolean =>
  knownFaults.some((fault) => !fault.avoids && fault.complaint.test(complaint));

/** Whether something must not happen now, because it is known where it leads. */
export const isAvoided = (world: World, line: Line): boolean => knownFaults.some(({ avoids }) => avoids?.(world, line));
