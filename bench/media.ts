/**
 * What one call costs a media thread per 20 ms, on this machine and as a ratio to a calibration loop timed in the same
 * run: the ratio can be compared between machines, the microseconds cannot. Sockets and SRTP are not in it.
 *
 *   node bench/media.ts [calls] [seconds]
 */
import type { CodecName } from '../src/actors/ports/rtp-legs.ts';
import type { MediaClock } from '../src/adapters/media/clock.ts';
import { loadCodecs } from '../src/adapters/media/codecs/library.ts';
import { MediaEngine } from '../src/adapters/media/engine.ts';
import { type NegotiatedTransport, RtpLeg } from '../src/adapters/media/legs/rtp-leg.ts';
import { WebRtcLeg } from '../src/adapters/media/legs/webrtc-leg.ts';
import { Recordings } from '../src/adapters/media/record/recordings.ts';
import { writeRtpHeader } from '../src/adapters/media/rtp.ts';
import { CallId, RecordingId, VoiceLegId } from '../src/machines/model/ids.ts';

const calls = Number(process.argv[2] ?? 20);
const seconds = Number(process.argv[3] ?? 2);
const codecs = loadCodecs();
const payloadTypes: Record<CodecName, number> = { opus: 96, g722: 9, alaw: 8, mulaw: 0, gsm: 3 };

/** Time that only the bench moves. */
class SteppedClock implements MediaClock {
  #nowMs = 0;
  #due: { ms: number; run: () => void } | undefined;
  nowMs = () => this.#nowMs;
  schedule(delayMs: number, run: () => void) {
    this.#due = { ms: this.#nowMs + delayMs, run };
    return () => {};
  }
  step(): void {
    const due = this.#due;
    if (due === undefined) return;
    this.#nowMs = due.ms;
    due.run();
  }
}

class NoTransport implements NegotiatedTransport {
  acceptsPayloadType = () => false;
  readonly foreign = 0;
  readonly counters = { junk: 0 };
  readonly troubles = { unauthenticated: 0, replayed: 0, sendErrors: 0 };
  onRtp: NegotiatedTransport['onRtp'];
  onRtcp: NegotiatedTransport['onRtcp'];
  onAlive: NegotiatedTransport['onAlive'];
  connect(): void {}
  keepAlive(): void {}
  sendRtp(): void {}
  sendRtcp(): void {}
  close(): void {}
}

/** Syllables of three harmonics over a little noise: coders work on it as on speech. */
const speech = (rateHz: number): Int16Array =>
  Int16Array.from({ length: rateHz * 2 }, (_, i) => {
    const t = i / rateHz;
    const pitch = 2 * Math.PI * (140 + 30 * Math.sin(2 * Math.PI * 0.7 * t)) * t;
    const envelope = Math.max(0.02, Math.sin(2 * Math.PI * 3 * t));
    const voice = Math.sin(pitch) + 0.6 * Math.sin(3 * pitch) + 0.3 * Math.sin(8 * pitch);
    return Math.round(5000 * envelope * voice + 200 * (Math.random() - 0.5));
  });

/** Two seconds of packets, over and over: the payload of packet k. */
const packetsOf = (name: CodecName, rateHz: number): Buffer[] => {
  const codec = codecs.create(name, rateHz);
  const pcm = speech(rateHz);
  const samples = rateHz / 50;
  const out = Buffer.alloc(1500);
  return Array.from({ length: 100 }, (_, k) => {
    const bytes = codec.encode(pcm.subarray(k * samples, (k + 1) * samples), samples, out);
    return Buffer.from(out.subarray(0, bytes));
  });
};

/** What is done beside talking. */
type Extra = 'nothing' | 'beeps' | 'beeps to both' | 'recording' | 'keys in the voice';

/** Microseconds of CPU per call and tick. */
const measure = (party: CodecName, rateHz: number, extra: Extra): number => {
  const clock = new SteppedClock();
  const engine = new MediaEngine(clock, {
    fact: () => {},
    load: () => {},
    fault: (_leg, error) => {
      throw error;
    },
  });
  const fail = (_recording: RecordingId, error: unknown) => {
    throw error;
  };
  const recordings = new Recordings(engine, codecs, { piece: () => {}, full: () => {}, failed: fail });
  const packet = Buffer.alloc(1600);
  const [fromUser, fromParty] = [packetsOf('opus', rateHz), packetsOf(party, rateHz)];
  const partyClock = codecs.create(party, rateHz).rtpClockHz;
  const all = Array.from({ length: calls }, (_, i) => {
    const [sip, voice] = [new NoTransport(), new NoTransport()];
    const [sipId, voiceId] = [CallId(`c${i}`), VoiceLegId(`v${i}`)];
    const leg = new RtpLeg(sipId, sip, 1 + i, codecs, engine.eventsOf(sipId));
    const user = new WebRtcLeg(voiceId, voice, 1000 + i, codecs, engine.eventsOf(voiceId));
    engine.add(leg);
    engine.add(user);
    const payloadType = payloadTypes[party];
    const codec = { name: party, sendPayloadType: payloadType, receivePayloadType: payloadType, ptimeMs: 20 };
    const events = { sendPayloadType: 101, receivePayloadType: 101, clockRateHz: 8000 };
    const telephoneEvent = extra === 'keys in the voice' ? {} : { telephoneEvent: events };
    leg.apply({ remote: { host: '127.0.0.1', port: 9 }, codec, ...telephoneEvent, direction: 'sendrecv' }, 0);
    user.startSending(111);
    user.startReceiving(7, 111, 0);
    engine.connect(sipId, voiceId);
    if (extra.startsWith('beeps')) engine.playTone(voiceId, 'second-call');
    if (extra === 'beeps to both') engine.playTone(sipId, 'second-call');
    const tags = { title: '', artist: '', date: '' };
    if (extra === 'recording') {
      recordings.start(RecordingId(`r${i}`), { voiceLeg: voiceId, call: sipId, stereo: false, tags });
    }
    return { sip, voice, payloadType };
  });
  engine.start();
  const deliver = (transport: NoTransport, payload: Buffer, payloadType: number, k: number, ticks: number) => {
    writeRtpHeader(packet, payloadType, false, k, k * ticks, 7);
    payload.copy(packet, 12);
    transport.onRtp?.(packet, 12 + payload.length, clock.nowMs());
  };
  const tick = (k: number) => {
    clock.step();
    for (const { sip, voice, payloadType } of all) {
      deliver(voice, fromUser[k % 100] as Buffer, 111, k, 960);
      deliver(sip, fromParty[k % 100] as Buffer, payloadType, k, partyClock / 50);
    }
  };
  const ticks = seconds * 50;
  for (let k = 0; k < 50; k++) tick(k);
  const before = process.cpuUsage();
  for (let k = 50; k < 50 + ticks; k++) tick(k);
  const { user, system } = process.cpuUsage(before);
  engine.stop();
  return (user + system) / ticks / calls;
};

/** Microseconds of one pass of a fixed filter: what this machine is worth at this moment. */
const calibrate = (): number => {
  const taps = Float64Array.from({ length: 64 }, (_, i) => Math.sin(i));
  const input = Float64Array.from({ length: 1024 + 64 }, (_, i) => Math.cos(i));
  let sink = 0;
  const passes = 3000;
  const before = process.cpuUsage();
  for (let pass = 0; pass < passes; pass++) {
    for (let i = 0; i < 1024; i++) {
      let sum = 0;
      for (let tap = 0; tap < 64; tap++) sum += (taps[tap] as number) * (input[i + tap] as number);
      sink += sum;
    }
  }
  const { user, system } = process.cpuUsage(before);
  if (Number.isNaN(sink)) throw new Error('the calibration went wrong');
  return (user + system) / passes;
};

const modes: readonly [string, CodecName, number, Extra][] = [
  ['A-law, Opus at 8 kHz', 'alaw', 8000, 'nothing'],
  ['the same with beeps', 'alaw', 8000, 'beeps'],
  ['the same, recorded', 'alaw', 8000, 'recording'],
  ['keys in the voice', 'alaw', 8000, 'keys in the voice'],
  ['G.722, Opus at 16 kHz', 'g722', 16_000, 'nothing'],
  ['Opus passed through', 'opus', 48_000, 'nothing'],
  ['the same, recorded', 'opus', 48_000, 'recording'],
  ['Opus, Opus at 48 kHz', 'opus', 48_000, 'beeps to both'],
];

const rounds = 3;

calibrate();
console.log(`${calls} calls, ${seconds} s, best of ${rounds}, ${codecs.versions.opus}`);
for (const [title, party, rateHz, extra] of modes) {
  if (!codecs.names.includes(party)) continue;
  const results = Array.from({ length: rounds }, () => {
    // The machine's speed changes with what else it does: measured on both sides of each figure.
    const before = calibrate();
    const cost = measure(party, rateHz, extra);
    return { cost, ratio: cost / ((before + calibrate()) / 2) };
  });
  const [best] = results.toSorted((a, b) => a.ratio - b.ratio);
  console.log(`${title.padEnd(24)} ${best?.cost.toFixed(1).padStart(7)} µs  ratio ${best?.ratio.toFixed(2)}`);
}
