import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import type { Clock } from './clock.ts';
import { decodeG711, encodeG711, type G711 } from './g711.ts';
import { frameSamples, rateHz, type Sound } from './sounds.ts';

/** What one call hears is kept for this long, the latest of it. */
const heardMs = 60_000;
const tickMs = 20;
/** Later than this, missed frames are left out instead of sent in a burst. */
const mostLateMs = 100;
/** Frames an echo may lag behind. */
const mostEchoFrames = 10;
const keyNames = '0123456789*#ABCD';

export interface RtpPeer {
  readonly host: string;
  readonly port: number;
  readonly codec: G711;
  readonly dtmfPayloadType: number | undefined;
  readonly isSending: boolean;
}

/** RTP of one call (RFC 3550): sends a frame each 20 ms, keeps what it hears, reads keys (RFC 4733). */
export class RtpSession {
  onDigit: (digit: string) => void = () => {};
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #ssrc = randomBytes(4).readUInt32BE();
  readonly #frame = new Int16Array(frameSamples);
  readonly #heard = new Int16Array((heardMs / 1000) * rateHz);
  readonly #echo: Int16Array[] = [];
  #heardSamples = 0;
  #sequence = randomBytes(2).readUInt16BE();
  #timestamp = randomBytes(4).readUInt32BE();
  #isFirst = true;
  #peer: RtpPeer | undefined;
  #sound: Sound | undefined;
  #soundEnded: () => void = () => {};
  #isEchoing = false;
  #isClosed = false;
  #lastKey = '';
  #due = 0;
  #cancelTick: () => void = () => {};

  private constructor(socket: Socket, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    socket.on('message', (packet) => this.#receive(packet));
    socket.on('error', () => {});
  }

  /** On an even port, as the next one is RTCP's (RFC 3550 §11), which nobody here listens to. */
  static async open(host: string, clock: Clock): Promise<RtpSession> {
    for (;;) {
      const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4' });
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject);
        socket.bind(0, host, () => {
          socket.off('error', reject);
          resolve();
        });
      });
      if (socket.address().port % 2 === 0) return new RtpSession(socket, clock);
      socket.close();
    }
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** From the first time on, frames are sent: silence when there is nothing else. */
  setPeer(peer: RtpPeer): void {
    const isNew = this.#peer === undefined;
    this.#peer = peer;
    if (!isNew) return;
    this.#due = this.#clock.now();
    this.#tick();
  }

  /** Plays instead of what was played before. `ended` is called when it comes to its end by itself. */
  play(sound: Sound | undefined, ended: () => void = () => {}): void {
    this.#sound = sound;
    this.#soundEnded = ended;
  }

  /** Sends back what comes in. */
  echo(): void {
    this.#isEchoing = true;
  }

  /** What came in, 8 kHz: the last minute, or so many milliseconds. */
  heard(lastMs = heardMs): Int16Array {
    const wanted = Math.min((lastMs / 1000) * rateHz, this.#heardSamples);
    if (lastMs < heardMs) {
      const from = this.#heardSamples - wanted;
      return Int16Array.from({ length: wanted }, (_, at) => this.#heard[(from + at) % this.#heard.length]!);
    }
    const capacity = this.#heard.length;
    if (this.#heardSamples <= capacity) return this.#heard.slice(0, this.#heardSamples);
    const start = this.#heardSamples % capacity;
    const inOrder = new Int16Array(capacity);
    inOrder.set(this.#heard.subarray(start));
    inOrder.set(this.#heard.subarray(0, start), capacity - start);
    return inOrder;
  }

  /** Stops; what was heard stays. */
  close(): void {
    this.#isClosed = true;
    this.#cancelTick();
    this.#socket.removeAllListeners('message');
    this.#socket.close();
  }

  #tick(): void {
    this.#send();
    // The end of a sound may be the end of the call.
    if (this.#isClosed) return;
    this.#due += tickMs;
    const now = this.#clock.now();
    if (now - this.#due > mostLateMs) this.#due = now;
    this.#cancelTick = this.#clock.after(Math.max(0, this.#due - now), () => this.#tick());
  }

  #send(): void {
    const peer = this.#peer;
    this.#timestamp = (this.#timestamp + frameSamples) >>> 0;
    this.#fill();
    if (peer === undefined || !peer.isSending || this.#isClosed) return;
    const header = Buffer.alloc(12);
    header.writeUInt8(0x80, 0);
    header.writeUInt8(peer.codec | (this.#isFirst ? 0x80 : 0), 1);
    header.writeUInt16BE(this.#sequence, 2);
    header.writeUInt32BE(this.#timestamp, 4);
    header.writeUInt32BE(this.#ssrc, 8);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#isFirst = false;
    this.#socket.send([header, encodeG711(peer.codec, this.#frame)], peer.port, peer.host, () => {});
  }

  #fill(): void {
    this.#frame.fill(0);
    if (this.#sound !== undefined) {
      if (this.#sound(this.#frame)) return;
      this.#sound = undefined;
      this.#soundEnded();
      return;
    }
    const echoed = this.#isEchoing ? this.#echo.shift() : undefined;
    if (echoed !== undefined) this.#frame.set(echoed.subarray(0, frameSamples));
  }

  #receive(packet: Buffer): void {
    const peer = this.#peer;
    if (peer === undefined || packet.length < 12 || packet.readUInt8(0) >>> 6 !== 2) return;
    const type = packet.readUInt8(1) & 0x7f;
    const payload = payloadOf(packet);
    if (payload === undefined) return;
    if (type === peer.dtmfPayloadType) this.#receiveKey(packet, payload);
    else if (type === 0 || type === 8) this.#hear(decodeG711(type, payload));
  }

  #hear(samples: Int16Array): void {
    for (const sample of samples) this.#heard[this.#heardSamples++ % this.#heard.length] = sample;
    if (!this.#isEchoing) return;
    for (let at = 0; at + frameSamples <= samples.length; at += frameSamples) {
      this.#echo.push(samples.slice(at, at + frameSamples));
    }
    this.#echo.splice(0, this.#echo.length - mostEchoFrames);
  }

  /** All packets of one key carry its first timestamp (RFC 4733 §2.5.1.2). */
  #receiveKey(packet: Buffer, payload: Buffer): void {
    const digit = keyNames[payload[0] ?? 16];
    const key = packet.subarray(4, 12).toString('hex');
    if (digit === undefined || key === this.#lastKey) return;
    this.#lastKey = key;
    this.onDigit(digit);
  }
}

/** Without CSRCs, extension and padding (RFC 3550 §5.1). */
const payloadOf = (packet: Buffer): Buffer | undefined => {
  const first = packet.readUInt8(0);
  let start = 12 + (first & 15) * 4;
  if ((first & 0x10) !== 0) {
    if (start + 4 > packet.length) return undefined;
    start += 4 + packet.readUInt16BE(start + 2) * 4;
  }
  const padding = (first & 0x20) === 0 ? 0 : packet.readUInt8(packet.length - 1);
  return start + padding <= packet.length ? packet.subarray(start, packet.length - padding) : undefined;
};
