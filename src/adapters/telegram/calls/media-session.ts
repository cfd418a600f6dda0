import type { Logger } from 'pino';
import type { IceServer, WebRtcFact, WebRtcLegs, WebRtcLocal } from '../../../actors/ports/webrtc-legs.ts';
import type { HangupCause } from '../../../machines/model/hangup-cause.ts';
import type { UserId, VoiceLegId } from '../../../machines/model/ids.ts';
import { isUsableCandidate } from './candidates.ts';
import type { CallClock } from './clock.ts';
import type { CallKey } from './key-exchange.ts';
import {
  type Candidates,
  type InitialSetup,
  MalformedMessage,
  type NegotiateChannels,
  type PeerMessage,
  parseMessage,
  writeCandidates,
  writeInitialSetup,
  writeMediaState,
} from './messages.ts';
import { Negotiation } from './negotiation.ts';
import type { CallRole } from './sealed-packets.ts';
import { Signaling } from './signaling.ts';

export interface MediaSessionOptions {
  readonly leg: VoiceLegId;
  readonly user: UserId;
  readonly role: CallRole;
  readonly key: CallKey;
  readonly sctp: boolean;
  readonly servers: readonly IceServer[];
  readonly relayOnly: boolean;
  readonly legs: WebRtcLegs;
  readonly clock: CallClock;
  readonly log: Logger;
  readonly newId: () => number;
  readonly sendPacket: (packet: Buffer) => void;
  /** The media leg is there; ICE and DTLS follow. */
  readonly onOpened: () => void;
  readonly onConnected: () => void;
  /** The peer has closed the media. */
  readonly onClosed: () => void;
  readonly onFailed: (cause: HangupCause) => void;
}

/** From the exchanged key to audio in both directions: signaling on one side, the WebRTC leg on the other. */
export class MediaSession {
  readonly #options: MediaSessionOptions;
  readonly #signaling: Signaling;
  readonly #cancelDeadline: () => void;
  #negotiation: Negotiation | undefined;
  /** Our half as the peer knows it. */
  #announced: WebRtcLocal | undefined;
  #dtlsRole: 'client' | 'server' | undefined;
  #remoteUfrag: string | undefined;
  #setups = 0;
  #isRemoteSet = false;
  #isTransportUp = false;
  #isConnected = false;
  #isClosed = false;
  /** Messages and facts are handled one after another, because some wait for the media plane. */
  #work: Promise<void> = Promise.resolve();
  #workWaiting = 0;
  /** What cannot be used before the peer's InitialSetup. */
  #parked: (Candidates | NegotiateChannels)[] = [];
  /** Our candidates wait until the InitialSetup they belong to went out. */
  #ownCandidates: string[] = [];
  #isHoldingCandidates = true;
  #candidatesTaken = 0;

  constructor(options: MediaSessionOptions) {
    this.#options = options;
    this.#signaling = new Signaling({
      key: options.key,
      role: options.role,
      sctp: options.sctp,
      clock: options.clock,
      send: options.sendPacket,
      onMessage: (json) => this.#onSignaling(json),
      onFault: (detail) => this.#fail({ kind: 'peer-fault', detail }),
    });
    this.#cancelDeadline = options.clock.after(firstConnectionMs, () =>
      this.#fail({ kind: 'connection-lost', detail: 'media did not connect in 20 s' }),
    );
    this.#signaling.start();
    this.#enqueue(() => this.#open());
  }

  receivePacket(packet: Buffer): void {
    if (!this.#isClosed) this.#signaling.receive(packet);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelDeadline();
    this.#signaling.close();
    this.#parked = [];
    try {
      this.#options.legs.close(this.#options.leg);
    } catch (error) {
      this.#options.log.error({ err: error }, 'media leg not closed');
    }
  }

  async #open(): Promise<void> {
    const { legs, leg, user, role, servers, relayOnly } = this.#options;
    const local = await legs.open(leg, { group: user, role, servers, relayOnly }, (fact) => this.#onFact(fact));
    // Closed while the leg was being made: what came into being after our close is closed too.
    if (this.#isClosed) return legs.close(leg);
    this.#options.onOpened();
    this.#negotiation = new Negotiation(role, local.ssrc, this.#options.newId, {
      send: (json) => this.#send(json),
      onSending: (payloadTypeId) => legs.startSending(leg, payloadTypeId),
      onReceiving: (ssrc, payloadTypeId) => legs.startReceiving(leg, ssrc, payloadTypeId),
      onRefused: () => this.#fail({ kind: 'peer-fault', detail: 'the peer refuses our audio' }),
    });
    // The callee waits for the caller's InitialSetup before it sends its own.
    if (role === 'caller') this.#announce(local, 'actpass');
    else this.#announced = local;
    this.#negotiation.start();
    if (role === 'caller') this.#releaseCandidates();
  }

  #onFact(fact: WebRtcFact): void {
    if (this.#isClosed) return;
    try {
      this.#apply(fact);
    } catch (error) {
      this.#crashed(error);
    }
  }

  #apply(fact: WebRtcFact): void {
    switch (fact.type) {
      case 'candidate':
        if (this.#ownCandidates.length < maxCandidates) this.#ownCandidates.push(fact.sdpString);
        return this.#tellCandidates();
      case 'connected':
        this.#isTransportUp = true;
        return this.#checkConnected();
      case 'channelOpen':
        return this.#options.legs.sendText(this.#options.leg, writeMediaState(false));
      case 'text':
        return this.#onChannelText(fact.text);
      case 'closed':
        this.close();
        return this.#options.onClosed();
      case 'failed':
        return this.#fail({ kind: 'connection-lost', detail: fact.detail });
    }
  }

  #onSignaling(json: string): void {
    if (this.#isClosed) return;
    try {
      this.#onMessage(parseMessage(json));
    } catch (error) {
      if (!(error instanceof MalformedMessage)) return this.#crashed(error);
      // Natives drop what they cannot parse; without JSON or InitialSetup there is no call to save.
      if (error.messageType === 'signaling' || error.messageType === 'InitialSetup')
        return this.#fail({ kind: 'peer-fault', detail: error.message });
      this.#options.log.warn({ detail: error.message }, 'malformed signaling message ignored');
    }
  }

  /** The same messages may come over the data channel; there a bad one is no reason to end a call that works. */
  #onChannelText(text: string): void {
    try {
      this.#onMessage(text.length <= maxChannelText ? parseMessage(text) : undefined);
    } catch {
      this.#options.log.debug('malformed data channel message ignored');
    }
  }

  #onMessage(message: PeerMessage | undefined): void {
    if (!message || message.type === 'MediaState') return;
    this.#enqueue(() => this.#handle(message));
  }

  async #handle(message: Exclude<PeerMessage, { type: 'MediaState' }>): Promise<void> {
    if (message.type === 'InitialSetup') await this.#onInitialSetup(message);
    else if (this.#isRemoteSet || (message.type === 'NegotiateChannels' && this.#options.role === 'caller'))
      this.#use(message);
    else if (this.#parked.length < maxParked) this.#parked.push(message);
  }

  #use(message: Candidates | NegotiateChannels): void {
    if (message.type === 'Candidates') {
      for (const sdpString of message.sdpStrings) this.#takeCandidate(sdpString);
    } else {
      this.#negotiation?.receive(message);
      this.#checkConnected();
    }
  }

  async #onInitialSetup({ ufrag, pwd, fingerprint, setup }: InitialSetup): Promise<void> {
    // A repeat; with a new ufrag it is an ICE restart, during which the DTLS roles stay.
    if (ufrag === this.#remoteUfrag || this.#setups >= maxSetups) return;
    this.#setups++;
    this.#remoteUfrag = ufrag;
    const { legs, leg, role } = this.#options;
    this.#dtlsRole ??= dtlsRoleFor(role, setup);
    this.#candidatesTaken = 0;
    this.#isHoldingCandidates = true;
    const local = await legs.setRemote(leg, { ufrag, pwd, fingerprint }, this.#dtlsRole);
    if (this.#isClosed) return;
    const isFirst = !this.#isRemoteSet;
    this.#isRemoteSet = true;
    const isNews = isFirst ? role === 'callee' : local.ufrag !== this.#announced?.ufrag;
    if (isNews) this.#announce(local, this.#dtlsRole === 'client' ? 'active' : 'passive');
    const parked = this.#parked;
    this.#parked = [];
    for (const message of parked) this.#use(message);
    this.#releaseCandidates();
  }

  #announce(local: WebRtcLocal, setup: 'actpass' | 'active' | 'passive'): void {
    this.#announced = local;
    this.#send(writeInitialSetup({ ...local, setup }));
  }

  #releaseCandidates(): void {
    this.#isHoldingCandidates = false;
    this.#tellCandidates();
  }

  #tellCandidates(): void {
    if (this.#isHoldingCandidates || this.#ownCandidates.length === 0) return;
    this.#send(writeCandidates(this.#ownCandidates));
    this.#ownCandidates = [];
  }

  #takeCandidate(sdpString: string): void {
    if (!isUsableCandidate(sdpString) || this.#candidatesTaken >= maxCandidates) return;
    this.#candidatesTaken++;
    this.#options.legs.addCandidate(this.#options.leg, sdpString);
  }

  #send(json: string): void {
    if (this.#isClosed || this.#signaling.send(json)) return;
    this.#fail({ kind: 'connection-lost', detail: 'the peer does not acknowledge signaling' });
  }

  #checkConnected(): void {
    if (this.#isConnected || this.#isClosed || !this.#isTransportUp || !this.#negotiation?.complete) return;
    this.#isConnected = true;
    this.#cancelDeadline();
    this.#options.onConnected();
  }

  #enqueue(step: () => Promise<void>): void {
    if (this.#workWaiting >= maxWork) return this.#fail({ kind: 'peer-fault', detail: 'too many signaling messages' });
    this.#workWaiting++;
    this.#work = this.#work
      .then(() => (this.#isClosed ? undefined : step()))
      .catch((error: unknown) => this.#crashed(error))
      .finally(() => this.#workWaiting--);
  }

  #crashed(error: unknown): void {
    if (this.#isClosed) return;
    this.#options.log.error({ err: error }, 'media set-up failed');
    this.#fail({ kind: 'internal-fault', detail: 'media set-up failed' });
  }

  #fail(cause: HangupCause): void {
    if (this.#isClosed) return;
    this.close();
    this.#options.onFailed(cause);
  }
}

/** Ours, from the peer's `setup`: who leaves it open as caller becomes the DTLS client. */
function dtlsRoleFor(role: CallRole, peerSetup: string): 'client' | 'server' {
  if (peerSetup === 'active') return 'server';
  if (peerSetup === 'passive') return 'client';
  return role === 'caller' ? 'client' : 'server';
}

/** As the native engines: not connected after 20 s is failed. */
const firstConnectionMs = 20_000;
const maxCandidates = 256;
/** Two ends that answer each restart with another would never stop. */
const maxSetups = 32;
const maxParked = 64;
const maxWork = 256;
const maxChannelText = 65_536;
