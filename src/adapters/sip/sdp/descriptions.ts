import type { Session, SessionDescriptionHandler } from 'sip.js';
import type { CodecName, RtpSession } from '../../../actors/ports/rtp-legs.ts';
import type { Continuation } from './continuation.ts';
import {
  answerTo,
  describe,
  type LocalMedia,
  type OwnDescription,
  offerOf,
  sessionFromAnswer,
  turned,
} from './negotiation.ts';
import { type Direction, parseSdp, type Sdp } from './sdp.ts';

/**
 * Offer and answer of one call (RFC 3264), for the library. It has no flag that says which of the two is wanted, so the order
 * of the calls decides: after a remote offer the answer is due, otherwise an offer.
 */
export class Descriptions implements SessionDescriptionHandler {
  readonly #options: DescriptionOptions;
  /** Stale: what was agreed names a media leg that is gone; an offer of ours is due. */
  #state: 'stable' | 'stale' | 'have-local-offer' | 'have-remote-offer' = 'stable';
  #remoteOffer: Sdp | undefined;
  /** Our offer that is not answered yet. */
  #offered: (OwnDescription & { readonly isHold: boolean }) | undefined;
  /** Ours of the last exchange that was completed. */
  #current: OwnDescription | undefined;
  #isHolding = false;
  #isHeld = false;
  #version = 0;
  #lastLines = '';
  #localText: string | undefined;
  #remoteText: string | undefined;
  #isAgreed = false;
  /** Why the last description was refused: ends up in the hangup cause. */
  refusal: string | undefined;

  constructor(options: DescriptionOptions) {
    this.#options = options;
    if (options.before === undefined) return;
    this.#state = 'stale';
    this.#current = options.before.own;
    this.#localText = options.before.texts.local;
    this.#remoteText = options.before.texts.remote;
    // Who described it last may have said more than is known, and a party may pass over a version it has seen.
    this.#version = options.before.version + VERSION_GAP;
  }

  get isStable(): boolean {
    return this.#state === 'stable';
  }

  /** An offer of this process, or to it, was answered. */
  get isAgreed(): boolean {
    return this.#isAgreed;
  }

  /** What each side said last, ours as it was sent and theirs as far as it was taken. */
  get texts(): { readonly local: string | undefined; readonly remote: string | undefined } {
    return { local: this.#localText, remote: this.#remoteText };
  }

  /** The peer's offer is not answered yet. */
  get isAsked(): boolean {
    return this.#state === 'have-remote-offer';
  }

  /** We hold the party: it has agreed. */
  get isHolding(): boolean {
    return this.#isHolding;
  }

  /** The party holds us: it does not want to hear us (sendonly, inactive, or the address of zeros). */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  hasDescription(contentType: string): boolean {
    return /^application\/sdp\s*(;|$)/i.test(contentType);
  }

  async getDescription(): Promise<{ body: string; contentType: string }> {
    return { body: this.give(), contentType: 'application/sdp' };
  }

  async setDescription(text: string): Promise<void> {
    this.take(text);
  }

  async rollbackDescription(): Promise<void> {
    this.rollBack();
  }

  /** The answer that is due, else an offer of all we can do. @throws when nothing fits */
  give(): string {
    if (this.#state === 'have-remote-offer') return this.#answer();
    return this.#offer(offerOf(this.#local(), this.#current), this.#isHolding);
  }

  /** An offer to hold or to take back: address, port and codecs stay. */
  giveHold(isHold: boolean): string {
    const own = this.#current ?? offerOf(this.#local());
    return this.#offer(turned(own, directionOf(isHold)), isHold);
  }

  /** What we said last, as an offer: a session refresh changes nothing, not even the version (RFC 4028 §7.4). */
  giveAgain(): string {
    return this.#current === undefined ? this.give() : this.#offer(this.#current, this.#isHolding);
  }

  /** An answer to our offer, else an offer. @throws when it cannot be read, or names nothing that we offered */
  take(text: string): void {
    const sdp = parseSdp(text);
    if (sdp === undefined) throw this.#refused('unreadable session description');
    const offered = this.#offered;
    if (this.#state !== 'have-local-offer' || offered === undefined) {
      this.#remoteOffer = sdp;
      this.#remoteText = text;
      this.#state = 'have-remote-offer';
      return;
    }
    const session = sessionFromAnswer(sdp, offered);
    this.#state = 'stable';
    this.#offered = undefined;
    if (session === undefined) throw this.#refused('no common codec');
    this.#remoteText = text;
    this.#isHolding = offered.isHold;
    // Whether it would hear us is only said where it was asked to.
    if (offered.direction === 'sendrecv') this.#isHeld = !session.direction.startsWith('send');
    this.#agree(offered, session);
  }

  /** Plays what an 18x describes, without ending the wait for the real answer. False when there is nothing to play. */
  applyEarly(text: string): boolean {
    const sdp = parseSdp(text);
    const session = sdp && this.#offered && sessionFromAnswer(sdp, this.#offered);
    if (session === undefined) return false;
    this.#options.apply(session);
    return true;
  }

  /** The offer came to nothing: what was agreed before counts. */
  rollBack(): void {
    this.#state = 'stable';
    this.#remoteOffer = undefined;
    this.#offered = undefined;
    this.refusal = undefined;
  }

  /** Key presses are the media plane's. */
  sendDtmf(): boolean {
    return false;
  }

  /** The media leg is closed by the call, which knows when it is over. */
  close(): void {}

  #local(): LocalMedia {
    return {
      ...this.#options.address(),
      codecs: this.#options.codecs,
      direction: directionOf(this.#isHolding),
    };
  }

  #offer(own: OwnDescription, isHold: boolean): string {
    this.#state = 'have-local-offer';
    this.#offered = { ...own, isHold };
    return this.#written(own.lines);
  }

  #answer(): string {
    const answer = this.#remoteOffer && answerTo(this.#remoteOffer, this.#local());
    if (answer === undefined) throw this.#refused('no common codec');
    this.#state = 'stable';
    this.#remoteOffer = undefined;
    this.#isHeld = !answer.session.direction.startsWith('send');
    const text = this.#written(answer.own.lines);
    this.#agree(answer.own, answer.session);
    return text;
  }

  #agree(own: OwnDescription, session: RtpSession): void {
    this.#current = own;
    this.#isAgreed = true;
    this.refusal = undefined;
    this.#options.apply(session);
    this.#options.onAgreed();
  }

  /** RFC 3264 §8: the version grows by one, and only when something changed. */
  #written(lines: readonly string[]): string {
    const text = lines.join('\r\n');
    if (text !== this.#lastLines) this.#version++;
    this.#lastLines = text;
    this.#localText = describe(this.#local(), lines, this.#options.id, this.#version);
    return this.#localText;
  }

  #refused(detail: string): Error {
    this.refusal = detail;
    return new Error(detail);
  }
}

/** As large as that of the sequence numbers, and for the same reason. */
const VERSION_GAP = 1_000;

const directionOf = (isHold: boolean): Direction => (isHold ? 'sendonly' : 'sendrecv');

export interface DescriptionOptions {
  /** Constant for the call: the session id of `o=`, digits. */
  readonly id: string;
  /** In order of preference, all usable. */
  readonly codecs: readonly CodecName[];
  /** Where our media leg listens; it is open before anything is described. */
  address(): { readonly host: string; readonly port: number };
  /** Of a call that another process described before. */
  readonly before?: Continuation;
  /** Hands the result to the media plane. */
  apply(session: RtpSession): void;
  /** Offer and answer are complete. */
  onAgreed(): void;
}

/** The library asks for the descriptions of a session; each call leaves its own here before. */
export const descriptionsOf = new WeakMap<Session, Descriptions>();
