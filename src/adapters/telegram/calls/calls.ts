import { randomInt } from 'node:crypto';
import { type Logger, pino } from 'pino';
import { Api } from 'telegram/tl/index.js';
import type { TelegramCalls, VoiceLegFact, VoiceLegOffer } from '../../../actors/ports/telegram-calls.ts';
import type { WebRtcLegs } from '../../../actors/ports/webrtc-legs.ts';
import type { HangupCause } from '../../../machines/model/hangup-cause.ts';
import { UserId, VoiceLegId } from '../../../machines/model/ids.ts';
import { Call, type CallIdentity, type CallWorld } from './call.ts';
import { takeCall } from './callee.ts';
import { placeCall } from './caller.ts';
import { type CallClock, systemClock } from './clock.ts';
import { DhGroups } from './dh-group.ts';
import { FloodWait } from './flood-wait.ts';
import { ringTimeoutMs } from './handshake.ts';
import type { TelegramLink } from './link.ts';
import { type TlLong, tlLong } from './longs.ts';
import { LostRequests } from './lost-requests.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { isCompatible } from './protocol.ts';
import { rpcErrorName } from './refusals.ts';
import { UnclaimedUpdates } from './unclaimed-updates.ts';
import { VoiceLegFacts } from './voice-leg-facts.ts';

export interface TelegramCallsOptions {
  readonly link: TelegramLink;
  readonly legs: WebRtcLegs;
  /** Whether this host has the user, so that his calls are its to take; always, where not given. Does not reject. */
  readonly takes?: (user: UserId) => boolean | Promise<boolean>;
  readonly log?: Logger;
  readonly clock?: CallClock;
  /** Random unsigned 32-bit number, not 0: ids of requests and exchanges. */
  readonly newId?: () => number;
  /** In [0, 1): spreads what flood waits have held up. */
  readonly random?: () => number;
}

/**
 * One-to-one voice calls of the chat account.
 * `close` ends all of them and resolves when Telegram was told, at the latest after some 15 s.
 */
export const telegramCalls = (options: TelegramCallsOptions): TelegramCalls & { close(): Promise<void> } =>
  new Calls(options);

type CallUpdate = Api.UpdatePhoneCall | Api.UpdatePhoneCallSignalingData;

class Calls implements TelegramCalls {
  readonly #world: CallWorld;
  readonly #log: Logger;
  readonly #takes: (user: UserId) => boolean | Promise<boolean>;
  readonly #facts: VoiceLegFacts;
  readonly #unsubscribe: () => void;
  readonly #byLeg = new Map<VoiceLegId, Call>();
  readonly #byId = new Map<string, Call>();
  readonly #unclaimed = new UnclaimedUpdates();
  /** Offers seen: a redelivered phoneCallRequested must not ring again after the call ended. */
  readonly #seenOffers = new Set<string>();
  readonly #lost: LostRequests;
  #takeOffer: ((offer: VoiceLegOffer) => void) | undefined;
  #isClosed = false;

  constructor({
    link,
    legs,
    takes = () => true,
    log = pino({ enabled: false }),
    clock = systemClock,
    newId = randomId,
    random = Math.random,
  }: TelegramCallsOptions) {
    this.#log = log;
    this.#takes = takes;
    this.#facts = new VoiceLegFacts(log);
    const floodWait = new FloodWait(clock, random);
    this.#world = { link, legs, log, clock, newId, floodWait, groups: new DhGroups(link), accepting: new OneAtATime() };
    this.#lost = new LostRequests(clock);
    this.#unsubscribe = link.onCallUpdate((update) => this.#onUpdate(update));
  }

  ring(leg: VoiceLegId, user: UserId): void {
    if (this.#byLeg.has(leg)) return;
    if (this.#isClosed) return this.#facts.tell(leg, { type: 'user.hungUp', cause: { kind: 'shutdown' } });
    const isCallingAlready = [...this.#byLeg.values()].some(
      (call) => call.identity.user === user && call.identity.role === 'caller' && !call.isEnded,
    );
    // What Telegram makes of two calls between the same pair is unknown.
    if (isCallingAlready) return this.#facts.tell(leg, { type: 'user.hungUp', cause: { kind: 'busy' } });
    const call = this.#open({ leg, user, role: 'caller' });
    const done = this.#unclaimed.await();
    const handshake = placeCall(this.#endingsWith(user), {
      onPlaced: (id) => {
        this.#byId.set(id, call);
        for (const phoneCall of this.#unclaimed.claim(id)) call.update(phoneCall);
        done();
      },
      onLost: () => this.#lost.add(user),
    });
    void call.run(handshake).finally(done);
  }

  answer(leg: VoiceLegId): void {
    this.#byLeg.get(leg)?.answered.resolve();
  }

  hangUp(leg: VoiceLegId, cause: HangupCause): void {
    const call = this.#byLeg.get(leg);
    void call?.end(cause);
  }

  watch(leg: VoiceLegId, listener: (fact: VoiceLegFact) => void): () => void {
    return this.#facts.watch(leg, listener);
  }

  onOffer(listener: (offer: VoiceLegOffer) => void): void {
    this.#takeOffer = listener;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#unsubscribe();
    for (const call of [...this.#byLeg.values()]) {
      // An offer nobody took is not ours to refuse: another login may take it.
      if (call.stage === 'offered') call.forget({ kind: 'shutdown' });
      else void call.end({ kind: 'shutdown' });
    }
    await Promise.all([...this.#byLeg.values()].map((call) => call.over.promise));
  }

  #onUpdate(update: CallUpdate): void {
    try {
      if (update instanceof Api.UpdatePhoneCall) this.#onPhoneCall(update.phoneCall);
      else this.#byId.get(update.phoneCallId.toString())?.signaling(update.data);
    } catch (error) {
      this.#log.error({ err: error }, 'call update not handled');
    }
  }

  #onPhoneCall(phoneCall: Api.TypePhoneCall): void {
    const call = this.#byId.get(phoneCall.id.toString());
    if (call) call.update(phoneCall);
    else if (phoneCall instanceof Api.PhoneCallRequested) this.#onRequested(phoneCall);
    else if (this.#isAbandoned(phoneCall)) this.#discard(phoneCall, new Api.PhoneCallDiscardReasonDisconnect());
    else this.#unclaimed.keep(phoneCall);
  }

  #onRequested(offer: Api.PhoneCallRequested): void {
    const id = offer.id.toString();
    const { selfId } = this.#world.link;
    const isForUs = offer.participantId.toString() === selfId && offer.adminId.toString() !== selfId;
    const remainingMs = offer.date * 1000 + ringTimeoutMs - this.#world.clock.nowMs();
    if (!isForUs || offer.gAHash.length !== 32 || remainingMs < 0) return;
    if (this.#isClosed || !this.#takeOffer || this.#seenOffers.has(id)) return;
    // Every login of the account hears of it; the host that has the user takes it.
    const isOurs = this.#takes(UserId(offer.adminId.toString()));
    if (isOurs === false) return;
    this.#remember(id);
    if (isOurs === true) return this.#take(offer, remainingMs);
    const done = this.#unclaimed.await();
    void isOurs
      .then((isIt) => isIt && !this.#isClosed && this.#take(offer, remainingMs))
      .catch((error: unknown) => this.#log.error({ err: error }, 'an offered call was not taken'))
      .finally(done);
  }

  #take(offer: Api.PhoneCallRequested, remainingMs: number): void {
    const id = offer.id.toString();
    if (!isCompatible(offer.protocol)) {
      this.#log.warn(
        { versions: offer.protocol.libraryVersions.slice(0, 16) },
        'offered call has no version in common',
      );
      return this.#discard(offer, new Api.PhoneCallDiscardReasonDisconnect());
    }
    const identity: CallIdentity = {
      leg: VoiceLegId(`tg-${id}`),
      user: UserId(offer.adminId.toString()),
      role: 'callee',
    };
    const call = this.#open(identity);
    call.peer = Promise.resolve(new Api.InputPhoneCall({ id: offer.id, accessHash: offer.accessHash }));
    this.#byId.set(id, call);
    const cancelRing = this.#world.clock.after(Math.min(remainingMs, ringTimeoutMs), () => {
      if (call.stage === 'offered') call.forget({ kind: 'no-answer' });
    });
    void call.run(takeCall(offer)).finally(cancelRing);
    for (const phoneCall of this.#unclaimed.claim(id)) call.update(phoneCall);
    this.#takeOffer?.({ voiceLegId: identity.leg, userId: identity.user });
  }

  /** A call of ours that we know nothing of was taken, and no request of ours is still unanswered. */
  #isAbandoned(phoneCall: Api.TypePhoneCall): phoneCall is Api.PhoneCallAccepted {
    return (
      phoneCall instanceof Api.PhoneCallAccepted &&
      phoneCall.adminId.toString() === this.#world.link.selfId &&
      !this.#unclaimed.isAwaiting &&
      this.#lost.has(phoneCall.participantId.toString())
    );
  }

  /** Ends a call that never became one of ours. */
  #discard({ id, accessHash }: { id: TlLong; accessHash: TlLong }, reason: Api.TypePhoneCallDiscardReason): void {
    const peer = new Api.InputPhoneCall({ id, accessHash });
    const request = new Api.phone.DiscardCall({ peer, duration: 0, reason, connectionId: tlLong(0n) });
    this.#world.link.invoke(request, discardTimeoutMs).catch((error: unknown) => {
      this.#log.debug({ error: rpcErrorName(error) ?? 'no answer' }, 'discardCall failed');
    });
  }

  #open(identity: CallIdentity): Call {
    const call: Call = new Call(this.#world, identity, (fact) => {
      if (fact.type === 'user.hungUp') this.#drop(call);
      this.#facts.tell(identity.leg, fact);
    });
    this.#byLeg.set(identity.leg, call);
    return call;
  }

  #drop(call: Call): void {
    this.#byLeg.delete(call.identity.leg);
    for (const [id, known] of this.#byId) if (known === call) this.#byId.delete(id);
  }

  /** Settles when Telegram was told of every ended call with this user: his phone is busy until then. */
  #endingsWith(user: UserId): Promise<unknown> {
    const ending = [...this.#byLeg.values()].filter((call) => call.identity.user === user && call.isEnded);
    return Promise.all(ending.map((call) => call.over.promise));
  }

  #remember(id: string): void {
    this.#seenOffers.add(id);
    const [oldest] = this.#seenOffers;
    if (this.#seenOffers.size > maxSeenOffers && oldest !== undefined) this.#seenOffers.delete(oldest);
  }
}

const randomId = () => randomInt(1, 2 ** 32);

const discardTimeoutMs = 5000;
const maxSeenOffers = 1024;
