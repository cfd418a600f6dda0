import { expect } from 'vitest';
import type { WebRtcFact } from '../../../src/actors/ports/webrtc-legs.ts';
import { WebRtcTransport, type WebRtcTransportOptions } from '../../../src/adapters/media/webrtc/webrtc-transport.ts';

/** A transport on loopback that remembers what it told and heard. */
export class Leg {
  readonly transport: WebRtcTransport;
  readonly facts: WebRtcFact[] = [];
  readonly rtp: Buffer[] = [];
  readonly rtcp: Buffer[] = [];
  readonly aliveMs: number[] = [];
  /** Gets each candidate, those told before it was set included. */
  #onCandidate: ((sdpString: string) => void) | undefined;

  constructor(role: 'caller' | 'callee', options: Partial<WebRtcTransportOptions> = {}) {
    const common = { role, servers: [], relayOnly: false, addresses: ['127.0.0.1'], now: () => performance.now() };
    this.transport = new WebRtcTransport({ ...common, ...options }, (fact) => {
      this.facts.push(fact);
      if (fact.type === 'candidate') this.#onCandidate?.(fact.sdpString);
    });
    this.transport.onRtp = (packet, length) => this.rtp.push(Buffer.from(packet.subarray(0, length)));
    this.transport.onRtcp = (packet, length) => this.rtcp.push(Buffer.from(packet.subarray(0, length)));
    this.transport.onAlive = (nowMs) => this.aliveMs.push(nowMs);
  }

  tellCandidatesTo(add: (sdpString: string) => void): void {
    for (const sdpString of this.candidates) add(sdpString);
    this.#onCandidate = add;
  }

  get candidates(): readonly string[] {
    return this.facts.flatMap((fact) => (fact.type === 'candidate' ? [fact.sdpString] : []));
  }

  get texts(): readonly string[] {
    return this.facts.flatMap((fact) => (fact.type === 'text' ? [fact.text] : []));
  }

  get failures(): readonly string[] {
    return this.facts.flatMap((fact) => (fact.type === 'failed' ? [fact.detail] : []));
  }

  has(type: WebRtcFact['type']): boolean {
    return this.facts.some((fact) => fact.type === type);
  }

  /** Our host candidate's port. */
  get port(): number {
    return Number(this.candidates[0]?.split(' ')[5]);
  }

  sendRtp(sequence: number, text: string, ssrc = 4711): void {
    const packet = Buffer.alloc(200);
    packet.writeUInt16BE((0x80 << 8) | 111, 0);
    packet.writeUInt16BE(sequence, 2);
    packet.writeUInt32BE(ssrc, 8);
    this.transport.sendRtp(packet, 12 + packet.write(text, 12));
    // The caller may use its memory again at once.
    packet.fill(0xee);
  }
}

export const rtpText = (packet: Buffer): string => packet.subarray(12).toString();

/** Two legs that exchange parameters and candidates, not yet connected. */
export const introduce = async (
  caller: Leg,
  callee: Leg,
  callersDtlsRole: 'client' | 'server' = 'client',
): Promise<void> => {
  const [callers, callees] = [await caller.transport.open(), await callee.transport.open()];
  caller.tellCandidatesTo((sdpString) => callee.transport.addCandidate(sdpString));
  callee.tellCandidatesTo((sdpString) => caller.transport.addCandidate(sdpString));
  await callee.transport.setRemote(callers, callersDtlsRole === 'client' ? 'server' : 'client');
  await caller.transport.setRemote(callees, callersDtlsRole);
};

export const connected = async (...legs: readonly Leg[]): Promise<void> => {
  await expect.poll(() => legs.map((leg) => leg.has('connected')), { timeout: 10_000 }).toEqual(legs.map(() => true));
};
