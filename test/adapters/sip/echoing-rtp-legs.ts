import dgram from 'node:dgram';
import type { CodecName, RtpLegs, RtpSession } from '../../../src/actors/ports/rtp-legs.ts';
import type { LegId } from '../../../src/machines/model/ids.ts';

/** Media legs with real UDP sockets: each sends back what it hears, and speaks first where the session lets it. */
export class EchoingRtpLegs implements RtpLegs {
  readonly codecs: readonly CodecName[];
  readonly legs = new Map<LegId, EchoingLeg>();
  /** Every session that was ever applied, in order. */
  readonly applied: { readonly leg: LegId; readonly session: RtpSession }[] = [];

  constructor(codecs: readonly CodecName[] = ['opus', 'alaw', 'mulaw', 'g722', 'gsm']) {
    this.codecs = codecs;
  }

  get openLegs(): number {
    return [...this.legs.values()].filter(({ isOpen }) => isOpen).length;
  }

  async open(leg: LegId): Promise<{ host: string; port: number }> {
    const existing = this.legs.get(leg) ?? new EchoingLeg();
    this.legs.set(leg, existing);
    return existing.listen();
  }

  apply(leg: LegId, session: RtpSession): void {
    this.applied.push({ leg, session });
    this.legs.get(leg)?.apply(session);
  }

  close(leg: LegId): void {
    this.legs.get(leg)?.close();
  }

  closeAll(): void {
    for (const leg of this.legs.values()) leg.close();
  }
}

class EchoingLeg {
  packetsHeard = 0;
  packetsSent = 0;
  isOpen = false;
  readonly #socket = dgram.createSocket('udp4');
  #speaking: NodeJS.Timeout | undefined;
  #sequence = 0;

  async listen(): Promise<{ host: string; port: number }> {
    if (!this.isOpen) {
      this.isOpen = true;
      this.#socket.on('message', (packet, from) => {
        this.packetsHeard++;
        // Silence begets echo: sipp's own echo would bounce for ever between the two.
        if (this.#speaking === undefined) this.#socket.send(packet, from.port, from.address);
      });
      await new Promise<void>((resolve) => this.#socket.bind(0, '127.0.0.1', resolve));
    }
    return { host: '127.0.0.1', port: this.#socket.address().port };
  }

  apply(session: RtpSession): void {
    clearInterval(this.#speaking);
    this.#speaking = undefined;
    if (!session.direction.startsWith('send') || session.remote.host === '0.0.0.0') return;
    const { host, port } = session.remote;
    this.#speaking = setInterval(() => {
      if (!this.isOpen) return;
      this.packetsSent++;
      this.#socket.send(silence(session.codec.sendPayloadType, this.#sequence++), port, host);
    }, 20);
  }

  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    clearInterval(this.#speaking);
    this.#socket.close();
  }
}

/** One RTP packet (RFC 3550 §5.1): 20 ms of A-law silence. */
const silence = (payloadType: number, sequence: number): Buffer => {
  const packet = Buffer.alloc(172, 0xd5);
  packet[0] = 0x80;
  packet[1] = payloadType;
  packet.writeUInt16BE(sequence & 0xffff, 2);
  packet.writeUInt32BE((sequence * 160) >>> 0, 4);
  packet.writeUInt32BE(0x5109_c0de, 8);
  return packet;
};
