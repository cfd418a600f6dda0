import type { Media } from '../../../actors/ports/media.ts';
import type { LegId } from '../../../machines/model/ids.ts';
import type { LegDirectory } from '../thread/leg-directory.ts';

/** The port `Media`: each command goes to the thread of its leg, and is kept for the case that the thread dies. */
export const createMedia = (directory: LegDirectory): Media => {
  const remember = (listener: LegId, speaker: LegId | undefined) => {
    const record = directory.get(listener);
    if (record === undefined) return;
    record.hears = speaker;
    record.music = false;
  };
  return {
    connect(a, b) {
      if (!directory.together(a, b)) return;
      remember(a, b);
      remember(b, a);
      directory.order(a, { type: 'connect', a, b });
    },
    hear(listener, speaker) {
      if (speaker !== undefined && !directory.together(listener, speaker)) return;
      remember(listener, speaker);
      directory.order(listener, { type: 'hear', listener, speaker });
    },
    playTone(leg, tone) {
      const record = directory.get(leg);
      if (record === undefined) return;
      record.tone = tone;
      record.music = false;
      directory.order(leg, { type: 'playTone', leg, tone });
    },
    stopTone(leg) {
      const record = directory.get(leg);
      if (record === undefined) return;
      record.tone = undefined;
      directory.order(leg, { type: 'stopTone', leg });
    },
    playMusic(leg) {
      const record = directory.get(leg);
      if (record === undefined) return;
      record.music = record.hears === undefined;
      directory.order(leg, { type: 'playMusic', leg });
    },
    takesEvents: (leg) => directory.get(leg)?.session?.telephoneEvent !== undefined,
    codecOf: (leg) => directory.get(leg)?.session?.codec.name,
    sendDtmf: (leg, digit, method) => directory.order(leg, { type: 'sendDtmf', leg, digit, method }),
    keyHeard: (leg, digit) => directory.order(leg, { type: 'keyHeard', leg, digit }),
    watch: (leg, listener) => directory.watch(leg, listener),
  };
};
