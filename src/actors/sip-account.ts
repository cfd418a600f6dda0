import { fromCallback, fromPromise } from 'xstate';
import type { LineId } from '../machines/model/ids.ts';
import type { Binding } from '../machines/model/registration.ts';
import { sipAccountMachine } from '../machines/sip-account.ts';
import type { Presence } from './ports/presence.ts';
import type { Registrar } from './ports/registrar.ts';

/** The line's statechart, wired to a registrar. */
export const sipAccount = (registrar: Registrar, presence: Presence) =>
  sipAccountMachine.provide({
    actors: {
      register: fromPromise<Binding, { line: LineId }>(({ input, signal }) => registrar.bind(input.line, signal)),
      unregister: fromPromise<void, { line: LineId }>(({ input }) => registrar.unbind(input.line)),
      flow: fromCallback(({ input, sendBack }) =>
        registrar.watch((input as { line: LineId }).line, () => sendBack({ type: 'transport.lost' })),
      ),
    },
    actions: {
      announce: (_, { line, reachability }) => presence.show(line, reachability),
      announceBinding: (_, { line, lifetimeMs }) => presence.bound(line, lifetimeMs),
    },
  });
