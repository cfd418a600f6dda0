import { assign, setup } from 'xstate';
import { effect, facts } from './effects.ts';
import type { HangupCause } from './model/hangup-cause.ts';
import type { CallId, LineId, UserId } from './model/ids.ts';
import type { DtmfDigit, DtmfMethod, ToneName } from './model/tone.ts';

/** How a key reached us: as an event or in the voice (both by the media), or by SIP INFO. */
export type KeyWay = Exclude<DtmfMethod, 'inband'> | 'voice';

/** What the networks below tell of the leg. */
export type TestCallFact =
  | { type: 'party.answered' }
  | { type: 'party.hungUp'; cause: HangupCause }
  | { type: 'key.heard'; digit: DtmfDigit; way: KeyWay };

export interface TestCallInput {
  /** The leg that came back to us from the PBX. */
  readonly call: CallId;
  readonly line: LineId;
  readonly user: UserId;
}

/** What the person is told afterwards. `codec`: undefined when it never came to audio. */
export interface TestCallReport {
  readonly line: LineId;
  readonly user: UserId;
  readonly codec: string | undefined;
  readonly keys: readonly { readonly digit: DtmfDigit; readonly way: KeyWay }[];
}

/**
 * The far end of a line's test call (product §16, B-14): the line has called its own number through its PBX, and this
 * takes the call. It plays a tone, then gives back whatever it hears, and notes the keys.
 */
export const testCallMachine = setup({
  types: {
    input: {} as TestCallInput,
    context: {} as TestCallInput & Pick<TestCallReport, 'keys'>,
    events: {} as TestCallFact | { type: 'shutdown' },
  },
  actors: { legFacts: facts<TestCallFact, { call: CallId }>() },
  actions: {
    answer: effect<{ call: CallId; user: UserId }>(),
    playTone: effect<{ leg: CallId; tone: ToneName }>(),
    echo: effect<{ leg: CallId }>(),
    hangUpParty: effect<{ call: CallId; cause: HangupCause }>(),
    report: effect<Omit<TestCallReport, 'codec'> & { call: CallId }>(),
    note: assign(({ context }, key: { digit: DtmfDigit; way: KeyWay }) => ({
      keys: context.keys.length < mostKeys ? [...context.keys, { digit: key.digit, way: key.way }] : context.keys,
    })),
  },
  delays: {
    // The answer has its way back through the PBX, and the caller is joined only then: a tone before it nobody hears.
    wayBack: 1_000,
    // The tone first, alone: what is echoed would hide whether it came.
    greeting: 1_000,
    // Nobody listens to himself for longer; a forgotten test must not keep a channel of the PBX.
    longest: 180_000,
    endOverdue: 40_000,
  },
}).createMachine({
  id: 'testCall',
  context: ({ input }) => ({ ...input, keys: [] }),
  invoke: { id: 'legFacts', src: 'legFacts', input: ({ context }) => ({ call: context.call }) },
  initial: 'answering',
  on: {
    'party.hungUp': '.over',
    'key.heard': { actions: { type: 'note', params: ({ event }) => event } },
    shutdown: '.ending',
  },
  states: {
    answering: {
      entry: { type: 'answer', params: ({ context: { call, user } }) => ({ call, user }) },
      on: { 'party.answered': 'talking' },
      after: { endOverdue: 'ending' },
    },
    talking: {
      initial: 'waiting',
      after: { longest: 'ending' },
      states: {
        waiting: { after: { wayBack: 'greeting' } },
        greeting: {
          entry: { type: 'playTone', params: ({ context }) => ({ leg: context.call, tone: 'back-on-line' }) },
          after: { greeting: 'echoing' },
        },
        echoing: { entry: { type: 'echo', params: ({ context }) => ({ leg: context.call }) } },
      },
    },
    ending: {
      entry: { type: 'hangUpParty', params: ({ context: { call } }) => ({ call, cause: { kind: 'normal' } }) },
      on: { shutdown: {} },
      after: { endOverdue: 'over' },
    },
    over: {
      type: 'final',
      entry: {
        type: 'report',
        params: ({ context: { call, line, user, keys } }) => ({ call, line, user, keys }),
      },
    },
  },
});

/** More keys than anybody compares. */
const mostKeys = 32;
