import dgram from 'node:dgram';
import { createG711 } from '../../../../src/adapters/media/codecs/g711.ts';
import { noRtpFields, readRtp } from '../../../../src/adapters/media/rtp.ts';
import { Talker } from './peer.ts';

/** A party with real sockets: sends a sound in real time and keeps what it hears, both as A-law. */
export class Phone {
  readonly #socket: dgram.Socket;
  readonly #codec = createG711('alaw');
  readonly #talker = new Talker(this.#codec, 8);
  readonly #heard: number[] = [];
  #timer: NodeJS.Timeout | undefined;

  static async open(): Promise<Phone> {
    const socket = dgram.createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    return new Phone(socket);
  }

  private constructor(socket: dgram.Socket) {
    this.#socket = socket;
    const fields = noRtpFields();
    const pcm = new Int16Array(1600);
    socket.on('message', (packet) => {
      if (!readRtp(packet, packet.length, fields) || fields.payloadType !== 8) return;
      const payload = packet.subarray(fields.payloadStart, fields.payloadEnd);
      const samples = this.#codec.decode(payload, payload.length, pcm);
      for (let i = 0; i < samples; i++) this.#heard.push(pcm[i] as number);
    });
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** Says `pcm` again and again, in packets of 20 ms, as late as the machine is but never ahead. */
  say(pcm: Int16Array, to: { port: number }): void {
    const startMs = performance.now();
    let sent = 0;
    this.#timer = setInterval(() => {
      while (sent * 20 <= performance.now() - startMs) {
        const at = (sent++ * 160) % pcm.length;
        this.send(this.#talker.packet(pcm.subarray(at, at + 160)), to);
      }
    }, 10);
  }

  send(packet: Buffer, to: { port: number }): void {
    this.#socket.send(packet, to.port, '127.0.0.1');
  }

  /** The newest `ms` of what was heard. */
  heard(ms: number): Int16Array {
    return Int16Array.from(this.#heard.slice(-ms * 8));
  }

  hangUp(): void {
    clearInterval(this.#timer);
    this.#socket.close();
  }
}
