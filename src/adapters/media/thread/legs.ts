import { randomInt } from 'node:crypto';
import type { WebRtcFact, WebRtcLocal } from '../../../actors/ports/webrtc-legs.ts';
import type { LegId } from '../../../machines/model/ids.ts';
import type { MediaClock } from '../clock.ts';
import type { CodecLibrary } from '../codecs/library.ts';
import type { MediaEngine } from '../engine.ts';
import { RtpLeg } from '../legs/rtp-leg.ts';
import { WebRtcLeg } from '../legs/webrtc-leg.ts';
import { UdpTransport } from '../udp-transport.ts';
import { WebRtcTransport } from '../webrtc/webrtc-transport.ts';
import type { Order, ThreadOptions, WebRtcOptions, WebRtcRemote } from './messages.ts';

interface Connected {
  readonly leg: WebRtcLeg;
  readonly transport: WebRtcTransport;
  readonly ssrc: number;
}

/** Makes the legs of one thread and drives what is special to each kind; what they have in common is the engine's. */
export class ThreadLegs {
  readonly #engine: MediaEngine;
  readonly #clock: MediaClock;
  readonly #codecs: CodecLibrary;
  readonly #options: ThreadOptions;
  readonly #tell: (leg: LegId, fact: WebRtcFact) => void;
  readonly #connected = new Map<LegId, Connected>();

  constructor(
    engine: MediaEngine,
    clock: MediaClock,
    codecs: CodecLibrary,
    options: ThreadOptions,
    tell: (leg: LegId, fact: WebRtcFact) => void,
  ) {
    this.#engine = engine;
    this.#clock = clock;
    this.#codecs = codecs;
    this.#options = options;
    this.#tell = tell;
  }

  /** `taken`: somebody else has one of the two ports. */
  async openRtp(id: LegId, port: number): Promise<{ taken: boolean }> {
    const now = () => this.#clock.nowMs();
    try {
      const transport = await UdpTransport.open(this.#options.rtpHost, port, now);
      this.#engine.add(new RtpLeg(id, transport, freshSsrc(), this.#codecs, this.#engine.eventsOf(id)));
      return { taken: false };
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return { taken: true };
      throw error;
    }
  }

  async openWebRtc(id: LegId, { role, servers, relayOnly }: WebRtcOptions): Promise<WebRtcLocal> {
    this.close(id);
    const { iceAddresses: addresses, icePortRange: portRange } = this.#options;
    const now = () => this.#clock.nowMs();
    const where = { ...(addresses && { addresses }), ...(portRange && { portRange }) };
    const transport = new WebRtcTransport({ role, servers, relayOnly, now, ...where }, (fact) => this.#tell(id, fact));
    const ssrc = freshSsrc();
    const leg = new WebRtcLeg(id, transport, ssrc, this.#codecs, this.#engine.eventsOf(id));
    this.#connected.set(id, { leg, transport, ssrc });
    this.#engine.add(leg);
    return { ...(await transport.open()), ssrc };
  }

  async setRemote(id: LegId, remote: WebRtcRemote, dtlsRole: 'client' | 'server'): Promise<WebRtcLocal> {
    const connected = this.#connected.get(id);
    if (connected === undefined) throw new Error('no such leg');
    return { ...(await connected.transport.setRemote(remote, dtlsRole)), ssrc: connected.ssrc };
  }

  obey(order: Order): void {
    const nowMs = this.#clock.nowMs();
    const engine = this.#engine;
    switch (order.type) {
      case 'rtp.apply': {
        const leg = engine.leg(order.leg);
        if (!(leg instanceof RtpLeg)) return;
        leg.apply(order.session, nowMs);
        return engine.settleRates();
      }
      case 'webrtc.addCandidate':
        return this.#connected.get(order.leg)?.transport.addCandidate(order.sdpString);
      case 'webrtc.startSending':
        return this.#connected.get(order.leg)?.leg.startSending(order.payloadType);
      case 'webrtc.startReceiving':
        return this.#connected.get(order.leg)?.leg.startReceiving(order.ssrc, order.payloadType, nowMs);
      case 'webrtc.sendText':
        return this.#connected.get(order.leg)?.transport.sendText(order.text);
      case 'close':
        return this.close(order.leg);
      case 'connect':
        return engine.connect(order.a, order.b);
      case 'hear':
        return engine.hear(order.listener, order.speaker);
      case 'playTone':
        return engine.playTone(order.leg, order.tone);
      case 'stopTone':
        return engine.stopTone(order.leg);
      case 'sendDtmf':
        return engine.sendDtmf(order.leg, order.digit, order.method);
      case 'keyHeard': {
        const leg = engine.leg(order.leg);
        if (leg instanceof RtpLeg) leg.keyTold(order.digit);
        return;
      }
      case 'playMusic':
        return engine.playMusic(order.leg);
      case 'shutdown':
        return engine.stop();
    }
  }

  close(id: LegId): void {
    this.#connected.delete(id);
    this.#engine.remove(id);
  }
}

/** Unsigned 32-bit, not 0: some peers take that for none. */
const freshSsrc = () => randomInt(1, 0x1_0000_0000);
