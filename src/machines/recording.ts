import { assign, sendParent, setup } from 'xstate';
import { effect, facts, operation } from './effects.ts';
import type { CallLabel } from './model/call-label.ts';
import type { CallId, RecordingId, VoiceLegId } from './model/ids.ts';

/** What the button under the keypad says (product §8). */
export type RecordingButton = 'start' | 'stop' | 'locked' | 'pending' | 'failed';

export interface RecordingInput {
  readonly label: CallLabel;
  readonly voiceLeg: VoiceLegId;
  /** Starts by itself when the party answers. */
  readonly automatic: boolean;
  /** Automatic, by somebody else's order, into a separate chat: the user may not stop it. */
  readonly locked: boolean;
  /** Without the recording right: how much of this call may be recorded; undefined: no limit. */
  readonly fragmentMs: number | undefined;
}

type RecorderFact = { type: 'recorder.started' } | { type: 'recorder.failed'; detail: string };

/** What a recording reports to its softphone. */
export type RecordingReport = { type: 'recording.shows'; call: CallId; button: RecordingButton };

interface Context extends RecordingInput {
  /** How many files were begun: the next one's number. */
  readonly files: number;
  readonly startedBy: 'owner' | 'user';
}

const recordingId = ({ label, files }: Context) => `${label.call}-${files}` as RecordingId;

/** The recording of one call: armed, written, paused, delivered, and what its button says. */
export const recordingMachine = setup({
  types: {
    input: {} as RecordingInput,
    context: {} as Context,
    events: {} as
      | RecorderFact
      | { type: 'call.answered' }
      /** Held, or the voice leg is away; and back. */
      | { type: 'pause' }
      | { type: 'resume'; voiceLeg: VoiceLegId }
      | { type: 'record' }
      /** The call is over, or the user has left it. */
      | { type: 'finish' },
  },
  actors: {
    recorder: facts<RecorderFact, { recording: RecordingId }>(),
    /** Stops, and hands what there is to the delivery. */
    deliver: operation<void, { recording: RecordingId; label: CallLabel; startedBy: 'owner' | 'user' }>(),
  },
  actions: {
    startRecorder: effect<{ recording: RecordingId; label: CallLabel; voiceLeg: VoiceLegId }>(),
    pauseRecorder: effect<{ recording: RecordingId }>(),
    resumeRecorder: effect<{ recording: RecordingId; voiceLeg: VoiceLegId }>(),
    refuseStop: effect<{ label: CallLabel }>(),
    refuseStart: effect<{ label: CallLabel }>(),
    tellUndelivered: effect<{ label: CallLabel; error: unknown }>(),
    show: sendParent(({ context }, { button }: { button: RecordingButton }) => ({
      type: 'recording.shows',
      call: context.label.call,
      button: context.locked && button !== 'failed' && button !== 'start' ? 'locked' : button,
    })),
    begin: assign(({ context }, { by }: { by: 'owner' | 'user' }) => ({ files: context.files + 1, startedBy: by })),
    useVoiceLeg: assign((_, { voiceLeg }: { voiceLeg: VoiceLegId }) => ({ voiceLeg })),
  },
  guards: {
    isAutomatic: ({ context }) => context.automatic,
    isLocked: ({ context }) => context.locked,
    isUsedUp: ({ context }) => context.fragmentMs !== undefined && context.files > 0,
  },
  delays: { fragment: ({ context }) => context.fragmentMs ?? 0x7fffffff },
}).createMachine({
  id: 'recording',
  context: ({ input }) => ({ ...input, files: 0, startedBy: 'user' }),
  initial: 'beforeAnswer',
  states: {
    beforeAnswer: {
      initial: 'idle',
      on: { finish: 'over' },
      states: {
        idle: {
          entry: { type: 'show', params: { button: 'start' } },
          on: {
            record: 'armed',
            'call.answered': [
              {
                guard: 'isAutomatic',
                target: '#recording.on',
                actions: { type: 'begin', params: { by: 'owner' } },
              },
              { target: '#recording.idle' },
            ],
          },
        },
        armed: {
          description: 'Pressed before the answer (D-51): recordings never hold early media.',
          entry: { type: 'show', params: { button: 'pending' } },
          on: {
            record: 'idle',
            'call.answered': { target: '#recording.on', actions: { type: 'begin', params: { by: 'user' } } },
          },
        },
      },
    },
    idle: {
      entry: { type: 'show', params: { button: 'start' } },
      on: {
        record: [
          { guard: 'isUsedUp', actions: { type: 'refuseStart', params: ({ context }) => context } },
          { target: 'on', actions: { type: 'begin', params: { by: 'user' } } },
        ],
        resume: { actions: { type: 'useVoiceLeg', params: ({ event }) => event } },
        finish: 'over',
      },
    },
    on: {
      entry: {
        type: 'startRecorder',
        params: ({ context }) => ({ ...context, recording: recordingId(context) }),
      },
      invoke: { id: 'recorder', src: 'recorder', input: ({ context }) => ({ recording: recordingId(context) }) },
      on: {
        'recorder.failed': 'failed',
        record: [
          { guard: 'isLocked', actions: { type: 'refuseStop', params: ({ context }) => context } },
          { target: 'delivering' },
        ],
        finish: 'finishing',
      },
      after: { fragment: 'delivering' },
      initial: 'starting',
      states: {
        starting: {
          entry: { type: 'show', params: { button: 'pending' } },
          on: { 'recorder.started': 'writing', pause: 'paused' },
        },
        writing: { entry: { type: 'show', params: { button: 'stop' } }, on: { pause: 'paused' } },
        paused: {
          entry: [
            { type: 'show', params: { button: 'pending' } },
            { type: 'pauseRecorder', params: ({ context }) => ({ recording: recordingId(context) }) },
          ],
          on: {
            resume: {
              target: 'writing',
              actions: [
                { type: 'useVoiceLeg', params: ({ event }) => event },
                {
                  type: 'resumeRecorder',
                  params: ({ context, event }) => ({ recording: recordingId(context), voiceLeg: event.voiceLeg }),
                },
              ],
            },
          },
        },
      },
    },
    delivering: {
      description: 'Stopped by hand or at its limit; the call goes on.',
      entry: { type: 'show', params: { button: 'start' } },
      invoke: {
        id: 'deliver',
        src: 'deliver',
        input: ({ context }) => ({ ...context, recording: recordingId(context) }),
        onDone: 'idle',
        onError: {
          target: 'idle',
          actions: { type: 'tellUndelivered', params: ({ context, event }) => ({ ...context, error: event.error }) },
        },
      },
      on: { finish: 'finishing' },
    },
    failed: {
      entry: { type: 'show', params: { button: 'failed' } },
      on: {
        record: { target: 'on', actions: { type: 'begin', params: { by: 'user' } } },
        resume: { actions: { type: 'useVoiceLeg', params: ({ event }) => event } },
        finish: 'finishing',
      },
    },
    finishing: {
      description: 'The call is over; what was recorded is still handed on.',
      invoke: {
        id: 'deliverRest',
        src: 'deliver',
        input: ({ context }) => ({ ...context, recording: recordingId(context) }),
        onDone: 'over',
        onError: {
          target: 'over',
          actions: { type: 'tellUndelivered', params: ({ context, event }) => ({ ...context, error: event.error }) },
        },
      },
    },
    over: { type: 'final' },
  },
});
