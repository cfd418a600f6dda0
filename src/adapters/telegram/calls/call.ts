import type { Logger } from 'pino';
import { Api } from 'telegram/tl/index.js';
import type { VoiceLegFact } from '../../../actors/ports/telegram-calls.ts';
import type { WebRtcLegs } from '../../../actors/ports/webrtc-legs.ts';
import type { HangupCause } from '../../../machines/model/hangup-cause.ts';
import type { UserId, VoiceLegId } from '../../../machines/model/ids.ts';
import type { CallClock } from './clock.ts';
import { iceServers } from './connections.ts';
import { readCustomParameters } from './custom-parameters.ts';
import type { DhGroups } from './dh-group.ts';
import { type CallStage, causeOfDiscard, discardReasonOf } from './discard-reasons.ts';
import type { FloodWait } from './flood-wait.ts';
import type { CallKey } from './key-exchange.ts';
import type { TelegramLink } from './link.ts';
import { tlLong } from './longs.ts';
import { MediaSession } from './media-session.ts';
import type { OneAtATime } from './one-at-a-time.ts';
import { CallFailed, causeOfError, isOverForTelegram, rpcErrorName } from './refusals.ts';
import type { CallRole } from './sealed-packets.ts';
import { SignalingOutbox } from './signaling-outbox.ts';

/** What all calls share. */
export interface CallWorld {
  readonly link: TelegramLink;
  readonly legs: WebRtcLegs;
  readonly groups: DhGroups;
  readonly clock: CallClock;
  readonly log: Logger;
  /** Random unsigned 32-bit number, not 0. */
  readonly newId: () => number;
  /** `acceptCall`s of the account go one after another, else some fail with CALL_OCCUPY_FAILED. */
  readonly accepting: OneAtATime;
  readonly floodWait: FloodWait;
}

export interface CallIdentity {
  readonly leg: VoiceLegId;
  readonly user: UserId;
  readonly role: CallRole;
}

/** Set-up of one role: resolves with the exchanged key and the active call. */
export type Handshake = (call: Call) => Promise<{ key: CallKey; active: Api.PhoneCall }>;

/**
 * One call's life: a handshake (caller's or callee's), a media session, and exactly one end. The handshake reads as a
 * straight line; whatever ends the call meanwhile makes its next `until` throw.
 */
export class Call {
  readonly world: CallWorld;
  readonly identity: CallIdentity;
  readonly log: Logger;
  /** What the server tells, each the first time only: repeats are normal. */
  readonly received = Promise.withResolvers<void>();
  readonly accepted = Promise.withResolvers<Api.PhoneCallAccepted>();
  readonly active = Promise.withResolvers<Api.PhoneCall>();
  /** Our side took the offered call. */
  readonly answered = Promise.withResolvers<void>();
  /** `user.hungUp` was told. */
  readonly over = Promise.withResolvers<void>();
  stage: CallStage;
  /** Settles once it is known whether the server has this call, and as what. */
  peer: Promise<Api.InputPhoneCall | undefined> = Promise.resolve(undefined);
  readonly #tell: (fact: VoiceLegFact) => void;
  readonly #ended = Promise.withResolvers<never>();
  readonly #cancels = new Set<() => void>();
  #isEnded = false;
  #session: MediaSession | undefined;
  #outbox: SignalingOutbox | undefined;
  #connectedAtMs: number | undefined;
  /** Signaling that came before the key. */
  #early: Buffer[] = [];

  /** @param tell receives facts; `user.hungUp` once, as the last */
  constructor(world: CallWorld, identity: CallIdentity, tell: (fact: VoiceLegFact) => void) {
    this.world = world;
    this.identity = identity;
    this.log = world.log.child({ voiceLegId: identity.leg });
    this.stage = identity.role === 'caller' ? 'calling' : 'offered';
    this.#tell = tell;
    for (const { promise } of [this.#ended, this.received, this.accepted, this.active]) promise.catch(() => undefined);
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Runs the handshake and then the media. Never rejects. */
  async run(handshake: Handshake): Promise<void> {
    try {
      const { key, active } = await handshake(this);
      await this.#startMedia(key, active);
    } catch (error) {
      if (this.#isEnded) return;
      const cause = causeOfError(error);
      this.log.info({ cause: cause.kind, error: rpcErrorName(error) }, 'call failed');
      // Discarding a call that another login of ours took would end it there.
      if (isOverForTelegram(error)) this.#close(cause);
      else await this.end(cause);
    }
  }

  /** The server's word on this call. */
  update(phoneCall: Api.TypePhoneCall): void {
    if (phoneCall instanceof Api.PhoneCallWaiting) {
      if (phoneCall.receiveDate) this.#onReceived();
    } else if (phoneCall instanceof Api.PhoneCallAccepted) this.accepted.resolve(phoneCall);
    else if (phoneCall instanceof Api.PhoneCall) this.active.resolve(phoneCall);
    else if (phoneCall instanceof Api.PhoneCallDiscarded) this.#close(causeOfDiscard(phoneCall.reason, this.stage));
    else if (phoneCall instanceof Api.PhoneCallEmpty)
      this.#close({ kind: 'connection-lost', detail: 'Telegram does not know the call' });
  }

  signaling(packet: Buffer): void {
    if (this.#isEnded) return;
    if (this.#session) return this.#session.receivePacket(packet);
    // What does not fit the peer sends again.
    const bytes = this.#early.reduce((sum, kept) => sum + kept.length, packet.length);
    if (bytes <= maxEarlyBytes && this.#early.length < maxEarlyPackets) this.#early.push(packet);
  }

  /** Ends the call, and tells so when the server knows or cannot be asked. Resolves then; never rejects. */
  async end(cause: HangupCause): Promise<void> {
    if (!this.#leave()) return;
    const reason = discardReasonOf(cause, this.stage);
    const peer = await this.peer.catch(() => undefined);
    if (peer) await this.#discard(peer, reason);
    this.#finish(cause);
  }

  /** Forgets the call and says nothing to the server: for an offer that is another session's business. */
  forget(cause: HangupCause): void {
    this.#close(cause);
  }

  tell(fact: VoiceLegFact): void {
    if (!this.#isEnded) this.#tell(fact);
  }

  /**
   * Waits for a step of the handshake.
   * @throws CallFailed with `cause` after `timeoutMs`, or when the call ended meanwhile
   */
  async until<T>(step: Promise<T>, limit?: { readonly timeoutMs: number; readonly cause: HangupCause }): Promise<T> {
    const late = Promise.withResolvers<never>();
    const cancel = limit
      ? this.world.clock.after(limit.timeoutMs, () => late.reject(new CallFailed(limit.cause)))
      : () => undefined;
    this.#cancels.add(cancel);
    try {
      return await Promise.race([this.#ended.promise, step, late.promise]);
    } finally {
      cancel();
      this.#cancels.delete(cancel);
    }
  }

  /** At once: the discard may follow in the same breath, and reads otherwise when a device rang. */
  #onReceived(): void {
    this.received.resolve();
    if (this.stage !== 'calling') return;
    this.stage = 'ringing';
    this.tell({ type: 'user.ringing' });
  }

  async #startMedia(key: CallKey, active: Api.PhoneCall): Promise<void> {
    const { link, legs, clock, newId } = this.world;
    const peer = await this.until(this.peer);
    if (!peer) throw new CallFailed({ kind: 'internal-fault', detail: 'an active call without id' });
    const { noSctp, sealedMedia, reflectorsOnly } = readCustomParameters(active.customParameters);
    if (sealedMedia || reflectorsOnly) {
      this.log.error({ sealedMedia, reflectorsOnly }, 'Telegram asks for a media transport that is not implemented');
      throw new CallFailed({ kind: 'connection-lost', detail: 'media transport not implemented' });
    }
    const relayOnly = active.p2pAllowed !== true;
    const servers = iceServers(active.connections, !relayOnly);
    if (relayOnly && servers.length === 0) {
      this.log.error(
        { connections: active.connections.length },
        'no direct connection allowed and no TURN server given',
      );
      throw new CallFailed({ kind: 'connection-lost', detail: 'no relay' });
    }
    const outbox = new SignalingOutbox(link, peer, this.log, () =>
      this.#awaitReason(() => this.#close({ kind: 'connection-lost', detail: 'Telegram does not know the call' })),
    );
    this.#outbox = outbox;
    this.#session = new MediaSession({
      // Not before: whoever hears of the answer may want to be heard on the leg at once.
      onOpened: () => this.tell({ type: 'user.answered' }),
      ...this.identity,
      key,
      sctp: !noSctp,
      servers,
      relayOnly,
      legs,
      clock,
      log: this.log,
      newId,
      sendPacket: (packet) => outbox.send(packet),
      onConnected: () => {
        this.#connectedAtMs = clock.nowMs();
        this.tell({ type: 'user.connected' });
      },
      onClosed: () =>
        this.#awaitReason(() => void this.end({ kind: 'connection-lost', detail: 'the peer closed its media' })),
      onFailed: (cause) => void this.end(cause),
    });
    const early = this.#early;
    this.#early = [];
    for (const packet of early) this.#session.receivePacket(packet);
  }

  /**
   * A request of ours may hear that the call is over, and the media of a telephone that hangs up may say good-bye, before the
   * update comes that says why. A hang-up is no loss.
   */
  #awaitReason(giveUp: () => void): void {
    this.#cancels.add(this.world.clock.after(reasonMs, giveUp));
  }

  /** The call is over for the server already. */
  #close(cause: HangupCause): void {
    if (this.#leave()) this.#finish(cause);
  }

  #finish(cause: HangupCause): void {
    this.#tell({ type: 'user.hungUp', cause });
    this.over.resolve();
  }

  /** Leaves nothing running. False when that was done before. */
  #leave(): boolean {
    if (this.#isEnded) return false;
    this.#isEnded = true;
    this.#ended.reject(new CallFailed({ kind: 'normal' }));
    for (const cancel of this.#cancels) cancel();
    this.#session?.close();
    this.#outbox?.close();
    this.#early = [];
    return true;
  }

  async #discard(peer: Api.InputPhoneCall, reason: Api.TypePhoneCallDiscardReason): Promise<void> {
    const { link, clock } = this.world;
    const duration =
      this.#connectedAtMs === undefined ? 0 : Math.max(0, Math.floor((clock.nowMs() - this.#connectedAtMs) / 1000));
    try {
      await link.invoke(
        new Api.phone.DiscardCall({ peer, duration, reason, connectionId: noConnection }),
        discardTimeoutMs,
      );
    } catch (error) {
      // CALL_ALREADY_DECLINED is harmless; without any answer the server ends the call by its own timers.
      this.log.debug({ error: rpcErrorName(error) ?? 'no answer' }, 'discardCall failed');
    }
  }
}

const noConnection = tlLong(0n);
const discardTimeoutMs = 5000;
const reasonMs = 2000;
const maxEarlyPackets = 128;
const maxEarlyBytes = 262_144;
