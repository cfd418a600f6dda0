import type { CallNotices } from '../actors/call-notices.ts';
import type { CallQuality } from '../actors/call-quality.ts';
import type { CallMeter } from '../actors/ports/call-meter.ts';
import type { Media } from '../actors/ports/media.ts';
import type { CallId, VoiceLegId } from '../machines/model/ids.ts';

type Told = Pick<CallNotices, 'say' | 'show' | 'unshow' | 'conclude'>;

/** What softphones tell their users, from which is seen when calls are over and when they are lost too often. */
export const watchedNotices = <Notices extends Told>(
  notices: Notices,
  { quality, meter }: { quality: Pick<CallQuality, 'concluded'>; meter: Pick<CallMeter, 'reconnection'> },
): Told => ({
  say(user, notice) {
    // For this loss no window opens.
    if (notice.kind === 'notRestored' && notice.why === 'too-often') meter.reconnection('lost');
    notices.say(user, notice);
  },
  show: (user, call, slot, notice) => notices.show(user, call, slot, notice),
  unshow: (user, call, slot) => notices.unshow(user, call, slot),
  conclude(user, label, cause, talkedMs) {
    notices.conclude(user, label, cause, talkedMs);
    quality.concluded(user, label, talkedMs !== undefined);
  },
});

/** Of softphones: the first leg is the user's. */
export const watchedJoins = (media: Media, quality: Pick<CallQuality, 'joined'>): Media => ({
  ...media,
  connect(voiceLeg, call) {
    media.connect(voiceLeg, call);
    quality.joined(voiceLeg as VoiceLegId, call as CallId);
  },
});
