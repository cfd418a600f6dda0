import dgram from 'node:dgram';
import dns from 'node:dns';
import { isIP, isIPv6 } from 'node:net';
import { noTroubles, type PacketTransport } from './packet-transport.ts';
import { isRtcp, noRtpFields, readRtp } from './rtp.ts';
import { SourceLatch } from './source-latch.ts';

const receiveBytes = 256 * 1024;

/** Plain RTP of one SIP leg on an even port, RTCP on the next (RFC 3550 §11). */
export class UdpTransport implements PacketTransport {
  /** Of the newest description. */
  #generation = 0;
  readonly #rtp: dgram.Socket;
  readonly #rtcp: dgram.Socket;
  readonly #latch: SourceLatch;
  readonly #now: () => number;
  readonly #fields = noRtpFields();
  #rtcpPort = 0;
  #closed = false;
  /** Payload types that were negotiated: nothing else is believed. */
  acceptsPayloadType: (payloadType: number) => boolean = () => false;
  onRtp: ((packet: Buffer, length: number, nowMs: number) => void) | undefined;
  onRtcp: ((packet: Buffer, length: number, nowMs: number) => void) | undefined;
  onAlive: ((nowMs: number) => void) | undefined;
  readonly counters = { junk: 0 };
  readonly troubles = noTroubles();

  /** @throws Error of the system when a port of the pair is taken */
  static async open(host: string, port: number, now: () => number, strict = false): Promise<UdpTransport> {
    const rtp = await bound(host, port);
    try {
      return new UdpTransport(rtp, await bound(host, port + 1), now, strict);
    } catch (error) {
      rtp.close();
      throw error;
    }
  }

  private constructor(rtp: dgram.Socket, rtcp: dgram.Socket, now: () => number, strict: boolean) {
    this.#rtp = rtp;
    this.#rtcp = rtcp;
    this.#now = now;
    this.#latch = new SourceLatch(strict);
    rtp.on('message', (packet, source) => this.#received(packet, source));
    rtcp.on('message', (packet, source) => this.#control(packet, source.address));
    for (const socket of [rtp, rtcp]) socket.on('error', () => this.troubles.sendErrors++);
  }

  /** Packets that came from somewhere else. */
  get foreign(): number {
    return this.#latch.foreign;
  }

  /** Where the peer's session description says it listens. A name is looked up; until then nothing is sent. */
  connect(host: string, port: number): void {
    const generation = ++this.#generation;
    if (isIP(host)) {
      this.#connectTo(host, port);
      return;
    }
    dns.lookup(host, isIPv6(this.#rtp.address().address) ? 6 : 4, (error, address) => {
      // A name of an older description may be found later than that of a newer one.
      if (error === null && !this.#closed && generation === this.#generation) this.#connectTo(address, port);
    });
  }

  sendRtp(packet: Buffer, length: number): void {
    this.#send(this.#rtp, packet, length, this.#latch.port);
  }

  sendRtcp(packet: Buffer, length: number): void {
    this.#send(this.#rtcp, packet, length, this.#rtcpPort);
  }

  /** Keeps a NAT binding open where no sound is sent (RFC 6263 §4.1: an empty datagram). */
  keepAlive(): void {
    this.#send(this.#rtp, empty, 0, this.#latch.port);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.onRtp = this.onRtcp = this.onAlive = undefined;
    this.#rtp.close();
    this.#rtcp.close();
  }

  #connectTo(host: string, port: number): void {
    this.#latch.negotiated(host, port);
    this.#rtcpPort = port + 1;
  }

  #send(socket: dgram.Socket, packet: Buffer, length: number, port: number): void {
    if (this.#closed || port < 1 || port > 65_535) return;
    try {
      socket.send(packet, 0, length, port, this.#latch.host);
    } catch {
      this.troubles.sendErrors++;
    }
  }

  #received(packet: Buffer, source: dgram.RemoteInfo): void {
    const nowMs = this.#now();
    if (isRtcp(packet)) {
      this.#control(packet, source.address);
      return;
    }
    const fields = this.#fields;
    if (!readRtp(packet, packet.length, fields) || !this.acceptsPayloadType(fields.payloadType)) {
      this.counters.junk++;
      return;
    }
    if (!this.#latch.accepts(source.address, source.port, fields.ssrc, nowMs)) return;
    this.#rtcpPort = this.#latch.port + 1;
    this.onAlive?.(nowMs);
    this.onRtp?.(packet, packet.length, nowMs);
  }

  /** Control packets are believed from the address of the sound; their port may be anything behind NAT. */
  #control(packet: Buffer, host: string): void {
    if (host !== this.#latch.host || packet.length < 8 || !isRtcp(packet)) {
      this.counters.junk++;
      return;
    }
    const nowMs = this.#now();
    this.onAlive?.(nowMs);
    this.onRtcp?.(packet, packet.length, nowMs);
  }
}

const empty = Buffer.alloc(0);

/** Addresses are numbers by then: without this, `send` goes through the resolver and a later turn of the loop. */
const noLookup = (
  host: string,
  _options: unknown,
  done: (error: null, address: string, family: number) => void,
): void => done(null, host, isIPv6(host) ? 6 : 4);

const bound = (host: string, port: number): Promise<dgram.Socket> =>
  new Promise((resolve, reject) => {
    const type = isIPv6(host) ? 'udp6' : 'udp4';
    const socket = dgram.createSocket({ type, recvBufferSize: receiveBytes, lookup: noLookup as never });
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ address: host, port, exclusive: true }, () => {
      socket.removeAllListeners('error');
      // Errors of sending come as events, also before somebody listens.
      socket.on('error', () => {});
      resolve(socket);
    });
  });
