import type { PacketTransport } from './packet-transport.ts';
import type { Reception } from './reception.ts';
import { readRtcp, writeRtcp } from './rtcp.ts';
import type { AudioSender } from './send/audio-sender.ts';

const firstReportMs = 1000;
const intervalMs = 5000;

/** Exchanges reports with one peer: every 5 s ± 50 % (RFC 3550 §6.2, §6.3.5), the first after 1 s, goodbye at the end. */
export class RtcpReporter {
  readonly #transport: PacketTransport;
  readonly #sender: AudioSender;
  readonly #reception: Reception;
  readonly #cname: string;
  readonly #packet = Buffer.alloc(256);
  #nextMs: number | undefined;
  #packetsReported = 0;
  #lastReport = 0;
  #lastReportAtMs = 0;
  /** What the peer misses of ours. */
  lossPercent = 0;
  /** Packets, since the stream began. */
  lost = 0;
  roundTripMs: number | undefined;

  constructor(transport: PacketTransport, sender: AudioSender, reception: Reception) {
    this.#transport = transport;
    this.#sender = sender;
    this.#reception = reception;
    // Random instead of user@host: it identifies nobody (RFC 7022 §4.2).
    this.#cname = `${sender.ssrc.toString(36)}${Math.random().toString(36).slice(2, 12)}`;
  }

  tick(nowMs: number): void {
    this.#nextMs ??= nowMs + firstReportMs;
    if (nowMs < this.#nextMs) return;
    this.#nextMs = nowMs + intervalMs * (0.5 + Math.random());
    this.#send(nowMs, false);
  }

  /** True when the peer reported on our stream. */
  received(packet: Buffer, length: number, nowMs: number): boolean {
    const facts = readRtcp(packet, length, this.#sender.ssrc, epochMs());
    if (facts.lastReport !== undefined) {
      this.#lastReport = facts.lastReport;
      this.#lastReportAtMs = nowMs;
    }
    if (facts.roundTripMs !== undefined) this.roundTripMs = facts.roundTripMs;
    if (facts.fractionLost === undefined) return false;
    this.lossPercent = (facts.fractionLost * 100) / 256;
    // No peer can miss more than there was; one that says so is believed in nothing.
    const { cumulativeLost = 0 } = facts;
    if (cumulativeLost <= this.#sender.packets) this.lost = Math.max(this.lost, cumulativeLost);
    return true;
  }

  goodbye(nowMs: number): void {
    if (this.#sender.packets > 0) this.#send(nowMs, true);
  }

  #send(nowMs: number, goodbye: boolean): void {
    const { ssrc, packets, octets, timestamp } = this.#sender;
    const reception = this.#reception.report();
    const sent = packets > this.#packetsReported ? { rtpTimestamp: timestamp, packets, octets } : undefined;
    this.#packetsReported = packets;
    const length = writeRtcp(this.#packet, {
      ssrc,
      cname: this.#cname,
      sent,
      epochMs: epochMs(),
      reception,
      lastReport: this.#lastReport,
      sinceLastReportMs: nowMs - this.#lastReportAtMs,
      goodbye,
    });
    this.#transport.sendRtcp(this.#packet, length);
  }
}

/** Reports carry wall-clock time; only differences of it are ever used. */
const epochMs = () => performance.timeOrigin + performance.now();
