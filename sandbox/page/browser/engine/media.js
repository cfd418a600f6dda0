import { readCandidate, writeCandidate } from './candidates.js';
import { mediaState, parseMessage } from './messages.js';
import { ChannelNegotiation } from './negotiation.js';
import { PeerDescriptions } from './peer-descriptions.js';

/**
 * The media of one call: the peer's messages on one side, the browser's WebRTC on the other.
 *
 * Candidates are those of the sandbox's network alone, on 127.0.0.1: ours is the port it opened for this call, and each
 * of the peer's is reached through another. What the browser gathers itself is told to nobody.
 */
export class CallMedia {
  #options;
  #ports;
  #connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require', iceServers: [] });
  #negotiation;
  #descriptions;
  #work = Promise.resolve();
  #backlog = 0;
  #channel;
  #early = [];
  #muted = false;
  #isClosed = false;

  /**
   * `options`: role, track (what we say), p2pAllowed, network {open(), reach(port)}.
   * `ports`: send(message), connected(), disconnected(), heard(track), peerMuted(muted).
   */
  constructor(options, ports) {
    this.#options = options;
    this.#ports = ports;
    this.#descriptions = new PeerDescriptions(this.#connection, options.role);
    this.#negotiation = new ChannelNegotiation(options.role, {
      send: (message) => ports.send(message),
      outgoing: async (content) => {
        await this.#descriptions.sendAudio(options.track, this.#negotiation.own, content);
        await this.#applyMute();
      },
      incoming: (content) => this.#descriptions.receiveAudio(content),
    });
    this.#connection.onconnectionstatechange = () => this.#connectionChanged();
    this.#connection.ontrack = ({ track }) => ports.heard(track);
    this.#connection.ondatachannel = ({ channel }) => this.#useChannel(channel);
  }

  get connection() {
    return this.#connection;
  }

  /** The caller introduces himself at once; the callee when he knows the caller. */
  start() {
    if (this.#options.role === 'callee') return;
    this.#enqueue(async () => {
      this.#useChannel(this.#connection.createDataChannel('data'));
      await this.#introduce(await this.#descriptions.offerTransport());
      this.#negotiation.offer();
    });
  }

  handle(message) {
    this.#enqueue(() => this.#handle(message));
  }

  /** Muted, no RTP flows, as with Telegram's own engine. */
  set muted(muted) {
    this.#muted = muted;
    this.#enqueue(() => this.#applyMute());
    this.#tellMediaState();
  }

  close() {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#connection.close();
  }

  async #handle(message) {
    switch (message['@type']) {
      case 'InitialSetup': {
        const introduction = await this.#descriptions.meet(message);
        if (introduction) await this.#introduce(introduction);
        for (const held of this.#early.splice(0)) await this.#handle(held);
        return;
      }
      case 'MediaState':
        return this.#ports.peerMuted(message.muted);
      default:
        // A web caller sends both before its InitialSetup.
        if (!this.#descriptions.peerKnown) {
          if (this.#early.length < mostHeld) this.#early.push(message);
        } else if (message['@type'] === 'Candidates') await this.#addCandidates(message);
        else await this.#negotiation.handle(message);
    }
  }

  async #addCandidates({ candidates }) {
    for (const { sdpString } of candidates) {
      const candidate = readCandidate(sdpString);
      if (!candidate) continue;
      const port = await this.#options.network.reach(candidate.port);
      const line = writeCandidate({ ...candidate, address: '127.0.0.1', port });
      if (this.#isClosed) return;
      await this.#connection.addIceCandidate({
        candidate: line,
        sdpMid: this.#descriptions.baseMid,
        sdpMLineIndex: 0,
      });
    }
  }

  /** The peer cannot use a candidate before it knows whose it is: InitialSetup goes first. */
  async #introduce(introduction) {
    this.#ports.send(introduction);
    if (!this.#options.p2pAllowed) return;
    const port = await this.#options.network.open();
    const sdpString = writeCandidate({ foundation: '1', priority: 2_130_706_431, address: '127.0.0.1', port });
    this.#ports.send({ '@type': 'Candidates', candidates: [{ sdpString }] });
  }

  #connectionChanged() {
    if (this.#isClosed) return;
    const { connectionState } = this.#connection;
    if (connectionState === 'connected') this.#ports.connected();
    if (connectionState === 'disconnected' || connectionState === 'failed') this.#ports.disconnected();
  }

  async #applyMute() {
    await this.#descriptions.sender?.replaceTrack(this.#muted ? null : this.#options.track);
  }

  #useChannel(channel) {
    this.#channel = channel;
    channel.onopen = () => this.#tellMediaState();
    channel.onmessage = ({ data }) => {
      const message = typeof data === 'string' ? parseMessage(data) : undefined;
      if (message?.['@type'] === 'MediaState') this.#ports.peerMuted(message.muted);
    };
    this.#tellMediaState();
  }

  #tellMediaState() {
    if (!this.#isClosed && this.#channel?.readyState === 'open') {
      this.#channel.send(JSON.stringify(mediaState(this.#muted)));
    }
  }

  /** Descriptions are taken strictly one after another. */
  #enqueue(job) {
    if (this.#backlog >= mostWaiting) return;
    this.#backlog++;
    this.#work = this.#work
      .then(() => (this.#isClosed ? undefined : job()))
      .catch((error) => {
        if (!this.#isClosed) console.warn('the peer described something the browser refuses', error);
      })
      .finally(() => this.#backlog--);
  }
}

const mostHeld = 64;
const mostWaiting = 256;
