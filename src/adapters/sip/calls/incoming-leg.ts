import { type Invitation, SessionState } from 'sip.js';
import type { HangupCause } from '../../../machines/model/hangup-cause.ts';
import type { UserId } from '../../../machines/model/ids.ts';
import type { Account } from '../account.ts';
import { descriptionsOf } from '../sdp/descriptions.ts';
import type { Stack } from '../stack.ts';
import { originalOf } from '../wire/core-message.ts';
import { causeOfCancel, replyOfCause } from './causes.ts';
import { type DialogUsage, usageOf } from './dialog-usage.ts';
import { type Leg, type LegFacts, legOf } from './leg.ts';
import type { MediaLeg } from './media-leg.ts';
import { sessionDelegate } from './session-delegate.ts';
import type { answerInterval } from './session-timer.ts';

/** A call we were offered: from 100 to its end. */
export class IncomingLeg implements Leg {
  readonly facts: LegFacts;
  readonly isCaller = false;
  readonly #invitation: Invitation;
  readonly #account: Account;
  readonly #media: MediaLeg;
  readonly #stack: Stack;
  readonly #interval: IntervalAnswer;
  #usage: DialogUsage | undefined;
  #cause: HangupCause | undefined;
  #hasAnswered = false;
  #isAcknowledged = false;
  #opened: Promise<void> | undefined;

  constructor(
    { invitation, account, interval }: Invited,
    facts: LegFacts,
    mediaOf: (onAgreed: () => void) => MediaLeg,
    stack: Stack,
  ) {
    this.facts = facts;
    this.#invitation = invitation;
    this.#account = account;
    this.#interval = interval;
    this.#stack = stack;
    this.#media = mediaOf(() => {
      this.#tellWhenAnswered();
      this.#usage?.onAgreed();
    });
    descriptionsOf.set(invitation, this.#media.descriptions);
    legOf.set(invitation, this);
    invitation.delegate = {
      ...sessionDelegate(facts, () => this.#usage),
      onCancel: ({ request }) => {
        this.#cause = causeOfCancel(request.getHeaders('reason'));
      },
      onAck: () => {
        this.#isAcknowledged = true;
        this.#usage?.onAcknowledged();
        this.#tellWhenAnswered();
      },
      onBye: (bye) => {
        this.#cause = { kind: 'normal' };
        void bye.accept().catch(() => {});
      },
    };
    invitation.stateChange.addListener((state) => {
      if (state === SessionState.Established) this.#onEstablished();
      if (state !== SessionState.Terminated) return;
      // A call that ends before its ACK is ended again by the library when the ACK is overdue, which throws from a timer.
      if (invitation.dialog?.delegate !== undefined) invitation.dialog.delegate.onAckTimeout = () => {};
      this.#end(this.#cause ?? this.#causeOfLostSession());
    });
  }

  get usage(): DialogUsage | undefined {
    return this.#usage;
  }

  get session(): Invitation {
    return this.#invitation;
  }

  /** 180, once the media leg is there: the answer must not have to wait for it. */
  ring(user: UserId): void {
    if (this.#opened !== undefined || this.facts.isOver) return;
    this.#opened = this.#media.open(user);
    this.#opened.then(
      () => {
        if (this.#invitation.state === SessionState.Initial && !this.#hasAnswered) {
          // The library takes Require for Supported when the INVITE says both, and would not send it reliably.
          const requires = this.#invitation.request.getHeaders('require').join().toLowerCase();
          this.#invitation.progress({ statusCode: 180, rel100: requires.includes('100rel') }).catch(() => {});
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
        if (this.#invitation.state === SessionState.Initial) this.#accept();
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

  drop(): void {
    this.#end({ kind: 'shutdown' });
  }

  #accept(): void {
    const extraHeaders = this.#interval.headers.map(([name, value]) => `${name}: ${value}`);
    this.#invitation.accept({ extraHeaders }).catch(() => {});
  }

  #onEstablished(): void {
    const session = this.#invitation;
    if (this.facts.isOver) return;
    this.#usage = usageOf(
      { session, account: this.#account, descriptions: this.#media.descriptions, isCaller: false },
      this.facts,
      this.#stack,
      (cause) => this.hangUp(cause),
    );
    this.#usage?.begin(this.#interval.agreed, originalOf(session.request)?.headers ?? []);
  }

  /** With a late offer the ACK brings the answer, and only then there is something to hear. */
  #tellWhenAnswered(): void {
    if (this.facts.has('party.answered')) return;
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
    this.#usage?.close();
    this.#media.close();
    this.facts.end(cause);
  }
}

/** An INVITE as it reached us. */
export interface Invited {
  readonly invitation: Invitation;
  readonly account: Account;
  /** How it is answered as to session timers. */
  readonly interval: IntervalAnswer;
}

type IntervalAnswer = Exclude<ReturnType<typeof answerInterval>, 'too small'>;
