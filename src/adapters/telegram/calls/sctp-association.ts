import { createHmac, randomBytes } from 'node:crypto';
import type { CallClock } from './clock.ts';
import { receiveWindowBytes, SctpInbound } from './sctp-inbound.ts';
import { SctpOutbound } from './sctp-outbound.ts';
import { chunkType, decodeSctp, encodeSctp, type SctpChunk } from './sctp-packet.ts';

export interface SctpOptions {
  readonly clock: CallClock;
  readonly send: (packet: Buffer) => void;
  readonly onMessage: (message: Buffer) => void;
  /** Non-zero; random unless a test wants known packets. */
  readonly tag?: number;
  readonly initialTsn?: number;
}

/** What the peer said about itself in INIT or INIT ACK. */
interface Peer {
  readonly tag: number;
  readonly initialTsn: number;
}

/**
 * One SCTP association as Telegram's signaling uses it (RFC 9260): both sides may start at once, one ordered stream,
 * no congestion control beyond a small window, because a call sends a handful of small messages.
 */
export class SctpAssociation {
  readonly #options: SctpOptions;
  readonly #tag: number;
  readonly #initialTsn: number;
  readonly #cookieSecret = randomBytes(32);
  readonly #outbound: SctpOutbound;
  #inbound: SctpInbound | undefined;
  #peer: Peer | undefined;
  #cookie: Buffer | undefined;
  #state: 'idle' | 'cookie-wait' | 'cookie-echoed' | 'established' | 'closed' = 'idle';
  #cancelTimer: (() => void) | undefined;

  constructor(options: SctpOptions) {
    this.#options = options;
    this.#tag = options.tag ?? (randomBytes(4).readUInt32BE() | 1) >>> 0;
    this.#initialTsn = options.initialTsn ?? randomBytes(4).readUInt32BE();
    this.#outbound = new SctpOutbound(this.#initialTsn);
  }

  get established(): boolean {
    return this.#state === 'established';
  }

  /** Sends INIT, and again every second until the association stands. */
  start(): void {
    if (this.#state !== 'idle') return;
    this.#state = 'cookie-wait';
    this.#handshake();
  }

  /** Sent once the association stands. False when too much waits already. */
  send(message: Buffer): boolean {
    if (this.#state === 'closed' || !this.#outbound.queue(message)) return false;
    this.#pump();
    return true;
  }

  /** Any bytes; what is not for this association is dropped. */
  receive(bytes: Buffer): void {
    const packet = decodeSctp(bytes);
    const first = packet?.chunks[0];
    if (!packet || !first || this.#state === 'closed') return;
    // RFC 9260 §8.5: INIT travels alone under tag 0, all else under the tag we gave.
    if (first.type === chunkType.init) {
      if (packet.verificationTag === 0 && packet.chunks.length === 1) this.#onInit(first);
      return;
    }
    if (packet.verificationTag !== this.#tag && !this.#isReflectedAbort(packet.verificationTag, first)) return;
    let hasData = false;
    for (const chunk of packet.chunks) {
      if (chunk.type === chunkType.data) hasData = this.#onData(chunk) || hasData;
      else this.#onControl(chunk);
    }
    if (hasData && this.#inbound) this.#transmit({ type: chunkType.sack, flags: 0, body: this.#inbound.sack() });
    this.#pump();
  }

  close(): void {
    this.#state = 'closed';
    this.#cancelTimer?.();
  }

  #onControl(chunk: SctpChunk): void {
    switch (chunk.type) {
      case chunkType.initAck:
        return this.#onInitAck(chunk);
      case chunkType.cookieEcho:
        return this.#onCookieEcho(chunk);
      case chunkType.cookieAck:
        if (this.#state === 'cookie-echoed') this.#establish();
        return;
      case chunkType.sack:
        if (this.#state === 'established') this.#outbound.acknowledged(chunk.body);
        return;
      case chunkType.heartbeat:
        return this.#transmit({ type: chunkType.heartbeatAck, flags: 0, body: chunk.body });
      case chunkType.abort:
        return this.#onAbort();
    }
  }

  /**
   * Answered in every state with our one tag and TSN: simultaneous starts are the normal case (RFC 9260 §5.2.1), and a
   * peer that lost its state begins again. Nothing is remembered until our cookie comes back.
   */
  #onInit({ body }: SctpChunk): void {
    const peer = readInit(body);
    if (!peer) return;
    const cookie = this.#bake(peer);
    const parameter = Buffer.alloc(4);
    parameter.writeUInt16BE(stateCookie, 0);
    parameter.writeUInt16BE(4 + cookie.length, 2);
    const answer = Buffer.concat([this.#initBody(), parameter, cookie]);
    this.#transmit({ type: chunkType.initAck, flags: 0, body: answer }, peer.tag);
  }

  #onInitAck({ body }: SctpChunk): void {
    if (this.#state !== 'cookie-wait') return;
    const peer = readInit(body);
    const cookie = peer && readCookie(body);
    if (!cookie) return;
    this.#peer = peer;
    this.#cookie = cookie;
    this.#state = 'cookie-echoed';
    this.#handshake();
  }

  #onCookieEcho({ body }: SctpChunk): void {
    const peer = this.#unbake(body);
    if (!peer) return;
    if (!this.established) {
      this.#peer = peer;
      this.#establish();
    } else if (peer.tag !== this.#peer?.tag) {
      this.#peer = peer;
      this.#outbound.restart();
      this.#establish();
    }
    this.#transmit({ type: chunkType.cookieAck, flags: 0, body: Buffer.alloc(0) });
  }

  /** True when a SACK is due. */
  #onData({ flags, body }: SctpChunk): boolean {
    // DATA after our COOKIE ECHO: the peer's COOKIE ACK was lost, but the peer stands.
    if (this.#state === 'cookie-echoed') this.#establish();
    if (!this.#inbound) return false;
    this.#inbound.data(flags, body);
    return true;
  }

  /** The web clients reset their association by ABORT and expect a new one. */
  #onAbort(): void {
    if (this.#state === 'idle') return;
    this.#state = 'cookie-wait';
    this.#peer = undefined;
    this.#inbound = undefined;
    this.#outbound.restart();
    // INIT goes out with the next second, so that two sides cannot abort each other in a tight loop.
    this.#again(() => this.#handshake(), retryMs);
  }

  #isReflectedAbort(tag: number, { type, flags }: SctpChunk): boolean {
    return type === chunkType.abort && (flags & 1) === 1 && tag === this.#peer?.tag;
  }

  #establish(): void {
    if (!this.#peer) return;
    this.#state = 'established';
    this.#inbound = new SctpInbound(this.#peer.initialTsn, this.#options.onMessage);
    this.#pump();
  }

  /** INIT or COOKIE ECHO, every second until answered. */
  #handshake(): void {
    if (this.#state === 'cookie-wait') {
      this.#transmit({ type: chunkType.init, flags: 0, body: this.#initBody() }, 0);
    } else if (this.#state === 'cookie-echoed' && this.#cookie) {
      this.#transmit({ type: chunkType.cookieEcho, flags: 0, body: this.#cookie });
    } else return;
    this.#again(() => this.#handshake(), retryMs);
  }

  #pump(): void {
    if (this.#state !== 'established') return;
    const nowMs = this.#options.clock.nowMs();
    for (const { flags, body } of this.#outbound.due(nowMs)) this.#transmit({ type: chunkType.data, flags, body });
    const dueMs = this.#outbound.nextDueMs();
    if (dueMs === undefined) this.#cancelTimer?.();
    else this.#again(() => this.#pump(), Math.max(1, dueMs - nowMs));
  }

  #again(run: () => void, delayMs: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#options.clock.after(delayMs, run);
  }

  #transmit(chunk: SctpChunk, tag = this.#peer?.tag): void {
    if (tag !== undefined && this.#state !== 'closed') this.#options.send(encodeSctp(tag, [chunk]));
  }

  #initBody(): Buffer {
    const body = Buffer.alloc(16);
    body.writeUInt32BE(this.#tag, 0);
    body.writeUInt32BE(receiveWindowBytes, 4);
    body.writeUInt16BE(streams, 8);
    body.writeUInt16BE(streams, 10);
    body.writeUInt32BE(this.#initialTsn, 12);
    return body;
  }

  #bake(peer: Peer): Buffer {
    const content = Buffer.alloc(8);
    content.writeUInt32BE(peer.tag, 0);
    content.writeUInt32BE(peer.initialTsn, 4);
    return Buffer.concat([content, this.#signature(content)]);
  }

  #unbake(cookie: Buffer): Peer | undefined {
    const content = cookie.subarray(0, 8);
    if (cookie.length !== 24 || !this.#signature(content).equals(cookie.subarray(8))) return undefined;
    return { tag: content.readUInt32BE(0), initialTsn: content.readUInt32BE(4) };
  }

  #signature(content: Buffer): Buffer {
    return createHmac('sha256', this.#cookieSecret).update(content).digest().subarray(0, 16);
  }
}

/** Fixed part of INIT and INIT ACK; undefined when a value forbids an association (RFC 9260 §3.3.2). */
function readInit(body: Buffer): Peer | undefined {
  if (body.length < 16) return undefined;
  const tag = body.readUInt32BE(0);
  const usable = tag !== 0 && body.readUInt16BE(8) > 0 && body.readUInt16BE(10) > 0;
  return usable ? { tag, initialTsn: body.readUInt32BE(12) } : undefined;
}

function readCookie(body: Buffer): Buffer | undefined {
  for (let at = 16; at + 4 <= body.length; ) {
    const length = body.readUInt16BE(at + 2);
    if (length < 4 || at + length > body.length) return undefined;
    if (body.readUInt16BE(at) === stateCookie) return body.subarray(at + 4, at + length);
    at += (length + 3) & ~3;
  }
  return undefined;
}

const retryMs = 1000;
const streams = 16;
/** Parameter of INIT ACK (RFC 9260 §3.3.3). */
const stateCookie = 7;
