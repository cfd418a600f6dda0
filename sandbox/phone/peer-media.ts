import type { Logger } from 'pino';
import type { PhoneFaults } from './faults.ts';
import type { Hearing } from './hearing.ts';
import { type CallMessage, type Candidates, mediaState, parseMessage } from './messages.ts';
import { ChannelNegotiation, cameraContent } from './negotiation.ts';
import type { PhoneNetwork } from './network.ts';
import { PeerDescriptions } from './peer-descriptions.ts';
import type { CallRole } from './sealed-packets.ts';
import { Mouth, type Voice } from './voice.ts';
import { createAudioSource, createPeerConnection, type DataChannel, type MediaTrack } from './webrtc.ts';

export interface PeerMediaOptions {
  readonly role: CallRole;
  readonly network: PhoneNetwork;
  readonly voice: Voice;
  readonly hearing: Hearing;
  readonly faults: PhoneFaults;
  /** False: neither side may learn the other's addresses, so none is told. */
  readonly p2pAllowed: boolean;
  readonly log: Logger | undefined;
}

export interface PeerMediaPorts {
  send(message: CallMessage): void;
  connected(): void;
  /** Nothing arrives any more; libwebrtc goes on trying. */
  disconnected(): void;
  peerMuted(muted: boolean): void;
}

/** The media of one call: the peer's messages on one side, libwebrtc on the other. */
export class PeerMedia {
  readonly #options: PeerMediaOptions;
  readonly #ports: PeerMediaPorts;
  readonly #connection = createPeerConnection();
  readonly #track: MediaTrack;
  readonly #mouth: Mouth;
  readonly #negotiation: ChannelNegotiation;
  readonly #descriptions: PeerDescriptions;
  #work: Promise<void> = Promise.resolve();
  #backlog = 0;
  #channel: DataChannel | undefined;
  #early: CallMessage[] = [];
  #untold: string[] | undefined = [];
  #muted = false;
  #closed = false;

  constructor(options: PeerMediaOptions, ports: PeerMediaPorts) {
    this.#options = options;
    this.#ports = ports;
    const { role, faults, voice, hearing } = options;
    const source = createAudioSource();
    this.#track = source.createTrack();
    this.#mouth = new Mouth(voice, source);
    this.#descriptions = new PeerDescriptions(this.#connection, role, faults);
    this.#negotiation = new ChannelNegotiation(
      role,
      { payloadId: faults.payloadId ?? 111, everyCodec: faults.everyCodec ?? false },
      {
        send: (message) => ports.send(message),
        outgoing: (content) => this.#descriptions.sendAudio(this.#track, this.#negotiation.own, content),
        incoming: (content) => this.#descriptions.receiveAudio(content),
      },
    );
    this.#connection.onicecandidate = ({ candidate }) => this.#gathered(candidate?.candidate);
    this.#connection.onconnectionstatechange = () => this.#connectionChanged();
    this.#connection.ontrack = ({ track }) => hearing.listenTo(track);
    this.#connection.ondatachannel = ({ channel }) => this.#useChannel(channel);
  }

  /** The caller introduces himself at once; the callee when he knows the caller. */
  start(): void {
    if (this.#options.role === 'callee') return;
    this.#enqueue(async () => {
      if (!this.#options.faults.noDataChannel) this.#useChannel(this.#connection.createDataChannel('data'));
      this.#introduce(await this.#descriptions.offerTransport());
      this.#negotiation.offer();
    });
  }

  handle(message: CallMessage): void {
    this.#enqueue(() => this.#handle(message));
  }

  set muted(muted: boolean) {
    this.#muted = muted;
    this.#mouth.muted = muted;
    this.#tellMediaState();
  }

  /** Switches the camera on, as far as signaling goes. */
  offerVideo(): void {
    this.#enqueue(async () => this.#negotiation.offer([cameraContent()]));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#mouth.close();
    this.#connection.onicecandidate = null;
    this.#connection.onconnectionstatechange = null;
    this.#connection.ontrack = null;
    this.#connection.ondatachannel = null;
    this.#connection.close();
    // A track that was not stopped keeps the process alive.
    this.#track.stop();
  }

  async #handle(message: CallMessage): Promise<void> {
    switch (message['@type']) {
      case 'InitialSetup':
        if (this.#waitsForChannels()) this.#hold(message);
        else await this.#meet(message);
        return;
      case 'MediaState':
        this.#ports.peerMuted(message.muted);
        return;
      case 'Candidates':
      case 'NegotiateChannels':
        // A web caller sends both before its InitialSetup.
        if (!this.#descriptions.peerKnown) this.#hold(message);
        else if (message['@type'] === 'Candidates') await this.#addCandidates(message);
        else await this.#negotiation.handle(message);
        if (message['@type'] === 'NegotiateChannels' && !this.#waitsForChannels()) await this.#handleHeldSetup();
    }
  }

  async #meet(message: Extract<CallMessage, { '@type': 'InitialSetup' }>): Promise<void> {
    const introduction = await this.#descriptions.meet(message);
    if (introduction) this.#introduce(introduction);
    for (const held of this.#early.splice(0)) await this.#handle(held);
  }

  async #handleHeldSetup(): Promise<void> {
    const index = this.#early.findIndex((held) => held['@type'] === 'InitialSetup');
    const [setup] = index < 0 ? [] : this.#early.splice(index, 1);
    if (setup) await this.#handle(setup);
  }

  #waitsForChannels(): boolean {
    const { role, faults } = this.#options;
    if (role === 'caller' || !faults.waitsForChannels || this.#descriptions.peerKnown) return false;
    return !this.#early.some((held) => held['@type'] === 'NegotiateChannels');
  }

  #hold(message: CallMessage): void {
    if (this.#early.length < earlyLimit) this.#early.push(message);
  }

  async #addCandidates({ candidates }: Candidates): Promise<void> {
    for (const { sdpString } of candidates) {
      const candidate = await this.#options.network.accept(sdpString);
      if (candidate && !this.#closed) {
        await this.#connection.addIceCandidate({ candidate, sdpMid: this.#descriptions.baseMid, sdpMLineIndex: 0 });
      }
    }
  }

  /** The peer cannot use a candidate before it knows whose it is: InitialSetup goes first. */
  #introduce(introduction: CallMessage): void {
    this.#ports.send(introduction);
    const untold = this.#untold ?? [];
    this.#untold = undefined;
    for (const line of untold) this.#gathered(line);
  }

  #gathered(line: string | undefined): void {
    if (!line || this.#closed || !this.#options.p2pAllowed) return;
    if (this.#untold) {
      this.#untold.push(line);
      return;
    }
    const candidates = this.#options.network.announce(line).map((sdpString) => ({ sdpString }));
    if (candidates.length > 0) this.#ports.send({ '@type': 'Candidates', candidates });
  }

  #connectionChanged(): void {
    if (this.#closed) return;
    const { connectionState } = this.#connection;
    if (connectionState === 'connected') this.#ports.connected();
    if (connectionState === 'disconnected' || connectionState === 'failed') this.#ports.disconnected();
  }

  #useChannel(channel: DataChannel): void {
    if (this.#options.faults.noDataChannel) return;
    this.#channel = channel;
    channel.onopen = () => this.#tellMediaState();
    channel.onmessage = ({ data }) => {
      const message = typeof data === 'string' ? parseMessage(data) : undefined;
      if (message?.['@type'] === 'MediaState') this.#ports.peerMuted(message.muted);
    };
    this.#tellMediaState();
  }

  #tellMediaState(): void {
    if (this.#closed || this.#channel?.readyState !== 'open') return;
    try {
      this.#channel.send(JSON.stringify(mediaState(this.#muted)));
    } catch (error) {
      // The peer may have closed it since: libwebrtc has a thread of its own.
      this.#options.log?.debug({ err: error }, 'the data channel is closed');
    }
  }

  /** libwebrtc takes descriptions strictly one after another. */
  #enqueue(job: () => Promise<void>): void {
    if (this.#backlog >= backlogLimit) return;
    this.#backlog++;
    this.#work = this.#work
      .then(() => (this.#closed ? undefined : job()))
      .catch((error: unknown) => {
        if (!this.#closed) this.#options.log?.warn({ err: error }, 'the peer described something libwebrtc refuses');
      })
      .finally(() => this.#backlog--);
  }
}

const earlyLimit = 64;
const backlogLimit = 256;
