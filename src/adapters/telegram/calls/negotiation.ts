import { type AudioChannel, type NegotiateChannels, writeNegotiateChannels } from './messages.ts';
import type { CallRole } from './sealed-packets.ts';

export interface NegotiationEvents {
  readonly send: (json: string) => void;
  /** The peer takes our audio: from now on we may send, with this payload type. */
  readonly onSending: (payloadTypeId: number) => void;
  /** We took the peer's audio. */
  readonly onReceiving: (ssrc: number, payloadTypeId: number) => void;
  /** The peer answered and left our audio out. */
  readonly onRefused: () => void;
}

/**
 * Which audio flows. Each side offers what it will send in an exchange of its own and answers the other's; payload type
 * ids therefore belong to one direction each.
 */
export class Negotiation {
  readonly #role: CallRole;
  readonly #ssrc: number;
  readonly #newExchangeId: () => number;
  readonly #events: NegotiationEvents;
  /** Ids of all our offers: an answer to a dropped one must not pass for an offer, or both sides answer for ever. */
  readonly #offered = new Set<string>();
  /** Ours that waits for its answer; glare drops it for a new one. */
  #pending: string | undefined;
  #isOfferAnswered = false;
  #isPeerAnswered = false;
  /** Our answers by the peer's exchange id: a repeated offer gets the same answer. */
  readonly #answers = new Map<string, { readonly json: string; repeats: number }>();
  #received = 0;
  #waiting: NegotiateChannels[] = [];

  constructor(role: CallRole, ssrc: number, newExchangeId: () => number, events: NegotiationEvents) {
    this.#role = role;
    this.#ssrc = ssrc;
    this.#newExchangeId = newExchangeId;
    this.#events = events;
  }

  /** Both directions are agreed on. */
  get complete(): boolean {
    return this.#isOfferAnswered && this.#isPeerAnswered;
  }

  /** The caller offers at once; the callee's offer follows its first answer, so that the two do not cross. */
  start(): void {
    if (this.#role === 'caller') this.#offer();
  }

  receive(message: NegotiateChannels): void {
    if (this.#received >= maxReceived) return;
    this.#received++;
    if (message.exchangeId === this.#pending) this.#onAnswer(message);
    else if (!this.#offered.has(message.exchangeId)) this.#onOffer(message);
  }

  #onAnswer({ audio }: NegotiateChannels): void {
    const ours = audio.find(({ ssrc }) => ssrc === this.#ssrc);
    const payloadTypeId = ours && opusOf(ours);
    if (payloadTypeId === undefined) return this.#events.onRefused();
    this.#pending = undefined;
    this.#isOfferAnswered = true;
    this.#events.onSending(payloadTypeId);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const offer of waiting) this.#answer(offer);
  }

  #onOffer(offer: NegotiateChannels): void {
    const given = this.#answers.get(offer.exchangeId);
    if (given) return this.#repeat(given);
    // Glare: the caller's offer wins, so as caller we answer once ours is answered …
    if (this.#pending !== undefined && this.#role === 'caller') {
      if (this.#waiting.length < maxWaiting) this.#waiting.push(offer);
      return;
    }
    this.#answer(offer);
    // … and as callee we drop our pending offer, which the caller may have ignored, and offer again.
    if (this.#role === 'callee' && !this.#isOfferAnswered && this.#offered.size < maxOffers) this.#offer();
  }

  #answer({ exchangeId, audio }: NegotiateChannels): void {
    const [channel] = audio.filter((candidate) => opusOf(candidate) !== undefined);
    const payloadTypeId = channel && opusOf(channel);
    const accepted = channel && payloadTypeId !== undefined ? { ssrc: channel.ssrc, payloadTypeId } : undefined;
    const answer = writeNegotiateChannels(exchangeId, accepted);
    if (this.#answers.size >= maxAnswers) this.#answers.clear();
    this.#answers.set(exchangeId, { json: answer, repeats: 0 });
    this.#events.send(answer);
    if (!accepted) return;
    this.#isPeerAnswered = true;
    this.#events.onReceiving(accepted.ssrc, accepted.payloadTypeId);
  }

  /** What looks like a repeated offer may be our own answer sent back by a peer that had dropped its offer. */
  #repeat(given: { readonly json: string; repeats: number }): void {
    if (given.repeats >= maxRepeats) return;
    given.repeats++;
    this.#events.send(given.json);
  }

  #offer(): void {
    const exchangeId = String(this.#newExchangeId());
    this.#pending = exchangeId;
    this.#offered.add(exchangeId);
    this.#events.send(writeNegotiateChannels(exchangeId, { ssrc: this.#ssrc, payloadTypeId: opusPayloadType }));
  }
}

const opusOf = ({ payloadTypes }: AudioChannel): number | undefined =>
  payloadTypes.find(({ name, clockRateHz }) => name.toLowerCase() === 'opus' && clockRateHz === 48_000)?.id;

/** By convention; any dynamic id is legal. */
const opusPayloadType = 111;
const maxOffers = 8;
const maxWaiting = 8;
const maxAnswers = 64;
const maxRepeats = 3;
/** Of one call. Who switches his camera on and off all the time needs some dozens. */
const maxReceived = 256;
