import type { MediaFact } from '../../../../src/actors/ports/media.ts';
import type { CodecName, RtpSession } from '../../../../src/actors/ports/rtp-legs.ts';
import { loadCodecs } from '../../../../src/adapters/media/codecs/library.ts';
import { MediaEngine } from '../../../../src/adapters/media/engine.ts';
import { RtpLeg } from '../../../../src/adapters/media/legs/rtp-leg.ts';
import { WebRtcLeg } from '../../../../src/adapters/media/legs/webrtc-leg.ts';
import type { FilePiece } from '../../../../src/adapters/media/record/opus-file.ts';
import { Recordings } from '../../../../src/adapters/media/record/recordings.ts';
import { CallId, type LegId, RecordingId, VoiceLegId } from '../../../../src/machines/model/ids.ts';
import { Talker } from './peer.ts';
import { VirtualClock } from './virtual-clock.ts';
import { Wire } from './wire.ts';

export const codecs = loadCodecs();
export const opusPayloadType = 111;
const payloadTypes: Record<CodecName, number> = { opus: 96, g722: 9, alaw: 8, mulaw: 0, gsm: 3 };

export const session = (name: CodecName, more: Partial<RtpSession> = {}, ptimeMs = 20): RtpSession => {
  const payloadType = payloadTypes[name];
  return {
    remote: { host: '127.0.0.1', port: 4000 },
    codec: { name, sendPayloadType: payloadType, receivePayloadType: payloadType, ptimeMs },
    telephoneEvent: { sendPayloadType: 101, receivePayloadType: 101, clockRateHz: name === 'opus' ? 48_000 : 8000 },
    direction: 'sendrecv',
    ...more,
  };
};

/** An engine with virtual legs on virtual time. */
export class Studio {
  readonly clock = new VirtualClock();
  readonly facts: { leg: LegId; fact: MediaFact; atMs: number }[] = [];
  readonly engine: MediaEngine;
  readonly recordings: Recordings;
  /** What recordings told, each in its order. */
  readonly full: RecordingId[] = [];
  readonly pieces = new Map<RecordingId, FilePiece[]>();

  constructor() {
    this.engine = new MediaEngine(this.clock, {
      fact: (leg, fact) => this.facts.push({ leg, fact, atMs: this.clock.nowMs() }),
      load: () => {},
      fault: (_leg, error) => {
        throw error;
      },
    });
    this.recordings = new Recordings(this.engine, codecs, {
      piece: (recording, piece) => this.pieces.set(recording, [...(this.pieces.get(recording) ?? []), piece]),
      full: (recording) => this.full.push(recording),
      failed: (_recording, error) => {
        throw error;
      },
    });
    this.engine.start();
  }

  record(user: { id: VoiceLegId }, party: { id: CallId }, stereo: boolean, limitMs?: number): RecordingId {
    const recording = RecordingId(`recording-${this.pieces.size}`);
    const tags = { title: 'Pat Party ☎', artist: 'Office', date: '2026-03-04T05:06:07.000Z' };
    this.recordings.start(recording, { voiceLeg: user.id, call: party.id, stereo, tags, limitMs });
    return recording;
  }

  /** The file so far. */
  file(recording: RecordingId): Buffer {
    return Buffer.concat((this.pieces.get(recording) ?? []).map(({ bytes }) => bytes));
  }

  party(name: string, codec: CodecName, rateHz = 8000) {
    const id = CallId(name);
    const wire = new Wire(this.clock.nowMs);
    const leg = new RtpLeg(id, wire, 1000, codecs, this.engine.eventsOf(id));
    this.engine.add(leg);
    leg.apply(session(codec), this.clock.nowMs());
    this.engine.settleRates();
    return { id, wire, leg, talker: new Talker(codecs.create(codec, rateHz), payloadTypes[codec]) };
  }

  user(name: string, rateHz = 8000) {
    const id = VoiceLegId(name);
    const wire = new Wire(this.clock.nowMs);
    const leg = new WebRtcLeg(id, wire, 2000, codecs, this.engine.eventsOf(id));
    this.engine.add(leg);
    const talker = new Talker(codecs.create('opus', rateHz), opusPayloadType);
    leg.startSending(opusPayloadType);
    leg.startReceiving(talker.ssrc, opusPayloadType, this.clock.nowMs());
    return { id, wire, leg, talker };
  }

  /** Delivers `pcm` in packets of 20 ms, in step with time, and lets that time pass. */
  say(to: { wire: Wire; talker: Talker }, pcm: Int16Array, rateHz = 8000, afterMs = 3): void {
    const samples = rateHz / 50;
    for (let at = 0; at + samples <= pcm.length; at += samples) {
      this.clock.advance(afterMs);
      to.wire.deliver(to.talker.packet(pcm.subarray(at, at + samples)));
      this.clock.advance(20 - afterMs);
    }
  }
}
