import { randomUUID } from 'node:crypto';
import { Invitation, Inviter } from 'sip.js';
import type { RtpLegs } from '../../../actors/ports/rtp-legs.ts';
import type { SipCallOffer, SipCalls, SipLegFact } from '../../../actors/ports/sip-calls.ts';
import type { HangupCause } from '../../../machines/model/hangup-cause.ts';
import { CallId, type LineId, type UserId } from '../../../machines/model/ids.ts';
import type { DialTarget } from '../../../machines/model/party.ts';
import type { DtmfDigit } from '../../../machines/model/tone.ts';
import type { Account } from '../account.ts';
import type { Accounts } from '../accounts.ts';
import type { Hop } from '../net/next-hop.ts';
import type { Answer } from '../screening.ts';
import { answerTo, usableCodecs } from '../sdp/negotiation.ts';
import { parseSdp } from '../sdp/sdp.ts';
import type { Stack } from '../stack.ts';
import { originalOf } from '../wire/core-message.ts';
import type { SipRequest } from '../wire/message.ts';
import { callerOf } from './caller-identity.ts';
import { dialUri } from './dial-uri.ts';
import { usageIn } from './dialog-usage.ts';
import { IncomingLeg } from './incoming-leg.ts';
import { type Leg, LegFacts } from './leg.ts';
import { MediaLeg } from './media-leg.ts';
import { OutgoingLeg } from './outgoing-leg.ts';
import { noCall } from './reinvites.ts';
import { answerInterval, tooSmall } from './session-timer.ts';

/** An offer that nobody rings, answers or refuses by then is answered 480. */
const OFFER_LIFETIME_MS = 1_000;
/** How long the end of a leg can still be watched. */
const MEMORY_MS = 60_000;
const MAX_REMEMBERED = 20_000;

export type SipCallStates = Readonly<Record<'calling' | 'ringing' | 'talking' | 'held', number>>;

/** All SIP legs of this process. */
export class Calls implements SipCalls {
  readonly #stack: Stack;
  readonly #accounts: Accounts;
  readonly #rtp: RtpLegs;
  readonly #legs = new Map<CallId, Leg>();
  readonly #ended = new Map<CallId, LegFacts>();
  readonly #early = new Map<CallId, LegFacts>();
  readonly #untaken = new Map<CallId, () => void>();
  /** Of calls that a transfer leads to. */
  readonly #inviteHeaders = new Map<CallId, readonly string[]>();
  #onOffer: ((offer: SipCallOffer) => void) | undefined;

  constructor(stack: Stack, accounts: Accounts, rtp: RtpLegs) {
    this.#stack = stack;
    this.#accounts = accounts;
    this.#rtp = rtp;
  }

  /** Legs that are not over. */
  get open(): number {
    return this.#legs.size;
  }

  /** How many of them there are in each state; held: by the party. */
  get states(): SipCallStates {
    const states = { calling: 0, ringing: 0, talking: 0, held: 0 };
    for (const leg of this.#legs.values()) states[stateOf(leg)]++;
    return states;
  }

  invite(call: CallId, { line, user, target }: { line: LineId; user: UserId; target: DialTarget }): void {
    if (this.#legs.has(call) || this.#ended.has(call)) return;
    const leg = new OutgoingLeg(this.#factsOf(call), this.#stack);
    this.#legs.set(call, leg);
    if (this.#stack.isDraining) leg.hangUp({ kind: 'shutdown' });
    else {
      this.#invite(leg, line, user, target).catch((error: unknown) => {
        this.#stack.log.warn({ callId: call, err: error }, 'an outgoing call could not be started');
        leg.hangUp({ kind: 'internal-fault', detail: 'the call could not be started' });
      });
    }
  }

  /** A leg that is made elsewhere takes its place among the others. Undefined when there is or was such a call. */
  adopt<Kind extends Leg>(call: CallId, make: (facts: LegFacts) => Kind): Kind | undefined {
    if (this.#legs.has(call) || this.#ended.has(call)) return undefined;
    const leg = make(this.#factsOf(call));
    this.#legs.set(call, leg);
    return leg;
  }

  legFor(call: CallId): Leg | undefined {
    return this.#legs.get(call);
  }

  /** The answered call that has this dialog. */
  legInDialog(sipCallId: string, localTag: string): Leg | undefined {
    return [...this.#legs.values()].find(({ session }) => {
      const dialog = session?.dialog;
      return dialog?.callId === sipCallId && dialog.localTag === localTag;
    });
  }

  /** Whose session has this Call-ID. */
  ofSip(sipCallId: string): CallId | undefined {
    for (const [call, { session }] of this.#legs) {
      // Before there is a dialog, its INVITE has it.
      const invite = session instanceof Inviter || session instanceof Invitation ? session.request : undefined;
      if ((session?.dialog?.callId ?? invite?.callId) === sipCallId) return call;
    }
    return undefined;
  }

  ring(call: CallId, user: UserId): void {
    this.#taken(call)?.ring(user);
  }

  answer(call: CallId): void {
    this.#taken(call)?.answer();
  }

  hold(call: CallId, on: boolean): Promise<void> {
    return this.#legs.get(call)?.usage?.hold(on) ?? Promise.reject(noCall());
  }

  sendInfo(call: CallId, digit: DtmfDigit): Promise<void> {
    return this.#legs.get(call)?.usage?.sendInfo(digit) ?? Promise.reject(noCall());
  }

  acceptTransfer(call: CallId, as: CallId): void {
    const transfer = this.#legs.get(call)?.usage?.transfer;
    if (transfer === undefined) return;
    this.#inviteHeaders.set(as, transfer.inviteHeaders);
    this.#stack.time.after(MEMORY_MS, () => {
      this.#inviteHeaders.delete(as);
      // A call that was never made is not waited for.
      if (!this.#legs.has(as)) this.hangUp(as, { kind: 'internal-fault', detail: 'the call was not made' });
    });
    transfer.accept((listener) => this.watch(as, listener));
  }

  declineTransfer(call: CallId): void {
    this.#legs.get(call)?.usage?.transfer?.decline();
  }

  hangUp(call: CallId, cause: HangupCause): void {
    this.#take(call);
    const leg = this.#legs.get(call);
    if (leg !== undefined) leg.hangUp(cause);
    // Its end has to be told even to those who ask for it only now.
    else if (!this.#ended.has(call)) this.#factsOf(call).end(cause);
  }

  watch(call: CallId, listener: (fact: SipLegFact) => void): () => void {
    const facts = this.#legs.get(call)?.facts ?? this.#ended.get(call);
    if (facts) return facts.watch(listener);
    const end = this.#awaited(call).watch(listener);
    return () => {
      end();
      this.#early.delete(call);
    };
  }

  onOffer(listener: (offer: SipCallOffer) => void): void {
    this.#onOffer = listener;
  }

  /** The library got an INVITE, has answered 100, and it is for this account. */
  onInvitation(account: Account, invitation: Invitation): void {
    account.track(invitation);
    const invite = originalOf(invitation.request);
    const codecs = usableCodecs(account.settings.codecs, this.#rtp.codecs);
    const offer = invitation.body === undefined || invitation.body === '' ? undefined : parseSdp(invitation.body);
    const isAcceptable = offer === undefined || answerTo(offer, { host: '::', port: 9, codecs, direction: 'sendrecv' });
    if (invite?.kind !== 'request' || !isAcceptable) {
      // The library would let it ring, and answer 480 in the end.
      void invitation.reject({ statusCode: 488 }).catch(() => {});
      return;
    }
    const interval = answerInterval(invite.headers, this.#stack.sessionIntervalS, undefined);
    if (interval === 'too small') {
      const extraHeaders = [`Min-SE: ${tooSmall.minHeader}`];
      void invitation
        .reject({ statusCode: tooSmall.status, reasonPhrase: tooSmall.reason, extraHeaders })
        .catch(() => {});
      return;
    }
    const call = CallId(randomUUID());
    const mediaOf = (onAgreed: () => void) => new MediaLeg(this.#rtp, call, codecs, this.#stack.time, onAgreed);
    const leg = new IncomingLeg({ invitation, account, interval }, this.#factsOf(call), mediaOf, this.#stack);
    this.#legs.set(call, leg);
    this.#untaken.set(
      call,
      this.#stack.time.after(OFFER_LIFETIME_MS, () => this.hangUp(call, { kind: 'no-answer' })),
    );
    this.#onOffer?.({ callId: call, lineId: account.lineId, caller: callerOf(invite) });
  }

  /** An UPDATE in a dialog. Before the answer it may only refresh: there is an offer without an answer (RFC 3311 §5.2). */
  onUpdate(account: Account, dialogId: string, request: SipRequest): Answer {
    const dialog = account.core.dialogs.get(dialogId);
    const usage = dialog && usageIn(dialog);
    if (usage !== undefined) return usage.onUpdate(request);
    return request.body === ''
      ? { status: 200, reason: 'OK', headers: [['contact', `<${account.contact}>`]] }
      : { status: 491, reason: 'Request Pending' };
  }

  /** A 18x that has no dialog yet. */
  onBareRinging(callId: string): void {
    for (const leg of this.#legs.values()) if (leg instanceof OutgoingLeg) leg.ring(callId);
  }

  /** Ends every leg, because the process goes. */
  close(): void {
    for (const call of [...this.#legs.keys()]) this.hangUp(call, { kind: 'shutdown' });
  }

  async #invite(leg: OutgoingLeg, line: LineId, user: UserId, target: DialTarget): Promise<void> {
    const account = await this.#accounts.of(line);
    const uri = dialUri(target, account.settings.domain);
    if (uri === undefined) {
      leg.hangUp({ kind: 'rejected', sip: { status: 484, reason: 'Address Incomplete' } });
      return;
    }
    const { call } = leg.facts;
    const onAgreed = () => leg.usage?.onAgreed();
    const media = new MediaLeg(this.#rtp, call, account.settings.codecs, this.#stack.time, onAgreed);
    leg.facts.watch(({ type }) => type === 'party.hungUp' && media.close());
    const unreachable = () => leg.hangUp({ kind: 'rejected', sip: { status: 503, reason: 'Service Unavailable' } });
    const [hops] = await Promise.all([this.#accounts.hops(account).catch((): readonly Hop[] => []), media.open(user)]);
    const left = [...hops];
    const tryNext = async (): Promise<void> => {
      const hop = left.shift();
      if (leg.facts.isOver) return;
      if (hop === undefined) return unreachable();
      try {
        await this.#accounts.reach(account, hop);
      } catch {
        this.#stack.hops.avoid(hop);
        return tryNext();
      }
      if (leg.facts.isOver) return;
      const onUnreachable = () => {
        this.#stack.hops.avoid(hop);
        if (left.length === 0 || leg.facts.isOver) return false;
        tryNext().catch(unreachable);
        return true;
      };
      leg.start({ account, media, target: uri, headers: this.#inviteHeaders.get(call) ?? [], onUnreachable });
    };
    await tryNext();
  }

  /** Facts of a call that is watched before it is made: nothing of its beginning may be missed. */
  #awaited(call: CallId): LegFacts {
    const facts = this.#factsOf(call);
    this.#early.set(call, facts);
    return facts;
  }

  #factsOf(call: CallId): LegFacts {
    const early = this.#early.get(call);
    if (early) {
      this.#early.delete(call);
      return early;
    }
    const facts: LegFacts = new LegFacts(call, () => {
      this.#take(call);
      this.#legs.delete(call);
      this.#remember(call, facts);
    });
    return facts;
  }

  #remember(call: CallId, facts: LegFacts): void {
    this.#ended.set(call, facts);
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > MAX_REMEMBERED && oldest !== undefined) this.#ended.delete(oldest);
    this.#stack.time.after(MEMORY_MS, () => this.#ended.delete(call));
  }

  #taken(call: CallId): IncomingLeg | undefined {
    this.#take(call);
    const leg = this.#legs.get(call);
    return leg instanceof IncomingLeg ? leg : undefined;
  }

  #take(call: CallId): void {
    this.#untaken.get(call)?.();
    this.#untaken.delete(call);
  }
}

/** Who calls us is at our door from the beginning. */
const stateOf = ({ facts, isCaller }: Leg): keyof SipCallStates => {
  if (facts.has('party.held')) return 'held';
  if (facts.has('party.answered')) return 'talking';
  return !isCaller || facts.has('party.ringing') || facts.has('party.earlyMedia') ? 'ringing' : 'calling';
};
