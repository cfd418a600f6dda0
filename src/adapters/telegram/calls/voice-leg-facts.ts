import type { Logger } from 'pino';
import type { VoiceLegFact } from '../../../actors/ports/telegram-calls.ts';
import type { VoiceLegId } from '../../../machines/model/ids.ts';

interface Leg {
  readonly told: VoiceLegFact[];
  readonly listeners: Set<(fact: VoiceLegFact) => void>;
}

/** What happened to each leg, for listeners that come before, during or after. */
export class VoiceLegFacts {
  readonly #log: Logger;
  readonly #legs = new Map<VoiceLegId, Leg>();
  /** Ended legs, oldest first: kept for a while for a late listener. */
  readonly #ended: VoiceLegId[] = [];

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Each type of fact once, and nothing after `user.hungUp`. */
  tell(leg: VoiceLegId, fact: VoiceLegFact): void {
    const { told, listeners } = this.#leg(leg);
    if (told.some(({ type }) => type === fact.type || type === 'user.hungUp')) return;
    told.push(fact);
    if (fact.type === 'user.hungUp') this.#retire(leg);
    for (const listener of [...listeners]) this.#call(listener, fact);
  }

  watch(leg: VoiceLegId, listener: (fact: VoiceLegFact) => void): () => void {
    const entry = this.#leg(leg);
    for (const fact of entry.told) this.#call(listener, fact);
    entry.listeners.add(listener);
    return () => {
      entry.listeners.delete(listener);
      if (entry.told.length === 0 && entry.listeners.size === 0) this.#legs.delete(leg);
    };
  }

  #leg(id: VoiceLegId): Leg {
    const known = this.#legs.get(id);
    if (known) return known;
    const leg: Leg = { told: [], listeners: new Set() };
    this.#legs.set(id, leg);
    return leg;
  }

  #retire(leg: VoiceLegId): void {
    this.#ended.push(leg);
    if (this.#ended.length <= maxEnded) return;
    const oldest = this.#ended.shift();
    if (oldest !== undefined) this.#legs.delete(oldest);
  }

  #call(listener: (fact: VoiceLegFact) => void, fact: VoiceLegFact): void {
    try {
      listener(fact);
    } catch (error) {
      this.#log.error({ err: error, fact: fact.type }, 'a listener of voice leg facts threw');
    }
  }
}

const maxEnded = 256;
