import type { DtmfDigit } from '../../../machines/model/tone.ts';
import { digitOfEvent } from '../dtmf.ts';

/** RFC 4733 §3.2: the hook flash is an event like the keys. */
export type ReceivedKey = DtmfDigit | 'flash';

const flashEvent = 16;
const payloadBytes = 4;
const remembered = 8;

/**
 * Reads key presses from telephone-event packets. A press counts once, by its timestamp, at its first packet to arrive,
 * which may be its end; repeats that come late or out of order are known by the timestamps of the last presses.
 */
export class KeyReceiver {
  readonly #timestamps: number[] = [];

  /** The key, when this packet is the first of its press. Unknown events and short packets are nothing. */
  receive(packet: Buffer, start: number, end: number, timestamp: number): ReceivedKey | undefined {
    if (end - start < payloadBytes) return undefined;
    const event = packet[start] as number;
    const key = event === flashEvent ? 'flash' : digitOfEvent(event);
    if (key === undefined || this.#timestamps.includes(timestamp)) return undefined;
    this.#timestamps.push(timestamp);
    if (this.#timestamps.length > remembered) this.#timestamps.shift();
    return key;
  }

  /** Another sender. */
  restart(): void {
    this.#timestamps.length = 0;
  }
}
