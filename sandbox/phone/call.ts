import type { Logger } from 'pino';
import type { CallDevice, CallProtocol, CallView, DiscardReason } from '../telegram/device.ts';
import { type DhSecret, drawSecret, keyEmoji, keyFingerprint, sha256 } from './dh.ts';
import type { PhoneFaults } from './faults.ts';
import { garbage } from './garbage.ts';
import { Hearing, type HearingOptions, type Recording } from './hearing.ts';
import type { PhoneNetwork } from './network.ts';
import { PeerMedia } from './peer-media.ts';
import type { CallRole } from './sealed-packets.ts';
import { Signaling } from './signaling.ts';
import type { CadenceStep, HeardTone } from './tones.ts';
import type { Voice } from './voice.ts';
import { saveWav } from './wav.ts';

export type PhoneCallState = 'requested' | 'ringing' | 'connecting' | 'connected' | 'ended';

/** Why a call ended: Telegram's reason, `unknown` when none was given, `dropped` when this phone died. */
export type CallEnding = DiscardReason | 'unknown' | 'dropped';

/** Milliseconds; those of Telegram's clients when not given. */
export interface CallTimeouts {
  /** Until the other side's phone reacts at all. */
  readonly receiveMs: number;
  readonly ringMs: number;
  /** Until media flows for the first time. */
  readonly connectMs: number;
  /** How long media may be away. */
  readonly lostMs: number;
}

export interface PhoneCallSetup {
  readonly device: CallDevice;
  readonly network: PhoneNetwork;
  readonly voice: Voice;
  readonly faults: PhoneFaults;
  readonly timeouts: CallTimeouts;
  readonly log: Logger | undefined;
  onEnded(call: PhoneCall): void;
}

/** What this phone can speak, and nothing it cannot. */
const callProtocol: CallProtocol = {
  udpP2p: true,
  udpReflector: true,
  minLayer: 65,
  maxLayer: 92,
  libraryVersions: ['13.0.0'],
};

/** One call as this phone has it, placed or received. */
export class PhoneCall {
  readonly id: string;
  readonly peerId: string;
  readonly role: CallRole;
  /** What the phone is connected through: to lose packets, or everything. */
  readonly network: PhoneNetwork;
  /** Resolves when media flows; rejects when the call ends before. */
  readonly connected: Promise<void>;
  readonly ended: Promise<CallEnding>;
  /** As caller: resolves when the other side's phone rings; rejects when the call ends before. */
  readonly ringing: Promise<void>;
  readonly #setup: PhoneCallSetup;
  readonly #gAHash: Buffer;
  readonly #hearing = new Hearing();
  readonly #connecting = Promise.withResolvers<void>();
  readonly #alerting = Promise.withResolvers<void>();
  readonly #ending = Promise.withResolvers<CallEnding>();
  #secret: DhSecret | undefined;
  #peerValue: Buffer | undefined;
  #state: PhoneCallState;
  #emoji: readonly string[] = [];
  #peerMuted = false;
  #muted = false;
  #signaling: Signaling | undefined;
  #media: PeerMedia | undefined;
  #early: Buffer[] = [];
  #connectedMs: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** Places a call. @throws whatever the device throws when Telegram refuses it */
  static place(setup: PhoneCallSetup, to: string): PhoneCall {
    const secret = drawSecret(setup.device.dhConfig());
    const gAHash = sha256(secret.publicValue);
    const view = setup.device.requestCall(to, gAHash, callProtocol);
    const call = new PhoneCall(setup, { id: view.id, peerId: to, role: 'caller', gAHash });
    call.#secret = secret;
    call.handle(view);
    return call;
  }

  /** Lets a received call ring. */
  static receive(setup: PhoneCallSetup, view: Extract<CallView, { state: 'requested' }>): PhoneCall {
    const { id, adminId, gAHash } = view;
    const call = new PhoneCall(setup, { id, peerId: adminId, role: 'callee', gAHash });
    if (view.protocol.libraryVersions.includes('13.0.0') && gAHash.length === 32) {
      call.#tell(() => setup.device.receivedCall(id));
    } else call.#discard('disconnect');
    return call;
  }

  private constructor(
    setup: PhoneCallSetup,
    { id, peerId, role, gAHash }: { id: string; peerId: string; role: CallRole; gAHash: Buffer },
  ) {
    this.#setup = setup;
    this.id = id;
    this.peerId = peerId;
    this.role = role;
    this.network = setup.network;
    this.#gAHash = gAHash;
    this.connected = this.#connecting.promise;
    this.ringing = this.#alerting.promise;
    this.ended = this.#ending.promise;
    // Who does not wait for them need not handle them.
    this.connected.catch(() => {});
    this.ringing.catch(() => {});
    this.#state = role === 'caller' ? 'requested' : 'ringing';
    this.#wait(role === 'caller' ? setup.timeouts.receiveMs : setup.timeouts.ringMs, 'missed');
  }

  get state(): PhoneCallState {
    return this.#state;
  }

  /** The four emoji both people compare; none before the key is known. */
  get emoji(): readonly string[] {
    return this.#emoji;
  }

  get peerMuted(): boolean {
    return this.#peerMuted;
  }

  get muted(): boolean {
    return this.#muted;
  }

  set muted(muted: boolean) {
    this.#muted = muted;
    if (this.#media) this.#media.muted = muted;
  }

  /** @throws Error when the call is not ringing here */
  answer(): void {
    if (this.role === 'caller' || this.#state !== 'ringing' || this.#secret) throw new Error('nothing to answer');
    const { device, faults, timeouts } = this.#setup;
    this.#tell(() => {
      this.#secret = drawSecret(device.dhConfig());
      this.#wait(timeouts.receiveMs, 'disconnect');
      this.handle(device.acceptCall(this.id, faults.weakGB ? one : this.#secret.publicValue, callProtocol));
    });
  }

  decline(): void {
    this.#discard('busy');
  }

  /** Ends the call, however far it got. */
  hangUp(): void {
    if (this.#state === 'requested' || (this.#state === 'ringing' && this.role === 'caller')) this.#discard('missed');
    else if (this.#state === 'ringing' && !this.#secret) this.#discard('busy');
    else this.#discard('hangup');
  }

  /** The phone dies: nobody is told, and nothing is sent any more. */
  drop(): void {
    this.network.up = false;
    this.#end('dropped');
  }

  /** Switches the camera on, as far as signaling goes: a second offer with audio and video. */
  offerVideo(): void {
    this.#media?.offerVideo();
  }

  /** Waits until a tone has been heard without a break, from now on. @throws Error when it was not heard in time */
  heard(what: number | ((tone: HeardTone) => boolean), options?: HearingOptions): Promise<HeardTone> {
    return this.#hearing.heard(what, options);
  }

  /** Waits until nothing has been heard for a while. @throws Error when there was no silence in time */
  heardSilence(options?: HearingOptions): Promise<void> {
    return this.#hearing.heardSilence(options);
  }

  /** The last minute, or what was heard since (a `performance.now()`). */
  recording(sinceMs?: number): Recording {
    return this.#hearing.recording(sinceMs);
  }

  cadence(frequencyHz: number, sinceMs?: number): CadenceStep[] {
    return this.#hearing.cadence(frequencyHz, sinceMs);
  }

  saveWav(path: string): Promise<void> {
    return saveWav(path, this.recording());
  }

  /** A push about this call. Telegram repeats pushes and may deliver them before the request's own result. */
  handle(view: CallView): void {
    if (this.#state === 'ended') return;
    switch (view.state) {
      case 'waiting':
        if (this.role === 'caller' && view.received && this.#state === 'requested') this.#alert();
        return;
      case 'requested':
        return;
      case 'accepted':
        if (this.role === 'caller' && (this.#state === 'requested' || this.#state === 'ringing')) this.#confirm(view);
        return;
      case 'active':
        if (!this.#signaling) this.#begin(view);
        return;
      case 'discarded':
        this.#end(view.reason ?? 'unknown');
    }
  }

  handleSignaling(packet: Buffer): void {
    if (this.#state === 'ended') return;
    if (this.#media) this.#signaling?.handle(packet);
    else if (this.#early.length < earlyLimit) this.#early.push(packet);
  }

  #alert(): void {
    this.#state = 'ringing';
    this.#alerting.resolve();
    this.#wait(this.#setup.timeouts.ringMs, 'missed');
  }

  #confirm(view: Extract<CallView, { state: 'accepted' }>): void {
    const { device, faults, timeouts } = this.#setup;
    this.#alerting.resolve();
    this.#state = 'connecting';
    this.#wait(timeouts.connectMs, 'disconnect');
    this.#tell(() => {
      const secret = this.#secret!;
      const fingerprint = keyFingerprint(secret.sharedKey(view.gB));
      const gA = faults.wrongGA ? drawSecret(device.dhConfig()).publicValue : secret.publicValue;
      const told = faults.wrongFingerprint ? fingerprint ^ 1n : fingerprint;
      this.#peerValue = view.gB;
      this.handle(device.confirmCall(this.id, gA, told, callProtocol));
    });
  }

  #begin(view: Extract<CallView, { state: 'active' }>): void {
    const secret = this.#secret;
    const caller = this.role === 'caller';
    const peerValue = caller ? this.#peerValue : view.gAOrB;
    // Answered on another of this user's phones, or confirmed before it was accepted.
    if (!secret || !peerValue) return;
    this.#tell(() => {
      if (!caller && !sha256(view.gAOrB).equals(this.#gAHash)) throw new Error('g_a does not match its hash');
      const key = secret.sharedKey(peerValue);
      // A phone that lies about it is not surprised by the echo.
      const lied = caller && this.#setup.faults.wrongFingerprint;
      if (keyFingerprint(key) !== view.keyFingerprint && !lied) throw new Error('the key fingerprint differs');
      if (view.protocol.libraryVersions[0] !== '13.0.0') throw new Error('no common library version');
      this.#emoji = keyEmoji(key, caller ? secret.publicValue : view.gAOrB);
      this.#connect(key, view);
    });
  }

  #connect(key: Buffer, view: Extract<CallView, { state: 'active' }>): void {
    const { device, network, voice, faults, timeouts, log } = this.#setup;
    const custom = readCustomParameters(view.customParameters);
    if (custom['network_use_mtproto']) throw new Error('media sealed with the call key is not supported');
    this.#state = 'connecting';
    this.#wait(timeouts.connectMs, 'disconnect');
    const signaling = new Signaling(
      { key, role: this.role, withoutSctp: custom['network_signaling_nosctp'] === true },
      {
        send: (packet) => this.#tell(() => device.sendSignalingData(this.id, packet)),
        receive: (message) => this.#media?.handle(message),
      },
    );
    this.#signaling = signaling;
    this.#media = new PeerMedia(
      { role: this.role, network, voice, hearing: this.#hearing, faults, p2pAllowed: view.p2pAllowed, log },
      {
        send: (message) => this.#tell(() => signaling.send(message)),
        connected: () => this.#mediaFlows(),
        disconnected: () => this.#state === 'connected' && this.#wait(timeouts.lostMs, 'disconnect', true),
        peerMuted: (muted) => {
          this.#peerMuted = muted;
        },
      },
    );
    this.#media.muted = this.#muted;
    if (faults.garbageSignaling) {
      for (const noise of garbage()) this.#tell(() => device.sendSignalingData(this.id, noise));
    }
    signaling.start();
    this.#media.start();
    for (const packet of this.#early.splice(0)) signaling.handle(packet);
  }

  #mediaFlows(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#state !== 'connecting') return;
    this.#state = 'connected';
    this.#connectedMs = performance.now();
    this.#connecting.resolve();
  }

  #wait(delayMs: number, reason: DiscardReason, onlyIfIdle = false): void {
    if (onlyIfIdle && this.#timer) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#discard(reason), delayMs);
  }

  /** Does something that can fail; then the call has failed. */
  #tell(action: () => void): void {
    if (this.#state === 'ended') return;
    try {
      action();
    } catch (error) {
      this.#setup.log?.warn({ err: error, callId: this.id }, 'the call failed');
      this.#discard('disconnect');
    }
  }

  #discard(reason: DiscardReason): void {
    if (this.#state === 'ended') return;
    const seconds = this.#connectedMs === undefined ? 0 : Math.floor((performance.now() - this.#connectedMs) / 1_000);
    this.#end(reason);
    try {
      this.#setup.device.discardCall(this.id, reason, seconds);
    } catch (error) {
      // CALL_ALREADY_DECLINED: both hung up at once.
      this.#setup.log?.debug({ err: error, callId: this.id }, 'the call could not be discarded');
    }
  }

  #end(ending: CallEnding): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    clearTimeout(this.#timer);
    this.#signaling?.close();
    this.#hearing.close();
    this.#media?.close();
    this.network.close();
    const early = new Error(`the call ended: ${ending}`);
    this.#connecting.reject(early);
    this.#alerting.reject(early);
    this.#ending.resolve(ending);
    this.#setup.onEnded(this);
  }
}

const readCustomParameters = (json: string | undefined): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(json ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
};

const one = Buffer.concat([Buffer.alloc(255), Buffer.from([1])]);
const earlyLimit = 64;
