import { isEqual, random, randomId } from './bytes.js';
import {
  decodeData,
  decodeInit,
  decodeSack,
  encodeData,
  encodeInit,
  encodeSack,
  fragment,
  tsnAfter,
} from './sctp-chunks.js';
import { SctpInbox } from './sctp-inbox.js';
import { chunkType, decodeSctp, encodeSctp } from './sctp-packet.js';

/**
 * The SCTP association that carries signaling: one ordered stream of binary messages over a path that loses,
 * repeats and reorders packets. Both sides send INIT at once, and that is the normal case: there is one tag and one
 * initial TSN for the whole life of the association, whichever of the two handshakes completes first.
 */
export class SctpAssociation {
  #ports;
  #tag = randomId();
  #firstTsn = randomId();
  /** Handed out in INIT ACKs, with whom each is for. */
  #cookies = [];
  #waiting = [];
  #unacknowledged = [];
  #nextTsn = this.#firstTsn;
  #nextSequence = 0;
  #state = 'closed';
  #peer;
  #inbox;
  #timer;

  constructor(ports) {
    this.#ports = ports;
  }

  get established() {
    return this.#state === 'established';
  }

  /** Sends INIT, and again every second until the peer answers. */
  start() {
    if (this.#state !== 'closed') return;
    this.#state = 'init sent';
    this.#repeat();
  }

  /** Queues until the association stands. @throws RangeError when the peer has long stopped acknowledging */
  send(message) {
    if (this.#waiting.length >= queueLimit) throw new RangeError('too many unsent signaling messages');
    this.#waiting.push(message);
    this.#flush();
  }

  /** Never throws: whatever is not a valid packet of this association is dropped. */
  handle(bytes) {
    const packet = decodeSctp(bytes);
    const first = packet?.chunks[0];
    if (!packet || !first) return;
    if (first.type === chunkType.init) {
      if (packet.tag === 0 && packet.chunks.length === 1) this.#answerInit(first);
      return;
    }
    if (packet.tag !== this.#tag) return;
    for (const chunk of packet.chunks) this.#handleChunk(chunk);
    if (packet.chunks.some(({ type }) => type === chunkType.data)) this.#acknowledge();
  }

  /** Falls silent; nothing is sent to the peer, as a phone that dies sends nothing. */
  close() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#state = 'closed';
    this.#waiting.length = 0;
    this.#unacknowledged = [];
  }

  #handleChunk(chunk) {
    switch (chunk.type) {
      case chunkType.initAck: {
        const peer = decodeInit(chunk.value);
        if (this.#state !== 'init sent' || !peer?.cookie) return;
        this.#meet(peer);
        this.#peer = peer;
        this.#state = 'cookie sent';
        this.#repeat();
        return;
      }
      case chunkType.cookieEcho: {
        const peer = this.#readCookie(chunk.value);
        if (!peer) return;
        this.#meet(peer);
        this.#transmit({ type: chunkType.cookieAck, flags: 0, value: new Uint8Array(0) });
        this.#establish();
        return;
      }
      case chunkType.cookieAck:
        if (this.#state === 'cookie sent') this.#establish();
        return;
      case chunkType.data: {
        // A peer that sends DATA has our COOKIE ECHO: its COOKIE ACK was lost.
        if (this.#state === 'cookie sent') this.#establish();
        const data = decodeData(chunk);
        if (this.#state === 'established' && data) {
          for (const message of this.#inbox?.accept(data) ?? []) this.#ports.receive(message);
        }
        return;
      }
      case chunkType.sack:
        this.#forgetAcknowledged(chunk);
        return;
      case chunkType.heartbeat:
        this.#transmit({ type: chunkType.heartbeatAck, flags: 0, value: chunk.value });
        return;
      case chunkType.abort:
        this.#startOver();
        return;
      default: // Extensions nobody announced.
    }
  }

  #answerInit(chunk) {
    const peer = decodeInit(chunk.value);
    if (!peer) return;
    const cookie = random(16);
    this.#cookies.push({ cookie, peer });
    this.#cookies.splice(0, this.#cookies.length - mostCookies);
    const ack = encodeInit({ tag: this.#tag, tsn: this.#firstTsn, windowBytes, cookie });
    this.#ports.send(encodeSctp(peer.tag, [ack]));
  }

  #readCookie(echoed) {
    return this.#cookies.find(({ cookie }) => isEqual(cookie, echoed))?.peer;
  }

  /** Learns who the peer is. Another tag than before means he started anew, and so do both numberings. */
  #meet(peer) {
    if (this.#peer?.tag === peer.tag && this.#inbox) return;
    this.#peer = peer;
    this.#inbox = new SctpInbox(peer.tsn);
    this.#rewind();
  }

  #establish() {
    if (this.#state === 'established') return;
    this.#state = 'established';
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flush();
  }

  #startOver() {
    if (this.#state === 'closed') return;
    this.#peer = undefined;
    this.#inbox = undefined;
    this.#state = 'init sent';
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#repeat(), retransmitMs);
  }

  /** Numbers what is unacknowledged from the start again. */
  #rewind() {
    this.#nextTsn = this.#firstTsn;
    this.#nextSequence = 0;
    const again = this.#unacknowledged;
    this.#unacknowledged = [];
    for (const data of again) {
      this.#unacknowledged.push({ ...data, tsn: this.#takeTsn(), sequence: this.#nextSequence });
      if (data.flags & fragment.last) this.#nextSequence = (this.#nextSequence + 1) & 0xffff;
    }
  }

  #flush() {
    if (this.#state !== 'established') return;
    while (this.#waiting.length > 0 && this.#unacknowledged.length < inFlightLimit) {
      const message = this.#waiting.shift();
      const sequence = this.#nextSequence;
      this.#nextSequence = (sequence + 1) & 0xffff;
      for (let at = 0; at < message.length; at += fragmentBytes) {
        const last = at + fragmentBytes >= message.length;
        const flags = (at === 0 ? fragment.first : 0) | (last ? fragment.last : 0);
        const payload = message.subarray(at, at + fragmentBytes);
        const data = { tsn: this.#takeTsn(), stream: 0, sequence, protocol: binaryProtocol, flags, payload };
        this.#unacknowledged.push(data);
        this.#transmit(encodeData(data));
      }
    }
    if (this.#unacknowledged.length > 0) this.#timer ??= setTimeout(() => this.#repeat(), retransmitMs);
  }

  #takeTsn() {
    const tsn = this.#nextTsn;
    this.#nextTsn = (tsn + 1) >>> 0;
    return tsn;
  }

  #forgetAcknowledged(chunk) {
    const sack = decodeSack(chunk.value);
    if (this.#state !== 'established' || !sack) return;
    this.#unacknowledged = this.#unacknowledged.filter(({ tsn }) => {
      const ahead = tsnAfter(tsn, sack.cumulative);
      return ahead > 0 && !sack.gaps.some(([from, to]) => ahead >= from && ahead <= to);
    });
    if (this.#unacknowledged.length === 0) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    }
    this.#flush();
  }

  #acknowledge() {
    if (!this.#inbox || this.#state !== 'established') return;
    this.#transmit(encodeSack({ cumulative: this.#inbox.cumulative, windowBytes, gaps: this.#inbox.gaps() }));
  }

  /** Sends again whatever the state is waiting an answer for, and comes back in a second. */
  #repeat() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#state === 'closed') return;
    if (this.#state === 'init sent') {
      this.#ports.send(encodeSctp(0, [encodeInit({ tag: this.#tag, tsn: this.#firstTsn, windowBytes })]));
    } else if (this.#state === 'cookie sent') {
      this.#transmit({ type: chunkType.cookieEcho, flags: 0, value: this.#peer?.cookie ?? new Uint8Array(0) });
    } else {
      for (const data of this.#unacknowledged.slice(0, burstLimit)) this.#transmit(encodeData(data));
      if (this.#unacknowledged.length === 0) return;
    }
    this.#timer ??= setTimeout(() => this.#repeat(), retransmitMs);
  }

  #transmit(chunk) {
    if (this.#peer) this.#ports.send(encodeSctp(this.#peer.tag, [chunk]));
  }
}

const retransmitMs = 1_000;
const windowBytes = 0x20000;
const binaryProtocol = 53;
/** Telegram's own relay of signaling takes small packets; natives cut at about 1.2 kB too. */
const fragmentBytes = 1_000;
const inFlightLimit = 64;
const burstLimit = 16;
const queueLimit = 256;
const mostCookies = 8;
