import type { SipLegFact } from '../../../actors/ports/sip-calls.ts';
import type { HangupCause } from '../../../machines/model/hangup-cause.ts';
import type { CallId } from '../../../machines/model/ids.ts';

/** The facts of one call: told to those who watch, and again to those who come later. Nothing follows the end. */
export class LegFacts {
  readonly call: CallId;
  readonly #onEnd: () => void;
  readonly #facts: SipLegFact[] = [];
  readonly #listeners = new Set<(fact: SipLegFact) => void>();
  #isOver = false;

  constructor(call: CallId, onEnd: () => void) {
    this.call = call;
    this.#onEnd = onEnd;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  tell(fact: SipLegFact): void {
    if (this.#isOver) return;
    // 18x come again and again; one of each kind is enough for those who come later.
    if (!this.#facts.some(({ type }) => type === fact.type)) this.#facts.push(fact);
    for (const listener of [...this.#listeners]) listener(fact);
  }

  end(cause: HangupCause): void {
    if (this.#isOver) return;
    this.tell({ type: 'party.hungUp', cause });
    this.#isOver = true;
    this.#listeners.clear();
    this.#onEnd();
  }

  watch(listener: (fact: SipLegFact) => void): () => void {
    for (const fact of this.#facts) listener(fact);
    if (!this.#isOver) this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** One party's SIP leg, whoever began it. */
export interface Leg {
  readonly facts: LegFacts;
  /** Ends it in whatever state it is; the end has been told when this returns. */
  hangUp(cause: HangupCause): void;
}
