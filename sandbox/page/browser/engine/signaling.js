import { parseMessage } from './messages.js';
import { SctpAssociation } from './sctp.js';
import { PacketOpener, PacketSealer } from './sealed-packets.js';

/** Version 13.0.0 signaling: JSON, gzip, sealed with the call key, as an SCTP message. */
export class Signaling {
  #ports;
  #sealer;
  #opener;
  #sctp;
  #sending = Promise.resolve();
  #receiving = Promise.resolve();
  #backlog = 0;
  #isClosed = false;

  /** `ports`: send(packet) for phone.sendSignalingData, receive(message). */
  constructor({ key, role }, ports) {
    this.#ports = ports;
    this.#sealer = new PacketSealer(key, role);
    this.#opener = new PacketOpener(key, role === 'caller' ? 'callee' : 'caller');
    this.#sctp = new SctpAssociation({
      send: (packet) => ports.send(packet),
      receive: (sealed) => this.#received(sealed),
    });
  }

  start() {
    this.#sctp.start();
  }

  /** In the order of the calls. */
  send(message) {
    this.#sending = this.#sending.then(async () => {
      const sealed = await this.#sealer.seal(await gzip(JSON.stringify(message)));
      if (!this.#isClosed) this.#sctp.send(sealed);
    });
    this.#sending.catch(() => {});
  }

  /** Never throws, whatever the peer sends. */
  handle(packet) {
    this.#sctp.handle(packet);
  }

  close() {
    this.#isClosed = true;
    this.#sctp.close();
  }

  #received(sealed) {
    if (this.#backlog >= mostWaiting) return;
    this.#backlog++;
    this.#receiving = this.#receiving
      .then(async () => {
        const payload = await this.#opener.open(sealed);
        const json = payload && (await unpack(payload));
        const message = json === undefined ? undefined : parseMessage(json);
        if (message && !this.#isClosed) this.#ports.receive(message);
      })
      .catch(() => {})
      .finally(() => this.#backlog--);
  }
}

/** JSON as gzip, as zlib or plain, up to 2 MiB; undefined when it is damaged or larger. */
export const unpack = async (payload) => {
  const mark = payload.length >= 2 ? (payload[0] << 8) | payload[1] : 0;
  const format = mark === 0x1f8b ? 'gzip' : mark === 0x789c ? 'deflate' : undefined;
  try {
    if (!format) return payload.length > inflatedLimitBytes ? undefined : new TextDecoder().decode(payload);
    return await inflated(new Blob([payload]).stream().pipeThrough(new DecompressionStream(format)));
  } catch {
    return undefined;
  }
};

const inflated = async (stream) => {
  const decoder = new TextDecoder();
  let [text, length] = ['', 0];
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > inflatedLimitBytes) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
};

export const gzip = async (text) =>
  new Uint8Array(
    await new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer(),
  );

const inflatedLimitBytes = 2 * 1024 * 1024;
const mostWaiting = 256;
