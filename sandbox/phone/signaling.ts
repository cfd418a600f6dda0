import { gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import { type CallMessage, parseMessage } from './messages.ts';
import { SctpAssociation } from './sctp.ts';
import { type CallRole, PacketOpener, PacketSealer } from './sealed-packets.ts';

export interface SignalingPorts {
  /** One packet for `phone.sendSignalingData`. */
  send(packet: Buffer): void;
  receive(message: CallMessage): void;
}

export interface SignalingOptions {
  readonly key: Buffer;
  readonly role: CallRole;
  /** `network_signaling_nosctp`: the sealed message is sent as it is. */
  readonly withoutSctp?: boolean;
}

/** Version 13.0.0 signaling: JSON, gzip, sealed with the call key, as an SCTP message. */
export class Signaling {
  readonly #ports: SignalingPorts;
  readonly #sealer: PacketSealer;
  readonly #opener: PacketOpener;
  readonly #sctp: SctpAssociation | undefined;

  constructor({ key, role, withoutSctp = false }: SignalingOptions, ports: SignalingPorts) {
    this.#ports = ports;
    this.#sealer = new PacketSealer(key, role);
    this.#opener = new PacketOpener(key, role === 'caller' ? 'callee' : 'caller');
    if (!withoutSctp) {
      this.#sctp = new SctpAssociation({
        send: (packet) => ports.send(packet),
        receive: (sealed) => this.#open(sealed),
      });
    }
  }

  start(): void {
    this.#sctp?.start();
  }

  send(message: object): void {
    this.sendText(JSON.stringify(message));
  }

  sendText(json: string): void {
    const sealed = this.#sealer.seal(gzipSync(json));
    if (this.#sctp) this.#sctp.send(sealed);
    else this.#ports.send(sealed);
  }

  /** Never throws, whatever the peer sends. */
  handle(packet: Buffer): void {
    if (this.#sctp) this.#sctp.handle(packet);
    else this.#open(packet);
  }

  close(): void {
    this.#sctp?.close();
  }

  #open(sealed: Buffer): void {
    const payload = this.#opener.open(sealed);
    const json = payload && unpack(payload);
    const message = json === undefined ? undefined : parseMessage(json);
    if (message) this.#ports.receive(message);
  }
}

/** JSON as gzip, as zlib or plain, up to 2 MiB; undefined when it is damaged or larger. */
export const unpack = (payload: Buffer): string | undefined => {
  try {
    const mark = payload.length >= 2 ? payload.readUInt16BE() : 0;
    if (mark === 0x1f8b) return gunzipSync(payload, { maxOutputLength: inflatedLimitBytes }).toString('utf8');
    if (mark === 0x789c) return inflateSync(payload, { maxOutputLength: inflatedLimitBytes }).toString('utf8');
    return payload.length > inflatedLimitBytes ? undefined : payload.toString('utf8');
  } catch {
    return undefined;
  }
};

const inflatedLimitBytes = 2 * 1024 * 1024;
