import { Core, type Referral as LibraryReferral } from 'sip.js';
import { RequestRefused } from '../../../actors/ports/sip-calls.ts';
import type { HangupCause } from '../../../machines/model/hangup-cause.ts';
import type { DtmfDigit } from '../../../machines/model/tone.ts';
import type { Answer } from '../screening.ts';
import type { Stack } from '../stack.ts';
import type { Header, SipRequest } from '../wire/message.ts';
import type { DialogContext } from './dialog-context.ts';
import { Gate } from './gate.ts';
import { keyPressBody } from './key-press.ts';
import type { LegFacts } from './leg.ts';
import { PeerOffers } from './peer-offers.ts';
import { Referral, referToOf } from './referral.ts';
import { noCall, Reinvites } from './reinvites.ts';
import { SessionRefresh } from './session-refresh.ts';
import type { SessionInterval } from './session-timer.ts';

const MAX_KEYS_QUEUED = 64;

/** For a call that was just answered, and so has a dialog. `onLost` has to end the call, and with it the usage. */
export const usageOf = (
  context: Omit<DialogContext, 'dialog' | 'time' | 'random'>,
  facts: LegFacts,
  { time, random, sessionIntervalS }: Stack,
  onLost: (cause: HangupCause) => void,
): DialogUsage | undefined => {
  const { dialog } = context.session;
  if (!(dialog instanceof Core.SessionDialog)) return undefined;
  const usage = new DialogUsage({ ...context, dialog, time, random }, facts, sessionIntervalS, onLost);
  usages.set(dialog, usage);
  return usage;
};

/** Of a dialog of the library, where it is that of an answered call. */
export const usageIn = (dialog: Core.Dialog): DialogUsage | undefined => usages.get(dialog);

const usages = new WeakMap<Core.Dialog, DialogUsage>();

/** All that goes on within the dialog of an answered call, until its end. */
export class DialogUsage {
  readonly #context: DialogContext;
  readonly #facts: LegFacts;
  readonly #offers: PeerOffers;
  readonly #reinvites: Reinvites;
  readonly #refresh: SessionRefresh;
  #keys: Promise<unknown> = Promise.resolve();
  #keysQueued = 0;
  #toldHeld = false;
  #referral: Referral | undefined;
  #hasReferred = false;
  #isOver = false;

  /** `intervalS`: what we propose for session timers. `onLost` ends the call, and with it this. */
  constructor(context: DialogContext, facts: LegFacts, intervalS: number, onLost: (cause: HangupCause) => void) {
    this.#context = context;
    this.#facts = facts;
    const gate = new Gate();
    // The INVITE of the party is a request like any other: not over before its ACK.
    if (!context.isCaller) gate.close();
    const lost = (detail: string) => onLost({ kind: 'connection-lost', detail });
    this.#reinvites = new Reinvites(context, gate, {
      headers: () => this.#refresh.headers(),
      onAccepted: (headers) => this.#refresh.onAccepted(headers),
      onIntervalTooSmall: (headers) => this.#refresh.onIntervalTooSmall(headers),
      onLost: (status) => lost(`${status} to re-INVITE`),
    });
    this.#refresh = new SessionRefresh(context, intervalS, {
      reinvite: () => this.#reinvites.offer(() => context.descriptions.giveAgain()),
      onLost: lost,
    });
    this.#offers = new PeerOffers(context, gate, {
      answerInterval: (headers) => this.#refresh.answerTo(headers),
      onRefreshed: (agreed) => this.#refresh.restart(agreed),
    });
    // The library's own answer knows neither session timers nor hold.
    if (context.dialog.delegate !== undefined) {
      context.dialog.delegate.onInvite = (request: Core.IncomingInviteRequest) => this.#offers.onReinvite(request);
    }
  }

  /** The call is answered: what its INVITE and 2xx say of session timers, and what the party understands. */
  begin(agreed: SessionInterval | undefined, peer: readonly Header[]): void {
    if (!this.#isOver) this.#refresh.begin(agreed, peer);
  }

  /** @throws RequestRefused */
  hold(on: boolean): Promise<void> {
    if (this.#isOver || !this.#facts.has('party.answered')) return Promise.reject(noCall());
    const { descriptions } = this.#context;
    return this.#reinvites.offer(() => (descriptions.isHolding === on ? undefined : descriptions.giveHold(on)));
  }

  /** Makes our media leg known in a dialog of another process, unless the party asked for it first. @throws RequestRefused */
  resume(): Promise<void> {
    const { descriptions } = this.#context;
    return this.#reinvites.offer(() => (descriptions.isAgreed ? undefined : descriptions.give()));
  }

  /** Keys go one by one, or a lost INFO would let the next one overtake it. @throws RequestRefused */
  sendInfo(digit: DtmfDigit): Promise<void> {
    if (this.#keysQueued >= MAX_KEYS_QUEUED) return Promise.reject(new RequestRefused(500, 'Too Many Requests'));
    this.#keysQueued++;
    const sent = this.#keys.then(() => this.#sendInfo(digit)).finally(() => this.#keysQueued--);
    this.#keys = sent.catch(() => {});
    return sent;
  }

  /** REFER; one at a time. */
  onRefer(request: LibraryReferral): void {
    const referTo = referToOf(request);
    if (referTo === undefined || this.#referral?.isOpen) {
      void request.reject({ statusCode: 603 }).catch(() => {});
      return;
    }
    this.#referral = new Referral(request, referTo, this.#context, !this.#hasReferred);
    this.#hasReferred = true;
    this.#facts.tell({ type: 'party.transfers', target: this.#referral.target });
  }

  /** The transfer that waits for a decision, if there is one. */
  get transfer(): Referral | undefined {
    return this.#referral?.isOpen ? this.#referral : undefined;
  }

  onUpdate(request: SipRequest): Answer {
    return this.#offers.onUpdate(request);
  }

  /** The ACK to an INVITE of the party. */
  onAcknowledged(): void {
    this.#offers.onAcknowledged();
  }

  /** Offer and answer are complete, whoever began. */
  onAgreed(): void {
    // Not in the middle of the answer to a re-INVITE: whoever hears of it may hang up.
    queueMicrotask(() => {
      const { isHeld } = this.#context.descriptions;
      if (isHeld === this.#toldHeld) return;
      this.#toldHeld = isHeld;
      this.#facts.tell({ type: isHeld ? 'party.held' : 'party.resumed' });
    });
  }

  /** The call is over. */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#refresh.close();
    this.#reinvites.close();
    this.#offers.close();
    this.#referral?.close();
  }

  #sendInfo(digit: DtmfDigit): Promise<void> {
    const { session } = this.#context;
    if (this.#isOver) return Promise.reject(noCall());
    return new Promise((resolve, reject) => {
      const refused = ({ message }: Core.IncomingResponse) =>
        reject(new RequestRefused(message.statusCode ?? 500, message.reasonPhrase ?? ''));
      const requestDelegate = { onAccept: () => resolve(), onReject: refused, onRedirect: refused };
      session.info({ requestDelegate, requestOptions: { body: keyPressBody(digit) } }).catch(() => reject(noCall()));
    });
  }
}
