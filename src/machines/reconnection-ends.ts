import type { HangupCause } from './model/hangup-cause.ts';
import type { CallId } from './model/ids.ts';
import type { Recall } from './model/softphone.ts';
import type { WindowReport } from './reconnect-window.ts';
import {
  callGone,
  declineExpected,
  endSecond,
  secondRemains,
  secondTakesOver,
  voiceLegGone,
} from './softphone-children.ts';
import { inHand, inSlot, type SoftphoneArgs } from './softphone-context.ts';

const showReconnecting = ({ context }: SoftphoneArgs, lost: boolean, ringing: boolean) => ({
  ...inSlot('reconnection')({ context }),
  notice: { kind: 'reconnecting' as const, label: inHand(context).label, lost, ringing },
});
/** `lost`: not by the user's wish. */
export const showAway = (lost: boolean) =>
  ({
    type: 'show',
    params: (args: SoftphoneArgs) => showReconnecting(args, lost, args.context.callback),
  }) as const;
/** On `window.tells`: what he has to do now counts, and no longer why. */
export const showNext = {
  type: 'show',
  params: (args: SoftphoneArgs & { event: Extract<WindowReport, { type: 'window.tells' }> }) =>
    showReconnecting(args, false, args.event.ringing),
} as const;
export const sayNotRestored = (why: 'expired' | 'too-often') =>
  ({
    type: 'say',
    params: ({ context }: SoftphoneArgs) => ({
      user: context.user,
      notice: { kind: 'notRestored' as const, label: inHand(context).label, why },
    }),
  }) as const;
/** On `voiceLeg.ended` of one who talks: a loss is no hang-up. */
export const lossOpensWindow = {
  guard: { type: 'isLoss', params: ({ event }: { event: { cause: HangupCause } }) => event },
  target: 'away.judging',
  actions: [...voiceLegGone, showAway(true)],
} as const;

type Recalled = SoftphoneArgs & { event: Recall };
const sayTransferFailed = (
  { context: { user }, event: { call, second, cause } }: Recalled,
  then: 'ringing' | 'waiting' | 'ended',
) => ({ user, notice: { kind: 'transferFailed' as const, first: call.label, second, cause, then } });
const normal = { kind: 'normal' } as const;

/** On `recalled` while the user is busy with something else: his party cannot be given back. */
export const notTakenBack = [
  { type: 'say', params: (args: Recalled) => sayTransferFailed(args, 'ended') },
  { type: 'rejectParty', params: ({ event }: Recalled) => ({ call: event.call.label.call, cause: normal }) },
  {
    type: 'conclude',
    params: ({ context, event }: Recalled) => ({ user: context.user, label: event.call.label, cause: normal }),
  },
] as const;

/** On `recalled`: the party is back, and waits for the user (product §9). */
export const takeBack = [
  {
    type: 'say',
    params: (args: Recalled) => sayTransferFailed(args, args.context.callback ? 'ringing' : 'waiting'),
  },
  { type: 'take', params: ({ event }: Recalled) => event.call },
  'dropRecording',
  'adoptCall',
  showAway(false),
] as const;

export const isOfHand = { type: 'isOfHand', params: ({ event }: { event: { call: CallId } }) => event } as const;
const isFirstOfTwo = { type: 'isFirstOfTwo', params: ({ event }: { event: { call: CallId } }) => event } as const;

/** Nobody is being rung: what ends the window then. A caller who waited beside it rings the user (D-35). */
export const endsInSilence = {
  'window.lapsed': [
    {
      guard: 'hasSecond',
      target: '#softphone.withCall.ringing.again',
      actions: [...declineExpected, sayNotRestored('expired'), ...secondRemains, 'useNextVoiceLeg'],
    },
    { target: '#softphone.withCall.clearing.party', actions: sayNotRestored('expired') },
  ],
  giveUp: [
    {
      guard: isFirstOfTwo,
      target: '#softphone.withCall.ringing.again',
      actions: [...declineExpected, 'noteNormal', ...secondRemains, 'useNextVoiceLeg'],
    },
    { guard: isOfHand, target: '#softphone.withCall.clearing.party', actions: 'noteNormal' },
  ],
  'call.ended': [
    {
      guard: isFirstOfTwo,
      target: '#softphone.withCall.ringing.again',
      actions: [...declineExpected, ...secondTakesOver, 'useNextVoiceLeg'],
    },
    { guard: isOfHand, target: '#softphone.withCall.cleared', actions: [...declineExpected, ...callGone] },
  ],
  shutdown: [
    {
      guard: 'hasSecond',
      target: '#softphone.withCall.clearing.party',
      actions: [{ type: 'note', params: { cause: { kind: 'shutdown' } } }, ...endSecond({ kind: 'shutdown' })],
    },
    {
      target: '#softphone.withCall.clearing.party',
      actions: { type: 'note', params: { cause: { kind: 'shutdown' } } },
    },
  ],
} as const;

/** The same while there is a voice leg, which has to be ended as well. */
export const ends = {
  'window.lapsed': [
    {
      guard: 'hasSecond',
      target: 'ringingNext',
      actions: [...declineExpected, sayNotRestored('expired'), ...secondRemains],
    },
    { target: 'clearing.both', actions: sayNotRestored('expired') },
  ],
  giveUp: [
    { guard: isFirstOfTwo, target: 'ringingNext', actions: [...declineExpected, 'noteNormal', ...secondRemains] },
    { guard: isOfHand, target: 'clearing.both', actions: 'noteNormal' },
  ],
  'call.ended': [
    { guard: isFirstOfTwo, target: 'ringingNext', actions: [...declineExpected, ...secondTakesOver] },
    { guard: isOfHand, target: 'clearing.user', actions: callGone },
  ],
} as const;
