import type { DtmfDigit } from '../../../machines/model/tone.ts';

/** How a key came: as an RFC 4733 event, as sound, or as SIP INFO. */
export type KeyWay = 'event' | 'voice' | 'info';

const samePressMs = 150;

/** Some peers tell one press in two ways at once: the second telling within 150 ms does not count. */
export class HeardKeys {
  #last: { readonly digit: DtmfDigit; readonly way: KeyWay; readonly atMs: number } | undefined;

  /** Whether it counts. */
  heard(digit: DtmfDigit, way: KeyWay, nowMs: number): boolean {
    const last = this.#last;
    const again =
      last !== undefined && last.digit === digit && last.way !== way && Math.abs(nowMs - last.atMs) <= samePressMs;
    if (!again) this.#last = { digit, way, atMs: nowMs };
    return !again;
  }
}
