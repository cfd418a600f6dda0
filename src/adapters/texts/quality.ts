import type { PoorSound } from '../../machines/model/notices.ts';
import type { Rendering } from './rendering.ts';
import { party } from './words.ts';

/** Product §16, B-10. */
export const quality: Rendering<PoorSound> = {
  poorSound: ({ label, where, loss, jitterMs, mos }, phrase) => ({
    text: phrase(`poor-sound-${where}`, {
      party: party(label, phrase),
      loss: Math.round(loss * 100),
      jitter: Math.round(jitterMs),
      // With one digit, as opinion scores are given.
      mos: Math.round(mos * 10) / 10,
    }),
  }),
};
