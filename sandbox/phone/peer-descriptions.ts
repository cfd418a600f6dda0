import type { PhoneFaults } from './faults.ts';
import type { Content, InitialSetup } from './messages.ts';
import {
  lastMid,
  type RemoteSection,
  type RemoteTransport,
  readTransport,
  withAnnounced,
  withSetup,
  writeRemote,
} from './sdp.ts';
import type { CallRole } from './sealed-packets.ts';
import type { MediaTrack, PeerConnection } from './webrtc.ts';

/**
 * Keeps libwebrtc's descriptions in step with what the messages said. Each step is a whole offer and answer, so between
 * steps the connection is stable and messages can cross as they like.
 *
 * The first section belongs to the data channel, or is an idle audio section when there is none: it lets ICE and DTLS
 * start on InitialSetup alone, as the native engine does. The first description also fixes the ICE role: the caller
 * makes an offer and is controlling for good.
 */
export class PeerDescriptions {
  readonly #connection: PeerConnection;
  readonly #role: CallRole;
  readonly #faults: PhoneFaults;
  readonly #sections: RemoteSection[] = [];
  #peer: RemoteTransport | undefined;
  #version = 0;

  constructor(connection: PeerConnection, role: CallRole, faults: PhoneFaults) {
    this.#connection = connection;
    this.#role = role;
    this.#faults = faults;
  }

  get peerKnown(): boolean {
    return this.#peer !== undefined;
  }

  get baseMid(): string {
    return this.#sections[0]?.mid ?? '0';
  }

  /** The caller's first step. With a data channel created before, the section is its. */
  async offerTransport(): Promise<InitialSetup> {
    if (this.#faults.noDataChannel) this.#connection.addTransceiver('audio', { direction: 'inactive' });
    const offer = await this.#connection.createOffer();
    await this.#connection.setLocalDescription(offer);
    this.#sections.push(this.#baseSection(lastMid(offer.sdp)));
    return readTransport(offer.sdp);
  }

  /** Takes the peer's InitialSetup; gives ours when it has to follow: as callee, and when the peer restarts ICE. */
  async meet({ ufrag, pwd, fingerprints: [first] }: InitialSetup): Promise<InitialSetup | undefined> {
    if (!first || (this.#peer?.ufrag === ufrag && this.#peer.pwd === pwd)) return undefined;
    const { hash, fingerprint } = first;
    if (this.#peer) {
      this.#peer = { ...this.#peer, ufrag, pwd };
      return this.#answerPeer();
    }
    if (this.#role === 'caller') {
      // A callee that leaves the choice to us gets us as the client.
      this.#peer = { ufrag, pwd, hash, fingerprint, setup: first.setup === 'active' ? 'active' : 'passive' };
      await this.#connection.setRemoteDescription({ type: 'answer', sdp: this.#remote() });
      return undefined;
    }
    this.#sections.push(this.#baseSection('base'));
    const free = first.setup !== 'active' && first.setup !== 'passive';
    const ours = free ? (this.#faults.setup ?? 'passive') : opposite(first.setup);
    this.#peer = { ufrag, pwd, hash, fingerprint, setup: free ? 'actpass' : first.setup };
    const introduction = await this.#answerPeer(ours);
    // From now on every description repeats the settled roles.
    this.#peer = { ...this.#peer, setup: opposite(ours) };
    return introduction;
  }

  /** Our channel was accepted: libwebrtc sends under the announced SSRC and payload type. */
  async sendAudio(track: MediaTrack, own: Content, accepted: Content | undefined): Promise<void> {
    if (!accepted || this.#sections.some((section) => section.kind === 'audio' && section.direction === 'recvonly')) {
      return;
    }
    this.#connection.addTransceiver(track, { direction: 'sendonly' });
    const offer = await this.#connection.createOffer();
    const sdp = withAnnounced(offer.sdp, own);
    await this.#connection.setLocalDescription({ type: 'offer', sdp });
    this.#sections.push({ kind: 'audio', mid: lastMid(sdp), direction: 'recvonly', content: accepted });
    await this.#connection.setRemoteDescription({ type: 'answer', sdp: this.#remote() });
  }

  /** The peer's channel as we accepted it; nothing when it offered none we can take. */
  async receiveAudio(content: Content | undefined): Promise<void> {
    const section = { kind: 'audio', mid: 'in', direction: content ? 'sendonly' : 'inactive', content } as const;
    const index = this.#sections.findIndex(({ mid }) => mid === 'in');
    if (JSON.stringify(this.#sections[index]) === JSON.stringify(section)) return;
    if (index >= 0) this.#sections[index] = section;
    else if (content) this.#sections.push(section);
    else return;
    await this.#answerPeer();
  }

  async #answerPeer(setup?: 'active' | 'passive'): Promise<InitialSetup> {
    await this.#connection.setRemoteDescription({ type: 'offer', sdp: this.#remote() });
    const answer = await this.#connection.createAnswer();
    const sdp = setup ? withSetup(answer.sdp, setup) : answer.sdp;
    await this.#connection.setLocalDescription({ type: 'answer', sdp });
    return readTransport(sdp);
  }

  #remote(): string {
    if (!this.#peer) throw new Error('the peer has not introduced itself');
    return writeRemote(++this.#version, this.#peer, this.#sections);
  }

  #baseSection(mid: string): RemoteSection {
    return this.#faults.noDataChannel ? { kind: 'audio', mid, direction: 'inactive' } : { kind: 'data', mid };
  }
}

const opposite = (setup: string): 'active' | 'passive' => (setup === 'active' ? 'passive' : 'active');
