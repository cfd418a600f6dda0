import type { Registrar } from '../../actors/ports/registrar.ts';
import type { LineId } from '../../machines/model/ids.ts';
import { type Binding, RegistrarUnreachable, RegistrationRefused } from '../../machines/model/registration.ts';
import type { Account } from './account.ts';
import type { Accounts } from './accounts.ts';
import type { KeepAlive } from './keep-alive.ts';
import type { Flow } from './net/flow.ts';
import type { Hop } from './net/next-hop.ts';
import { LIFETIME_MS } from './protocol-timers.ts';
import { Register, type RegisterAnswer } from './register.ts';
import type { Stack } from './stack.ts';

/** What we ask for; the registrar decides. */
const WANTED_LIFETIME_S = 600;
const UNBIND_TIMEOUT_MS = 2_000;
/** Of several addresses each gets its share of timer F, but at least this much. */
const MIN_ATTEMPT_MS = 4_000;

/** Binds lines at their registrars: one attempt per call, no clock of its own. Who calls again, and when, is decided elsewhere. */
export class SipRegistrar implements Registrar {
  readonly #stack: Stack;
  readonly #accounts: Accounts;
  readonly #keepAlive: KeepAlive;
  readonly #watchers = new Map<LineId, Set<() => void>>();

  constructor(stack: Stack, accounts: Accounts, keepAlive: KeepAlive) {
    this.#stack = stack;
    this.#accounts = accounts;
    this.#keepAlive = keepAlive;
  }

  async bind(line: LineId, signal: AbortSignal): Promise<Binding> {
    signal.throwIfAborted();
    const account = await this.#accounts.of(line).catch((error: unknown) => {
      throw new RegistrarUnreachable('settings of the line are not available', { cause: error });
    });
    return this.#inTurn(account, () => this.#bind(account, signal));
  }

  async unbind(line: LineId): Promise<void> {
    const account = this.#stack.accounts.ofLine(line);
    if (account === undefined) return;
    if (this.#letGo(account)) {
      await this.#inTurn(account, () =>
        this.#attempt(account, UNBIND_TIMEOUT_MS, 0, new AbortController().signal).catch(() => {}),
      );
    }
    if (!account.isBound) this.#accounts.retire(account);
  }

  forget(line: LineId): void {
    const account = this.#stack.accounts.ofLine(line);
    if (account === undefined) return;
    this.#letGo(account);
    this.#accounts.retire(account);
  }

  /** @returns whether it was bound */
  #letGo(account: Account): boolean {
    const wasBound = account.isBound;
    account.isBound = false;
    this.#keepAlive.drop(account);
    return wasBound;
  }

  watch(line: LineId, onTransportLost: () => void): () => void {
    const listeners = this.#watchers.get(line) ?? new Set();
    this.#watchers.set(line, listeners.add(onTransportLost));
    return () => {
      listeners.delete(onTransportLost);
      if (listeners.size === 0 && this.#watchers.get(line) === listeners) this.#watchers.delete(line);
    };
  }

  /** A stream closed. If a binding came by it, calls cannot find us any more. */
  onFlowClosed(flow: Flow): void {
    for (const account of this.#stack.accounts.all) {
      const { hop } = account;
      if (!account.isBound || hop?.transport !== flow.transport) continue;
      if (hop.host !== flow.remote.host || hop.port !== flow.remote.port) continue;
      for (const listener of this.#watchers.get(account.lineId) ?? []) listener();
    }
  }

  async #bind(account: Account, signal: AbortSignal): Promise<Binding> {
    const hops = await this.#accounts.hops(account).catch((error: unknown) => {
      throw new RegistrarUnreachable('no address of the registrar', { cause: error });
    });
    const attemptMs = Math.max(MIN_ATTEMPT_MS, Math.floor(LIFETIME_MS / hops.length));
    const deadlineMs = this.#stack.time.now() + LIFETIME_MS;
    let failure = new RegistrarUnreachable('no address of the registrar');
    for (const hop of hops) {
      const leftMs = Math.min(attemptMs, deadlineMs - this.#stack.time.now());
      if (leftMs <= 0) break;
      signal.throwIfAborted();
      try {
        return await this.#bindAt(account, hop, leftMs, signal);
      } catch (error) {
        if (!(error instanceof RegistrarUnreachable)) throw error;
        failure = error;
        this.#stack.hops.avoid(hop, error.retryAfterMs);
      }
    }
    throw failure;
  }

  async #bindAt(account: Account, hop: Hop, timeoutMs: number, signal: AbortSignal): Promise<Binding> {
    try {
      await this.#accounts.reach(account, hop);
    } catch (error) {
      throw new RegistrarUnreachable('cannot connect', { cause: error });
    }
    const granted = await this.#attempt(account, timeoutMs, WANTED_LIFETIME_S, signal);
    account.isBound = true;
    this.#keepAlive.keep(account);
    return { lifetimeMs: granted * 1_000 };
  }

  /** Granted lifetime in seconds. Follows one redirection, one 423, and one change of our public address. */
  async #attempt(account: Account, timeoutMs: number, lifetimeS: number, signal: AbortSignal): Promise<number> {
    const deadlineMs = this.#stack.time.now() + timeoutMs;
    const register = new Register(this.#stack, account);
    const ask = (options: { lifetimeS: number; target?: string; stale?: string }) =>
      register.send({ ...options, timeoutMs: Math.max(1, deadlineMs - this.#stack.time.now()), signal });
    let answer = await ask({ lifetimeS });
    if (answer.status === 423 && answer.minLifetimeS !== undefined && lifetimeS > 0) {
      answer = await ask({ lifetimeS: Math.min(answer.minLifetimeS, 86_400) });
    } else if ((answer.status === 301 || answer.status === 302) && answer.redirection !== undefined) {
      answer = await ask({ lifetimeS, target: answer.redirection });
    }
    const stale = lifetimeS > 0 && answer.status === 200 ? await this.#learnAddress(account, answer) : undefined;
    if (stale !== undefined) answer = await ask({ lifetimeS, stale });
    return this.#outcome(answer, lifetimeS);
  }

  /** Behind NAT the registrar knows our address and we do not. The Contact that is wrong thereby, or undefined. */
  async #learnAddress(account: Account, answer: RegisterAnswer): Promise<string | undefined> {
    const { hop } = account;
    if (this.#stack.advertisedHost !== undefined || answer.seenAs === undefined || hop === undefined) return undefined;
    const flow = await this.#stack.flowOf(account).catch(() => undefined);
    if (flow === undefined) return undefined;
    const known = account.publicAddress ?? { host: account.localHost ?? flow.local.host, port: flow.local.port };
    if (known.host === answer.seenAs.host && known.port === answer.seenAs.port) return undefined;
    const stale = account.contact;
    account.publicAddress = answer.seenAs;
    account.contactAddress = answer.seenAs;
    return stale === account.contact ? undefined : stale;
  }

  #outcome(answer: RegisterAnswer, lifetimeS: number): number {
    const { status, reason, retryAfterMs } = answer;
    if (status >= 200 && status < 300) return answer.grantedS ?? lifetimeS;
    if (isPassing(status)) {
      throw new RegistrarUnreachable(`${status} ${reason}`, retryAfterMs === undefined ? {} : { retryAfterMs });
    }
    throw new RegistrationRefused(status, reason);
  }

  /** One REGISTER of an account at a time (RFC 3261 §10.2). */
  #inTurn<Value>(account: Account, work: () => Promise<Value>): Promise<Value> {
    const turn = account.registration.queue.then(work, work);
    account.registration.queue = turn.catch(() => {});
    return turn;
  }
}

/** Answers that may be different next time: timeouts, overload, and everything a server says of itself. */
const isPassing = (status: number) =>
  status === 408 || status === 429 || status === 480 || status === 491 || (status >= 500 && status < 600);
