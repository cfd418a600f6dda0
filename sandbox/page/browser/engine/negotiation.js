import { randomId as randomNumber } from './bytes.js';
import { opus } from './sdp.js';

/**
 * The two exchanges of a call: each side offers what it will send and answers what the other offers. The caller offers
 * at once; the callee after it has answered. When two offers cross, the caller's wins (`ContentNegotiation` in tgcalls).
 */
export class ChannelNegotiation {
  own;
  #role;
  #ports;
  #answers = new Map();
  #pending;
  #held = [];
  /** Every exchange we opened: an answer to an offer long dropped must not pass for an offer of the peer's. */
  #opened = new Set();

  /** `ports`: send(message), and async outgoing(content), incoming(content) of what was accepted, or nothing. */
  constructor(role, ports) {
    this.#role = role;
    this.#ports = ports;
    this.own = {
      type: 'audio',
      ssrc: randomId(),
      payloadTypes: [opus(111)],
      rtpExtensions: nativeExtensions,
    };
  }

  /** Offers our audio. */
  offer() {
    this.#pending = { '@type': 'NegotiateChannels', exchangeId: randomId(), contents: [this.own] };
    if (this.#opened.size >= heldLimit) this.#opened.clear();
    this.#opened.add(this.#pending.exchangeId);
    this.#ports.send(this.#pending);
  }

  async handle(message) {
    if (message.exchangeId === this.#pending?.exchangeId) {
      this.#pending = undefined;
      await this.#ports.outgoing(message.contents.find(({ ssrc }) => ssrc === this.own.ssrc));
      for (const held of this.#held.splice(0)) await this.#answer(held);
      return;
    }
    if (this.#opened.has(message.exchangeId)) return;
    if (this.#pending && this.#role === 'caller') {
      if (this.#held.length < heldLimit) this.#held.push(message);
      return;
    }
    const crossed = this.#pending;
    this.#pending = undefined;
    await this.#answer(message);
    if (crossed || this.#opened.size === 0) this.offer();
  }

  async #answer(offer) {
    const known = this.#answers.get(offer.exchangeId);
    if (known) {
      this.#ports.send(known);
      return;
    }
    const accepted = accept(offer.contents.find(({ type }) => type === 'audio'));
    const answer = { ...offer, contents: accepted ? [accepted] : [] };
    if (this.#answers.size >= heldLimit) this.#answers.clear();
    this.#answers.set(offer.exchangeId, answer);
    await this.#ports.incoming(accepted);
    this.#ports.send(answer);
  }
}

/** Opus only, and of the extensions those every engine has. */
const accept = (content) => {
  const payloadTypes = content?.payloadTypes.filter(
    ({ name, clockrate }) => name.toLowerCase() === 'opus' && clockrate === 48_000,
  );
  if (!content || !payloadTypes?.length) return undefined;
  const known = new Set(nativeExtensions.map(({ uri }) => uri));
  return {
    type: 'audio',
    ssrc: content.ssrc,
    payloadTypes: payloadTypes.slice(0, 1),
    rtpExtensions: content.rtpExtensions.filter(({ uri, id }) => known.has(uri) && id > 0 && id < 15),
  };
};

const nativeExtensions = [
  { id: 2, uri: 'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time' },
  { id: 3, uri: 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01' },
];
const randomId = () => String(randomNumber());
const heldLimit = 16;
