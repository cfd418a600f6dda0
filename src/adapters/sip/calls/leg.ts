import type { Session } from 'sip.js';
import type { SipLegFact } from '../../../actors/ports/sip-calls.ts';
import type { HangupCause } from '../../../machines/model/hangup-cause.ts';
import type { CallId } from '../../../machines/model/ids.ts';
import type { DialogUsage } from './dialog-usage.ts';

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
    this.#remember(fact);
    for (const listener of [...this.#listeners]) listener(fact);
  }

  has(type: SipLegFact['type']): boolean {
    return this.#facts.some((fact) => fact.type === type);
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

  /** For those who come later: how things are, not each key and request on the way there. */
  #remember(fact: SipLegFact): void {
    if (fact.type === 'key.heard' || fact.type === 'party.transfers') return;
    const opposite = opposites[fact.type];
    const at = this.#facts.findIndex(({ type }) => type === opposite);
    if (at >= 0) this.#facts.splice(at, 1);
    // 18x come again and again; one of each kind is enough.
    if (!this.has(fact.type)) this.#facts.push(fact);
  }
}

const opposites: Readonly<Partial<Record<SipLegFact['type'], SipLegFact['type']>>> = {
  'party.held': 'party.resumed',
  'party.resumed': 'party.held',
};

/** One party's SIP leg, whoever began it. */
export interface Leg {
  readonly facts: LegFacts;
  /** We made the call. */
  readonly isCaller: boolean;
  /** Of the library, once there is one. */
  readonly session: Session | undefined;
  /** What goes on within its dialog; undefined before the 200. */
  readonly usage: DialogUsage | undefined;
  /** Ends it in whatever state it is; the end has been told when this returns. */
  hangUp(cause: HangupCause): void;
  /** Lets go of all but the session, which is ended by others. The end has been told when this returns. */
  drop(): void;
}

/** Whose session of the library it is. */
export const legOf = new WeakMap<Session, Leg>();
