import { awaited } from './choices.ts';
import { Random } from './random.ts';
import type { Line } from './steps.ts';
import { end, endings, stepOn } from './walk.ts';
import { enterWorld } from './world.ts';

export interface Race {
  readonly name: string;
  /** Where it begins. */
  readonly before: readonly Line[];
  /** What happens in any order, each once. */
  readonly racing: readonly Line[];
}

const talk = ['olga dials c1', 'phone answers', 'phone connects', 'c1 answers'] as const;
const answeredLater = ['SIP ends later', 'Telegram ends later', 're-INVITEs are answered later'] as const;
const pair = [...talk, 'c2 calls', 'press Switch', 'c2 answers'] as const;

export const races: readonly Race[] = [
  {
    name: 'both sides hang up at once',
    before: [...talk, ...answeredLater],
    racing: ['phone hangs up', 'c1 hangs up', 'press key', 'press Reconnect'],
  },
  {
    name: 'both parties and the user hang up at once',
    before: [...pair, ...answeredLater],
    racing: ['phone hangs up', 'c1 hangs up', 'c2 hangs up', 'press Switch'],
  },
  {
    name: 'Switch while a re-INVITE of the Switch before is not answered',
    before: [...pair, ...answeredLater],
    racing: ['press Switch', 'press Switch', 'press Switch twice', 'c1 hangs up', 'press key', 'c1 holds'],
  },
  {
    name: 'an answer at the last moment of the reconnection window',
    before: [...talk, ...answeredLater, 'press Reconnect', 'phone ends', '59999 ms pass'],
    racing: ['phone answers', '1 ms pass', 'the deadline passes', 'phone connects', '1 ms pass'],
  },
  {
    name: 'the user’s own call at the last moment of the reconnection window',
    before: ['callback off', 'olga dials c1', 'olga calls u1', 'phone answers', 'phone connects', 'c1 answers'].concat(
      answeredLater,
      ['phone breaks', '59999 ms pass'],
    ),
    racing: ['olga calls u2', '1 ms pass', 'u2 answers', 'u2 connects', 'the deadline passes', 'c1 hangs up'],
  },
  {
    name: 'the voice leg is lost again while the talk is resumed',
    before: [...talk, ...answeredLater, 'press Reconnect', 'phone ends', 'phone answers'],
    racing: ['phone connects', 'v1~1 breaks', 'v1~2 answers', 'v1~2 connects', 'c1 hangs up', 'press Reconnect'],
  },
  {
    name: 'our CANCEL meets the 200 of the party',
    before: ['olga dials c1', 'phone answers', 'phone connects', 'c1 rings', ...answeredLater],
    racing: ['press Cancel', 'c1 answers', 'c1 answers', 'phone hangs up', 'c1 hangs up'],
  },
  {
    name: 'the End of a second attempt meets its 200',
    before: [...talk, 'olga dials c2', 'c2 rings', ...answeredLater],
    racing: ['press End', 'c2 answers', 'c2 answers', 'press Switch', 'c2 hangs up'],
  },
  {
    name: 'the CANCEL of a caller meets the answer of the user',
    before: ['c1 calls', 'phone rings', ...answeredLater],
    racing: ['phone answers', 'c1 gives up', 'c1 answers', 'phone connects', 'phone hangs up'],
  },
  {
    name: 'the user leaves while the party answers: Telegram’s discard meets the 200',
    before: ['olga dials c1', 'phone answers', 'phone connects', 'c1 rings', ...answeredLater],
    racing: ['phone hangs up', 'c1 answers', 'press key', 'phone breaks'],
  },
  {
    name: 'the same button is pressed on two devices',
    before: [...pair, ...answeredLater],
    racing: [
      'press Switch twice',
      'press Switch twice',
      'press End twice',
      'press Transfer twice',
      'press Reconnect twice',
    ],
  },
  {
    name: 'buttons of a waiting call are pressed on two devices while the caller gives up',
    before: [...talk, 'c2 calls', ...answeredLater],
    racing: ['press Switch twice', 'press Decline twice', 'press Transfer twice', 'c2 gives up'],
  },
  {
    name: 'a party calls while the first is being called, and both get their answers',
    before: ['olga dials c1', 'phone answers', 'phone connects', 'c2 calls', ...answeredLater],
    racing: ['press Switch twice', 'c1 answers', 'c1 announces', 'c2 answers', 'press Cancel', 'phone hangs up'],
  },
  {
    name: 'Transfer of a caller to a party that is being called while either leaves',
    before: ['olga dials c1', 'phone answers', 'phone connects', 'c1 rings', 'c2 calls', ...answeredLater],
    racing: [
      'press Transfer',
      'c1 answers',
      'c2 answers',
      'c1 is busy',
      'c2 gives up',
      'phone hangs up',
      'press Cancel',
    ],
  },
  {
    name: 'Transfer while the held party leaves',
    before: [...pair, ...answeredLater],
    racing: ['press Transfer', 'c1 hangs up', 'press Switch', 'c2 hangs up', 'phone hangs up'],
  },
  {
    name: 'Transfer to a party that is being called, and that fails before Telegram has confirmed the end',
    before: [...talk, 'olga dials c2', 'c2 rings', ...answeredLater],
    racing: ['press Transfer', 'c2 is busy', 'phone ends', 'v1~1 answers', 'c1 hangs up'],
  },
];

/** One order of what races and of the answers that are awaited meanwhile, the same for the same seed. */
export async function interleaved(race: Race, seed: number) {
  const random = new Random(seed);
  const world = enterWorld();
  const lines: Line[] = [];
  const go = (line: Line) => {
    lines.push(line);
    return stepOn(world, line);
  };
  for (const line of race.before) {
    const wrong = await go(line);
    if (wrong) return { lines, wrong };
  }
  const racing = [...race.racing];
  while (racing.length > 0) {
    const answers = awaited(world);
    const line =
      answers.length > 0 && random.chance(0.5)
        ? random.pick(answers)
        : (racing.splice(random.below(racing.length), 1)[0] as Line);
    const wrong = await go(line);
    if (wrong) return { lines, wrong };
  }
  const ending = random.pick(endings);
  return { lines: [...lines, ending], wrong: await end(world, ending) };
}
