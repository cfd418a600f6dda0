import type { Clock } from './clock.ts';
import { FirstContactsForbidden, rpcErrorText } from './errors.ts';

const forbiddenMs = 24 * 60 * 60_000;

/** After PEER_FLOOD the account writes to and calls nobody first for 24 h; known conversations go on (product §14.3). */
export class FirstContacts {
  readonly #clock: Clock;
  readonly #onForbidden: (untilMs: number) => void;
  #forbiddenUntil = 0;

  /** @param onForbidden hears until when, by the clock, each time Telegram says so anew */
  constructor(clock: Clock, onForbidden: (untilMs: number) => void) {
    this.#clock = clock;
    this.#onForbidden = onForbidden;
  }

  get areForbidden() {
    return this.#forbiddenUntil > this.#clock.now();
  }

  /** Goes on with what an earlier process was told. */
  resume(untilMs: number) {
    this.#forbiddenUntil = Math.max(this.#forbiddenUntil, untilMs);
  }

  /** @throws FirstContactsForbidden */
  check(hasMet: boolean) {
    if (this.areForbidden && !hasMet) throw new FirstContactsForbidden(this.#forbiddenUntil - this.#clock.now());
  }

  /** Takes the error of any request. */
  judge(error: unknown) {
    if (rpcErrorText(error) !== 'PEER_FLOOD' || error instanceof FirstContactsForbidden) return;
    const wereForbidden = this.areForbidden;
    this.#forbiddenUntil = this.#clock.now() + forbiddenMs;
    if (!wereForbidden) this.#onForbidden(this.#forbiddenUntil);
  }
}
