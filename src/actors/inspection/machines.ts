import type { AnyStateMachine } from 'xstate';
import { bridgeMachine } from '../../machines/bridge.ts';
import { callMachine } from '../../machines/call.ts';
import { callLimitMachine } from '../../machines/call-limit.ts';
import { failureToneMachine } from '../../machines/failure-tone.ts';
import { lineQuestionMachine } from '../../machines/line-question.ts';
import { parallelPairMachine } from '../../machines/parallel-pair.ts';
import { reconnectWindowMachine } from '../../machines/reconnect-window.ts';
import { recordingMachine } from '../../machines/recording.ts';
import { settingsDialogueMachine } from '../../machines/settings-dialogue.ts';
import { sipAccountMachine } from '../../machines/sip-account.ts';
import { softphoneMachine } from '../../machines/softphone.ts';
import { testCallMachine } from '../../machines/test-call.ts';
import { voiceLegMachine } from '../../machines/voice-leg.ts';

/** Every machine of the product, by the id of its definition. */
export const machinesById: ReadonlyMap<string, AnyStateMachine> = new Map(
  [
    bridgeMachine,
    callMachine,
    callLimitMachine,
    failureToneMachine,
    lineQuestionMachine,
    parallelPairMachine,
    reconnectWindowMachine,
    recordingMachine,
    settingsDialogueMachine,
    sipAccountMachine,
    softphoneMachine,
    testCallMachine,
    voiceLegMachine,
  ].map((machine: AnyStateMachine) => [machine.id, machine]),
);
