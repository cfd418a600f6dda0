import { assign, raise, setup } from 'xstate';
import { callMachine } from './call.ts';
import type { CallReport } from './call-events.ts';
import { effect, operation } from './effects.ts';
import { failureToneMachine } from './failure-tone.ts';
import type { CallLabel } from './model/call-label.ts';
import type { HangupCause } from './model/hangup-cause.ts';
import type { CallId, LegId, LineId, UserId, VoiceLegId } from './model/ids.ts';
import type { Notice, NoticeSlot, RecordingState } from './model/notices.ts';
import type { DialTarget } from './model/party.ts';
import {
  type CallInHand,
  type JoinedParties,
  type JudgedReferral,
  nextVoiceLeg,
  referredCall,
  type SoftphoneCommand,
} from './model/softphone.ts';
import type { DtmfStep, ToneName } from './model/tone.ts';
import type { PairReport, Standing } from './pair-events.ts';
import { parallelPairMachine } from './parallel-pair.ts';
import { reconnectWindowMachine, type WindowReport } from './reconnect-window.ts';
import { recordingMachine } from './recording.ts';
import type { RecordingReport } from './recording-events.ts';
import {
  inHand,
  isEarly,
  lossesOf,
  recordingButton,
  type ShownNotice,
  type SoftphoneContext,
  type SoftphoneInput,
  second,
  withLosses,
} from './softphone-context.ts';
import { type VoiceLegReport, voiceLegMachine } from './voice-leg.ts';

/**
 * What a softphone hears, remembers, decides and has done. What its states may ask of it: `softphone-context.ts`;
 * what it does with its children: `softphone-children.ts`.
 */
export const softphoneBase = setup({
  types: {
    input: {} as SoftphoneInput,
    context: {} as SoftphoneContext,
    events: {} as
      | SoftphoneCommand
      | VoiceLegReport
      | CallReport
      | WindowReport
      | PairReport
      | RecordingReport
      | { type: 'loss.isOld'; call: CallId },
    children: {} as { voiceLeg: 'voiceLeg'; window: 'reconnectWindow'; pair: 'parallelPair'; tone: 'failureTone' },
  },
  actors: {
    voiceLeg: voiceLegMachine,
    call: callMachine,
    reconnectWindow: reconnectWindowMachine,
    parallelPair: parallelPairMachine,
    failureTone: failureToneMachine,
    recording: recordingMachine,
    judgeReferral: operation<JudgedReferral, { line: LineId; target: DialTarget }>(),
  },
  actions: {
    take: assign((_, { line, label, target, voiceLeg, switching, limitMs, recording }: CallInHand) => ({
      inHand: { line, label, target, voiceLeg, switching, limitMs, recording },
      second: undefined,
      cause: { kind: 'normal' } as const,
      recordings: {},
      progress: {},
    })),
    putDown: assign({ inHand: undefined }),
    takeSecond: assign(({ context }, { line, label, target, switching, limitMs, recording }: CallInHand) => ({
      second: { line, label, target, switching, limitMs, recording, voiceLeg: inHand(context).voiceLeg },
    })),
    /** The second is the one in hand now; what was in hand is over. */
    promoteSecond: assign(({ context }) => ({
      inHand: { ...second(context), voiceLeg: inHand(context).voiceLeg },
      second: undefined,
    })),
    /** One of the two is over. */
    keepOnly: assign(({ context }, { survivor }: { survivor: CallId }) => ({
      ...(context.second?.label.call === survivor && {
        inHand: { ...context.second, voiceLeg: inHand(context).voiceLeg },
      }),
      second: undefined,
    })),
    forgetSecond: assign({ second: undefined }),
    /** The pair changed which of the two is heard. */
    takeInHand: assign(({ context }, { call }: { call: CallId }) =>
      context.second?.label.call === call
        ? { inHand: { ...context.second, voiceLeg: inHand(context).voiceLeg }, second: context.inHand }
        : {},
    ),
    useVoiceLeg: assign(({ context }, { voiceLeg }: { voiceLeg: VoiceLegId }) => ({
      inHand: { ...inHand(context), voiceLeg },
    })),
    useNextVoiceLeg: assign(({ context }) => ({
      inHand: { ...inHand(context), voiceLeg: nextVoiceLeg(inHand(context).voiceLeg) },
    })),
    expectVoiceLeg: assign((_, { voiceLeg }: { voiceLeg: VoiceLegId }) => ({ expected: voiceLeg })),
    useExpectedVoiceLeg: assign(({ context }) => ({
      inHand: { ...inHand(context), voiceLeg: context.expected ?? inHand(context).voiceLeg },
      expected: undefined,
    })),
    forgetExpected: assign({ expected: undefined }),
    /** The party transferred the user: the one it named is called beside it. */
    takeReferred: assign(({ context }, { target }: { target: DialTarget }) => {
      const { label, ...call } = inHand(context);
      const number = target.kind === 'number' ? target.user : target.uri;
      const id = referredCall(label.call, context.referrals + 1);
      const referred = { ...label, call: id, direction: 'outgoing' as const, number, name: undefined };
      return { second: { ...call, label: referred, target }, referrals: context.referrals + 1 };
    }),
    note: assign((_, { cause }: { cause: HangupCause }) => ({ cause })),
    noteNormal: assign({ cause: { kind: 'normal' } as const }),
    countLoss: assign(({ context }) => ({ losses: withLosses(context, inHand(context).label, 1) })),
    forgetLossLater: raise(({ context }) => ({ type: 'loss.isOld', call: inHand(context).label.call }), {
      delay: 'lossCounts',
    }),
    forgetLoss: assign(({ context }, lost: { call: CallId }) => ({ losses: withLosses(context, lost, -1) })),
    noteRecording: assign(({ context }, { call, button }: { call: CallId; button: RecordingState }) => ({
      recordings: { ...context.recordings, [call]: button },
    })),
    noteProgress: assign(({ context }, { call, progress }: { call: CallId; progress: 'announced' | 'answered' }) => ({
      progress: { ...context.progress, [call]: progress },
    })),
    notePanel: assign(({ context }, { isShown }: { isShown: boolean }) => ({
      panelOf: isShown ? inHand(context).label.call : undefined,
    })),
    noteCancellable: assign((_, { call }: { call: CallId }) => ({ cancellable: call })),
    noteUncancellable: assign(({ context: { cancellable } }, { call }: { call: CallId }) => ({
      cancellable: cancellable === call ? undefined : cancellable,
    })),
    setCallback: assign((_, { on }: { on: boolean }) => ({ callback: on })),

    /** undefined: there is none to decline. */
    declineUser: effect<{ voiceLeg: VoiceLegId | undefined; cause: HangupCause }>(),
    rejectParty: effect<{ call: CallId; cause: HangupCause }>(),
    say: effect<{ user: UserId; notice: Notice }>(),
    show: effect<ShownNotice>(),
    /** undefined: what stands there is still so. */
    redraw: effect<ShownNotice | undefined>(),
    /** Takes a slot's message away. */
    unshow: effect<{ user: UserId; call: CallId; slot: NoticeSlot }>(),
    playTone: effect<{ leg: LegId; tone: ToneName }>(),
    stopTone: effect<{ leg: LegId }>(),
    hearParty: effect<{ voiceLeg: VoiceLegId; call: CallId }>(),
    connect: effect<{ voiceLeg: VoiceLegId; call: CallId }>(),
    sendKeys: effect<{ line: LineId; voiceLeg: VoiceLegId; call: CallId; steps: readonly DtmfStep[] }>(),
    acceptTransfer: effect<{ call: CallId; as: CallId }>(),
    declineTransfer: effect<{ call: CallId }>(),
    handOver: effect<{ user: UserId; joined: JoinedParties }>(),
    logOpened: effect<{ user: UserId; line: LineId; label: CallLabel; target: DialTarget | undefined }>(),
    /** Nothing was dialled. */
    logGivenUp: effect<{ call: CallId }>(),
    logAnswered: effect<{ call: CallId }>(),
    /** Removes the panel, closes the record, shows how it went. */
    conclude: effect<{ user: UserId; label: CallLabel; cause: HangupCause }>(),
  },
  guards: {
    callbackIsOn: ({ context }) => context.callback,
    isOfHand: ({ context }, { call }: { call: CallId }) => call === context.inHand?.label.call,
    isOfSecond: ({ context }, { call }: { call: CallId }) => call === context.second?.label.call,
    isOfEither: ({ context }, { call }: { call: CallId }) =>
      call === context.inHand?.label.call || call === context.second?.label.call,
    isFirstOfTwo: ({ context }, { call }: { call: CallId }) =>
      context.second !== undefined && call === context.inHand?.label.call,
    /** Of the call whose panel is shown, or should be, and another than it shows. */
    changesPanel: ({ context }, { call, button }: { call: CallId; button: RecordingState }) =>
      context.panelOf !== undefined &&
      (call === context.inHand?.label.call || call === context.panelOf) &&
      button !== recordingButton(context, call),
    panelIsOld: ({ context }) => context.panelOf !== undefined && context.panelOf !== context.inHand?.label.call,
    panelIsOfAnother: ({ context }) => context.panelOf !== context.inHand?.label.call,
    /** Whether there is a talk of this call's panel that can go on elsewhere. */
    canMove: ({ context }, { call }: { call: CallId }) =>
      (call === context.inHand?.label.call || call === context.second?.label.call) &&
      !isEarly(context, inHand(context)),
    hasSecond: ({ context }) => context.second !== undefined,
    roomForSecond: ({ context }) => context.second === undefined && inHand(context).switching,
    handIsEarly: ({ context }) => isEarly(context, inHand(context)),
    secondWaits: ({ context }) => context.second !== undefined && context.second.target === undefined,
    /** How the call that is left stands. */
    stands: (_, { standing, as }: { standing: Standing; as: Standing }) => standing === as,
    isRinging: (_, { ringing }: { ringing: boolean }) => ringing,
    isLoss: (_, { cause }: { cause: HangupCause }) => cause.kind === 'connection-lost',
    /** While the user listens to a party being called: a window is for the one he talked to. */
    losesEarly: ({ context }, { cause }: { cause: HangupCause }) =>
      cause.kind === 'connection-lost' && isEarly(context, inHand(context)),
    isRefused: (_, { refusal }: JudgedReferral) => refusal !== undefined,
    lostTooOften: ({ context }) => lossesOf(context, inHand(context).label) >= 5,
    isPrivacy: (_, { cause }: { cause: HangupCause }) => cause.kind === 'privacy',
  },
  delays: { offer: 60_000, rest: 10_000, lossCounts: 600_000 },
});
