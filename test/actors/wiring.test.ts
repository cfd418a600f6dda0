import { expect, test } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import { sipAccount } from '../../src/actors/sip-account.ts';
import { softphone } from '../../src/actors/softphone.ts';
import { unwired } from '../../src/machines/effects.ts';
import { sipAccountMachine } from '../../src/machines/sip-account.ts';
import { softphoneMachine } from '../../src/machines/softphone.ts';

test('no effect of a started machine is left without a hand', () => {
  const phone = softphone({} as never);
  const { call, voiceLeg, parallelPair, failureTone, recording } = phone.implementations.actors as Record<
    string,
    AnyStateMachine
  >;
  const lineActor = sipAccount({} as never, {} as never);
  for (const machine of [phone, call, voiceLeg, parallelPair, failureTone, recording, lineActor]) {
    expect(unwired(machine as AnyStateMachine)).toEqual([]);
  }
});

test('a machine without hands is noticed', () => {
  expect(unwired(sipAccountMachine).sort()).toEqual(['announce', 'flow', 'register', 'unregister']);
  expect(unwired(softphoneMachine)).toContain('connect');
});
