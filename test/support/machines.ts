import type { AnyStateMachine } from 'xstate';
import { callMachine } from '../../src/machines/call.ts';
import { sipAccountMachine } from '../../src/machines/sip-account.ts';
import { softphoneMachine } from '../../src/machines/softphone.ts';
import { voiceLegMachine } from '../../src/machines/voice-leg.ts';

/** Every machine of the product, by its file's name. */
export const machines: readonly (readonly [string, AnyStateMachine])[] = [
  ['call', callMachine],
  ['sip-account', sipAccountMachine],
  ['softphone', softphoneMachine],
  ['voice-leg', voiceLegMachine],
];
