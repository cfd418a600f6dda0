import type { RecordingOrder } from '../machines/model/recording-order.ts';
import type { Line } from './ports/lines.ts';
import type { Plan } from './ports/plans.ts';

/** How a call on this line is recorded (product §8). Without the right nothing is recorded by itself. */
export const recordingOrder = (
  { user, owner, recordingsChat, recordingStereo, recording }: Line,
  plan: Plan,
  language: string | undefined,
): RecordingOrder => {
  const automatic = recording && plan.recording;
  return {
    user,
    owner,
    language,
    chat: recordingsChat,
    stereo: recordingStereo,
    automatic,
    locked: automatic && user !== owner && recordingsChat !== undefined,
    limitMs: plan.recording ? undefined : plan.fragmentMs,
  };
};
