import { beforeEach, expect, test } from 'vitest';
import { type Actor, createActor, fromPromise, SimulatedClock } from 'xstate';
import { EpochMs, LineId, UserId } from '../../src/machines/model/ids.ts';
import type { SettingsInput } from '../../src/machines/model/settings.ts';
import type { Deed, Whereabouts } from '../../src/machines/model/settings-dialogue.ts';
import { answerMs } from '../../src/machines/model/settings-dialogue.ts';
import { settingsDialogueMachine } from '../../src/machines/settings-dialogue.ts';

const user = UserId(1001);
const line = LineId('office');
const question = { kind: 'field', line, field: 'domain' } as const;
const wrong = { kind: 'field', field: 'domain' } as const;
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** One thing the dialogue has begun, and the test ends. */
interface Begun {
  readonly name: string;
  readonly input: { readonly whereabouts: Whereabouts; readonly deed?: Deed; readonly wrong?: unknown };
  readonly signal: AbortSignal;
  done(output: unknown): Promise<void>;
  fails(): Promise<void>;
}

let clock: SimulatedClock;
let begun: Begun[];
let reports: number;

const operationOf = (name: string): never =>
  fromPromise<unknown, Begun['input']>(({ input, signal }) => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    begun.push({
      ...{ name, input, signal },
      done: async (output) => (resolve(output), settled()),
      fails: async () => (reject(new Error(`${name} failed`)), settled()),
    });
    return promise;
  }) as never;

const open = (whereabouts: Partial<Whereabouts> = {}, at = 0): Actor<typeof settingsDialogueMachine> => {
  const machine = settingsDialogueMachine.provide({
    actors: {
      perform: operationOf('perform'),
      judge: operationOf('judge'),
      correct: operationOf('correct'),
      giveUp: operationOf('giveUp'),
      recover: operationOf('recover'),
    },
    actions: { report: () => void (reports += 1) },
  });
  const dialogue = createActor(machine, { input: { user, whereabouts: place(whereabouts), at: EpochMs(at) }, clock });
  return dialogue.start();
};

const place = (more: Partial<Whereabouts> = {}): Whereabouts => ({
  screenMessage: 7,
  question: undefined,
  picking: undefined,
  givenUp: undefined,
  ...more,
});
const asked = (wrongAnswers = 0, askedAt = 0) => ({
  question: { question, askedAt: EpochMs(askedAt), wrong: wrongAnswers },
});
const arrival = (more: Partial<Whereabouts> = {}) => ({ whereabouts: place(more), at: EpochMs(clock.now()) });
const deed = (input: SettingsInput): Deed => ({ key: '', input, language: undefined, name: undefined, isLate: false });
const press = (messageId = 7) =>
  ({ type: 'person.acted', deed: deed({ kind: 'press', press: { do: 'line', line }, messageId }) }) as const;
const text = { type: 'person.wrote', deed: deed({ kind: 'text', text: 'pbx.test', messageId: 8 }) } as const;
const last = (): Begun => {
  const operation = begun.at(-1);
  if (!operation) throw new Error('nothing was begun');
  return operation;
};

beforeEach(() => {
  clock = new SimulatedClock();
  begun = [];
  reports = 0;
});

test('a press is performed, and then the dialogue is at rest again', async () => {
  const dialogue = open();
  dialogue.send(press());
  expect(dialogue.getSnapshot().value).toEqual({ busy: 'performing' });
  expect(dialogue.getSnapshot().hasTag('resting')).toBe(false);
  await last().done(arrival({ screenMessage: 9 }));
  expect(dialogue.getSnapshot().value).toBe('browsing');
  expect(dialogue.getSnapshot().context).toMatchObject({ whereabouts: { screenMessage: 9 }, deed: undefined });
});

test('a message is an answer only where something was asked', async () => {
  const dialogue = open();
  dialogue.send(text);
  expect(last().name).toBe('perform');
  await last().done(arrival(asked()));
  expect(dialogue.getSnapshot().value).toBe('asking');
  dialogue.send(text);
  expect(last()).toMatchObject({ name: 'judge', input: { whereabouts: { question: { question } }, deed: text.deed } });
});

test('a press on another message than the screen is nothing, except on an offer', () => {
  for (const dialogue of [open(), open(asked())]) {
    const { value } = dialogue.getSnapshot();
    dialogue.send(press(6));
    expect(dialogue.getSnapshot().value).toEqual(value);
    dialogue.send({
      type: 'person.acted',
      deed: deed({ kind: 'press', press: { do: 'take', offer: 'x' }, messageId: 6 }),
    });
    expect(last().name).toBe('perform');
  }
});

test('a third wrong answer gives up', async () => {
  const dialogue = open(asked());
  for (const count of [1, 2]) {
    dialogue.send(text);
    await last().done({ wrong });
    expect(last()).toMatchObject({ name: 'correct', input: { wrong, whereabouts: { question: { wrong: count } } } });
    await last().done({ whereabouts: last().input.whereabouts, at: EpochMs(0) });
    expect(dialogue.getSnapshot().value).toBe('asking');
  }
  dialogue.send(text);
  await last().done({ wrong });
  expect(last()).toMatchObject({ name: 'giveUp', input: { wrong } });
  await last().done(arrival());
  expect(dialogue.getSnapshot().value).toBe('browsing');
});

test('a wrong answer does not give the question more time', async () => {
  const dialogue = open(asked());
  clock.increment(answerMs - 10);
  dialogue.send(text);
  await last().done({ wrong });
  await last().done(arrival(last().input.whereabouts));
  expect(dialogue.getSnapshot().value).toBe('asking');
  clock.increment(10);
  expect(last()).toMatchObject({ name: 'giveUp', input: { wrong: undefined } });
});

test('a question has the time that is left of it, also in a later process', () => {
  const dialogue = open(asked(0, 1_000), 101_000);
  clock.increment(answerMs - 100_001);
  expect(dialogue.getSnapshot().value).toBe('asking');
  clock.increment(1);
  expect(dialogue.getSnapshot().value).toEqual({ busy: 'givingUp' });
});

test('a question whose time is over gives up before anything else', () => {
  expect(open(asked(), answerMs).getSnapshot().value).toEqual({ busy: 'givingUp' });
  expect(open(asked(), answerMs * 100).getSnapshot().value).toEqual({ busy: 'givingUp' });
});

test('a clock that was set back does not keep a question open for longer', () => {
  const dialogue = open(asked(0, 10_000_000), 0);
  clock.increment(answerMs);
  expect(dialogue.getSnapshot().value).toEqual({ busy: 'givingUp' });
});

test('an answer that is being judged when its time runs out counts', async () => {
  const dialogue = open(asked());
  clock.increment(answerMs - 1);
  dialogue.send(text);
  clock.increment(1_000);
  expect(dialogue.getSnapshot().value).toEqual({ busy: 'judging' });
  await last().done(arrival());
  expect(dialogue.getSnapshot().value).toBe('browsing');
});

test.each(['perform', 'judge', 'correct', 'giveUp'])(
  'when %s fails it is reported, and the screen shown again',
  async (name) => {
    const dialogue = open(name === 'perform' ? {} : asked(name === 'giveUp' ? 2 : 0));
    dialogue.send(name === 'perform' ? press() : text);
    if (name === 'correct' || name === 'giveUp') await last().done({ wrong });
    expect(last().name).toBe(name);
    await last().fails();
    expect(reports).toBe(1);
    expect(last()).toMatchObject({ name: 'recover', input: { deed: { input: {} } } });
    await last().done(arrival());
    expect(dialogue.getSnapshot().value).toBe('browsing');
  },
);

test('what takes more than 30 s is left, and told so', () => {
  const dialogue = open(asked());
  dialogue.send(text);
  const { signal } = last();
  clock.increment(30_000);
  expect(signal.aborted).toBe(true);
  expect(dialogue.getSnapshot().value).toBe('recovering');
  clock.increment(30_000);
  expect(dialogue.getSnapshot().value).toBe('browsing');
  expect(dialogue.getSnapshot().context.whereabouts).toEqual(place({ givenUp: question }));
});

test('when not even the screen can be shown, the question is closed all the same', async () => {
  const dialogue = open(asked());
  dialogue.send(text);
  await last().fails();
  await last().fails();
  expect(reports).toBe(2);
  expect(dialogue.getSnapshot()).toMatchObject({
    value: 'browsing',
    context: { whereabouts: place({ givenUp: question }), deed: undefined },
  });
});

test.each([
  ['fails', () => last().fails()],
  ['takes too long', async () => clock.increment(30_000)],
])(
  'when showing the screen again %s, keys that were open are let go, and the next press is performed',
  async (_, how) => {
    const dialogue = open({ picking: { kind: 'user', line, request: 5 } });
    dialogue.send(press());
    await last().fails();
    expect(last().name).toBe('recover');
    await how();
    expect(dialogue.getSnapshot()).toMatchObject({ value: 'browsing', context: { whereabouts: place() } });
    dialogue.send(press());
    expect(last()).toMatchObject({ name: 'perform', input: { whereabouts: place() } });
  },
);

test('a dialogue at rest ends after 300 s, one with a question does not', () => {
  const resting = open();
  clock.increment(300_000);
  expect(resting.getSnapshot().status).toBe('done');
  const asking = open(asked(0, clock.now()), clock.now());
  clock.increment(299_999);
  expect(asking.getSnapshot().status).toBe('active');
});

test('whatever happens in whatever order, the dialogue is at rest within a minute', async () => {
  let seed = 11;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  const seen = new Set<string>();
  for (let walk = 0; walk < 200; walk++) {
    clock = new SimulatedClock();
    begun = [];
    const dialogue = open(random(2) === 0 ? {} : asked(random(3)));
    for (let step = 0; step < 12 && dialogue.getSnapshot().status === 'active'; step++) {
      const running = begun.filter(({ signal }) => !signal.aborted).at(-1);
      const moves: readonly (() => unknown)[] = [
        () => dialogue.send(press()),
        () => dialogue.send(press(6)),
        () => dialogue.send(text),
        () => clock.increment(random(random(2) === 0 ? 40_000 : 400_000)),
        () => running?.done(arrival(random(2) === 0 ? {} : asked(random(3), clock.now()))),
        () => running?.name === 'judge' && running.done({ wrong }),
        () => running?.fails(),
      ];
      moves[random(moves.length)]?.();
      await settled();
      seen.add(JSON.stringify(dialogue.getSnapshot().value));
    }
    // Half a minute for what is under way, half a minute for its recovery.
    for (let turn = 0; turn < 2; turn++) if (isBusy(dialogue)) clock.increment(30_000);
    expect(isBusy(dialogue), JSON.stringify(dialogue.getSnapshot().value)).toBe(false);
    dialogue.stop();
  }
  expect(seen.size).toBe(8);
});

const isBusy = (dialogue: ReturnType<typeof open>): boolean =>
  dialogue.getSnapshot().status === 'active' && !dialogue.getSnapshot().hasTag('resting');
