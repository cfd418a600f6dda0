import type { MediaFact } from '../../actors/ports/media.ts';
import type { LegId } from '../../machines/model/ids.ts';
import type { DtmfDigit, ToneName } from '../../machines/model/tone.ts';
import { BusyMeter, type ThreadLoad } from './busy-meter.ts';
import type { MediaClock } from './clock.ts';
import { audibleKey } from './graph/inband-key.ts';
import { composeMusic, MusicPlayer } from './graph/music.ts';
import { defaultTones, type ToneTable } from './graph/tones.ts';
import { Leg, type LegEvents } from './legs/leg.ts';
import type { KeyWay } from './receive/heard-keys.ts';
import type { ReceivedKey } from './receive/key-receiver.ts';
import type { KeyMethod } from './send/key-presses.ts';
import type { LegStatistics } from './statistics.ts';
import { Ticker } from './ticker.ts';
import { LegSums, type MediaTotals } from './totals.ts';

const widestRateHz = 48_000;
/** From this load on, coders take their cheapest way. */
const economyLevel = 2;

export interface EngineListener {
  fact(leg: LegId, fact: MediaFact): void;
  /** Once a second. `totals` is good for the moment only. */
  load(load: ThreadLoad, totals: MediaTotals): void;
  /** Told once of each leg, just before it is closed. */
  ended?(leg: LegId, statistics: LegStatistics): void;
  /** A leg's tick threw: our bug. Told once per leg; it and the others go on. */
  fault(leg: LegId, error: unknown): void;
}

/** Listens to legs beside the calls. */
export interface EngineTap {
  taps(leg: LegId): boolean;
  /** After all legs have made and heard their 20 ms. */
  tick(): void;
  skip(missedMs: number): void;
}

/** All legs of one thread, who hears whom, and the beat that moves the sound. Unknown legs are ignored everywhere. */
export class MediaEngine {
  readonly #clock: MediaClock;
  readonly #listener: EngineListener;
  readonly #tones: ToneTable;
  readonly #music: MusicPlayer;
  readonly #legs = new Map<LegId, Leg>();
  readonly #ticker: Ticker;
  readonly #busy = new BusyMeter();
  readonly #faulty = new WeakSet<Leg>();
  readonly #sums = new LegSums();
  #tap: EngineTap | undefined;
  #passing = false;

  /** `music`: what plays to who is held, mono at 16 kHz; one of our own otherwise. */
  constructor(clock: MediaClock, listener: EngineListener, tones: ToneTable = defaultTones, music = composeMusic()) {
    this.#clock = clock;
    this.#listener = listener;
    this.#tones = tones;
    this.#music = new MusicPlayer(music);
    this.#ticker = new Ticker(
      clock,
      (dueMs) => this.#tick(dueMs),
      (missedMs) => {
        for (const leg of this.#legs.values()) leg.skip(missedMs);
        this.#tap?.skip(missedMs);
      },
    );
  }

  start(): void {
    this.#ticker.start();
  }

  tap(tap: EngineTap): void {
    this.#tap = tap;
  }

  stop(): void {
    this.#ticker.stop();
    for (const id of this.#legs.keys()) this.remove(id);
  }

  /** What a leg is to be given when it is made. */
  eventsOf(id: LegId): LegEvents {
    return {
      fact: (fact) => this.#listener.fact(id, fact),
      key: (key, way) => this.#keyReceived(id, key, way),
    };
  }

  add(leg: Leg): void {
    this.remove(leg.id);
    this.#legs.set(leg.id, leg);
  }

  leg(id: LegId): Leg | undefined {
    return this.#legs.get(id);
  }

  remove(id: LegId): void {
    const leg = this.#legs.get(id);
    if (leg === undefined) return;
    this.#legs.delete(id);
    for (const other of this.#legs.values()) other.outlet.forget(leg);
    this.#sums.ended(leg);
    this.#listener.ended?.(id, leg.statistics(this.#clock.nowMs()));
    leg.close(this.#clock.nowMs());
  }

  connect(a: LegId, b: LegId): void {
    const [one, other] = [this.#legs.get(a), this.#legs.get(b)];
    if (one === undefined || other === undefined || one === other) return;
    one.outlet.hear([other]);
    other.outlet.hear([one]);
    this.settleRates();
  }

  hear(listener: LegId, speaker: LegId | undefined): void {
    const heard = speaker === undefined ? undefined : this.#legs.get(speaker);
    if (speaker !== undefined && heard === undefined) return;
    this.#legs.get(listener)?.outlet.hear(heard === undefined ? [] : [heard]);
    this.settleRates();
  }

  playTone(id: LegId, name: ToneName): void {
    const leg = this.#legs.get(id);
    if (leg === undefined) return;
    if (leg.outlet.speakers.includes(this.#music)) leg.outlet.hear([]);
    leg.outlet.play(this.#tones[name], leg.rateHz);
  }

  stopTone(id: LegId): void {
    this.#legs.get(id)?.outlet.stopTones();
  }

  playMusic(id: LegId): void {
    const leg = this.#legs.get(id);
    if (leg?.outlet.speakers.length === 0) leg.outlet.hear([this.#music]);
  }

  sendDtmf(id: LegId, digit: DtmfDigit, method: KeyMethod): void {
    this.#legs.get(id)?.pressKey(digit, method);
  }

  statistics(id: LegId): LegStatistics | undefined {
    return this.#legs.get(id)?.statistics(this.#clock.nowMs());
  }

  /**
   * Gives each leg that takes any rate the widest one of those it is joined with, so that a plain pair needs no
   * resampling; two that take any speak at full width. A leg alone keeps what it had.
   */
  settleRates(): void {
    for (const leg of this.#legs.values()) {
      if (leg.fixedRateHz !== undefined) continue;
      const joined = this.#joinedWith(leg);
      if (joined.length === 0) continue;
      const rates = joined.map((other) => other.fixedRateHz).filter((rate) => rate !== undefined);
      leg.useRate(rates.length === 0 ? widestRateHz : Math.max(...rates));
    }
  }

  #joinedWith(leg: Leg): Leg[] {
    const others = [...this.#legs.values()].filter((other) => other.outlet.speakers.includes(leg));
    for (const speaker of leg.outlet.speakers) {
      if (speaker instanceof Leg && !others.includes(speaker)) others.push(speaker);
    }
    return others;
  }

  #tick(dueMs: number): void {
    this.#settlePassThrough(dueMs);
    this.#music.pull();
    for (const leg of this.#legs.values()) this.#step(leg, 'pull', dueMs);
    for (const leg of this.#legs.values()) this.#step(leg, 'push', dueMs);
    this.#tap?.tick();
    const { active } = performance.eventLoopUtilization();
    const load = this.#busy.tick(dueMs, active, this.#ticker.ticks, this.#ticker.lateTicks);
    if (load === undefined) return;
    for (const leg of this.#legs.values()) leg.economise(load.level >= economyLevel);
    const { ticks, lateTicks, skips: clockSkips } = this.#ticker;
    this.#listener.load(load, { legs: this.#sums.read(this.#legs.values()), clockSkips, ticks, lateTicks });
  }

  /** Who gets whose packets as they are, and who has to be decoded all the same. */
  #settlePassThrough(dueMs: number): void {
    let passing = false;
    for (const leg of this.#legs.values()) {
      leg.settlePassThrough(dueMs);
      passing ||= leg.passedOn !== undefined;
    }
    // The common case: nobody is passed on, and nobody was.
    if (!passing && !this.#passing) return;
    this.#passing = passing;
    const legs = [...this.#legs.values()];
    for (const leg of legs) {
      const listeners = legs.filter((listener) => listener.passedOn === leg);
      if (listeners.length === 0) {
        leg.prepare(listeners, true, dueMs);
        continue;
      }
      const mixed = legs.some((listener) => listener.passedOn !== leg && listener.outlet.speakers.includes(leg));
      leg.prepare(listeners, mixed || leg.listensForKeys || this.#tap?.taps(leg.id) === true, dueMs);
    }
  }

  #step(leg: Leg, step: 'pull' | 'push', dueMs: number): void {
    try {
      leg[step](dueMs);
    } catch (error) {
      if (this.#faulty.has(leg)) return;
      this.#faulty.add(leg);
      this.#listener.fault(leg.id, error);
    }
  }

  /** A key pressed by a peer goes on as a key where the listener takes keys, and as sound, if it is not that already. */
  #keyReceived(id: LegId, key: ReceivedKey, way: KeyWay): void {
    const speaker = this.#legs.get(id);
    if (speaker === undefined || key === 'flash') return;
    // Who told it by signalling knows it already.
    if (way !== 'info') this.#listener.fact(id, { type: 'key.heard', digit: key });
    for (const leg of this.#legs.values()) {
      if (!leg.outlet.speakers.includes(speaker)) continue;
      if (leg.takesKeyEvents) leg.pressKey(key, 'rfc2833');
      else if (way !== 'voice') leg.outlet.play(audibleKey(key), leg.rateHz);
    }
  }
}
