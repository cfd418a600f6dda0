import type { Session, SessionDescriptionHandler } from 'sip.js';
import type { CodecName, RtpSession } from '../../../actors/ports/rtp-legs.ts';
import { answerTo, describe, type LocalMedia, offerLines, sessionFromAnswer } from './negotiation.ts';
import { type Direction, parseSdp, type Sdp } from './sdp.ts';

/**
 * Offer and answer of one call (RFC 3264), for the library. It has no flag that says which of the two is wanted, so the order
 * of the calls decides: after a remote offer the answer is due, otherwise an offer.
 */
export class Descriptions implements SessionDescriptionHandler {
  readonly #options: DescriptionOptions;
  readonly #id: string;
  #state: 'stable' | 'have-local-offer' | 'have-remote-offer' = 'stable';
  #remoteOffer: Sdp | undefined;
  #version = 0;
  #lastLines = '';
  /** Why the last description was refused: ends up in the hangup cause. */
  refusal: string | undefined;

  constructor(options: DescriptionOptions) {
    this.#options = options;
    this.#id = options.id;
  }

  get isStable(): boolean {
    return this.#state === 'stable';
  }

  hasDescription(contentType: string): boolean {
    return /^application\/sdp\s*(;|$)/i.test(contentType);
  }

  async getDescription(): Promise<{ body: string; contentType: string }> {
    const body = this.#state === 'have-remote-offer' ? this.#answer() : this.#offer();
    return { body, contentType: 'application/sdp' };
  }

  async setDescription(text: string): Promise<void> {
    const sdp = parseSdp(text);
    if (sdp === undefined) throw this.#refused('unreadable session description');
    if (this.#state === 'have-local-offer') {
      this.#state = 'stable';
      this.#apply(sessionFromAnswer(sdp, this.#local()));
      this.#options.onAgreed();
    } else {
      this.#remoteOffer = sdp;
      this.#state = 'have-remote-offer';
    }
  }

  /** Plays what an 18x describes, without ending the wait for the real answer. False when there is nothing to play. */
  applyEarly(text: string): boolean {
    const sdp = parseSdp(text);
    const session = sdp && sessionFromAnswer(sdp, this.#local());
    if (session === undefined || this.#state !== 'have-local-offer') return false;
    this.#options.apply(session);
    return true;
  }

  async rollbackDescription(): Promise<void> {
    this.#state = 'stable';
    this.#remoteOffer = undefined;
  }

  /** Key presses are the media plane's. */
  sendDtmf(): boolean {
    return false;
  }

  /** The media leg is closed by the call, which knows when it is over. */
  close(): void {}

  #local(direction: Direction = 'sendrecv'): LocalMedia {
    return { ...this.#options.address(), codecs: this.#options.codecs, direction };
  }

  #offer(): string {
    this.#state = 'have-local-offer';
    return this.#written(offerLines(this.#local()));
  }

  #answer(): string {
    const answer = this.#remoteOffer && answerTo(this.#remoteOffer, this.#local());
    if (answer === undefined) throw this.#refused('no common codec');
    this.#state = 'stable';
    this.#remoteOffer = undefined;
    this.#options.apply(answer.session);
    this.#options.onAgreed();
    return this.#written(answer.lines);
  }

  #apply(session: RtpSession | undefined): void {
    if (session === undefined) throw this.#refused('no common codec');
    this.#options.apply(session);
  }

  /** RFC 3264 §8: the version grows by one, and only when something changed. */
  #written(lines: readonly string[]): string {
    const text = lines.join('\r\n');
    if (text !== this.#lastLines) this.#version++;
    this.#lastLines = text;
    return describe(this.#local(), lines, this.#id, this.#version);
  }

  #refused(detail: string): Error {
    this.refusal = detail;
    return new Error(detail);
  }
}

export interface DescriptionOptions {
  /** Constant for the call: the session id of `o=`, digits. */
  readonly id: string;
  /** In order of preference, all usable. */
  readonly codecs: readonly CodecName[];
  /** Where our media leg listens; it is open before anything is described. */
  address(): { readonly host: string; readonly port: number };
  /** Hands the result to the media plane. */
  apply(session: RtpSession): void;
  /** Offer and answer are complete. */
  onAgreed(): void;
}

/** The library asks for the descriptions of a session; each call leaves its own here before. */
export const descriptionsOf = new WeakMap<Session, Descriptions>();
