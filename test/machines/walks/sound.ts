import type { Media, MediaFact } from '../../../src/actors/ports/media.ts';
import type { LegId } from '../../../src/machines/model/ids.ts';
import type { ToneName } from '../../../src/machines/model/tone.ts';
import { Told } from './told.ts';

/** Tones that go on until they are stopped, and those that a newer tone of any kind but a key's echo ends. */
const endless: ReadonlySet<ToneName> = new Set(['ringback', 'busy', 'congestion', 'second-call', 'reconnection']);
const progress: ReadonlySet<ToneName> = new Set(['ringback', 'busy', 'congestion', 'reconnection']);

/** Who hears whom and what, by the rules of the media plane. */
export class Sound {
  readonly #speakers = new Map<LegId, LegId>();
  readonly #tones = new Map<LegId, Set<ToneName>>();
  readonly #music = new Set<LegId>();
  readonly #facts = new Map<LegId, Told<MediaFact>>();

  readonly port: Media = {
    connect: (a, b) => {
      this.#hear(a, b);
      this.#hear(b, a);
    },
    hear: (listener, speaker) => this.#hear(listener, speaker),
    playTone: (leg, tone) => {
      this.#music.delete(leg);
      const playing = this.tones(leg);
      if (progress.has(tone)) playing.clear();
      else if (tone !== 'key-feedback') for (const older of progress) playing.delete(older);
      if (endless.has(tone)) playing.add(tone);
    },
    stopTone: (leg) => this.tones(leg).clear(),
    playMusic: (leg) => {
      if (!this.#speakers.has(leg)) this.#music.add(leg);
    },
    takesEvents: () => true,
    codecOf: () => 'alaw',
    sendDtmf: () => {},
    keyHeard: () => {},
    watch: (leg, listener) => this.#leg(leg).watch(listener),
  };

  heardBy(leg: LegId): LegId | undefined {
    return this.#speakers.get(leg);
  }

  hasMusic(leg: LegId): boolean {
    return this.#music.has(leg);
  }

  /** Endless tones that play to a leg now. */
  tones(leg: LegId): Set<ToneName> {
    const playing = this.#tones.get(leg) ?? new Set();
    this.#tones.set(leg, playing);
    return playing;
  }

  notice(leg: LegId, fact: MediaFact): void {
    this.#leg(leg).repeat(fact);
  }

  get watchers(): number {
    return [...this.#facts.values()].reduce((sum, { watchers }) => sum + watchers, 0);
  }

  #hear(listener: LegId, speaker: LegId | undefined): void {
    this.#music.delete(listener);
    if (speaker === undefined) this.#speakers.delete(listener);
    else this.#speakers.set(listener, speaker);
  }

  #leg(leg: LegId): Told<MediaFact> {
    const told = this.#facts.get(leg) ?? new Told<MediaFact>();
    this.#facts.set(leg, told);
    return told;
  }
}
