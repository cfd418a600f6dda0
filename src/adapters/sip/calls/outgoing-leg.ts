import { Inviter, SessionState } from 'sip.js';
import type { HangupCause } from '../../../machines/model/hangup-cause.ts';
import type { Account } from '../account.ts';
import { descriptionsOf } from '../sdp/descriptions.ts';
import type { SipTime } from '../time.ts';
import { originalOf } from '../wire/core-message.ts';
import { headersOf } from '../wire/message.ts';
import { parseNameAddress, type WireUri } from '../wire/uri.ts';
import { cancelReason, causeOfReply } from './causes.ts';
import type { Leg, LegFacts } from './leg.ts';
import type { MediaLeg } from './media-leg.ts';
import { commonDelegate } from './session-delegate.ts';

/** A call we make: INVITE to its end. */
export class OutgoingLeg implements Leg {
  readonly facts: LegFacts;
  readonly #time: SipTime;
  #inviter: Inviter | undefined;
  #media: MediaLeg | undefined;
  #account: Account | undefined;
  #wasRedirected = false;
  #wasAnswered = false;
  #lastRinging = '';

  constructor(facts: LegFacts, time: SipTime) {
    this.facts = facts;
    this.#time = time;
  }

  /** Sends INVITE. The account knows its way and the media leg is open. `onUnreachable` may find another address. */
  start(account: Account, media: MediaLeg, target: WireUri, onUnreachable: () => boolean): void {
    this.#account = account;
    this.#media = media;
    // True would end a forked call when another branch than the one with early media answers.
    const inviter = new Inviter(account.userAgent, target, { earlyMedia: false });
    this.#inviter = inviter;
    inviter.delegate = commonDelegate(inviter, this.#time);
    descriptionsOf.set(inviter, media.descriptions);
    account.track(inviter);
    let cause: HangupCause | undefined;
    let next: (() => boolean) | undefined;
    inviter.stateChange.addListener((state) => {
      if (this.#inviter !== inviter) return;
      if (state === SessionState.Established) {
        this.#wasAnswered = true;
        this.facts.tell({ type: 'party.answered' });
      }
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
          onProgress: ({ message }) => this.#onProgress(message.statusCode ?? 180, message.body, message.toTag),
          onRedirect: ({ message }) => {
            const sip = { status: message.statusCode ?? 300, reason: message.reasonPhrase ?? '' };
            cause = causeOfReply(sip);
            const contact = headersOf(originalOf(message)?.headers ?? [], 'contact')[0];
            next = () => this.#follow(sip.status, contact, account, media, onUnreachable);
          },
          onReject: ({ message }) => {
            const sip = { status: message.statusCode ?? 500, reason: message.reasonPhrase ?? '' };
            cause = causeOfReply(sip);
            // 503, ours or theirs, and silence: another address may do better (RFC 3263 §4.3).
            const isSilence = sip.status === 408 && originalOf(message) === undefined;
            if (sip.status === 503 || isSilence) next = onUnreachable;
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
  #follow(
    status: number,
    contact: string | undefined,
    account: Account,
    media: MediaLeg,
    onUnreachable: () => boolean,
  ): boolean {
    const target = contact === undefined ? undefined : parseNameAddress(contact)?.uri;
    if (status !== 302 || this.#wasRedirected || target === undefined || this.facts.isOver) return false;
    if (target.scheme !== 'sip' || target.host !== account.addressOfRecord.host) return false;
    this.#wasRedirected = true;
    this.start(account, media, target, onUnreachable);
    return true;
  }

  #causeOfLostSession(): HangupCause {
    if (this.#media?.descriptions.refusal !== undefined) {
      return { kind: 'rejected', sip: { status: 488, reason: 'Not Acceptable Here' } };
    }
    return this.#wasAnswered ? { kind: 'normal' } : { kind: 'peer-fault', detail: 'an answer that cannot be used' };
  }

  #end(cause: HangupCause): void {
    this.#media?.close();
    this.facts.end(cause);
  }

  /** Is it this leg's dialog? */
  has(account: Account, dialogId: string): boolean {
    return this.#account === account && this.#inviter?.dialog?.id === dialogId;
  }
}
