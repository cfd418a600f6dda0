import { lastMid, readTransport, withAnnounced, withSetup, writeRemote } from './sdp.js';

/**
 * Keeps libwebrtc's descriptions in step with what the messages said. Each step is a whole offer and answer, so between
 * steps the connection is stable and messages can cross as they like.
 *
 * The first section belongs to the data channel, or is an idle audio section when there is none: it lets ICE and DTLS
 * start on InitialSetup alone, as the native engine does. The first description also fixes the ICE role: the caller
 * makes an offer and is controlling for good.
 */
export class PeerDescriptions {
  /** What sends our voice, once the peer takes it. */
  sender;
  #connection;
  #role;
  #sections = [];
  #peer;
  #version = 0;

  /** `role`: caller or callee. A data channel must have been made before when we call. */
  constructor(connection, role) {
    this.#connection = connection;
    this.#role = role;
  }

  get peerKnown() {
    return this.#peer !== undefined;
  }

  get baseMid() {
    return this.#sections[0]?.mid ?? '0';
  }

  /** The caller's first step. With a data channel created before, the section is its. */
  async offerTransport() {
    const offer = await this.#connection.createOffer();
    await this.#connection.setLocalDescription(offer);
    this.#sections.push(this.#baseSection(lastMid(offer.sdp)));
    return readTransport(offer.sdp);
  }

  /** Takes the peer's InitialSetup; gives ours when it has to follow: as callee, and when the peer restarts ICE. */
  async meet({ ufrag, pwd, fingerprints: [first] }) {
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
    const ours = free ? 'passive' : opposite(first.setup);
    this.#peer = { ufrag, pwd, hash, fingerprint, setup: free ? 'actpass' : first.setup };
    const introduction = await this.#answerPeer(ours);
    // From now on every description repeats the settled roles.
    this.#peer = { ...this.#peer, setup: opposite(ours) };
    return introduction;
  }

  /** Our channel was accepted: libwebrtc sends under the announced SSRC and payload type. */
  async sendAudio(track, own, accepted) {
    if (!accepted || this.#sections.some((section) => section.kind === 'audio' && section.direction === 'recvonly')) {
      return;
    }
    this.sender = this.#connection.addTransceiver(track, { direction: 'sendonly' }).sender;
    const offer = await this.#connection.createOffer();
    const sdp = withAnnounced(offer.sdp, own);
    await this.#connection.setLocalDescription({ type: 'offer', sdp });
    this.#sections.push({ kind: 'audio', mid: lastMid(sdp), direction: 'recvonly', content: accepted });
    await this.#connection.setRemoteDescription({ type: 'answer', sdp: this.#remote() });
  }

  /** The peer's channel as we accepted it; nothing when it offered none we can take. */
  async receiveAudio(content) {
    const section = { kind: 'audio', mid: 'in', direction: content ? 'sendonly' : 'inactive', content };
    const index = this.#sections.findIndex(({ mid }) => mid === 'in');
    if (JSON.stringify(this.#sections[index]) === JSON.stringify(section)) return;
    if (index >= 0) this.#sections[index] = section;
    else if (content) this.#sections.push(section);
    else return;
    await this.#answerPeer();
  }

  async #answerPeer(setup) {
    await this.#connection.setRemoteDescription({ type: 'offer', sdp: this.#remote() });
    const answer = await this.#connection.createAnswer();
    const sdp = setup ? withSetup(answer.sdp, setup) : answer.sdp;
    await this.#connection.setLocalDescription({ type: 'answer', sdp });
    return readTransport(sdp);
  }

  #remote() {
    if (!this.#peer) throw new Error('the peer has not introduced itself');
    return writeRemote(++this.#version, this.#peer, this.#sections);
  }

  #baseSection(mid) {
    return { kind: 'data', mid };
  }
}

const opposite = (setup) => (setup === 'active' ? 'passive' : 'active');
