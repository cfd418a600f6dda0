import type { NegotiatedTransport } from '../../../../src/adapters/media/legs/rtp-leg.ts';
import { noRtpFields, type RtpFields, readRtp } from '../../../../src/adapters/media/rtp.ts';

export interface SentPacket extends RtpFields {
  readonly atMs: number;
  readonly payload: Buffer;
}

/** A network without delay: keeps what is sent, passes on what the test delivers. */
export class Wire implements NegotiatedTransport {
  readonly sent: SentPacket[] = [];
  readonly sentControl: Buffer[] = [];
  readonly counters = { junk: 0 };
  readonly troubles = { unauthenticated: 0, replayed: 0, sendErrors: 0 };
  readonly foreign = 0;
  readonly #now: () => number;
  keepAlives = 0;
  closed = false;
  remote: { host: string; port: number } | undefined;
  onSent: ((packet: SentPacket) => void) | undefined;
  acceptsPayloadType: (payloadType: number) => boolean = () => false;
  onRtp: ((packet: Buffer, length: number, nowMs: number) => void) | undefined;
  onRtcp: ((packet: Buffer, length: number, nowMs: number) => void) | undefined;
  onAlive: ((nowMs: number) => void) | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  deliver(packet: Buffer): void {
    this.onAlive?.(this.#now());
    this.onRtp?.(packet, packet.length, this.#now());
  }

  deliverControl(packet: Buffer): void {
    this.onAlive?.(this.#now());
    this.onRtcp?.(packet, packet.length, this.#now());
  }

  connect(host: string, port: number): void {
    this.remote = { host, port };
  }

  keepAlive(): void {
    this.keepAlives++;
  }

  sendRtp(packet: Buffer, length: number): void {
    if (packet.length < length + 32) throw new Error('no room for the SRTP trailer');
    const fields = noRtpFields();
    if (!readRtp(packet, length, fields)) throw new Error('a packet that is not RTP was sent');
    const payload = Buffer.from(packet.subarray(fields.payloadStart, fields.payloadEnd));
    const sent = { ...fields, atMs: this.#now(), payload };
    this.sent.push(sent);
    this.onSent?.(sent);
  }

  sendRtcp(packet: Buffer, length: number): void {
    this.sentControl.push(Buffer.from(packet.subarray(0, length)));
  }

  close(): void {
    this.closed = true;
  }
}
