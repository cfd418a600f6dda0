import type { ToneName } from '../../../machines/model/tone.ts';

/** 0 dBm0 is 3.14 dB below the loudest sine of A-law (ITU-T G.711 §4). */
export const peakOfDbm0 = (levelDbm0: number): number => 32767 * 10 ** ((levelDbm0 - 3.14) / 20);

/** A stretch of sound and the silence after it. */
export interface ToneBurst {
  readonly frequenciesHz: readonly number[];
  readonly onMs: number;
  readonly offMs: number;
}

/**
 * progress: tells how a call goes, in place of a voice. beep and warning: heard over a voice, which is lowered meanwhile.
 * key: the echo of a key press. consent: tells both that they are recorded, and is recorded itself.
 */
export type ToneClass = 'progress' | 'beep' | 'warning' | 'key' | 'consent';

export interface ToneSpec {
  readonly class: ToneClass;
  readonly bursts: readonly ToneBurst[];
  /** Forever, or the bursts once. */
  readonly repeats: boolean;
  /** Of each frequency. */
  readonly levelDbm0: number;
  /** Silence before the first burst. */
  readonly delayMs?: number;
}

export type ToneTable = Readonly<Record<ToneName, ToneSpec>>;

const single = (frequencyHz: number, onMs: number, offMs: number): ToneBurst => ({
  frequenciesHz: [frequencyHz],
  onMs,
  offMs,
});

const progress = (...bursts: ToneBurst[]): ToneSpec => ({ class: 'progress', bursts, repeats: true, levelDbm0: -18 });

const reconnectionBurst = (offMs: number): ToneBurst => ({ frequenciesHz: [350, 440], onMs: 100, offMs });

export const defaultTones: ToneTable = {
  ringback: progress(single(425, 800, 3200)),
  busy: progress(single(425, 350, 350)),
  congestion: progress(single(425, 200, 200)),
  // The gap after the third burst belongs to the burst; the 2.4 s of silence follow it.
  reconnection: progress(reconnectionBurst(100), reconnectionBurst(100), reconnectionBurst(100 + 2400)),
  'second-call': { class: 'beep', bursts: [single(425, 200, 4800)], repeats: true, levelDbm0: -18, delayMs: 500 },
  'back-on-line': {
    class: 'warning',
    bursts: [single(950, 80, 0), single(1400, 80, 0)],
    repeats: false,
    levelDbm0: -18,
  },
  'limit-warning': {
    class: 'warning',
    bursts: [single(1400, 100, 100), single(1400, 100, 100)],
    repeats: false,
    levelDbm0: -18,
  },
  consent: { class: 'consent', bursts: [single(1400, 500, 14_500)], repeats: true, levelDbm0: -18 },
  'key-feedback': { class: 'key', bursts: [single(1000, 60, 0)], repeats: false, levelDbm0: -30 },
};
