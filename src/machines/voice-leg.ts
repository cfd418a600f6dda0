import { assign, sendParent, setup } from 'xstate';
import { effect, facts } from './effects.ts';
import type { HangupCause } from './model/hangup-cause.ts';
import type { UserId, VoiceLegId } from './model/ids.ts';

/** What the two networks below tell of this leg: the ports' VoiceLegFact and MediaFact. */
type LegFact =
  | { type: 'user.ringing' }
  | { type: 'user.answered' }
  | { type: 'user.connected' }
  | { type: 'user.hungUp'; cause: HangupCause }
  | { type: 'media.started' }
  | { type: 'media.lost' }
  | { type: 'media.back' };

/** What a voice leg reports to its softphone. */
export type VoiceLegReport = { type: 'voiceLeg.answered' } | { type: 'voiceLeg.ended'; cause: HangupCause };

export interface VoiceLegInput {
  readonly leg: VoiceLegId;
  readonly user: UserId;
  /** outgoing: we ring the user; incoming: the user called us. */
  readonly direction: 'outgoing' | 'incoming';
  /** How long we ring; undefined: as long as Telegram lets us. */
  readonly ringMs: number | undefined;
}

/** One Telegram call between the user and the chat account. It knows nothing of the party. */
export const voiceLegMachine = setup({
  types: {
    input: {} as VoiceLegInput,
    context: {} as VoiceLegInput & { cause: HangupCause; silent: boolean },
    events: {} as LegFact | { type: 'hangUp'; cause: HangupCause },
  },
  actors: { legFacts: facts<LegFact, { leg: VoiceLegId }>() },
  actions: {
    ringUser: effect<{ leg: VoiceLegId; user: UserId }>(),
    answerUser: effect<{ leg: VoiceLegId }>(),
    hangUpUser: effect<{ leg: VoiceLegId; cause: HangupCause }>(),
    noteSilence: assign((_, { silent }: { silent: boolean }) => ({ silent })),
    note: assign((_, { cause }: { cause: HangupCause }) => ({ cause })),
    report: sendParent((_, report: VoiceLegReport) => report),
  },
  guards: {
    isSilent: ({ context }) => context.silent,
    isIncoming: ({ context }) => context.direction === 'incoming',
    ringsForEver: ({ context }) => context.ringMs === undefined,
  },
  delays: {
    ringing: ({ context }) => context.ringMs ?? 0,
    // 10 s without media in all; the media plane speaks up after the first two (product §13).
    lossDetection: 8_000,
    // The adapter promises an end; this keeps a broken promise from wedging the softphone.
    endOverdue: 15_000,
  },
}).createMachine({
  id: 'voiceLeg',
  context: ({ input }) => ({ ...input, cause: { kind: 'normal' }, silent: false }),
  invoke: { id: 'legFacts', src: 'legFacts', input: ({ context }) => ({ leg: context.leg }) },
  initial: 'fresh',
  on: {
    'media.lost': { actions: { type: 'noteSilence', params: { silent: true } } },
    'media.back': { actions: { type: 'noteSilence', params: { silent: false } } },
    'user.hungUp': { target: '.ended', actions: { type: 'note', params: ({ event }) => event } },
    hangUp: { target: '.ending', actions: { type: 'note', params: ({ event }) => event } },
  },
  states: {
    fresh: { always: [{ guard: 'isIncoming', target: 'answering' }, { target: 'ringing' }] },
    ringing: {
      description: 'All devices of the user ring.',
      entry: { type: 'ringUser', params: ({ context }) => ({ leg: context.leg, user: context.user }) },
      on: { 'user.answered': 'connecting' },
      initial: 'fresh',
      states: {
        fresh: { always: [{ guard: 'ringsForEver', target: 'patient' }, { target: 'limited' }] },
        patient: {},
        limited: {
          after: {
            ringing: {
              target: '#voiceLeg.ending',
              actions: { type: 'note', params: { cause: { kind: 'no-answer' } } },
            },
          },
        },
      },
    },
    answering: {
      entry: { type: 'answerUser', params: ({ context }) => ({ leg: context.leg }) },
      on: { 'user.answered': 'connecting' },
    },
    connecting: {
      description: 'Key exchanged, ICE and DTLS on their way. The adapter ends the leg when they take over 20 s.',
      entry: { type: 'report', params: { type: 'voiceLeg.answered' } },
      on: { 'user.connected': 'up' },
    },
    up: {
      initial: 'judging',
      states: {
        // Silence is told once: it may have begun before the connection was reported.
        judging: { always: [{ guard: 'isSilent', target: 'silent' }, { target: 'heard' }] },
        heard: {
          on: { 'media.lost': { target: 'silent', actions: { type: 'noteSilence', params: { silent: true } } } },
        },
        silent: {
          on: { 'media.back': { target: 'heard', actions: { type: 'noteSilence', params: { silent: false } } } },
          after: {
            lossDetection: {
              target: '#voiceLeg.ending',
              actions: { type: 'note', params: { cause: { kind: 'connection-lost' } } },
            },
          },
        },
      },
    },
    ending: {
      entry: { type: 'hangUpUser', params: ({ context }) => ({ leg: context.leg, cause: context.cause }) },
      on: { 'user.hungUp': 'ended', hangUp: {} },
      after: { endOverdue: 'ended' },
    },
    ended: {
      type: 'final',
      entry: { type: 'report', params: ({ context }) => ({ type: 'voiceLeg.ended', cause: context.cause }) },
    },
  },
});
