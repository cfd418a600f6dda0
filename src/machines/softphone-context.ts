import { type CallsFacts, type LostCall, takeStock } from './model/call-facts.ts';
import type { HangupCause } from './model/hangup-cause.ts';
import type { CallId, UserId, VoiceLegId } from './model/ids.ts';
import type { Notice, NoticeSlot, RecordingState } from './model/notices.ts';
import type { CallInHand } from './model/softphone.ts';
import type { ToneName } from './model/tone.ts';

export interface SoftphoneInput {
  readonly user: UserId;
  readonly callback: boolean;
  /** Whether calls are written down for other hosts before their parties hear of them. */
  readonly keepsFacts?: boolean;
  /** Another host had these calls and died. */
  readonly facts?: CallsFacts;
}

/** What a softphone remembers. */
export interface SoftphoneContext {
  readonly user: UserId;
  /** Whether numbers are called back or wait for the user's own call (product §5.3, §5.4). */
  readonly callback: boolean;
  readonly inHand: CallInHand | undefined;
  /** The call beside it: waiting, being called, or held. */
  readonly second: CallInHand | undefined;
  /** The user's own call, which waits until our ring has been taken back. */
  readonly expected: VoiceLegId | undefined;
  /** Why the call in hand ended: the first reason counts. */
  readonly cause: HangupCause;
  /** How often the voice leg was lost in the last 10 minutes, by the call in hand then (product §10). */
  readonly losses: Readonly<Record<CallId, number>>;
  /** What the recording buttons of his calls say. */
  readonly recordings: Readonly<Record<CallId, RecordingState>>;
  /** How many parties the user was transferred to. */
  readonly referrals: number;
  /** Those of his calls whose party speaks for itself, or is there. */
  readonly progress: Readonly<Record<CallId, 'announced' | 'answered'>>;
  /** Which call the panel shows; undefined: none is shown. */
  readonly panelOf: CallId | undefined;
  /** The call whose message has `Cancel` (D-56). */
  readonly cancellable: CallId | undefined;
  readonly keepsFacts: boolean;
  /** What is left of the window after a crash; undefined: that is over, or there was none. */
  readonly windowLeftMs: number | undefined;
  /** Calls that another host had, and that were lost with it. */
  readonly lost: readonly LostCall[];
}

/** As it begins: with nothing, or with what is left of another host's calls. */
export const freshContext = ({ user, callback, keepsFacts = false, facts }: SoftphoneInput): SoftphoneContext => {
  const { kept, lost }: ReturnType<typeof takeStock> = facts ? takeStock(facts) : { lost: [] };
  return {
    user,
    callback,
    inHand: kept,
    second: undefined,
    expected: undefined,
    cause: { kind: 'normal' },
    losses: {},
    recordings: {},
    // Their ids are to be none that the host before has made.
    referrals: (facts?.epoch ?? 0) * 1_000,
    progress: kept ? { [kept.label.call]: 'answered' } : {},
    panelOf: undefined,
    cancellable: undefined,
    keepsFacts,
    windowLeftMs: kept && facts?.leftMs,
    lost,
  };
};

export interface ShownNotice {
  readonly user: UserId;
  readonly call: CallId;
  readonly slot: NoticeSlot;
  readonly notice: Notice;
}

/** What must happen although this process may die. */
export type DeadlineKind = 'reconnect-window';

export type SoftphoneArgs = { context: SoftphoneContext };

/** What the states of a softphone may ask of its context: a state that has no call in hand must not ask for it. */
export const inHand = ({ inHand: call }: SoftphoneContext): CallInHand => {
  if (!call) throw new Error('this state has a call in hand');
  return call;
};
export const second = ({ second: call }: SoftphoneContext): CallInHand => {
  if (!call) throw new Error('this state has a second call');
  return call;
};

/** It was dialled and nobody has answered. */
export const isEarly = ({ progress }: SoftphoneContext, { label }: CallInHand): boolean =>
  label.direction === 'outgoing' && progress[label.call] !== 'answered';

type OfCall = { readonly call: CallId };
export const lossesOf = ({ losses }: SoftphoneContext, { call }: OfCall): number => losses[call] ?? 0;
/** So many more or fewer of this call; of one without losses nothing is kept. */
export const withLosses = (context: SoftphoneContext, { call }: OfCall, more: number): SoftphoneContext['losses'] => {
  const { [call]: count = 0, ...others } = context.losses;
  return count + more > 0 ? { ...others, [call]: count + more } : others;
};

/** Until its recording has spoken, a call is one that can be recorded. */
export const recordingButton = ({ recordings }: SoftphoneContext, call: CallId): RecordingState =>
  recordings[call] ?? 'start';

/** Parameters that several states need. */
export const legs = ({ context }: SoftphoneArgs) => ({
  voiceLeg: inHand(context).voiceLeg,
  call: inHand(context).label.call,
});
export const inSlot =
  (slot: NoticeSlot) =>
  ({ context }: SoftphoneArgs) => ({ user: context.user, call: inHand(context).label.call, slot });
/** Says how far the outgoing call in hand is, in the one message about it. */
export const showStatus = (status: OutgoingStatus) =>
  ({
    type: 'show',
    params: ({ context }: SoftphoneArgs) => ({
      ...inSlot('status')({ context }),
      notice: { ...status, label: inHand(context).label },
    }),
  }) as const;
export const showDialled = [
  showStatus({ kind: 'dialled' }),
  { type: 'noteCancellable', params: ({ context }: SoftphoneArgs) => inHand(context).label },
] as const;
type OutgoingStatus =
  | { kind: 'callingYou' | 'offerExpired' }
  | { kind: 'notDialled'; why: 'cancelled' | 'replaced' | 'incoming-call' }
  | { kind: 'dialled' };
export const playToUser = (tone: ToneName) =>
  ({
    type: 'playTone',
    params: ({ context }: SoftphoneArgs) => ({ leg: inHand(context).voiceLeg, tone }),
  }) as const;
export const silenceUserLeg = {
  type: 'stopTone',
  params: ({ context }: SoftphoneArgs) => ({ leg: inHand(context).voiceLeg }),
} as const;
