import { type Logger, pino } from 'pino';
import type { Registrar } from '../../actors/ports/registrar.ts';
import type { RtpLegs } from '../../actors/ports/rtp-legs.ts';
import type { SipAccounts } from '../../actors/ports/sip-accounts.ts';
import type { SipCalls } from '../../actors/ports/sip-calls.ts';
import type { SipDialogs } from '../../actors/ports/sip-dialogs.ts';
import { Accounts } from './accounts.ts';
import { Calls, type SipCallStates } from './calls/calls.ts';
import { SipCounters } from './counters.ts';
import { Dialogs } from './dialogs/dialogs.ts';
import { FactKeeping } from './dialogs/fact-keeping.ts';
import { LateAnswers } from './dialogs/late-answers.ts';
import { Intake } from './intake.ts';
import { KeepAlive } from './keep-alive.ts';
import { NextHops, type SipResolver, systemResolver } from './net/next-hop.ts';
import { type BindOptions, Sockets, type TlsOptions } from './net/sockets.ts';
import { SipRegistrar } from './registrar.ts';
import { endCancelledInvite } from './responses.ts';
import { type SeenMessage, seenOf } from './seen.ts';
import { Stack } from './stack.ts';
import { realTime, type SipTime } from './time.ts';

export interface SipOptions {
  readonly bind: BindOptions;
  /** Host or address that peers are told to use; where unset, what the registrar saw or the route shows. */
  readonly advertisedHost?: string;
  readonly accounts: SipAccounts;
  readonly rtp: RtpLegs;
  readonly log?: Logger;
  readonly tls?: TlsOptions;
  readonly time?: SipTime;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  readonly resolver?: SipResolver;
  /** Whether an IP address may be contacted only for lines whose server may be private; none by default. */
  readonly isPrivate?: (address: string) => boolean;
  /** Seconds after which a call ends unless one side refreshes it, as we propose it (RFC 4028); 1800, at least 90. */
  readonly sessionIntervalS?: number;
  /** Whether this host may bind lines and begin calls: asked before each packet that does. Always, where not given. */
  readonly mayAct?: () => boolean;
  /** Told of each message that is sent and received, for who looks on. */
  readonly onMessage?: (seen: SeenMessage) => void;
  /** Runs it at once, or when this host knows what is its own: asked for each message that comes in. */
  readonly whenSure?: (then: () => void) => void;
}

/** SIP over UDP, TCP and TLS for all lines of this process. */
export interface SipAdapter {
  readonly registrar: Registrar;
  readonly calls: SipCalls;
  readonly dialogs: SipDialogs;
  /** Where it listens, with the ports that were chosen. */
  readonly addresses: {
    readonly host: string;
    readonly udpPort: number;
    readonly tcpPort: number;
    readonly tlsPort: number | undefined;
  };
  readonly counters: {
    /** Since the start, by name: messages by method and status, repetitions, refusals, exceptions. */
    totals(): Readonly<Record<string, number>>;
    /** Legs of calls at this moment. */
    callStates(): SipCallStates;
    /** At this moment. All zero when nothing is left over. */
    open(): SipOpen;
  };
  /** From now on new calls are refused both ways; those that are go on. */
  drain(): void;
  /** Ends all calls and closes all sockets, within about 2 s. Bindings are left to `Registrar.unbind`. */
  close(): Promise<void>;
}

export interface SipOpen {
  readonly calls: number;
  /** Of the library: not over until the last answer is in. */
  readonly sessions: number;
  readonly dialogs: number;
  /** Requests of ours without a final answer. */
  readonly requests: number;
  /** Requests of peers that we have not answered finally. */
  readonly unanswered: number;
}

const CLOSE_TIMEOUT_MS = 2_000;

/** @throws when a port is taken */
export const startSip = async (options: SipOptions): Promise<SipAdapter> => {
  const time = options.time ?? realTime;
  const log = options.log ?? pino({ level: 'silent' });
  const counters = new SipCounters();
  const random = options.random ?? Math.random;
  const hops = new NextHops(options.resolver ?? systemResolver, time, random);
  const { advertisedHost, sessionIntervalS = 1_800, isPrivate = () => false, mayAct = () => true } = options;
  const { whenSure = (then) => then() } = options;
  const stack = new Stack(
    { time, counters, log, hops, isPrivate, advertisedHost, random, sessionIntervalS, mayAct },
    (branch, invite) => {
      try {
        endCancelledInvite(stack, branch, invite);
      } catch (error) {
        counters.count('exceptions');
        log.error({ err: error }, 'a cancelled call could not be ended');
      }
    },
  );
  const accounts = new Accounts(stack, options.accounts);
  const keepAlive = new KeepAlive(stack);
  const registrar = new SipRegistrar(stack, accounts, keepAlive);
  const calls = new Calls(stack, accounts, options.rtp);
  const { onMessage } = options;
  if (onMessage) stack.onMessage = (isIn, message) => onMessage(seenOf(isIn, message, (id) => calls.ofSip(id)));
  accounts.onInvitation = (account, invitation) => calls.onInvitation(account, invitation);
  const keeping = new FactKeeping(time);
  stack.beforeSending = (account, message) => keeping.beforeSending(account, message);
  const lateAnswers = new LateAnswers(stack);
  const dialogs = new Dialogs(stack, accounts, calls, options.rtp, keeping);
  const intake = new Intake(stack, {
    onBareRinging: (_account, callId) => calls.onBareRinging(callId),
    onUpdate: (account, dialogId, request) =>
      keeping.afterUpdate(account, request, calls.onUpdate(account, dialogId, request)),
    onAnswer: (account, response) => keeping.onAnswer(account, response),
    onForeign: (response, flow) => lateAnswers.take(response, flow),
  });
  if (options.tls?.verify === false) log.warn('SIP over TLS accepts any certificate: connections can be listened to');
  stack.sockets = await Sockets.open(options.bind, options.tls ?? {}, time, {
    onMessage: (bytes, flow) => whenSure(() => intake.receive(bytes, flow)),
    onClosed: (flow) => registrar.onFlowClosed(flow),
  });

  const open = (): SipOpen => ({
    calls: calls.open,
    sessions: stack.accounts.all.reduce((sum, account) => sum + account.sessions.size, 0),
    dialogs: stack.accounts.all.reduce((sum, account) => sum + account.core.dialogs.size, 0),
    requests: stack.client.unfinished,
    unanswered: stack.server.unfinished,
  });

  return {
    registrar,
    calls,
    dialogs,
    addresses: {
      host: options.bind.host,
      udpPort: stack.sockets.listeningPort('UDP') ?? 0,
      tcpPort: stack.sockets.listeningPort('TCP') ?? 0,
      tlsPort: stack.sockets.listeningPort('TLS'),
    },
    counters: { totals: () => counters.all(), callStates: () => calls.states, open },
    drain: () => {
      stack.isDraining = true;
    },
    close: async () => {
      stack.isDraining = true;
      calls.close();
      await settled(() => open().sessions === 0 && open().requests === 0, time);
      keepAlive.close();
      await accounts.close();
      stack.client.close();
      stack.server.close();
      await stack.sockets.close();
    },
  };
};

/** Waits until it is so, but not for long: peers may be gone. */
const settled = (isSettled: () => boolean, time: SipTime): Promise<void> =>
  new Promise((resolve) => {
    const startMs = time.now();
    const look = () => {
      if (isSettled() || time.now() - startMs >= CLOSE_TIMEOUT_MS) resolve();
      else time.after(20, look);
    };
    look();
  });
