import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { AuthKey, AuthKeys } from './auth-keys.ts';
import { openEnvelope } from './envelope.ts';
import type { Faults } from './faults.ts';
import type { Inbound, InboundLink } from './inbound.ts';
import type { KeyExchange } from './key-exchange.ts';
import { TlDecodeError, TlReader, TlWriter } from './tl-bytes.ts';
import { Transport } from './transport.ts';

export interface ConnectionParts {
  readonly keys: AuthKeys;
  readonly inbound: Inbound;
  readonly faults: Faults;
  readonly log: Logger;
  /** A server msg id for unencrypted answers. */
  plainMsgId(): bigint;
  /** A message sealed with this key came from here. */
  used(key: AuthKey, connection: Connection): void;
  closed(connection: Connection): void;
}

/** One client's TCP connection: frames in, packets to the key exchange or to the sessions. */
export class Connection implements InboundLink {
  readonly transport = new Transport();
  /** Where the client is, as the server sees it. */
  readonly place: string;
  readonly #socket: Socket;
  readonly #exchange: KeyExchange;
  readonly #parts: ConnectionParts;
  #deadline: NodeJS.Timeout | undefined;

  constructor(socket: Socket, place: string, exchange: KeyExchange, parts: ConnectionParts) {
    this.#socket = socket;
    this.place = place;
    this.#exchange = exchange;
    this.#parts = parts;
    socket.setNoDelay(true);
    socket.setTimeout(idleMs, () => this.drop());
    socket.on('error', () => this.drop());
    socket.on('close', () => {
      clearTimeout(this.#deadline);
      parts.closed(this);
    });
    socket.on('data', (chunk: Buffer) => this.#received(chunk));
  }

  write(packet: Buffer): void {
    if (this.#parts.faults.stalled || this.#socket.destroyed) return;
    this.#socket.write(this.transport.wrap(packet));
    if (this.#socket.writableLength > maxUnsentBytes) this.drop();
  }

  drop(): void {
    this.#socket.destroy();
  }

  closeIn(delayMs: number): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.drop(), Math.max(0, delayMs)).unref();
  }

  #received(chunk: Buffer): void {
    try {
      for (const payload of this.transport.feed(chunk)) if (!this.#parts.faults.stalled) this.#packet(payload);
    } catch (error) {
      // Only nonsense from the client is expected here; our own bugs must not take the server down either.
      if (error instanceof TlDecodeError) this.#parts.log.debug({ reason: error.message }, 'connection dropped');
      else this.#parts.log.error({ err: error }, 'a packet made the server fail');
      this.drop();
    }
  }

  #packet(payload: Buffer): void {
    if (payload.length < 8) throw new TlDecodeError('too short for a message');
    if (payload.readBigInt64LE(0) === 0n) {
      this.#unencrypted(payload);
      return;
    }
    const { keys, faults, inbound } = this.#parts;
    const key = keys.find(payload.subarray(0, 8));
    const transportError = faults.takeTransportError() ?? (key ? undefined : unknownAuthKey);
    if (transportError) this.write(new TlWriter().int32(transportError).finish());
    else if (key) {
      const envelope = openEnvelope(key, payload);
      this.#parts.used(key, this);
      inbound.receive(key, envelope, this);
    }
  }

  /** `0:long msg_id:long length:int body`. */
  #unencrypted(payload: Buffer): void {
    const reader = new TlReader(payload);
    reader.raw(16);
    const answer = this.#exchange.answer(reader.raw(reader.int32()));
    const head = new TlWriter().int64(0n).int64(this.#parts.plainMsgId()).int32(answer.length);
    this.write(head.raw(answer).finish());
  }
}

/** The transport's own errors are negative HTTP statuses. */
const unknownAuthKey = -404;
const idleMs = 10 * 60_000;
const maxUnsentBytes = 64 * 1024 * 1024;
