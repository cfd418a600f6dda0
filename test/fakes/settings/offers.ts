import type { Offer, Offers } from '../../../src/actors/ports/offers.ts';
import type { LineId, UserId } from '../../../src/machines/model/ids.ts';

/** Offers pinned on a board: the newest of a kind covers the older one, and whoever is first takes it down. */
export class MemoryOffers implements Offers {
  readonly #offers = new Map<string, Offer>();

  async put(offer: Offer) {
    const replaced = await this.ofLine(offer.line, offer.kind);
    if (replaced) this.#offers.delete(replaced.token);
    this.#offers.set(offer.token, offer);
  }

  async find(token: string) {
    return this.#offers.get(token);
  }

  async to(user: UserId, kind: Offer['kind']) {
    return [...this.#offers.values()].filter((offer) => offer.to === user && offer.kind === kind);
  }

  async ofLine(line: LineId, kind: Offer['kind']) {
    return [...this.#offers.values()].find((offer) => offer.line === line && offer.kind === kind);
  }

  async take(token: string) {
    return this.#offers.delete(token);
  }

  async remove(token: string) {
    this.#offers.delete(token);
  }
}
