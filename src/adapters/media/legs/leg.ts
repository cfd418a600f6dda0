import type { MediaFact } from '../../../actors/ports/media.ts';
import type { LegId } from '../../../machines/model/ids.ts';
import type { DtmfDigit } from '../../../machines/model/tone.ts';
import { usualComplexity } from '../codecs/codec.ts';
import { eventOfDigit } from '../dtmf.ts';
import { writeInbandKey } from '../graph/inband-key.ts';
import { Outlet, type Speaker } from '../graph/outlet.ts';
import { Liveness } from '../liveness.ts';
import type { PacketTransport } from '../packet-transport.ts';
import { type AudioReceiver, noReceiverCounters } from '../receive/audio-receiver.ts';
import type { KeyWay } from '../receive/heard-keys.ts';
import type { ReceivedKey } from '../receive/key-receiver.ts';
import type { PacketKind, RingSlot } from '../receive/packet-ring.ts';
import { Reception } from '../reception.ts';
import { RtcpReporter } from '../rtcp-reporter.ts';
import { noRtpFields, type RtpFields, readRtp } from '../rtp.ts';
import { AudioSender } from '../send/audio-sender.ts';
import { type KeyMethod, KeyPresses, type PressedKey } from '../send/key-presses.ts';
import { estimateMos, type LegStatistics, LevelMeter } from '../statistics.ts';
import type { LegKind, LegTotals, Tallied } from '../totals.ts';
import { PassThrough } from './pass-through.ts';

const longestFrame = 960;
/** A leg that has met nobody yet: wide enough for announcements, cheap enough to wait with. */
const idleRateHz = 16_000;

export interface LegEvents {
  fact(fact: MediaFact): void;
  /** The peer pressed a key; told once, however it came. */
  key(key: ReceivedKey, way: KeyWay): void;
}

/**
 * Somebody who is heard and who hears: one incoming stream, one outgoing stream, and between them the mixer's outlet.
 * Each tick `pull` is called on all legs, then `push` on all, so that no leg hears another one tick later than a third does.
 */
export abstract class Leg implements Speaker, Tallied {
  readonly id: LegId;
  readonly outlet = new Outlet();
  readonly frame = new Int16Array(longestFrame);
  /** Of what others hear of this leg. */
  rateHz = idleRateHz;
  protected readonly transport: PacketTransport;
  protected readonly events: LegEvents;
  protected readonly sender: AudioSender;
  protected readonly reception = new Reception();
  protected readonly liveness: Liveness;
  protected readonly counters = noReceiverCounters();
  protected receiver: AudioReceiver | undefined;
  protected refused = 0;
  protected keysReceived = 0;
  readonly #keys = new KeyPresses();
  readonly #passThrough = new PassThrough();
  #passesTo: readonly Leg[] = [];
  readonly #rtcp: RtcpReporter;
  readonly #fields = noRtpFields();
  readonly #out = new Int16Array(longestFrame);
  readonly #levelIn = new LevelMeter();
  readonly #levelOut = new LevelMeter();
  #ticks = 0;

  constructor(id: LegId, transport: PacketTransport, ssrc: number, events: LegEvents) {
    this.id = id;
    this.transport = transport;
    this.events = events;
    this.sender = new AudioSender(transport, ssrc);
    this.#rtcp = new RtcpReporter(transport, this.sender, this.reception);
    this.liveness = new Liveness((fact) => events.fact(fact));
    transport.onRtp = (packet, length, nowMs) => {
      if (!readRtp(packet, length, this.#fields) || !this.receive(this.#fields, packet, nowMs)) this.refused++;
    };
    transport.onRtcp = (packet, length, nowMs) => {
      if (this.#rtcp.received(packet, length, nowMs)) this.sender.format?.codec.expectLoss(this.#rtcp.lossPercent);
    };
    transport.onAlive = (nowMs) => this.liveness.alive(nowMs);
  }

  abstract get kind(): LegKind;
  /** Undefined: takes any rate, as Opus does. */
  abstract get fixedRateHz(): number | undefined;
  /** Keys can be told to the peer beside the sound (RFC 4733). */
  abstract get takesKeyEvents(): boolean;
  /** The peer's sound of this moment looks like a key press. */
  abstract get keySounding(): boolean;
  /** Keys may come in the peer's voice, so that it has to be listened to. */
  abstract get listensForKeys(): boolean;
  /** The rate of the sound inside, both ways, for legs that take any. */
  abstract useRate(rateHz: number): void;

  /** Whose packets this leg gets as they are, in this tick. */
  get passedOn(): Leg | undefined {
    return this.#passThrough.source;
  }

  /** Before each tick: whether to pass on packets, and whose. */
  settlePassThrough(dueMs: number): void {
    const plain = this.outlet.plainSpeaker;
    const canPass = plain instanceof Leg && this.sends && this.#keys.idle && this.#sameFormat(plain, dueMs);
    this.#passThrough.settle(canPass ? plain : undefined, dueMs);
  }

  /** Before each tick: who gets this leg's packets, and whether anybody here needs its sound as well. */
  prepare(listeners: readonly Leg[], heard: boolean, dueMs: number): void {
    this.#passesTo = listeners;
    const receiver = this.activeReceiver(dueMs);
    if (receiver === undefined) return;
    receiver.onPlay = listeners.length === 0 ? undefined : this.#passOn;
    receiver.decoding = heard || listeners.length === 0;
  }

  /** Makes the 20 ms that others hear of this leg. */
  pull(dueMs: number): void {
    const receiver = this.activeReceiver(dueMs);
    if (receiver === undefined) {
      this.frame.fill(0);
      return;
    }
    this.rateHz = receiver.codec.rateHz;
    receiver.pull(dueMs, this.frame);
    this.#levelIn.add(this.frame, this.rateHz / 50);
  }

  /** Sends the 20 ms this leg hears. */
  push(dueMs: number): void {
    if (this.passedOn === undefined) this.#mixAndSend();
    else this.sender.relayed(this.passedOn.receiver?.aheadMs ?? 0);
    this.#rtcp.tick(dueMs);
    this.liveness.tick(dueMs);
    if (++this.#ticks % 50 === 0) {
      this.#levelIn.read();
      this.#levelOut.read();
    }
  }

  #mixAndSend(): void {
    const rateHz = this.sender.format?.codec.rateHz ?? this.rateHz;
    // A key that was heard goes on as an event: as sound too, the peer would count it twice.
    this.outlet.mix(this.#out, rateHz, this.takesKeyEvents);
    const key = this.#keys.tick();
    if (!this.sends) this.sender.pass();
    else if (key?.method === 'rfc2833' && this.takesKeyEvents) this.sendKeyEvent(key);
    else {
      if (key !== undefined) writeInbandKey(this.#out, rateHz, key.digit, key.elapsedMs, KeyPresses.pressMs);
      this.sender.send(this.#out);
    }
    this.#levelOut.add(this.#out, rateHz / 50);
  }

  /** Both Opus, in packets of the length this leg's peer wants. */
  #sameFormat(speaker: Leg, dueMs: number): boolean {
    const format = this.sender.format;
    const receiver = speaker.activeReceiver(dueMs);
    return format?.codec.name === 'opus' && receiver?.codec.name === 'opus' && receiver.packetMs === format.ptimeMs;
  }

  readonly #passOn = (slot: RingSlot, durationTicks: number): void => {
    for (const listener of this.#passesTo) listener.sender.relay(slot, durationTicks);
  };

  /** Ticks that did not happen. */
  skip(missedMs: number): void {
    this.sender.skip(missedMs);
    this.receiver?.catchUp();
  }

  /** The thread is short of time: code cheaply, or as well as usual again. */
  economise(on: boolean): void {
    this.sender.format?.codec.setComplexity(on ? 0 : usualComplexity);
  }

  /** Where events were not negotiated, the key is sound in any case. */
  pressKey(digit: DtmfDigit, method: KeyMethod): void {
    this.#keys.enqueue(digit, method);
  }

  statistics(nowMs: number): LegStatistics {
    const codec = this.receiver?.codec ?? this.sender.format?.codec;
    const { playedMs, concealedMs, fecMs, noiseMs, late, duplicate, corrections } = this.counters;
    const delayMs = this.receiver?.playing === true ? this.receiver.delayMs(nowMs) : 0;
    const clockRateHz = codec?.rtpClockHz ?? 8000;
    const concealedPercent = (concealedMs * 100) / Math.max(1, playedMs);
    return {
      kind: this.kind,
      codec: codec?.name,
      rateHz: this.rateHz,
      packetsSent: this.sender.packets,
      packetsReceived: this.counters.packets,
      lost: this.reception.lostInAll,
      late,
      duplicate,
      refused: this.refusedPackets,
      fecMs,
      concealedMs,
      noiseMs,
      corrections,
      targetDelayMs: this.receiver?.targetMs(nowMs) ?? 0,
      delayMs,
      jitterMs: this.reception.jitterMs(clockRateHz),
      roundTripMs: this.#rtcp.roundTripMs,
      peerLossPercent: this.#rtcp.lossPercent,
      peerLost: this.#rtcp.lost,
      levelInDbfs: this.#levelIn.levelDbfs,
      levelOutDbfs: this.#levelOut.levelDbfs,
      keysReceived: this.keysReceived,
      mos: estimateMos(codec?.name ?? 'alaw', concealedPercent, delayMs + (this.#rtcp.roundTripMs ?? 0) / 2),
    };
  }

  /** Once a second: makes nothing, and looks at nothing but counters. */
  tally(to: LegTotals): void {
    const { counters, transport } = this;
    const { unauthenticated, replayed, sendErrors } = transport.troubles;
    to.packetsIn += counters.packets;
    to.packetsOut += this.sender.packets;
    to.lostIn += this.reception.lostInAll;
    to.lostOut += this.#rtcp.lost;
    to.late += counters.late;
    to.duplicate += counters.duplicate;
    to.refused += this.refusedPackets;
    to.unauthenticated += unauthenticated;
    to.replayed += replayed;
    to.sendErrors += sendErrors;
    to.fecMs += counters.fecMs;
    to.concealedMs += counters.concealedMs;
    to.noiseMs += counters.noiseMs;
    to.corrections += counters.corrections;
  }

  /** Says goodbye and frees everything. */
  close(nowMs: number): void {
    this.#rtcp.goodbye(nowMs);
    this.transport.close();
    this.receiver?.codec.free();
    this.sender.format?.codec.free();
    this.receiver = undefined;
    this.sender.use(undefined);
  }

  /** False: not of this leg. */
  protected abstract receive(fields: RtpFields, packet: Buffer, nowMs: number): boolean;
  /** The session lets us send now. */
  protected abstract get sends(): boolean;

  protected get refusedPackets(): number {
    return this.refused;
  }

  /** Who makes the sound of this tick. */
  protected activeReceiver(_dueMs: number): AudioReceiver | undefined {
    return this.receiver;
  }

  /** Legs without key events never get here. */
  protected sendKeyEvent(_key: PressedKey): void {
    this.sender.pass();
  }

  protected sendEvent(key: PressedKey, payloadType: number, clockRateHz: number): void {
    const { elapsedMs, first, last } = key;
    this.sender.sendKey({ payloadType, event: eventOfDigit(key.digit), clockRateHz, elapsedMs, first, last });
  }

  /** Sound of a stream that was accepted. */
  protected hear(fields: RtpFields, packet: Buffer, kind: PacketKind, receiver: AudioReceiver, nowMs: number): void {
    this.reception.arrived(fields, receiver.codec.rtpClockHz, nowMs);
    receiver.insert(fields, packet, kind, nowMs);
    this.liveness.heard(nowMs);
  }
}
