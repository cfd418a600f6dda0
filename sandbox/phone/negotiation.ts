import { randomBytes } from 'node:crypto';
import type { Content, NegotiateChannels, RtpExtension } from './messages.ts';
import { opus } from './sdp.ts';
import type { CallRole } from './sealed-packets.ts';

export interface NegotiationPorts {
  send(message: NegotiateChannels): void;
  /** Our channel was answered: what the peer will receive, or nothing when it refused. */
  outgoing(accepted: Content | undefined): Promise<void>;
  /** The peer's channel as we accepted it, ready before the answer leaves. */
  incoming(accepted: Content | undefined): Promise<void>;
}

export interface NegotiationManner {
  readonly payloadId: number;
  /** As web clients offer: all the browser's codecs and extensions, not Opus alone. */
  readonly everyCodec: boolean;
}

/**
 * The two exchanges of a call: each side offers what it will send and answers what the other offers. The caller offers
 * at once; the callee after it has answered. When two offers cross, the caller's wins (`ContentNegotiation` in tgcalls).
 */
export class ChannelNegotiation {
  readonly own: Content;
  readonly #role: CallRole;
  readonly #ports: NegotiationPorts;
  readonly #answers = new Map<string, NegotiateChannels>();
  #pending: NegotiateChannels | undefined;
  #held: NegotiateChannels[] = [];
  /** Every exchange we opened: an answer to an offer long dropped must not pass for an offer of the peer's. */
  readonly #opened = new Set<string>();

  constructor(role: CallRole, { payloadId, everyCodec }: NegotiationManner, ports: NegotiationPorts) {
    this.#role = role;
    this.#ports = ports;
    this.own = {
      type: 'audio',
      ssrc: randomId(),
      payloadTypes: [opus(payloadId), ...(everyCodec ? browserCodecs : [])],
      rtpExtensions: everyCodec ? [audioLevel, ...nativeExtensions] : nativeExtensions,
    };
  }

  /** Offers our audio, and what else is given: a camera that was switched on. */
  offer(more: readonly Content[] = []): void {
    this.#pending = { '@type': 'NegotiateChannels', exchangeId: randomId(), contents: [this.own, ...more] };
    if (this.#opened.size >= heldLimit) this.#opened.clear();
    this.#opened.add(this.#pending.exchangeId);
    this.#ports.send(this.#pending);
  }

  async handle(message: NegotiateChannels): Promise<void> {
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
    if (crossed || this.#opened.size === 0) this.offer(crossed?.contents.slice(1));
  }

  async #answer(offer: NegotiateChannels): Promise<void> {
    const known = this.#answers.get(offer.exchangeId);
    if (known) {
      this.#ports.send(known);
      return;
    }
    const accepted = accept(offer.contents.find(({ type }) => type === 'audio'));
    const answer: NegotiateChannels = { ...offer, contents: accepted ? [accepted] : [] };
    if (this.#answers.size >= heldLimit) this.#answers.clear();
    this.#answers.set(offer.exchangeId, answer);
    await this.#ports.incoming(accepted);
    this.#ports.send(answer);
  }
}

/** A channel as a camera would have it, for offers that a voice-only peer must survive. */
export const cameraContent = (): Content => {
  const ssrc = randomId();
  return {
    type: 'video',
    ssrc,
    payloadTypes: [
      {
        id: 100,
        name: 'VP8',
        clockrate: 90_000,
        channels: 0,
        feedbackTypes: [{ type: 'nack', subtype: 'pli' }],
        parameters: {},
      },
      { id: 101, name: 'rtx', clockrate: 90_000, channels: 0, feedbackTypes: [], parameters: { apt: '100' } },
    ],
    rtpExtensions: nativeExtensions,
    ssrcGroups: [{ semantics: 'FID', ssrcs: [ssrc, randomId()] }],
  };
};

/** Opus only, and of the extensions those every engine has. */
const accept = (content: Content | undefined): Content | undefined => {
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

const nativeExtensions: readonly RtpExtension[] = [
  { id: 2, uri: 'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time' },
  { id: 3, uri: 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01' },
];
const audioLevel: RtpExtension = { id: 1, uri: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level' };

const browserCodecs = (
  [
    [9, 'G722', 8_000],
    [0, 'PCMU', 8_000],
    [8, 'PCMA', 8_000],
    [13, 'CN', 8_000],
    [110, 'telephone-event', 48_000],
  ] as const
).map(([id, name, clockrate]) => ({ id, name, clockrate, channels: 0, feedbackTypes: [], parameters: {} }));

const randomId = (): string => String((randomBytes(4).readUInt32BE() | 1) >>> 0);
const heldLimit = 16;
