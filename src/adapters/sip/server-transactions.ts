import type { SipCounters } from './counters.ts';
import type { Flow } from './net/flow.ts';
import { LIFETIME_MS, T1_MS, T2_MS } from './protocol-timers.ts';
import type { SipTime } from './time.ts';

/** Beyond this many remembered transactions new calls are refused. */
const MAX_TRANSACTIONS = 200_000;

/**
 * Answers repeated requests from memory for 32 s (what timers I and J are for), and repeats failures to INVITE over UDP until
 * the ACK (timer G). A 2xx to INVITE is repeated by the core.
 */
export class ServerTransactions {
  readonly #time: SipTime;
  readonly #counters: SipCounters;
  readonly #transmit: (flow: Flow, bytes: Buffer) => void;
  readonly #transactions = new Map<string, ServerTransaction>();

  constructor(time: SipTime, counters: SipCounters, transmit: (flow: Flow, bytes: Buffer) => void) {
    this.#time = time;
    this.#counters = counters;
    this.#transmit = transmit;
  }

  /** Requests without a final answer so far. */
  get unfinished(): number {
    return [...this.#transactions.values()].filter(({ status }) => status < 200).length;
  }

  get size(): number {
    return this.#transactions.size;
  }

  get isFull(): boolean {
    return this.#transactions.size >= MAX_TRANSACTIONS;
  }

  /** The flow answers to this transaction go by, and who it was given to. */
  find(key: string): { readonly flow: Flow; readonly owner: string | undefined } | undefined {
    return this.#transactions.get(key);
  }

  /** False when the request is a repetition, which has been answered again. */
  open(key: string, method: string, flow: Flow, callId = ''): boolean {
    const known = this.#transactions.get(key);
    if (known !== undefined) {
      this.#counters.count('absorbed');
      if (known.last !== undefined) this.#transmit(known.flow, known.last);
      return false;
    }
    const transaction: ServerTransaction = {
      method,
      callId,
      flow,
      owner: undefined,
      status: 0,
      last: undefined,
      stop: () => {},
    };
    this.#transactions.set(key, transaction);
    // An INVITE lives as long as it rings; anything else is answered at once or never.
    if (method !== 'INVITE') transaction.stop = this.#forgetLater(key);
    return true;
  }

  /** Remembers the account a request went to, for the CANCEL or ACK that belongs to it. */
  assign(key: string, owner: string): void {
    const transaction = this.#transactions.get(key);
    if (transaction !== undefined) transaction.owner = owner;
  }

  /** A response is about to go out. */
  reply(key: string, status: number, bytes: Buffer): void {
    const transaction = this.#transactions.get(key);
    if (transaction === undefined) return;
    const wasFinal = transaction.status >= 200;
    transaction.last = bytes;
    transaction.status = status;
    if (status < 200 || wasFinal) return;
    transaction.stop();
    if (transaction.method === 'INVITE' && status >= 300 && transaction.flow.transport === 'UDP') {
      this.#repeat(key, transaction, T1_MS, T1_MS);
    } else transaction.stop = this.#forgetLater(key);
  }

  /** The ACK to a failure came: it is not repeated any more. The ACK to a 2xx is a transaction of its own. */
  acknowledge(key: string): void {
    const transaction = this.#transactions.get(key);
    if (transaction === undefined || transaction.status < 300) return;
    transaction.stop();
    transaction.stop = this.#forgetLater(key);
  }

  /** Answers requests of this call no more, and repeats no answer. */
  forget(callId: string, owner: string): void {
    for (const [key, transaction] of this.#transactions) {
      if (transaction.callId !== callId || transaction.owner !== owner) continue;
      transaction.stop();
      this.#transactions.delete(key);
    }
  }

  /** Forgets everything, at the end of the process. */
  close(): void {
    for (const { stop } of this.#transactions.values()) stop();
    this.#transactions.clear();
  }

  #repeat(key: string, transaction: ServerTransaction, delayMs: number, passedMs: number): void {
    transaction.stop = this.#time.after(delayMs, () => {
      if (passedMs >= LIFETIME_MS) {
        this.#transactions.delete(key);
        return;
      }
      this.#counters.count('retransmitted');
      if (transaction.last !== undefined) this.#transmit(transaction.flow, transaction.last);
      const nextMs = Math.min(delayMs * 2, T2_MS);
      this.#repeat(key, transaction, nextMs, passedMs + nextMs);
    });
  }

  #forgetLater(key: string): () => void {
    return this.#time.after(LIFETIME_MS, () => this.#transactions.delete(key));
  }
}

interface ServerTransaction {
  readonly method: string;
  readonly callId: string;
  readonly flow: Flow;
  owner: string | undefined;
  status: number;
  last: Buffer | undefined;
  stop: () => void;
}
