import { CallEventRepository } from '../db/call-event-repository.ts';
import { CallId } from '../machines/model/ids.ts';
import type { Commands } from './command.ts';
import { testOf } from './replay-test.ts';
import { checked, type Form, WrongUsage } from './wrong-usage.ts';

const callId: Form = { form: /^[0-9a-f-]{36}(~\d+)?$/, allowed: 'the callId of the log' };

export const callUsage = `\
  call log <call id>                   what the machines of a call received, as a test to paste into test/calls`;

export const callCommands: Commands = {
  'call log': async ([id = '']) => {
    const call = CallId(checked('call log', 'call id', id, callId));
    return async (storage) => {
      const logs = await new CallEventRepository(storage.database).ofCall(call);
      if (logs.length === 0) throw new WrongUsage(`call log: nothing is kept of the call ${call} (any more)`);
      return testOf(call, logs);
    };
  },
};
