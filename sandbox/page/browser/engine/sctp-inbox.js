import { concat } from './bytes.js';
import { fragment, tsnAfter } from './sctp-chunks.js';

/** Puts DATA chunks into order and fragments together. As strict as the web client: stream 0, binary (PPID 53). */
export class SctpInbox {
  /** The last TSN before which nothing is missing. */
  cumulative;
  #ahead = new Map();
  #fragments = [];
  #fragmentBytes = 0;

  constructor(firstTsn) {
    this.cumulative = (firstTsn - 1) >>> 0;
  }

  /** Takes a chunk; gives the messages it completed. */
  accept(data) {
    const distance = tsnAfter(data.tsn, this.cumulative);
    if (distance <= 0 || distance > aheadLimit || this.#ahead.has(data.tsn)) return [];
    this.#ahead.set(data.tsn, { ...data, payload: data.payload.slice() });
    const messages = [];
    for (;;) {
      const tsn = (this.cumulative + 1) >>> 0;
      const next = this.#ahead.get(tsn);
      if (!next) return messages;
      this.#ahead.delete(tsn);
      this.cumulative = tsn;
      const message = this.#assemble(next);
      if (message && next.stream === 0 && next.protocol === 53) messages.push(message);
    }
  }

  /** Runs received beyond the cumulative TSN, as offsets from it. */
  gaps() {
    const offsets = [...this.#ahead.keys()].map((tsn) => tsnAfter(tsn, this.cumulative)).sort((a, b) => a - b);
    const runs = [];
    for (const offset of offsets) {
      const run = runs.at(-1);
      if (run && run[1] === offset - 1) run[1] = offset;
      else runs.push([offset, offset]);
    }
    return runs.slice(0, 64);
  }

  #assemble({ flags, payload }) {
    if (flags & fragment.first) {
      this.#fragments = [];
      this.#fragmentBytes = 0;
    } else if (this.#fragments.length === 0) return undefined;
    this.#fragmentBytes += payload.length;
    if (this.#fragmentBytes > messageLimitBytes) {
      this.#fragments = [];
      return undefined;
    }
    this.#fragments.push(payload);
    if (!(flags & fragment.last)) return undefined;
    const message = concat(...this.#fragments);
    this.#fragments = [];
    return message;
  }
}

const aheadLimit = 1_024;
const messageLimitBytes = 131_072;
