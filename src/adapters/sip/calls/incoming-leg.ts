import { type Invitation, SessionState } from 'sip.js';
import type { HangupCause } from '../../../machines/model/hangup-cause.ts';
import type { UserId } from '../../../machines/model/ids.ts';
import { descriptionsOf } from '../sdp/descriptions.ts';
import type { SipTime } from '../time.ts';
import { causeOfCancel, replyOfCause } from './causes.ts';
import type { Leg, LegFacts } from './leg.ts';
import type { MediaLeg } from './media-leg.ts';
import { commonDelegate } from './session-delegate.ts';

/** A call we were offered: from 100 to its end. */
export class IncomingLeg implements Leg {
  readonly facts: LegFacts;
  readonly #invitation: Invitation;
  readonly #media: MediaLeg;
  #cause: HangupCause | undefined;
  #hasAnswered = false;
  #isAcknowledged = false;
  #opened: Promise<void> | undefined;

  constructor(invitation: Invitation, facts: LegFacts, mediaOf: (onAgreed: () => void) => MediaLeg, time: SipTime) {
    this.facts = facts;
    this.#invitation = invitation;
    this.#media = mediaOf(() => this.#tellWhenAnswered());
    descriptionsOf.set(invitation, this.#media.descriptions);
    invitation.delegate = {
      ...commonDelegate(invitation, time),
      onCancel: ({ request }) => {
        this.#cause = causeOfCancel(request.getHeaders('reason'));
      },
      onAck: () => {
        this.#isAcknowledged = true;
        this.#tellWhenAnswered();
      },
      onBye: (bye) => {
        this.#cause = { kind: 'normal' };
        void bye.accept().catch(() => {});
      },
    };
    forgiveLateAckTimeout(invitation);
    invitation.stateChange.addListener((state) => {
      if (state === SessionState.Terminated) this.#end(this.#cause ?? this.#causeOfLostSession());
    });
  }

  /** 180, once the media leg is there: the answer must not have to wait for it. */
  ring(user: UserId): void {
    if (this.#opened !== undefined || this.facts.isOver) return;
    this.#opened = this.#media.open(user);
    this.#opened.then(
      () => {
        if (this.#invitation.state === SessionState.Initial && !this.#hasAnswered) {
          this.#invitation.progress({ statusCode: 180 }).catch(() => {});
        }
      },
      () => this.hangUp({ kind: 'internal-fault', detail: 'no media leg' }),
    );
  }

  /** 200. `party.answered` follows with the ACK. */
  answer(): void {
    const opened = this.#opened;
    if (this.#hasAnswered || this.facts.isOver || opened === undefined) return;
    this.#hasAnswered = true;
    opened.then(
      () => {
        if (this.#invitation.state === SessionState.Initial) this.#invitation.accept().catch(() => {});
      },
      () => {},
    );
  }

  hangUp(cause: HangupCause): void {
    const invitation = this.#invitation;
    this.#end(cause);
    switch (invitation.state) {
      case SessionState.Initial:
      case SessionState.Establishing: {
        const { status, reason, retryAfterS } = replyOfCause(cause);
        const extraHeaders = retryAfterS === undefined ? [] : [`Retry-After: ${retryAfterS}`];
        invitation.reject({ statusCode: status, reasonPhrase: reason, extraHeaders }).catch(() => {});
        break;
      }
      case SessionState.Established:
        invitation.bye().catch(() => {});
        break;
      default:
    }
  }

  /** With a late offer the ACK brings the answer, and only then there is something to hear. */
  #tellWhenAnswered(): void {
    if (this.#isAcknowledged && this.#media.descriptions.isStable) this.facts.tell({ type: 'party.answered' });
  }

  #causeOfLostSession(): HangupCause {
    if (this.#media.descriptions.refusal !== undefined)
      return { kind: 'peer-fault', detail: this.#media.descriptions.refusal };
    if (this.#hasAnswered && !this.#media.descriptions.isStable)
      return { kind: 'peer-fault', detail: 'no answer to our offer' };
    if (this.#hasAnswered && !this.#isAcknowledged) return { kind: 'connection-lost', detail: 'no ACK' };
    return this.#hasAnswered ? { kind: 'normal' } : { kind: 'cancelled' };
  }

  #end(cause: HangupCause): void {
    this.#media.close();
    this.facts.end(cause);
  }
}

/**
 * When a call that was hung up before its ACK still lacks the ACK after 32 s, the library ends it a second time and throws from
 * its timer: nobody could catch that.
 */
const forgiveLateAckTimeout = (invitation: Invitation): void => {
  const library = invitation as unknown as { onAckTimeout(): void };
  const onAckTimeout = library.onAckTimeout.bind(invitation);
  library.onAckTimeout = () => {
    if (invitation.state !== SessionState.Terminated) onAckTimeout();
  };
};
