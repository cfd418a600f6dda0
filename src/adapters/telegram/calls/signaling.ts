import type { CallClock } from './clock.ts';
import { packed, unpacked } from './compression.ts';
import type { CallKey } from './key-exchange.ts';
import { SctpAssociation } from './sctp-association.ts';
import { type CallRole, PacketOpener, PacketSealer } from './sealed-packets.ts';

export interface SignalingOptions {
  readonly key: CallKey;
  readonly role: CallRole;
  /** False when the call's custom parameters say `network_signaling_nosctp`. */
  readonly sctp: boolean;
  readonly clock: CallClock;
  /** One packet for `phone.sendSignalingData`. */
  readonly send: (packet: Buffer) => void;
  /** JSON text, once and in order. */
  readonly onMessage: (json: string) => void;
  /** The peer sent what our key does not open, or what does not unpack. */
  readonly onFault: (detail: string) => void;
}

/** Signaling of version 13.0.0: JSON → gzip → sealed with the call key → SCTP message. */
export class Signaling {
  readonly #options: SignalingOptions;
  readonly #sealer: PacketSealer;
  readonly #opener: PacketOpener;
  readonly #association: SctpAssociation | undefined;

  constructor(options: SignalingOptions) {
    this.#options = options;
    this.#sealer = new PacketSealer(options.key.bytes, options.role);
    this.#opener = new PacketOpener(options.key.bytes, options.role === 'caller' ? 'callee' : 'caller');
    if (options.sctp) {
      this.#association = new SctpAssociation({
        clock: options.clock,
        send: options.send,
        onMessage: (sealed) => this.#open(sealed),
      });
    }
  }

  /** Caller and callee alike: older native callees wait for no INIT, newer ones for the caller's. */
  start(): void {
    this.#association?.start();
  }

  /** False when too much waits unacknowledged. */
  send(json: string): boolean {
    // Sealed once per message, not per retransmission: a second sealing would be a second counter.
    const sealed = this.#sealer.seal(packed(json));
    if (this.#association) return this.#association.send(sealed);
    this.#options.send(sealed);
    return true;
  }

  receive(packet: Buffer): void {
    if (this.#association) this.#association.receive(packet);
    else this.#open(packet);
  }

  close(): void {
    this.#association?.close();
  }

  #open(sealed: Buffer): void {
    const opened = this.#opener.open(sealed);
    if (opened.kind === 'replay') return;
    if (opened.kind === 'forged') return this.#options.onFault('signaling is not sealed with the call key');
    let json: string;
    try {
      json = unpacked(opened.payload);
    } catch {
      return this.#options.onFault('signaling does not unpack');
    }
    this.#options.onMessage(json);
  }
}
