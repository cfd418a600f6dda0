import { fromHex, isEqual, sha256, toHex } from './bytes.js';
import { drawSecret, keyEmoji, keyFingerprint } from './dh.js';
import { CallMedia } from './media.js';
import { Signaling } from './signaling.js';

/** Milliseconds, those of Telegram's clients. */
const timeouts = { receive: 20_000, ring: 90_000, connect: 20_000, lost: 20_000 };

/**
 * One call as this device has it. `state`: requested, ringing, connecting, connected, ended. Whoever shows it watches
 * `onchange`.
 *
 * `parts`: ask(type, fields) asks the server, track is what we say, hear(track) takes what is heard.
 */
export class Call {
  state;
  emoji = [];
  peerMuted = false;
  /** Why it ended: missed, busy, hangup, disconnect, unknown. */
  ending;
  /** `performance.now()` when media began to flow. */
  connectedAt;
  onchange = () => {};
  #parts;
  #gAHash;
  #secret;
  #peerValue;
  #muted = false;
  #signaling;
  #media;
  #early = [];
  #timer;
  #beginning = false;

  static async place(parts, to) {
    const secret = drawSecret(await parts.ask('call.dhConfig'));
    const gAHash = await sha256(secret.publicValue);
    const view = await parts.ask('call.request', { to, gAHash: toHex(gAHash) });
    const call = new Call(parts, { id: view.id, peerId: to, role: 'caller', gAHash });
    call.#secret = secret;
    return call;
  }

  static receive(parts, view) {
    const { id, adminId, gAHash } = view;
    const call = new Call(parts, { id, peerId: adminId, role: 'callee', gAHash: fromHex(gAHash) });
    if (view.protocol.libraryVersions.includes('13.0.0')) call.#tell(() => parts.ask('call.received', { id }));
    else call.#discard('disconnect');
    return call;
  }

  constructor(parts, { id, peerId, role, gAHash }) {
    this.#parts = parts;
    this.id = id;
    this.peerId = peerId;
    this.role = role;
    this.#gAHash = gAHash;
    this.state = role === 'caller' ? 'requested' : 'ringing';
    this.#wait(role === 'caller' ? timeouts.receive : timeouts.ring, 'missed');
  }

  /** For those who look inside: the RTCPeerConnection. */
  get connection() {
    return this.#media?.connection;
  }

  get isAnswered() {
    return this.#secret !== undefined;
  }

  get muted() {
    return this.#muted;
  }

  set muted(muted) {
    this.#muted = muted;
    if (this.#media) this.#media.muted = muted;
    this.onchange();
  }

  answer() {
    if (this.role === 'caller' || this.state !== 'ringing' || this.#secret) return;
    this.#wait(timeouts.receive, 'disconnect');
    this.#tell(async () => {
      this.#secret = drawSecret(await this.#parts.ask('call.dhConfig'));
      this.state = 'connecting';
      this.onchange();
      const gB = toHex(this.#secret.publicValue);
      this.handle(await this.#parts.ask('call.accept', { id: this.id, gB }));
    });
  }

  decline() {
    this.#discard('busy');
  }

  /** Ends the call, however far it got. */
  hangUp() {
    const isEarly = this.state === 'requested' || this.state === 'ringing';
    if (isEarly) this.#discard(this.role === 'caller' ? 'missed' : 'busy');
    else this.#discard('hangup');
  }

  /** A push about this call. They may be repeated, and may come before the request's own answer. */
  handle(view) {
    if (this.state === 'ended') return;
    if (view.state === 'waiting') {
      if (this.role === 'caller' && view.received && this.state === 'requested') this.#alert();
    } else if (view.state === 'accepted') {
      const isNews = this.state === 'requested' || this.state === 'ringing';
      if (this.role === 'caller' && isNews) this.#confirm(view);
    } else if (view.state === 'active') {
      if (!this.#beginning) this.#begin(view);
    } else if (view.state === 'discarded') this.#end(view.reason ?? 'unknown');
  }

  handleSignaling(packet) {
    if (this.state === 'ended') return;
    if (this.#signaling) this.#signaling.handle(packet);
    else if (this.#early.length < mostEarly) this.#early.push(packet);
  }

  #alert() {
    this.state = 'ringing';
    this.#wait(timeouts.ring, 'missed');
    this.onchange();
  }

  #confirm(view) {
    this.state = 'connecting';
    this.onchange();
    this.#wait(timeouts.connect, 'disconnect');
    this.#tell(async () => {
      this.#peerValue = fromHex(view.gB);
      const fingerprint = String(await keyFingerprint(this.#secret.sharedKey(this.#peerValue)));
      const gA = toHex(this.#secret.publicValue);
      this.handle(await this.#parts.ask('call.confirm', { id: this.id, gA, fingerprint }));
    });
  }

  #begin(view) {
    const isCaller = this.role === 'caller';
    const peerValue = isCaller ? this.#peerValue : fromHex(view.gAOrB);
    // Answered on another of this person's devices, or confirmed before it was accepted.
    if (!this.#secret || !peerValue) return;
    this.#beginning = true;
    this.#tell(async () => {
      if (!isCaller && !isEqual(await sha256(peerValue), this.#gAHash)) throw new Error('g_a does not match its hash');
      const key = this.#secret.sharedKey(peerValue);
      if (String(await keyFingerprint(key)) !== view.keyFingerprint) throw new Error('the key fingerprint differs');
      if (view.protocol.libraryVersions[0] !== '13.0.0') throw new Error('no common library version');
      this.emoji = await keyEmoji(key, isCaller ? this.#secret.publicValue : peerValue);
      if (this.state !== 'ended') this.#connect(key, view);
    });
  }

  #connect(key, view) {
    const { ask, track, hear } = this.#parts;
    const { id, role } = this;
    this.state = 'connecting';
    this.#wait(timeouts.connect, 'disconnect');
    const signaling = new Signaling(
      { key, role },
      {
        send: (packet) => this.#tell(() => ask('call.signal', { id, data: toHex(packet) })),
        receive: (message) => this.#media?.handle(message),
      },
    );
    const network = {
      open: async () => (await ask('call.network', { id })).port,
      reach: async (port) => {
        await ask('call.network', { id });
        return (await ask('call.reach', { id, port })).port;
      },
    };
    this.#media = new CallMedia(
      { role, track, p2pAllowed: view.p2pAllowed, network },
      {
        send: (message) => signaling.send(message),
        connected: () => this.#mediaFlows(),
        disconnected: () => this.state === 'connected' && !this.#timer && this.#wait(timeouts.lost, 'disconnect'),
        heard: hear,
        peerMuted: (muted) => {
          this.peerMuted = muted;
          this.onchange();
        },
      },
    );
    this.#media.muted = this.#muted;
    this.#signaling = signaling;
    signaling.start();
    this.#media.start();
    for (const packet of this.#early.splice(0)) signaling.handle(packet);
    this.onchange();
  }

  #mediaFlows() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.state !== 'connecting') return;
    this.state = 'connected';
    this.connectedAt = performance.now();
    this.onchange();
  }

  #wait(delayMs, reason) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#discard(reason), delayMs);
  }

  /** Does something that can fail; then the call has failed. */
  #tell(action) {
    if (this.state === 'ended') return;
    Promise.resolve()
      .then(action)
      .catch((error) => {
        if (this.state === 'ended') return;
        console.warn('the call failed', error);
        this.#discard('disconnect');
      });
  }

  #discard(reason) {
    if (this.state === 'ended') return;
    const seconds = this.connectedAt === undefined ? 0 : Math.floor((performance.now() - this.connectedAt) / 1_000);
    this.#end(reason);
    // Refused when both hung up at once.
    this.#parts.ask('call.discard', { id: this.id, reason, duration: seconds }).catch(() => {});
  }

  #end(ending) {
    if (this.state === 'ended') return;
    this.state = 'ended';
    this.ending = ending;
    clearTimeout(this.#timer);
    this.#signaling?.close();
    this.#media?.close();
    this.onchange();
  }
}

const mostEarly = 64;
