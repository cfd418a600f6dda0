import { dataHeaderBytes, fragmentFlag } from './sctp-inbound.ts';
import { isAfter, nextTsn } from './sctp-packet.ts';

/** A DATA chunk to be put on the wire. */
export interface OutgoingData {
  readonly flags: number;
  readonly body: Buffer;
}

interface Sent {
  readonly tsn: number;
  readonly chunk: OutgoingData;
  readonly message: Buffer;
  sentAtMs: number;
  attempts: number;
  /** Acknowledged behind a gap. */
  gapAcked: boolean;
}

/** Cuts messages into DATA chunks, keeps them until acknowledged, and says which are due again (RFC 9260 §6.1–6.3). */
export class SctpOutbound {
  readonly #initialTsn: number;
  #nextTsn: number;
  #nextStreamSequence = 0;
  #messages: Buffer[] = [];
  #inFlight: Sent[] = [];

  constructor(initialTsn: number) {
    this.#initialTsn = initialTsn;
    this.#nextTsn = initialTsn;
  }

  /** False when too much waits already. */
  queue(message: Buffer): boolean {
    if (this.#messages.length >= maxQueuedMessages) return false;
    this.#messages.push(message);
    return true;
  }

  /** Chunks to send now: new ones, few enough for any window, and those not acknowledged in time. */
  due(nowMs: number): OutgoingData[] {
    const late = this.#inFlight.filter((sent) => !sent.gapAcked && nowMs >= retransmitAtMs(sent));
    for (const sent of late) {
      sent.sentAtMs = nowMs;
      sent.attempts++;
    }
    const fresh: Sent[] = [];
    while (this.#inFlight.length + fresh.length < maxInFlight) {
      const message = this.#messages.shift();
      if (!message) break;
      fresh.push(...this.#cut(message, nowMs));
    }
    this.#inFlight.push(...fresh);
    return [...late, ...fresh].map((sent) => sent.chunk);
  }

  /** When `due` has something again; undefined when all is acknowledged. */
  nextDueMs(): number | undefined {
    const waiting = this.#inFlight.filter((sent) => !sent.gapAcked);
    return waiting.length === 0 ? undefined : Math.min(...waiting.map(retransmitAtMs));
  }

  /** Takes the body of a SACK chunk. */
  acknowledged(body: Buffer): void {
    if (body.length < 12) return;
    const cumulative = body.readUInt32BE(0);
    // Nothing that was never sent can be acknowledged.
    if (isAfter(cumulative, (this.#nextTsn - 1) >>> 0)) return;
    this.#inFlight = this.#inFlight.filter((sent) => isAfter(sent.tsn, cumulative));
    const blocks = Math.min(body.readUInt16BE(8), (body.length - 12) >> 2);
    const acked = (tsn: number) => {
      const offset = (tsn - cumulative) >>> 0;
      for (let at = 12; at < 12 + 4 * blocks; at += 4)
        if (offset >= body.readUInt16BE(at) && offset <= body.readUInt16BE(at + 2)) return true;
      return false;
    };
    for (const sent of this.#inFlight) sent.gapAcked = acked(sent.tsn);
  }

  /** The peer lost its state: everything not acknowledged is sent anew, numbered from the start. */
  restart(): void {
    this.#messages = [...new Set(this.#inFlight.map((sent) => sent.message)), ...this.#messages];
    this.#inFlight = [];
    this.#nextTsn = this.#initialTsn;
    this.#nextStreamSequence = 0;
  }

  #cut(message: Buffer, nowMs: number): Sent[] {
    const streamSequence = this.#nextStreamSequence;
    this.#nextStreamSequence = (streamSequence + 1) & 0xffff;
    const sent: Sent[] = [];
    for (let at = 0; at < message.length; at += maxFragmentBytes) {
      const tsn = this.#nextTsn;
      this.#nextTsn = nextTsn(tsn);
      const header = Buffer.alloc(dataHeaderBytes);
      header.writeUInt32BE(tsn, 0);
      header.writeUInt16BE(streamSequence, 6);
      header.writeUInt32BE(binaryPayload, 8);
      const flags =
        (at === 0 ? fragmentFlag.beginning : 0) | (at + maxFragmentBytes >= message.length ? fragmentFlag.end : 0);
      const body = Buffer.concat([header, message.subarray(at, at + maxFragmentBytes)]);
      sent.push({ tsn, chunk: { flags, body }, message, sentAtMs: nowMs, attempts: 1, gapAcked: false });
    }
    return sent;
  }
}

/** Once a second; a peer that has not answered for long is asked less often, the call may live without signaling. */
const retransmitAtMs = (sent: Sent) => sent.sentAtMs + (sent.attempts < 20 ? 1000 : 10_000);

/** WebRTC Binary (RFC 8831 §8); the web clients take no other. */
const binaryPayload = 53;
/** Telegram's engines fragment near 1.2 kB; the relay's own limit is unknown. */
const maxFragmentBytes = 1000;
const maxInFlight = 32;
const maxQueuedMessages = 256;
