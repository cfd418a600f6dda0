import type { AnyStateMachine } from 'xstate';
import { bridgeMachine } from '../../src/machines/bridge.ts';
import { callMachine } from '../../src/machines/call.ts';
import { lineQuestionMachine } from '../../src/machines/line-question.ts';
import { parallelPairMachine } from '../../src/machines/parallel-pair.ts';
import { reconnectWindowMachine } from '../../src/machines/reconnect-window.ts';
import { recordingMachine } from '../../src/machines/recording.ts';
import { sipAccountMachine } from '../../src/machines/sip-account.ts';
import { softphoneMachine } from '../../src/machines/softphone.ts';
import { voiceLegMachine } from '../../src/machines/voice-leg.ts';

/** Every machine of the product, by its file's name. */
export const machines: readonly (readonly [string, AnyStateMachine])[] = [
  ['bridge', bridgeMachine],
  ['call', callMachine],
  ['line-question', lineQuestionMachine],
  ['parallel-pair', parallelPairMachine],
  ['reconnect-window', reconnectWindowMachine],
  ['recording', recordingMachine],
  ['sip-account', sipAccountMachine],
  ['softphone', softphoneMachine],
  ['voice-leg', voiceLegMachine],
];
