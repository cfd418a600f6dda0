import type { Account } from './account.ts';
import type { Stack } from './stack.ts';

/** Under the 30 s after which many NATs forget a UDP mapping (RFC 4787 §4.3 asks for two minutes; few listen). */
const INTERVAL_MS = 20_000;
const PING = Buffer.from('\r\n\r\n');

/** Keeps the way back from UDP registrars open: one datagram per server address, however many lines use it. */
export class KeepAlive {
  readonly #stack: Stack;
  readonly #accounts = new Map<string, Set<Account>>();
  readonly #timers = new Map<string, () => void>();

  constructor(stack: Stack) {
    this.#stack = stack;
  }

  keep(account: Account): void {
    const { hop } = account;
    this.drop(account);
    // Streams keep themselves alive.
    if (hop?.transport !== 'UDP') return;
    const address = `${hop.host} ${hop.port}`;
    this.#accounts.set(address, (this.#accounts.get(address) ?? new Set()).add(account));
    if (this.#timers.has(address)) return;
    const ping = () => {
      this.#stack.transmit(this.#stack.sockets.udp(hop), PING);
      this.#timers.set(address, this.#stack.time.after(INTERVAL_MS, ping));
    };
    this.#timers.set(address, this.#stack.time.after(INTERVAL_MS, ping));
  }

  drop(account: Account): void {
    for (const [address, accounts] of this.#accounts) {
      if (!accounts.delete(account) || accounts.size > 0) continue;
      this.#accounts.delete(address);
      this.#timers.get(address)?.();
      this.#timers.delete(address);
    }
  }

  close(): void {
    for (const stop of this.#timers.values()) stop();
    this.#timers.clear();
    this.#accounts.clear();
  }
}
