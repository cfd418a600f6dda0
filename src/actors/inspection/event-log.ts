import type { AnyEventObject } from 'xstate';
import type { EpochMs } from '../../machines/model/ids.ts';
import type { CallEvents, LoggedRoot } from '../ports/call-events.ts';
import type { Faults } from '../ports/faults.ts';
import { callOf, isOfCalls } from './call-of-event.ts';
import type { ObservedRoot, RootObserver } from './hub.ts';
import { Redaction } from './redaction.ts';

export interface EventLogParts {
  readonly rows: CallEvents;
  readonly faults: Faults;
  /** Of the product. */
  readonly version: string;
  /** A fresh unguessable id. */
  readonly newId: () => string;
  /** Calls once, later. Returns the cancellation. */
  readonly after: (ms: number, then: () => void) => () => void;
  /** Events that wait to be written at most; 10 000 by default. */
  readonly mostWaiting?: number;
}

interface Life {
  readonly root: LoggedRoot;
  readonly redaction: Redaction;
  count: number;
  isWritten: boolean;
}

interface Waiting {
  readonly life: Life;
  readonly seq: number;
  readonly call: ReturnType<typeof callOf>;
  readonly at: EpochMs;
  readonly event: AnyEventObject;
}

const batchMs = 250;
const batchSize = 50;
/** A database that does not answer keeps nobody from stopping. */
const patienceMs = 1_000;

/**
 * Writes down what the roots of calls receive, in batches. Nothing waits for it and nothing depends on it: a crash loses
 * the last batch, and what cannot be written is counted and told once.
 *
 * Lines and the settings bot are not written: the former live for months, and the latter hears what people type.
 */
export class EventLog implements RootObserver {
  readonly #parts: EventLogParts;
  readonly #mostWaiting: number;
  readonly #lives = new WeakMap<ObservedRoot, Life>();
  readonly #waiting: Waiting[] = [];
  #lost = 0;
  #isTold = false;
  #isClosed = false;
  #writing: Promise<void> | undefined;
  #cancel: (() => void) | undefined;

  constructor(parts: EventLogParts) {
    this.#parts = parts;
    this.#mostWaiting = parts.mostWaiting ?? 10_000;
  }

  /** Events that were not written, since the start. */
  get lost(): number {
    return this.#lost;
  }

  wants(machine: string): boolean {
    return isOfCalls({ machine });
  }

  received(observed: ObservedRoot, event: AnyEventObject, at: EpochMs): void {
    if (!isOfCalls(observed)) return;
    const life = this.#lives.get(observed) ?? this.#begin(observed);
    const seq = ++life.count;
    if (this.#isClosed || this.#waiting.length >= this.#mostWaiting) {
      this.#lose(1, new Error('more events of calls than can be written'));
      return;
    }
    this.#waiting.push({ life, seq, at, event, call: callOf(observed, event) });
    if (this.#writing) return;
    if (this.#waiting.length === 1 || this.#waiting.length === batchSize) this.#writeSoon();
  }

  /** Until everything received so far is written, or counted as lost. */
  async settled(): Promise<void> {
    while (this.#writing || this.#waiting.length > 0) {
      this.#write();
      await this.#writing;
    }
  }

  /** What still waits is given up: whoever had time for it has called `settled()`. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel?.();
    const left = this.#waiting.splice(0).length;
    if (left > 0) this.#lose(left, new Error('events of calls were not written in time'));
    if (!this.#writing) return;
    const patience = new Promise<void>((done) => void this.#parts.after(patienceMs, done));
    await Promise.race([this.#writing, patience]);
  }

  #begin(observed: ObservedRoot): Life {
    const { address, machine, input, startedAt } = observed;
    const { newId, version } = this.#parts;
    const redaction = new Redaction();
    const root = { id: newId(), address, machine, version, input: redaction.of(input), startedAt };
    const life = { root, redaction, count: 0, isWritten: false };
    this.#lives.set(observed, life);
    return life;
  }

  #writeSoon(): void {
    this.#cancel?.();
    this.#cancel = this.#parts.after(this.#waiting.length < batchSize ? batchMs : 0, () => this.#write());
  }

  #write(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#writing ??= this.#append(this.#waiting.splice(0, batchSize)).finally(() => {
      this.#writing = undefined;
      if (this.#waiting.length > 0) this.#writeSoon();
    });
  }

  async #append(batch: readonly Waiting[]): Promise<void> {
    const unwritten = [...new Set(batch.map(({ life }) => life))].filter(({ isWritten }) => !isWritten);
    try {
      const events = batch.map(({ life, event, ...rest }) => ({
        ...rest,
        root: life.root.id,
        event: life.redaction.of(event) as { type: string },
      }));
      const roots = unwritten.map(({ root }) => root);
      await this.#parts.rows.append(roots, events);
      for (const life of unwritten) life.isWritten = true;
      this.#isTold = false;
    } catch (error) {
      this.#lose(batch.length, error);
    }
  }

  /** Told once, until writing succeeds again. */
  #lose(count: number, error: unknown): void {
    this.#lost += count;
    if (this.#isTold) return;
    this.#isTold = true;
    this.#parts.faults.report('event log', error);
  }
}
