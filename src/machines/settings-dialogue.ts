import { assign, setup } from 'xstate';
import { effect, operation } from './effects.ts';
import type { EpochMs, UserId } from './model/ids.ts';
import type { SettingsInput, WrongAnswer } from './model/settings.ts';
import { answerMs, type Deed, type Whereabouts } from './model/settings-dialogue.ts';

/** Where somebody got to, and when. */
export interface Arrival {
  readonly whereabouts: Whereabouts;
  readonly at: EpochMs;
}

export type Judgement = Arrival | { readonly wrong: WrongAnswer };

export type DialogueInput = Arrival & { readonly user: UserId };

export type DialogueEvent =
  /** A press, a command, a choice from a picker; or a message, which is an answer where something was asked. */
  { readonly type: 'person.acted' | 'person.wrote'; readonly deed: Deed };

type Place = Pick<DialogueInput, 'user' | 'whereabouts'>;
type Context = DialogueInput & { readonly deed: Deed | undefined; readonly wrong: WrongAnswer | undefined };

/** Answers that may be wrong before we give up (product §3.4). */
const mostWrong = 3;

const acted = [
  { guard: { type: 'isOutOfDate', params: ({ event }: { event: { deed: Deed } }) => event.deed } },
  {
    target: '#settingsDialogue.busy.performing',
    actions: { type: 'note', params: ({ event }: { event: { deed: Deed } }) => event },
  },
] as const;
const arrived = {
  target: '#settingsDialogue.arriving',
  actions: { type: 'arrive', params: ({ event }: { event: { output: Arrival } }) => event.output },
} as const;
const reportError = {
  type: 'report',
  params: ({ event }: { event: { error: unknown } }) => ({ error: event.error }),
} as const;
const failed = { target: '#settingsDialogue.recovering', actions: reportError } as const;
const withDeed = ({ context: { user, whereabouts, deed } }: { context: Context }) => ({ user, whereabouts, deed });
const withWrong = ({ context: { user, whereabouts, wrong } }: { context: Context }) => ({ user, whereabouts, wrong });

/**
 * One person and the settings bot: one thing after the other (product §3).
 *
 * What he does arrives one at a time, when the dialogue is at rest; whoever sends looks first. What is remembered is written
 * down by the operations, so that a dialogue of a later process begins where this one was.
 */
export const settingsDialogueMachine = setup({
  types: {
    input: {} as DialogueInput,
    context: {} as Context,
    events: {} as DialogueEvent,
    tags: {} as 'resting',
  },
  actors: {
    perform: operation<Arrival, Place & { deed: Deed | undefined }>(),
    judge: operation<Judgement, Place & { deed: Deed | undefined }>(),
    correct: operation<Arrival, Place & { wrong: WrongAnswer | undefined }>(),
    giveUp: operation<Arrival, Place & { wrong: WrongAnswer | undefined }>(),
    recover: operation<Arrival, Place & { deed: Deed | undefined }>(),
  },
  actions: {
    report: effect<{ error: unknown }>(),
    note: assign((_, { deed }: { deed: Deed }) => ({ deed })),
    arrive: assign((_, { whereabouts, at }: Arrival) => ({ whereabouts, at, deed: undefined, wrong: undefined })),
    countWrong: assign(({ context: { whereabouts } }, { wrong }: { wrong: WrongAnswer | undefined }) => {
      const question = whereabouts.question && { ...whereabouts.question, wrong: whereabouts.question.wrong + 1 };
      return { wrong, whereabouts: { ...whereabouts, question } };
    }),
    letGo: assign(({ context: { whereabouts } }) => ({
      deed: undefined,
      whereabouts: {
        ...whereabouts,
        question: undefined,
        picking: undefined,
        givenUp: whereabouts.question?.question ?? whereabouts.givenUp,
      },
    })),
  },
  guards: {
    isOverdue: ({ context }) => context.whereabouts.question !== undefined && leftMs(context) <= 0,
    isAsked: ({ context }) => context.whereabouts.question !== undefined,
    isOutOfDate: ({ context }, { input }: { input: SettingsInput }) =>
      // The button of an offer stands on a message of its own, and is good until the offer is over.
      input.kind === 'press' && input.press.do !== 'take' && input.messageId !== context.whereabouts.screenMessage,
    isWrong: (_, { judgement }: { judgement: Judgement }) => 'wrong' in judgement,
    isLast: ({ context }, { judgement }: { judgement: Judgement }) =>
      'wrong' in judgement && (context.whereabouts.question?.wrong ?? 0) + 1 >= mostWrong,
  },
  delays: {
    answer: ({ context }) => leftMs(context),
    patience: 30_000,
    rest: 300_000,
  },
}).createMachine({
  id: 'settingsDialogue',
  context: ({ input }) => ({ ...input, deed: undefined, wrong: undefined }),
  initial: 'arriving',
  states: {
    arriving: {
      always: [
        { guard: 'isOverdue', target: 'busy.givingUp' },
        { guard: 'isAsked', target: 'asking' },
        { target: 'browsing' },
      ],
    },
    browsing: {
      tags: 'resting',
      on: {
        'person.acted': acted,
        'person.wrote': { target: 'busy.performing', actions: { type: 'note', params: ({ event }) => event } },
      },
      after: { rest: 'gone' },
    },
    asking: {
      tags: 'resting',
      description: 'The next message is the answer; whatever else he does closes the question.',
      on: {
        'person.acted': acted,
        'person.wrote': { target: 'busy.judging', actions: { type: 'note', params: ({ event }) => event } },
      },
      after: { answer: 'busy.givingUp' },
    },
    busy: {
      description: 'What takes too long is left: nobody waits for it behind his own press.',
      initial: 'performing',
      after: {
        patience: {
          target: 'recovering',
          actions: { type: 'report', params: { error: new Error('the settings bot took too long over an input') } },
        },
      },
      states: {
        performing: {
          invoke: { id: 'perform', src: 'perform', input: withDeed, onDone: arrived, onError: failed },
        },
        judging: {
          invoke: {
            id: 'judge',
            src: 'judge',
            input: withDeed,
            onDone: [
              {
                guard: { type: 'isLast', params: ({ event }) => ({ judgement: event.output }) },
                target: 'givingUp',
                actions: { type: 'countWrong', params: ({ event }) => wrongOf(event.output) },
              },
              {
                guard: { type: 'isWrong', params: ({ event }) => ({ judgement: event.output }) },
                target: 'correcting',
                actions: { type: 'countWrong', params: ({ event }) => wrongOf(event.output) },
              },
              { target: arrived.target, actions: { type: 'arrive', params: ({ event }) => event.output as Arrival } },
            ],
            onError: failed,
          },
        },
        correcting: {
          invoke: { id: 'correct', src: 'correct', input: withWrong, onDone: arrived, onError: failed },
        },
        givingUp: {
          invoke: { id: 'giveUp', src: 'giveUp', input: withWrong, onDone: arrived, onError: failed },
        },
      },
    },
    recovering: {
      description: 'Something of ours failed: he sees his screen again, where that can be done at all.',
      invoke: {
        id: 'recover',
        src: 'recover',
        input: withDeed,
        onDone: arrived,
        // Told, and no end: whoever presses next must find the dialogue at rest, or he is locked out by a fault of ours.
        onError: { target: 'browsing', actions: [reportError, 'letGo'] },
      },
      after: { patience: { target: 'browsing', actions: 'letGo' } },
    },
    gone: { type: 'final', description: 'Nothing is open; the dialogue is started again when it is needed.' },
  },
});

/** What is left of the time to answer, also of a question that was asked by an earlier process. */
const leftMs = ({ whereabouts: { question }, at }: Context): number =>
  Math.min(answerMs, (question?.askedAt ?? at) + answerMs - at);

const wrongOf = (judgement: Judgement) => ({ wrong: 'wrong' in judgement ? judgement.wrong : undefined });
