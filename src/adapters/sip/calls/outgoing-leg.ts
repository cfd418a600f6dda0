import { Inviter, SessionState } from 'sip.js';
import type { HangupCause } from '../../../machines/model/hangup-cause.ts';
import type { Account } from '../account.ts';
import { descriptionsOf } from '../sdp/descriptions.ts';
import type { Stack } from '../stack.ts';
import { originalOf } from '../wire/core-message.ts';
import { type Header, headersOf } from '../wire/message.ts';
import { parseNameAddress, type WireUri } from '../wire/uri.ts';
import { cancelReason, causeOfReply } from './causes.ts';
import { type DialogUsage, usageOf } from './dialog-usage.ts';
import { type Leg, type LegFacts, legOf } from './leg.ts';
import type { MediaLeg } from './media-leg.ts';
import { sessionDelegate } from './session-delegate.ts';
import { agreedInterval, minIntervalOf, wishHeaders } from './session-timer.ts';

/** A call we make: INVITE to its end. */
export class OutgoingLeg implements Leg {
  readonly facts: LegFacts;
  readonly isCaller = true;
  readonly #stack: Stack;
  #inviter: Inviter | undefined;
  #media: MediaLeg | undefined;
  #usage: DialogUsage | undefined;
  #wasRedirected = false;
  #lastRinging = '';

  constructor(facts: LegFacts, stack: Stack) {
    this.facts = facts;
    this.#stack = stack;
  }

  get usage(): DialogUsage | undefined {
    return this.#usage;
  }

  get session(): Inviter | undefined {
    return this.#inviter;
  }

  /** Sends INVITE. The account knows its way and the media leg is open. */
  start(attempt: Attempt): void {
    const { account, media, minIntervalS } = attempt;
    this.#media = media;
    const inviter = new Inviter(account.userAgent, attempt.target, {
      // True would end a forked call when another branch than the one with early media answers.
      earlyMedia: false,
      extraHeaders: [...wishHeaders(this.#stack.sessionIntervalS, minIntervalS), ...attempt.headers],
    });
    this.#inviter = inviter;
    inviter.delegate = sessionDelegate(this.facts, () => this.#usage);
    descriptionsOf.set(inviter, media.descriptions);
    legOf.set(inviter, this);
    account.track(inviter);
    let cause: HangupCause | undefined;
    let next: (() => boolean) | undefined;
    inviter.stateChange.addListener((state) => {
      if (this.#inviter !== inviter) return;
      if (state === SessionState.Established) this.#onEstablished(inviter, account, media);
      // The final answer is told after the state change, and not at all for a call cancelled while its 200 was on the way.
      if (state === SessionState.Terminated) {
        queueMicrotask(() => {
          if (this.#inviter === inviter && !next?.()) this.#end(cause ?? this.#causeOfLostSession());
        });
      }
    });
    inviter
      .invite({
        requestDelegate: {
          onAccept: ({ message }) => {
            const headers = originalOf(message)?.headers ?? [];
            this.#usage?.begin(agreedInterval(headers), headers);
          },
          onProgress: ({ message }) => this.#onProgress(message.statusCode ?? 180, message.body, message.toTag),
          onRedirect: ({ message }) => {
            const sip = { status: message.statusCode ?? 300, reason: message.reasonPhrase ?? '' };
            cause = causeOfReply(sip);
            const contact = headersOf(originalOf(message)?.headers ?? [], 'contact')[0];
            next = () => this.#follow(sip.status, contact, attempt);
          },
          onReject: ({ message }) => {
            const sip = { status: message.statusCode ?? 500, reason: message.reasonPhrase ?? '' };
            cause = causeOfReply(sip);
            // 503, ours or theirs, and silence: another address may do better (RFC 3263 §4.3).
            const isSilence = sip.status === 408 && originalOf(message) === undefined;
            if (sip.status === 503 || isSilence) next = attempt.onUnreachable;
            if (sip.status === 422) next = () => this.#retryLonger(originalOf(message)?.headers ?? [], attempt);
          },
        },
      })
      .catch(() => this.#end({ kind: 'internal-fault', detail: 'INVITE could not be made' }));
  }

  /** A 18x that the library does not take. */
  ring(callId: string): void {
    if (this.#inviter?.request.callId === callId) this.#tellRinging();
  }

  hangUp(cause: HangupCause): void {
    const inviter = this.#inviter;
    this.#end(cause);
    switch (inviter?.state) {
      case SessionState.Initial:
      case SessionState.Establishing: {
        const reason = cancelReason(cause);
        inviter.cancel(reason === undefined ? {} : { extraHeaders: [reason] }).catch(() => {});
        break;
      }
      case SessionState.Established:
        inviter.bye().catch(() => {});
        break;
      default:
    }
  }

  drop(): void {
    this.#end({ kind: 'shutdown' });
  }

  /** Each 18x with SDP plays until the next; the real answer decides (RFC 3960 §3.1). */
  #onProgress(status: number, body: string, toTag: string | undefined): void {
    if (status === 100) return;
    if (body === '') {
      this.#tellRinging();
      return;
    }
    // The same description again, of the same branch: nothing new to play.
    const ringing = `${toTag} ${body}`;
    if (ringing === this.#lastRinging) return;
    this.#lastRinging = ringing;
    if (this.#media?.descriptions.applyEarly(body)) this.facts.tell({ type: 'party.earlyMedia' });
    else this.#tellRinging();
  }

  #tellRinging(): void {
    this.facts.tell({ type: 'party.ringing' });
  }

  /** A 302 is followed once, and only within the line's own domain: anything else could send the bill elsewhere. */
  #follow(status: number, contact: string | undefined, attempt: Attempt): boolean {
    const target = contact === undefined ? undefined : parseNameAddress(contact)?.uri;
    if (status !== 302 || this.#wasRedirected || target === undefined || this.facts.isOver) return false;
    const { host } = attempt.account.addressOfRecord;
    if (target.scheme !== 'sip' || target.host.toLowerCase() !== host.toLowerCase()) return false;
    this.#wasRedirected = true;
    this.start({ ...attempt, target });
    return true;
  }

  /** Session Interval Too Small (RFC 4028 §7.3): what was asked for is proposed, once. */
  #retryLonger(headers: readonly Header[], attempt: Attempt): boolean {
    const minIntervalS = minIntervalOf(headers);
    if (minIntervalS === undefined || attempt.minIntervalS !== undefined || this.facts.isOver) return false;
    this.start({ ...attempt, minIntervalS });
    return true;
  }

  #onEstablished(session: Inviter, account: Account, media: MediaLeg): void {
    if (this.facts.isOver) return;
    this.#usage = usageOf(
      { session, account, descriptions: media.descriptions, isCaller: true },
      this.facts,
      this.#stack,
      (cause) => this.hangUp(cause),
    );
    this.facts.tell({ type: 'party.answered' });
  }

  #causeOfLostSession(): HangupCause {
    if (this.#media?.descriptions.refusal !== undefined) {
      return { kind: 'rejected', sip: { status: 488, reason: 'Not Acceptable Here' } };
    }
    return this.facts.has('party.answered')
      ? { kind: 'normal' }
      : { kind: 'peer-fault', detail: 'an answer that cannot be used' };
  }

  #end(cause: HangupCause): void {
    this.#usage?.close();
    this.#media?.close();
    this.facts.end(cause);
  }
}

/** One way to reach the party. */
export interface Attempt {
  readonly account: Account;
  readonly media: MediaLeg;
  readonly target: WireUri;
  /** `Name: value` each. */
  readonly headers: readonly string[];
  /** Seconds a proxy or the party wants the session interval to be at least. */
  readonly minIntervalS?: number;
  /** May find another address; says whether it did. */
  readonly onUnreachable: () => boolean;
}
