import type { Core } from 'sip.js';
import { allow } from '../capabilities.ts';
import type { Answer } from '../screening.ts';
import { originalOf } from '../wire/core-message.ts';
import type { Header, SipRequest } from '../wire/message.ts';
import { advancesSequence, type DialogContext, retarget } from './dialog-context.ts';
import type { Gate } from './gate.ts';
import { type answerInterval, type SessionInterval, tooSmall } from './session-timer.ts';

/** A little over the 32 s in which the ACK may come. */
const ACK_PATIENCE_MS = 32_500;

/** How the party changes the call: re-INVITE and UPDATE (RFC 3311), of which the library knows nothing. */
export class PeerOffers {
  readonly #context: DialogContext;
  readonly #gate: Gate;
  readonly #events: PeerOfferEvents;
  #stopWaiting = () => {};

  /** Closes the gate as long as the ACK to an answered INVITE is missing. */
  constructor(context: DialogContext, gate: Gate, events: PeerOfferEvents) {
    this.#context = context;
    this.#gate = gate;
    this.#events = events;
  }

  /** The library has seen to it that no other re-INVITE is under way. */
  onReinvite(request: Core.IncomingInviteRequest): void {
    const { account } = this.#context;
    const interval = this.#events.answerInterval(originalOf(request.message)?.headers ?? []);
    if (interval === 'too small') {
      request.reject({
        statusCode: tooSmall.status,
        reasonPhrase: tooSmall.reason,
        extraHeaders: [`Min-SE: ${tooSmall.minHeader}`],
      });
      return;
    }
    // We are about to make an offer ourselves.
    if (!this.#context.descriptions.isStable) {
      request.reject({ statusCode: 491 });
      return;
    }
    const content = this.#answerTo(request.message.body);
    if (content === undefined) {
      request.reject({ statusCode: 488 });
      return;
    }
    request.accept({
      statusCode: 200,
      extraHeaders: [
        `Contact: <${account.contact}>`,
        `Allow: ${allow}`,
        ...interval.headers.map(([name, value]) => `${name}: ${value}`),
      ],
      body: { contentDisposition: 'session', contentType: 'application/sdp', content },
    });
    this.#awaitAcknowledgement();
    this.#events.onRefreshed(interval.agreed);
  }

  onUpdate(request: SipRequest): Answer {
    const { account, descriptions, dialog } = this.#context;
    if (!advancesSequence(dialog, request)) return { status: 500, reason: 'Server Internal Error' };
    const interval = this.#events.answerInterval(request.headers);
    if (interval === 'too small') {
      return { status: tooSmall.status, reason: tooSmall.reason, headers: [['min-se', tooSmall.minHeader]] };
    }
    // RFC 3311 §5.2: two offers must not cross.
    if (request.body !== '' && !descriptions.isStable) return { status: 491, reason: 'Request Pending' };
    const body = request.body === '' ? '' : this.#answerTo(request.body);
    if (body === undefined) return { status: 488, reason: 'Not Acceptable Here' };
    retarget(dialog, request);
    this.#events.onRefreshed(interval.agreed);
    return { status: 200, reason: 'OK', headers: [['contact', `<${account.contact}>`], ...interval.headers], body };
  }

  /** The ACK to the INVITE or a re-INVITE of the party. */
  onAcknowledged(): void {
    this.#stopWaiting();
    this.#gate.open();
  }

  close(): void {
    this.onAcknowledged();
  }

  /** Without an offer of theirs, a full one of ours. Undefined: nothing fits, and all stays as it was. */
  #answerTo(offer: string): string | undefined {
    const { descriptions } = this.#context;
    try {
      if (offer !== '') descriptions.take(offer);
      return descriptions.give();
    } catch {
      descriptions.rollBack();
      return undefined;
    }
  }

  /** When the ACK to a re-INVITE is lost, the library takes no other re-INVITE in this call, ever. */
  #awaitAcknowledgement(): void {
    const { dialog, descriptions, time } = this.#context;
    const pending = dialog.reinviteUserAgentServer;
    this.#gate.close();
    this.#stopWaiting = time.after(ACK_PATIENCE_MS, () => {
      if (dialog.reinviteUserAgentServer !== pending) return;
      dialog.reinviteUserAgentServer = undefined;
      // Our offer in the 200 went unanswered.
      if (!descriptions.isStable) {
        descriptions.rollBack();
        dialog.signalingStateRollback();
      }
      this.#gate.open();
    });
  }
}

export interface PeerOfferEvents {
  answerInterval(request: readonly Header[]): ReturnType<typeof answerInterval>;
  onRefreshed(agreed: SessionInterval | undefined): void;
}
