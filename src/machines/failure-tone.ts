import { setup } from 'xstate';
import { effect } from './effects.ts';
import type { HangupCause } from './model/hangup-cause.ts';
import type { LegId, VoiceLegId } from './model/ids.ts';
import type { ToneName } from './model/tone.ts';

export interface FailureToneInput {
  readonly voiceLeg: VoiceLegId;
  /** Why the party whom the user listened to was not reached. */
  readonly cause: HangupCause;
}

/** The user hears why there is nobody: busy, or congestion for every other failure (product §5.5). */
export const failureToneMachine = setup({
  types: { input: {} as FailureToneInput, context: {} as FailureToneInput },
  actions: { playTone: effect<{ leg: LegId; tone: ToneName }>() },
  guards: { isBusy: ({ context }) => context.cause.kind === 'busy' },
  delays: { busyTone: 4_000, congestionTone: 3_000 },
}).createMachine({
  id: 'failureTone',
  context: ({ input }) => input,
  initial: 'choosing',
  states: {
    choosing: { always: [{ guard: 'isBusy', target: 'busy' }, { target: 'congested' }] },
    busy: {
      entry: { type: 'playTone', params: ({ context }) => ({ leg: context.voiceLeg, tone: 'busy' }) },
      after: { busyTone: 'over' },
    },
    congested: {
      entry: { type: 'playTone', params: ({ context }) => ({ leg: context.voiceLeg, tone: 'congestion' }) },
      after: { congestionTone: 'over' },
    },
    over: { type: 'final' },
  },
});
