import { assign, sendParent, setup, stateIn } from 'xstate';
import { effect, facts, operation } from './effects.ts';
import type { RecordingId, VoiceLegId } from './model/ids.ts';
import type { RecordingState } from './model/notices.ts';
import type { RecorderFault } from './model/recording-faults.ts';
import { type RecordingContext as Context, leftMs, type RecordingInput } from './recording-context.ts';
import type { RecorderFact, RecordingCommand } from './recording-events.ts';

const all = ({ context }: { context: Context }) => context;
const counted = { type: 'countUsed', params: ({ event }: { event: { output: number } }) => event } as const;
const isWanted = (wanted: 'start' | 'stop') => ({ type: 'isWanted', params: { wanted } }) as const;
const beginBy = (by: 'owner' | 'user') => ({ type: 'begin', params: { by } }) as const;
const show = (button: RecordingState) => ({ type: 'show', params: { button } }) as const;
const useVoiceLeg = { type: 'useVoiceLeg', params: ({ event }: { event: { voiceLeg: VoiceLegId } }) => event } as const;

const startsByHand = [
  { guard: 'isUsedUp' },
  { guard: isWanted('stop') },
  { guard: 'isAway', target: 'armed' },
  { target: 'on', actions: beginBy('user') },
] as const;
const pauses = ['loseVoiceLeg', { type: 'pauseRecorder', params: all }] as const;
const resumes = [
  useVoiceLeg,
  {
    type: 'resumeRecorder',
    params: ({ context, event }: { context: Context; event: { voiceLeg: VoiceLegId } }) => ({ ...context, ...event }),
  },
] as const;

/** The recording of one call: armed, written, paused, delivered, and what its button says (product §8). */
export const recordingMachine = setup({
  types: {
    input: {} as RecordingInput,
    context: {} as Context,
    events: {} as RecorderFact | RecordingCommand,
  },
  actors: {
    recorder: facts<RecorderFact, { recording: RecordingId }>(),
    /** Stops, and hands what there is to the delivery. @returns its length in ms */
    deliver: operation<number, { recording: RecordingId }>(),
  },
  actions: {
    startRecorder: effect<
      Pick<Context, 'recording' | 'label' | 'order' | 'startedBy' | 'voiceLeg'> & { limitMs: number | undefined }
    >(),
    pauseRecorder: effect<{ recording: RecordingId }>(),
    resumeRecorder: effect<{ recording: RecordingId; voiceLeg: VoiceLegId }>(),
    tellFailed: effect<RecordingInput & { why: RecorderFault }>(),
    tellFull: effect<RecordingInput>(),
    show: sendParent(({ context }, { button }: { button: RecordingState }) => ({
      type: 'recording.shows',
      call: context.label.call,
      button:
        context.order.locked && (button === 'stop' || button === 'pending')
          ? 'locked'
          : button === 'start' && (leftMs(context) ?? 1) <= 0
            ? 'used-up'
            : button,
    })),
    begin: assign(({ context }, { by }: { by: 'owner' | 'user' }) => ({
      files: context.files + 1,
      // A party that was transferred may come back to another recording of the same call, by another voice leg.
      recording: `${context.label.call}-${context.voiceLeg}-${context.files + 1}` as RecordingId,
      startedBy: by,
    })),
    useVoiceLeg: assign((_, { voiceLeg }: { voiceLeg: VoiceLegId }) => ({ voiceLeg })),
    loseVoiceLeg: assign({ voiceLeg: undefined }),
    countUsed: assign(({ context }, { output }: { output: number }) => ({ usedMs: context.usedMs + output })),
    /** At once: how long the file is will be known when it is delivered. */
    useUp: assign(({ context }) => ({ usedMs: context.order.limitMs ?? context.usedMs })),
    noteFinished: assign({ finished: true }),
  },
  guards: {
    startsByItself: ({ context }) => context.order.automatic && context.files === 0,
    isWanted: ({ event }, { wanted }: { wanted: 'start' | 'stop' }) =>
      event.type === 'record' && event.wanted === wanted,
    mayStop: ({ context, event }) => event.type === 'record' && event.wanted === 'stop' && !context.order.locked,
    isUsedUp: ({ context }) => (leftMs(context) ?? 1) <= 0,
    isAway: ({ context }) => context.voiceLeg === undefined,
    isFinished: ({ context }) => context.finished,
    isWantedAgain: stateIn({ delivering: 'wantedAgain' }),
  },
}).createMachine({
  id: 'recording',
  context: ({ input }) => ({
    ...input,
    voiceLeg: undefined,
    files: 0,
    recording: '' as RecordingId,
    startedBy: 'user',
    usedMs: 0,
    finished: false,
  }),
  on: { resume: { actions: useVoiceLeg }, pause: { actions: 'loseVoiceLeg' } },
  initial: 'idle',
  states: {
    idle: {
      entry: show('start'),
      on: {
        record: startsByHand,
        resume: [
          { guard: 'startsByItself', target: 'on', actions: [useVoiceLeg, beginBy('owner')] },
          { actions: useVoiceLeg },
        ],
        finish: 'over',
      },
    },
    armed: {
      description: 'Pressed before the answer (D-51) or while the user is away; early media is never recorded.',
      entry: show('pending'),
      on: {
        record: { guard: isWanted('stop'), target: 'idle' },
        resume: { target: 'on', actions: [useVoiceLeg, beginBy('user')] },
        finish: 'over',
      },
    },
    on: {
      entry: { type: 'startRecorder', params: ({ context }) => ({ ...context, limitMs: leftMs(context) }) },
      invoke: { id: 'recorder', src: 'recorder', input: all },
      on: {
        'recorder.failed': {
          target: 'failed',
          actions: {
            type: 'tellFailed',
            params: ({ context, event }) => ({ ...context, why: event.why }),
          },
        },
        'recorder.full': { target: 'delivering', actions: [{ type: 'tellFull', params: all }, 'useUp'] },
        record: { guard: 'mayStop', target: 'delivering' },
        finish: 'finishing',
      },
      initial: 'starting',
      states: {
        starting: {
          entry: show('pending'),
          on: { 'recorder.started': 'writing', pause: { target: 'delayed', actions: pauses } },
        },
        delayed: {
          description: 'Paused before its first page was written.',
          on: { 'recorder.started': 'paused', resume: { target: 'starting', actions: resumes } },
        },
        writing: { entry: show('stop'), on: { pause: { target: 'paused', actions: pauses } } },
        paused: { entry: show('pending'), on: { resume: { target: 'writing', actions: resumes } } },
      },
    },
    delivering: {
      description:
        'Stopped by hand or at its limit; the call goes on. How much of the limit is left is known when it is over.',
      invoke: {
        id: 'deliver',
        src: 'deliver',
        input: all,
        onDone: [
          { guard: 'isFinished', target: 'over' },
          { guard: 'isWantedAgain', target: 'beginning', actions: counted },
          { target: 'idle', actions: counted },
        ],
        onError: [
          { guard: 'isFinished', target: 'over' },
          { guard: 'isWantedAgain', target: 'beginning' },
          { target: 'idle' },
        ],
      },
      on: { finish: { actions: 'noteFinished' } },
      initial: 'stopped',
      states: {
        stopped: {
          entry: show('start'),
          on: { record: [{ guard: 'isUsedUp' }, { guard: isWanted('start'), target: 'wantedAgain' }] },
        },
        wantedAgain: { entry: show('pending'), on: { record: { guard: isWanted('stop'), target: 'stopped' } } },
      },
    },
    beginning: {
      always: [
        { guard: 'isUsedUp', target: 'idle' },
        { guard: 'isAway', target: 'armed' },
        { target: 'on', actions: beginBy('user') },
      ],
    },
    failed: {
      description: 'What was written until then is delivered.',
      entry: show('failed'),
      invoke: { id: 'deliverRest', src: 'deliver', input: all, onDone: { actions: counted }, onError: {} },
      on: {
        record: startsByHand,
        finish: 'finishing',
      },
    },
    finishing: {
      description: 'The call is over; what was recorded is still handed on.',
      invoke: { id: 'deliverLast', src: 'deliver', input: all, onDone: 'over', onError: 'over' },
    },
    over: { description: 'Nothing more comes of it.' },
  },
});
