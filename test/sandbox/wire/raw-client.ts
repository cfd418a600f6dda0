import { connect, type Socket } from 'node:net';
import { AuthKey } from '../../../sandbox/telegram/wire/auth-keys.ts';
import { type Envelope, openEnvelope, sealEnvelope } from '../../../sandbox/telegram/wire/envelope.ts';
import { TlReader } from '../../../sandbox/telegram/wire/tl-bytes.ts';

export interface Received extends Pick<Envelope, 'msgId' | 'seqNo' | 'body'> {
  /** Constructor id, in hex as in schemas. */
  readonly id: string;
  /** Arrived with others in one packet. */
  readonly inContainer: boolean;
}

/** Sends exactly what it is told over the intermediate transport, also what no client would. */
export class RawClient {
  readonly received: Received[] = [];
  /** Payloads of four bytes. */
  readonly transportErrors: number[] = [];
  readonly closed: Promise<void>;
  salt = 0n;
  sessionId = 77n;
  readonly #socket: Socket;
  readonly #key: AuthKey;
  #buffer = Buffer.alloc(0);
  #lastMsgId = 0n;

  private constructor(socket: Socket, key: Buffer) {
    this.#socket = socket;
    this.#key = new AuthKey(key, 0n);
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.write(Buffer.from('eeeeeeee', 'hex'));
  }

  static async connect(port: number, key: Buffer): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1');
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new RawClient(socket, key);
  }

  /** Sends one message; everything can be overridden. Returns its id. */
  send(body: Buffer, overrides: Partial<Envelope> = {}): bigint {
    const msgId = overrides.msgId ?? this.nextMsgId();
    const { salt, sessionId } = this;
    const sealed = sealEnvelope(this.#key, { salt, sessionId, seqNo: 1, body, ...overrides, msgId }, 'from-client');
    this.sendPacket(sealed);
    return msgId;
  }

  sendPacket(payload: Buffer): void {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(payload.length);
    this.#socket.write(Buffer.concat([length, payload]));
  }

  get keyId(): Buffer {
    return this.#key.id;
  }

  nextMsgId(nowMs = Date.now()): bigint {
    const byClock = (BigInt(Math.floor(nowMs / 1000)) << 32n) | (BigInt(nowMs % 1000) << 20n);
    this.#lastMsgId = byClock > this.#lastMsgId ? byClock : this.#lastMsgId + 4n;
    return this.#lastMsgId;
  }

  all(id: string): readonly Received[] {
    return this.received.filter((one) => one.id === id);
  }

  end(): void {
    this.#socket.destroy();
  }

  #onData(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    while (this.#buffer.length >= 4) {
      const length = this.#buffer.readUInt32LE();
      if (this.#buffer.length < 4 + length) return;
      const payload = this.#buffer.subarray(4, 4 + length);
      this.#buffer = this.#buffer.subarray(4 + length);
      if (length === 4) this.transportErrors.push(payload.readInt32LE());
      else this.#message(openEnvelope(this.#key, payload, 'from-server'), false);
    }
  }

  #message({ msgId, seqNo, body }: Pick<Envelope, 'msgId' | 'seqNo' | 'body'>, inContainer: boolean): void {
    const reader = new TlReader(body);
    const id = reader.uint32().toString(16).padStart(8, '0');
    if (id !== '73f1f8dc') {
      this.received.push({ msgId, seqNo, body, id, inContainer });
      return;
    }
    for (let left = reader.int32(); left > 0; left -= 1) {
      const [innerId, innerSeqNo, length] = [reader.int64(), reader.int32(), reader.int32()];
      this.#message({ msgId: innerId, seqNo: innerSeqNo, body: Buffer.from(reader.raw(length)) }, true);
    }
  }
}
