import { createHash } from 'node:crypto';
import dgram from 'node:dgram';

export interface Losses {
  /** Of the packets each way, 0 to 1. */
  readonly share: number;
  /** No message loses more copies than this, so that retransmission must get it through. */
  readonly copiesAtMost: number;
}

/**
 * Between us and a server: forgets a part of what it should carry. Which call's which copy of which message that is stands
 * fixed, whatever the order and the moment they arrive in.
 */
export class LossyRelay {
  readonly port: number;
  lost = 0;
  readonly #near: dgram.Socket;
  readonly #far: dgram.Socket;
  readonly #losses: Losses;
  readonly #calls = new Map<string, number>();
  readonly #copies = new Map<string, { sent: number; lost: number }>();

  private constructor(near: dgram.Socket, far: dgram.Socket, serverPort: number, losses: Losses) {
    this.#near = near;
    this.#far = far;
    this.#losses = losses;
    this.port = near.address().port;
    let caller: dgram.RemoteInfo | undefined;
    near.on('message', (packet, from) => {
      caller = from;
      if (!this.#loses(packet)) far.send(packet, serverPort, '127.0.0.1');
    });
    far.on('message', (packet) => {
      if (caller !== undefined && !this.#loses(packet)) near.send(packet, caller.port, caller.address);
    });
  }

  static async to(serverPort: number, losses: Losses): Promise<LossyRelay> {
    const [near, far] = [dgram.createSocket('udp4'), dgram.createSocket('udp4')];
    await Promise.all(
      [near, far].map((socket) => new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))),
    );
    return new LossyRelay(near, far, serverPort, losses);
  }

  close(): void {
    this.#near.close();
    this.#far.close();
  }

  #loses(packet: Buffer): boolean {
    const text = packet.toString('latin1');
    const [, callId] = /^Call-ID: *(.+)\r$/im.exec(text) ?? [];
    const [, cseq] = /^CSeq: *(.+)\r$/im.exec(text) ?? [];
    if (callId === undefined || cseq === undefined) return false;
    const call = this.#calls.get(callId) ?? this.#calls.size;
    this.#calls.set(callId, call);
    const status = /^SIP\/2\.0 (\d+)/.exec(text)?.[1] ?? 'request';
    const message = `${call} ${cseq} ${status}`;
    const copies = this.#copies.get(message) ?? { sent: 0, lost: 0 };
    this.#copies.set(message, copies);
    const drawn =
      createHash('sha256')
        .update(`${message} ${copies.sent++}`)
        .digest()
        .readUInt16BE() / 0x1_0000;
    if (drawn >= this.#losses.share || copies.lost >= this.#losses.copiesAtMost) return false;
    copies.lost++;
    this.lost++;
    return true;
  }
}
