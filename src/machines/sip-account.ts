import { assign, setup } from 'xstate';
import { effect, facts, operation } from './effects.ts';
import type { LineId } from './model/ids.ts';
import { type Binding, type Reachability, RegistrarUnreachable, RegistrationRefused } from './model/registration.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Wrong credentials are not retried fast: registrars lock accounts out. */
const refusalPauses = [1 * MINUTE, 5 * MINUTE, 30 * MINUTE] as const;

/**
 * Keeps one line bound at its registrar (RFC 3261 §10.2).
 *
 * Refreshes at 80 % of the granted lifetime, so that one lost REGISTER still leaves time for another before the binding
 * lapses. `spread` (0 ≤ spread < 1, different for each line) keeps thousands of lines from refreshing in step.
 */
export const sipAccountMachine = setup({
  types: {
    input: {} as { line: LineId; spread: number },
    context: {} as {
      line: LineId;
      spread: number;
      lifetimeMs: number;
      attempts: number;
      retryAfterMs: number | undefined;
    },
    events: {} as
      | { type: 'account.enable' }
      | { type: 'account.disable' }
      | { type: 'account.changed' }
      | { type: 'transport.lost' },
  },
  actors: {
    register: operation<Binding, { line: LineId }>(),
    unregister: operation<void, { line: LineId }>(),
    flow: facts<{ type: 'transport.lost' }, { line: LineId }>(),
  },
  actions: {
    announce: effect<{ line: LineId; reachability: Reachability }>(),
    announceBinding: effect<{ line: LineId; lifetimeMs: number }>(),
    keepBinding: assign((_, { lifetimeMs }: Binding) => ({ lifetimeMs, attempts: 0, retryAfterMs: undefined })),
    countAttempt: assign(({ context }) => ({ attempts: context.attempts + 1 })),
    forgetAttempts: assign({ attempts: 0 }),
    keepRetryAfter: assign((_, { error }: { error: unknown }) => ({
      retryAfterMs: error instanceof RegistrarUnreachable ? error.retryAfterMs : undefined,
    })),
  },
  guards: {
    isRefusal: (_, { error }: { error: unknown }) => error instanceof RegistrationRefused,
    isUnreachable: (_, { error }: { error: unknown }) => error instanceof RegistrarUnreachable,
  },
  delays: {
    refreshDue: ({ context: { lifetimeMs, spread } }) =>
      Math.max(SECOND, Math.min(lifetimeMs * 0.8, lifetimeMs - 5 * SECOND) * (1 - 0.1 * spread)),
    backoff: ({ context: { attempts, retryAfterMs, spread } }) =>
      (retryAfterMs ?? Math.min(300 * SECOND, 5 * SECOND * 2 ** Math.max(0, attempts - 1))) * (1 + 0.1 * spread),
    refusalPause: ({ context: { attempts } }) =>
      refusalPauses[Math.min(attempts, refusalPauses.length) - 1] ?? refusalPauses[0],
  },
}).createMachine({
  id: 'sipAccount',
  context: ({ input }) => ({ ...input, lifetimeMs: 0, attempts: 0, retryAfterMs: undefined }),
  initial: 'disabled',
  states: {
    disabled: {
      description: 'Switched off: the registrar does not know us.',
      on: { 'account.enable': 'enabled' },
    },
    enabled: {
      invoke: { id: 'flow', src: 'flow', input: ({ context }) => ({ line: context.line }) },
      initial: 'registering',
      on: { 'account.disable': 'unregistering', 'account.changed': 'rebinding' },
      states: {
        registering: {
          entry: {
            type: 'announce',
            params: ({ context }) => ({ line: context.line, reachability: { state: 'registering' } }),
          },
          invoke: {
            id: 'register',
            src: 'register',
            input: ({ context }) => ({ line: context.line }),
            onDone: { target: 'reachable', actions: { type: 'keepBinding', params: ({ event }) => event.output } },
            onError: [
              {
                guard: { type: 'isRefusal', params: ({ event }) => event },
                target: 'refused',
                actions: {
                  type: 'announce',
                  params: ({ context, event }) => ({
                    line: context.line,
                    reachability: { state: 'refused', sip: (event.error as RegistrationRefused).sip },
                  }),
                },
              },
              {
                guard: { type: 'isUnreachable', params: ({ event }) => event },
                target: 'unreachable',
                actions: [
                  { type: 'keepRetryAfter', params: ({ event }) => event },
                  {
                    type: 'announce',
                    params: ({ context, event }) => ({
                      line: context.line,
                      reachability: { state: 'unreachable', detail: (event.error as Error).message },
                    }),
                  },
                ],
              },
              { target: '#sipAccount.faulted' },
            ],
          },
        },
        reachable: {
          description: 'The registrar knows where we are; incoming calls can find us.',
          entry: {
            type: 'announce',
            params: ({ context }) => ({ line: context.line, reachability: { state: 'reachable' } }),
          },
          on: { 'transport.lost': 'registering' },
          initial: 'bound',
          states: {
            bound: {
              entry: {
                type: 'announceBinding',
                params: ({ context }) => ({ line: context.line, lifetimeMs: context.lifetimeMs }),
              },
              after: { refreshDue: 'refreshing' },
            },
            refreshing: {
              invoke: {
                id: 'refresh',
                src: 'register',
                input: ({ context }) => ({ line: context.line }),
                onDone: { target: 'bound', actions: { type: 'keepBinding', params: ({ event }) => event.output } },
                // A failed refresh is judged by trying once more from the start, where each failure has its branch.
                onError: '#sipAccount.enabled.registering',
              },
            },
          },
        },
        unreachable: {
          entry: 'countAttempt',
          on: { 'account.enable': { target: 'registering', actions: 'forgetAttempts' } },
          after: { backoff: 'registering' },
        },
        refused: {
          entry: 'countAttempt',
          on: { 'account.enable': { target: 'registering', actions: 'forgetAttempts' } },
          after: { refusalPause: 'registering' },
        },
      },
    },
    rebinding: {
      description: 'The settings are others: the registrar that knows the old ones forgets us first.',
      entry: [
        'forgetAttempts',
        {
          type: 'announce',
          params: ({ context }) => ({ line: context.line, reachability: { state: 'registering' } }),
        },
      ],
      invoke: {
        id: 'unregisterOld',
        src: 'unregister',
        input: ({ context }) => ({ line: context.line }),
        onDone: 'enabled',
        onError: 'enabled',
      },
      on: { 'account.disable': 'unregistering' },
    },
    unregistering: {
      entry: { type: 'announce', params: ({ context }) => ({ line: context.line, reachability: { state: 'off' } }) },
      invoke: {
        id: 'unregister',
        src: 'unregister',
        input: ({ context }) => ({ line: context.line }),
        onDone: 'disabled',
        onError: 'disabled',
      },
      on: { 'account.enable': 'enabled' },
    },
    faulted: {
      description: 'Our own bug: not retried like an outage, or it would stay hidden.',
      entry: {
        type: 'announce',
        params: ({ context }) => ({
          line: context.line,
          reachability: { state: 'unreachable', detail: 'internal fault' },
        }),
      },
      on: { 'account.enable': 'enabled', 'account.disable': 'unregistering', 'account.changed': 'rebinding' },
    },
  },
});
