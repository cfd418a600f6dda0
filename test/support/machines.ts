import type { AnyStateMachine } from 'xstate';
import { bridgeMachine } from '../../src/machines/bridge.ts';
import { callMachine } from '../../src/machines/call.ts';
import { callLimitMachine } from '../../src/machines/call-limit.ts';
import { failureToneMachine } from '../../src/machines/failure-tone.ts';
import { lineQuestionMachine } from '../../src/machines/line-question.ts';
import { parallelPairMachine } from '../../src/machines/parallel-pair.ts';
import { reconnectWindowMachine } from '../../src/machines/reconnect-window.ts';
import { recordingMachine } from '../../src/machines/recording.ts';
import { settingsDialogueMachine } from '../../src/machines/settings-dialogue.ts';
import { sipAccountMachine } from '../../src/machines/sip-account.ts';
import { softphoneMachine } from '../../src/machines/softphone.ts';
import { testCallMachine } from '../../src/machines/test-call.ts';
import { voiceLegMachine } from '../../src/machines/voice-leg.ts';

/** Every machine of the product, by its file's name. */
export const machines: readonly (readonly [string, AnyStateMachine])[] = [
  ['bridge', bridgeMachine],
  ['call', callMachine],
  ['call-limit', callLimitMachine],
  ['failure-tone', failureToneMachine],
  ['line-question', lineQuestionMachine],
  ['parallel-pair', parallelPairMachine],
  ['reconnect-window', reconnectWindowMachine],
  ['recording', recordingMachine],
  ['settings-dialogue', settingsDialogueMachine],
  ['sip-account', sipAccountMachine],
  ['softphone', softphoneMachine],
  ['test-call', testCallMachine],
  ['voice-leg', voiceLegMachine],
];

/** Files that hold some states of a machine: which machine, and where in it they are. */
export const parts: readonly (readonly [file: string, machine: AnyStateMachine, states: readonly string[]])[] = [
  ['clearing', softphoneMachine, ['withCall.clearing', 'withCall.cleared']],
  ['dialling', softphoneMachine, ['withCall.dialling', 'withCall.failing']],
  ['explaining', softphoneMachine, ['withCall.explaining']],
  ['incoming-call', softphoneMachine, ['withCall.ringing', 'withCall.answering', 'withCall.ringingNext']],
  ['outgoing-call', softphoneMachine, ['callingBack', 'swapping', 'withdrawing', 'awaitingUser', 'takingUsersCall']],
  ['recovery', softphoneMachine, ['fresh', 'recovering']],
  ['reconnection', softphoneMachine, ['withCall.away', 'withCall.returning']],
  ['referral', softphoneMachine, ['withCall.considering', 'withCall.following']],
  ['parting', softphoneMachine, ['withCall.parting', 'withCall.departed']],
  ['second-call', softphoneMachine, ['withCall.pair']],
  ['talk', softphoneMachine, ['withCall.talking']],
  ['pair-calling', parallelPairMachine, ['calling', 'cancelling']],
  ['pair-early', parallelPairMachine, ['early']],
  ['pair-held', parallelPairMachine, ['held', 'endingCurrent']],
  ['pair-waiting', parallelPairMachine, ['waiting', 'declining', 'answering']],
];

/** The states of a machine that its own file leaves to others. */
export const statesElsewhere = (machine: AnyStateMachine): readonly string[] =>
  parts.filter(([, whole]) => whole === machine).flatMap(([, , states]) => states);
