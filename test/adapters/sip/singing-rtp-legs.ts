import dgram from 'node:dgram';
import { decodeG711, encodeG711 } from '../../../sandbox/pbx/g711.ts';
import { Hearing } from '../../../sandbox/phone/hearing.ts';
import type { CodecName, RtpLegs, RtpSession } from '../../../src/actors/ports/rtp-legs.ts';
import type { LegId } from '../../../src/machines/model/ids.ts';
import { sine } from '../../support/tones.ts';

const samplesPerPacket = 160;
const samplesIn10Ms = 80;

/** Media legs with real UDP sockets that sing one tone in A-law, and listen. */
export class SingingRtpLegs implements RtpLegs {
  readonly codecs: readonly CodecName[] = ['alaw'];
  /** What all legs hear. */
  readonly hearing = new Hearing();
  readonly #song: Buffer;
  readonly #legs = new Map<LegId, SingingLeg>();

  /** A multiple of 50, so that the song fits its length. */
  constructor(frequencyHz: number) {
    this.#song = encodeG711(8, sine(8_000, frequencyHz, 20 * 50, -12));
  }

  async open(leg: LegId): Promise<{ host: string; port: number }> {
    const opened = this.#legs.get(leg) ?? new SingingLeg(this.#song, this.hearing);
    this.#legs.set(leg, opened);
    return opened.listen();
  }

  apply(leg: LegId, session: RtpSession): void {
    this.#legs.get(leg)?.apply(session);
  }

  close(leg: LegId): void {
    this.#legs.get(leg)?.close();
    this.#legs.delete(leg);
  }

  closeAll(): void {
    for (const leg of [...this.#legs.keys()]) this.close(leg);
    this.hearing.close();
  }
}

class SingingLeg {
  readonly #song: Buffer;
  readonly #socket = dgram.createSocket('udp4');
  #singing: NodeJS.Timeout | undefined;
  #sequence = 0;

  constructor(song: Buffer, hearing: Hearing) {
    this.#song = song;
    this.#socket.on('message', (packet) => {
      // RFC 3550 §5.1.
      if (packet.length < 12 || ((packet[1] ?? 0) & 127) !== 8) return;
      const samples = decodeG711(8, packet.subarray(12));
      for (let from = 0; from + samplesIn10Ms <= samples.length; from += samplesIn10Ms) {
        const frame = samples.subarray(from, from + samplesIn10Ms);
        hearing.hear({ samples: frame, channelCount: 1, numberOfFrames: samplesIn10Ms });
      }
    });
  }

  async listen(): Promise<{ host: string; port: number }> {
    await new Promise<void>((resolve) => this.#socket.bind(0, '127.0.0.1', resolve));
    return { host: '127.0.0.1', port: this.#socket.address().port };
  }

  apply({ remote, direction, codec }: RtpSession): void {
    clearInterval(this.#singing);
    if (!direction.startsWith('send')) return;
    this.#singing = setInterval(() => {
      const at = (this.#sequence * samplesPerPacket) % this.#song.length;
      const header = Buffer.alloc(12);
      header[0] = 0x80;
      header[1] = codec.sendPayloadType;
      header.writeUInt16BE(this.#sequence & 0xffff, 2);
      header.writeUInt32BE((this.#sequence * samplesPerPacket) >>> 0, 4);
      header.writeUInt32BE(0x5109_c0de, 8);
      this.#sequence++;
      this.#socket.send(
        Buffer.concat([header, this.#song.subarray(at, at + samplesPerPacket)]),
        remote.port,
        remote.host,
      );
    }, 20);
  }

  close(): void {
    clearInterval(this.#singing);
    this.#socket.close();
  }
}
