import type { SipCounters } from './counters.ts';
import type { Flow } from './net/flow.ts';
import { LIFETIME_MS, T1_MS, T2_MS } from './protocol-timers.ts';
import type { SipTime } from './time.ts';

/**
 * Repeats our requests over UDP until they are answered (RFC 3261 §17.1, timers A and E), and remembers answers for 32 s so
 * that repeated ones are not passed up (what timers D and K are for; the library has them at zero).
 */
export class ClientTransactions {
  readonly #time: SipTime;
  readonly #counters: SipCounters;
  readonly #events: ClientTransactionEvents;
  readonly #transactions = new Map<string, ClientTransaction>();

  constructor(time: SipTime, counters: SipCounters, events: ClientTransactionEvents) {
    this.#time = time;
    this.#counters = counters;
    this.#events = events;
  }

  /** Requests without a final answer so far. */
  get unfinished(): number {
    return [...this.#transactions.values()].filter(({ isFinal }) => !isFinal).length;
  }

  get size(): number {
    return this.#transactions.size;
  }

  find(branch: string, method: string): Readonly<ClientTransaction> | undefined {
    return this.#transactions.get(keyOf(branch, method));
  }

  /** A request other than ACK is about to go out. */
  open(branch: string, method: string, bytes: Buffer, flow: Flow): void {
    const key = keyOf(branch, method);
    const transaction: ClientTransaction = {
      method,
      bytes,
      flow,
      isFinal: false,
      isProceeding: false,
      isCancelled: false,
      stop: () => {},
    };
    this.#transactions.get(key)?.stop();
    this.#transactions.set(key, transaction);
    if (flow.transport === 'UDP') this.#repeat(key, transaction, T1_MS, T1_MS);
    else transaction.stop = this.#forgetLater(key, transaction);
    if (method === 'CANCEL') this.#awaitCancelled(branch);
  }

  /** The ACK to a failure, to be repeated with every repetition of the failure. */
  acknowledge(branch: string, bytes: Buffer): void {
    const invite = this.#transactions.get(keyOf(branch, 'INVITE'));
    if (invite !== undefined) invite.acknowledgement = bytes;
  }

  /** Says whether a response is news for the core. */
  receive(branch: string, method: string, status: number): 'news' | 'repetition' | 'unmatched' {
    const key = keyOf(branch, method);
    const transaction = this.#transactions.get(key);
    if (transaction === undefined) {
      this.#counters.count('unmatched');
      return 'unmatched';
    }
    if (status < 200) {
      transaction.isProceeding = true;
      // An INVITE that is being worked on is not repeated any more; others are, slowly (timer E after a provisional: T2).
      // One that is cancelled has stopped before; what runs is the wait for its end.
      if (method === 'INVITE' && !transaction.isCancelled) transaction.stop();
      return 'news';
    }
    const isRepetition = transaction.isFinal;
    if (!isRepetition) {
      transaction.isFinal = true;
      transaction.stop();
      transaction.stop = this.#forgetLater(key, transaction);
      return 'news';
    }
    // Each repeated 2xx to an INVITE wants an ACK, which only the core can make (RFC 3261 §13.2.2.4).
    if (method === 'INVITE' && status < 300) return 'news';
    this.#counters.count('absorbed');
    if (method === 'INVITE' && transaction.acknowledgement !== undefined) {
      this.#counters.count('retransmitted');
      this.#events.transmit(transaction.flow, transaction.acknowledgement);
    }
    return 'repetition';
  }

  /** Repeats no such request any more, and takes no answer to it. Those that had no final answer are returned. */
  forget(
    isMeant: (branch: string, bytes: Buffer) => boolean,
  ): readonly { readonly branch: string; readonly method: string; readonly bytes: Buffer }[] {
    const meant = [...this.#transactions].flatMap(([key, transaction]) => {
      const branch = key.slice(0, key.lastIndexOf(' '));
      return isMeant(branch, transaction.bytes) ? [{ key, branch, transaction }] : [];
    });
    for (const { key, transaction } of meant) {
      transaction.stop();
      this.#transactions.delete(key);
    }
    return meant
      .filter(({ transaction }) => !transaction.isFinal)
      .map(({ branch, transaction: { method, bytes } }) => ({ branch, method, bytes }));
  }

  /** Forgets everything, at the end of the process. */
  close(): void {
    for (const { stop } of this.#transactions.values()) stop();
    this.#transactions.clear();
  }

  #repeat(key: string, transaction: ClientTransaction, delayMs: number, passedMs: number): void {
    transaction.stop = this.#time.after(delayMs, () => {
      if (passedMs >= LIFETIME_MS) {
        this.#transactions.delete(key);
        return;
      }
      this.#counters.count('retransmitted');
      this.#events.transmit(transaction.flow, transaction.bytes);
      const doubled = transaction.method === 'INVITE' ? delayMs * 2 : Math.min(delayMs * 2, T2_MS);
      const wantedMs = transaction.isProceeding ? T2_MS : doubled;
      const nextMs = Math.min(wantedMs, LIFETIME_MS - passedMs);
      this.#repeat(key, transaction, Math.max(nextMs, 1), passedMs + nextMs);
    });
  }

  #forgetLater(key: string, transaction: ClientTransaction): () => void {
    return this.#time.after(LIFETIME_MS, () => {
      if (this.#transactions.get(key) === transaction) this.#transactions.delete(key);
    });
  }

  /**
   * A cancelled INVITE whose final answer does not come is over after 64·T1 (RFC 3261 §9.1). The library waits for ever.
   */
  #awaitCancelled(branch: string): void {
    const key = keyOf(branch, 'INVITE');
    const invite = this.#transactions.get(key);
    if (invite === undefined || invite.isFinal || invite.isCancelled) return;
    invite.isCancelled = true;
    invite.stop = this.#time.after(LIFETIME_MS, () => {
      if (invite.isFinal || this.#transactions.get(key) !== invite) return;
      this.#transactions.delete(key);
      this.#events.onCancelUnanswered(branch, invite.bytes);
    });
  }
}

export interface ClientTransactionEvents {
  transmit(flow: Flow, bytes: Buffer): void;
  /** No final answer came to this INVITE within 32 s of its CANCEL. */
  onCancelUnanswered(branch: string, invite: Buffer): void;
}

interface ClientTransaction {
  readonly method: string;
  readonly bytes: Buffer;
  readonly flow: Flow;
  isFinal: boolean;
  isProceeding: boolean;
  isCancelled: boolean;
  acknowledgement?: Buffer;
  stop: () => void;
}

const keyOf = (branch: string, method: string) => `${branch} ${method}`;
