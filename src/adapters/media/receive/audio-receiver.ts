import type { AudioCodec } from '../codecs/codec.ts';
import { longestPacketMs } from '../codecs/codec.ts';
import type { RtpFields } from '../rtp.ts';
import { ComfortNoise } from './comfort-noise.ts';
import { Concealer } from './concealer.ts';
import { DelayEstimator } from './delay-estimator.ts';
import type { PacketKind, RingSlot } from './packet-ring.ts';
import { PacketRing } from './packet-ring.ts';
import { PcmQueue } from './pcm-queue.ts';

const frameMs = 20;
/**
 * A playing delay below `least` or above `least + 20 + slack` is corrected: 20 ms is the grain of packets against ticks.
 * Long delays are kept around the need, short ones above it, where a packet too late is the rule and not the exception.
 */
const leastDelayMs = (neededMs: number) => Math.max(0.84 * neededMs, Math.min(neededMs, 10));
const slackMs = 3;
const correctionPauseMs = 100;
const absurdBacklogMs = 400;
/** After this long without a packet it is silence, by mute or suppression, and no longer loss. */
const lossLimitMs = 100;
const warmUpPackets = 2;
const lossMemoryMs = 10_000;

/** What happened to one incoming stream, counted since the leg began. */
export interface ReceiverCounters {
  packets: number;
  late: number;
  duplicate: number;
  absurd: number;
  malformed: number;
  playedMs: number;
  fecMs: number;
  concealedMs: number;
  noiseMs: number;
  corrections: number;
  dropped: number;
}

export const noReceiverCounters = (): ReceiverCounters => ({
  packets: 0,
  late: 0,
  duplicate: 0,
  absurd: 0,
  malformed: 0,
  playedMs: 0,
  fecMs: 0,
  concealedMs: 0,
  noiseMs: 0,
  corrections: 0,
  dropped: 0,
});

/**
 * Turns the packets of one stream, which come irregularly, twice or never, into 20 ms of sound each time it is asked: the
 * jitter buffer with decoder and concealment. It has no timer and no clock of its own.
 */
export class AudioReceiver {
  readonly counters: ReceiverCounters;
  readonly #startDelayMs: number;
  readonly #ring = new PacketRing();
  readonly #delay = new DelayEstimator();
  readonly #noise = new ComfortNoise();
  #codec: AudioCodec;
  #queue: PcmQueue;
  #concealer: Concealer;
  #decoded: Int16Array;
  #frameSamples: number;
  /** RTP time of the next sample to be decoded. */
  #nextTimestamp = 0;
  /** Samples made up while nothing was there: they stand for a loss, or they delay what comes late. */
  #bridgedSamples = 0;
  /** The sender told why there is no sound: it is neither missing nor to be continued. */
  #quiet = false;
  #lastCorrectionMs = -Infinity;
  #catchUp = false;
  #lastLossMs = -Infinity;
  #packetMs = frameMs;
  #decoding = true;
  /** Gets each packet of sound when its turn has come, with its duration in ticks of the RTP clock. */
  onPlay: ((slot: RingSlot, durationTicks: number) => void) | undefined;

  constructor(codec: AudioCodec, startDelayMs: number, counters = noReceiverCounters()) {
    this.#codec = codec;
    this.counters = counters;
    this.#startDelayMs = startDelayMs;
    this.#frameSamples = (codec.rateHz * frameMs) / 1000;
    this.#queue = new PcmQueue(codec.rateHz);
    this.#concealer = new Concealer(codec.rateHz);
    this.#decoded = new Int16Array((codec.rateHz * longestPacketMs) / 1000);
  }

  get codec(): AudioCodec {
    return this.#codec;
  }

  insert(fields: RtpFields, packet: Buffer, kind: PacketKind, nowMs: number): void {
    this.counters.packets++;
    const insertion = this.#ring.insert(fields, packet, kind, nowMs);
    if (insertion === 'late' || insertion === 'duplicate' || insertion === 'absurd') {
      this.counters[insertion]++;
      if (insertion !== 'late') return;
    }
    if (insertion === 'restarted') this.#delay.reset();
    // A key press carries the timestamp of its beginning in every packet, so its lateness says nothing.
    if (kind !== 'event') {
      const timestamp = this.#ring.highestTimestamp + ((fields.timestamp - this.#ring.highestTimestamp) | 0);
      this.#delay.arrived(nowMs - this.#toMs(timestamp), nowMs);
    }
  }

  /** Writes the next 20 ms; `nowMs` is when the tick was due. */
  pull(nowMs: number, out: Int16Array): void {
    const samples = this.#frameSamples;
    if (this.#ring.next === undefined && !this.#begin(nowMs)) {
      this.#queue.take(out, samples);
      return;
    }
    this.#dropBacklog(nowMs);
    this.#correct(nowMs);
    while (this.#queue.samples < samples) this.#produce(nowMs);
    this.#queue.take(out, samples);
    this.counters.playedMs += frameMs;
  }

  /** How long the sound taken next has waited beyond the shortest transit. */
  delayMs(nowMs: number): number {
    return nowMs + this.#queue.ms - (this.#toMs(this.#nextTimestamp) + this.#delay.baseMs);
  }

  targetMs(nowMs: number): number {
    return Math.max(frameMs, this.#delay.neededMs(nowMs));
  }

  get playing(): boolean {
    return this.#ring.next !== undefined;
  }

  /** How much is decoded and waits for later ticks. */
  get aheadMs(): number {
    return this.#queue.ms;
  }

  get packetMs(): number {
    return this.#packetMs;
  }

  /** Without decoding, packets take their turns in silence: for streams that are passed on and that nobody here hears. */
  set decoding(on: boolean) {
    if (on && !this.#decoding) this.#warmUp();
    this.#decoding = on;
  }

  /** The same stream decoded at another rate. The new decoder is warmed up with the last packets, so that it does not click. */
  recode(codec: AudioCodec): void {
    this.#codec = codec;
    this.#frameSamples = (codec.rateHz * frameMs) / 1000;
    this.#queue = new PcmQueue(codec.rateHz);
    this.#concealer = new Concealer(codec.rateHz);
    this.#decoded = new Int16Array((codec.rateHz * longestPacketMs) / 1000);
    this.#bridgedSamples = 0;
    this.#warmUp();
  }

  /** What waits of the last packet is sound again. */
  #warmUp(): void {
    let samples = 0;
    for (const slot of this.#ring.played(warmUpPackets)) {
      samples = this.#codec.decode(slot.payload, slot.length, this.#decoded);
      this.#concealer.heard(this.#decoded, samples);
    }
    if (samples > 0 && this.#queue.samples <= samples) this.#queue.replace(this.#decoded, samples);
  }

  /** Time was given up: sound beyond the needed delay is dropped at the next tick instead of being played faster. */
  catchUp(): void {
    this.#catchUp = true;
  }

  /** Another sender, or the same one anew: what was known of its timing means nothing any more. */
  restart(): void {
    this.#ring.clear();
    this.#delay.reset();
  }

  #begin(nowMs: number): boolean {
    const first = this.#ring.first();
    if (first === undefined || nowMs - first.arrivalMs < this.#startDelayMs - frameMs) return false;
    this.#ring.next = first.sequence;
    this.#nextTimestamp = first.timestamp;
    this.#bridgedSamples = 0;
    return true;
  }

  #dropBacklog(nowMs: number): void {
    const needed = this.#delay.neededMs(nowMs);
    const limitMs = this.#catchUp ? needed + frameMs : absurdBacklogMs;
    this.#catchUp = false;
    const backlogMs = this.#queue.ms + this.#toMs(this.#ring.highestTimestamp - this.#nextTimestamp);
    if (backlogMs <= limitMs || this.delayMs(nowMs) <= limitMs) return;
    this.#queue.clear();
    for (let slot = this.#ring.first(); slot !== undefined; slot = this.#ring.first()) {
      this.#nextTimestamp = slot.timestamp;
      if (this.delayMs(nowMs) <= needed + frameMs) break;
      this.#ring.passed(slot);
      this.counters.dropped++;
    }
    this.#bridgedSamples = 0;
  }

  /** At most one pitch period in 100 ms towards the needed delay. */
  #correct(nowMs: number): void {
    if (nowMs - this.#lastCorrectionMs < correctionPauseMs) return;
    const least = this.#leastDelayMs(nowMs);
    const most = least + frameMs + slackMs;
    const delay = this.delayMs(nowMs);
    const leftoverMs = this.#queue.ms % frameMs;
    // What counts for being in time is the delay without the part of a packet that is left over from the last tick.
    const margin = delay - leftoverMs;
    let changed = 0;
    if (margin > most || (delay > most && leftoverMs > slackMs)) {
      this.#fetch(this.#queue.neededToAccelerate);
      const trim = margin > most ? Infinity : this.#toSamples(leftoverMs);
      changed = this.#queue.accelerate(trim);
    } else if (margin < least && this.#bridgedSamples === 0) {
      this.#fetch(this.#queue.neededToStretch);
      changed = this.#queue.stretch(this.#toSamples(Math.max(slackMs, frameMs - leftoverMs + 1)));
    }
    if (changed === 0) return;
    this.#lastCorrectionMs = nowMs;
    this.counters.corrections++;
  }

  /** Where losses are to be recovered from the packet behind, that one must be there in time. */
  #leastDelayMs(nowMs: number): number {
    const recovering = this.#codec.recovers && nowMs - this.#lastLossMs < lossMemoryMs;
    return leastDelayMs(this.#delay.neededMs(nowMs)) + (recovering ? this.#packetMs : 0);
  }

  /** Decodes what is there in sequence, without making anything up. */
  #fetch(samples: number): void {
    while (this.#queue.samples < samples) {
      const slot = this.#ring.first();
      if (slot === undefined || slot.kind !== 'audio' || slot.sequence !== this.#ring.next) return;
      if (slot.timestamp !== this.#nextTimestamp) return;
      this.#play(slot);
    }
  }

  /** Adds sound to the queue: decoded, recovered, concealed or noise. */
  #produce(nowMs: number): void {
    const slot = this.#ring.first();
    if (slot === undefined) return this.#bridge();
    const gap = slot.timestamp - this.#nextTimestamp;
    const lost = slot.sequence - (this.#ring.next as number);
    if (lost > 0) this.#lastLossMs = nowMs;
    if (gap > 0 && this.#bridgedSamples > 0 && lost > 0) return this.#settleBridge(gap);
    if (slot.kind !== 'audio') {
      this.#quiet = true;
      if (slot.kind === 'noise' && slot.length > 0) this.#noise.announced(slot.payload[0] as number);
      return this.#ring.passed(slot);
    }
    const gapMs = this.#toMs(gap);
    if (gap <= 0 || Math.abs(gapMs) > 60_000) {
      this.#nextTimestamp = slot.timestamp;
      return this.#play(slot);
    }
    if (lost === 0 || gapMs > lossLimitMs + lost * longestPacketMs) return this.#pause(slot, nowMs);
    return this.#recover(slot, lost, gap);
  }

  #play(slot: RingSlot): void {
    const samples = this.#decoding
      ? this.#codec.decode(slot.payload, slot.length, this.#decoded)
      : Math.min(this.#decoded.length, this.#codec.packetSamples(slot.payload, slot.length));
    this.#ring.passed(slot);
    this.#bridgedSamples = 0;
    this.#quiet = false;
    if (samples === 0) {
      this.counters.malformed++;
      return;
    }
    this.#packetMs = (samples * 1000) / this.#codec.rateHz;
    this.onPlay?.(slot, this.#toTicks(samples));
    if (!this.#decoding) {
      this.#decoded.fill(0, 0, samples);
      return this.#append(samples);
    }
    this.#concealer.heard(this.#decoded, samples);
    this.#noise.heard(this.#decoded, samples);
    this.#append(samples);
  }

  /** Nothing is there: the sound goes on by itself for a while. */
  #bridge(): void {
    const bridgedMs = (this.#bridgedSamples * 1000) / this.#codec.rateHz;
    this.#bridgedSamples += this.#conceal(!this.#quiet && bridgedMs < lossLimitMs, this.#frameSamples);
  }

  /** A later packet came: what was made up meanwhile stands in for the missing ones. */
  #settleBridge(gap: number): void {
    const settled = Math.min(this.#bridgedSamples, this.#toSamples(this.#toMs(gap)));
    this.#bridgedSamples = 0;
    this.#nextTimestamp += this.#toTicks(settled);
  }

  /** The sender was silent and begins again: it is heard as late as the stream needs, not later. */
  #pause(slot: RingSlot, nowMs: number): void {
    const dueMs = this.#toMs(slot.timestamp) + this.#delay.baseMs + this.#delay.neededMs(nowMs);
    if (nowMs + this.#queue.ms >= dueMs || slot.timestamp - this.#nextTimestamp < this.#toTicks(1)) {
      this.#nextTimestamp = slot.timestamp;
      this.#ring.next = slot.sequence;
      return;
    }
    const samples = Math.min(this.#frameSamples, this.#toSamples(this.#toMs(slot.timestamp - this.#nextTimestamp)));
    this.#conceal(false, Math.max(1, samples));
    this.#nextTimestamp += this.#toTicks(Math.max(1, samples));
  }

  #recover(slot: RingSlot, lost: number, gap: number): void {
    const gapSamples = this.#toSamples(this.#toMs(gap));
    const fec =
      this.#decoding && lost === 1 && gapSamples <= this.#decoded.length
        ? this.#codec.decodeFec(slot.payload, slot.length, this.#decoded, gapSamples)
        : 0;
    if (fec > 0) {
      this.counters.fecMs += (fec * 1000) / this.#codec.rateHz;
      this.#concealer.heard(this.#decoded, fec);
      this.#append(fec);
      this.#ring.next = slot.sequence;
      this.#nextTimestamp = slot.timestamp;
      return;
    }
    const concealed = this.#conceal(true, Math.min(this.#frameSamples, Math.max(1, gapSamples)));
    this.#nextTimestamp += this.#toTicks(concealed);
  }

  #conceal(asLoss: boolean, samples: number): number {
    const ms = (samples * 1000) / this.#codec.rateHz;
    if (!this.#decoding) this.#decoded.fill(0, 0, samples);
    else if (!asLoss) {
      this.counters.noiseMs += ms;
      this.#noise.fill(this.#decoded, samples);
    } else {
      this.counters.concealedMs += ms;
      const byCodec = this.#codec.conceals && this.#codec.decode(undefined, 0, this.#decoded) >= samples;
      if (!byCodec) this.#concealer.conceal(this.#decoded, samples);
    }
    this.#queue.append(this.#decoded, samples);
    return samples;
  }

  #append(samples: number): void {
    this.#queue.append(this.#decoded, samples);
    this.#nextTimestamp += this.#toTicks(samples);
  }

  #toMs(ticks: number): number {
    return (ticks * 1000) / this.#codec.rtpClockHz;
  }

  #toTicks(samples: number): number {
    return (samples * this.#codec.rtpClockHz) / this.#codec.rateHz;
  }

  #toSamples(ms: number): number {
    return Math.round((ms * this.#codec.rateHz) / 1000);
  }
}
