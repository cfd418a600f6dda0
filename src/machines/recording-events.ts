import type { CallId, VoiceLegId } from './model/ids.ts';
import type { RecordingState } from './model/notices.ts';
import type { RecorderFault } from './model/recording-faults.ts';

/** What the recorder tells of a file. */
export type RecorderFact =
  | { type: 'recorder.started' }
  | { type: 'recorder.full' }
  | { type: 'recorder.failed'; why: RecorderFault };

/** What a softphone tells the recordings of its calls. */
export type RecordingCommand =
  /** From now on user and party hear each other, by this voice leg. */
  | { type: 'resume'; voiceLeg: VoiceLegId }
  /** No longer: the party is held, or the voice leg is away. */
  | { type: 'pause' }
  | { type: 'record'; wanted: 'start' | 'stop' }
  /** The call is over, or the user has left it. */
  | { type: 'finish' };

/** What a recording reports to its softphone. */
export type RecordingReport = { type: 'recording.shows'; call: CallId; button: RecordingState };
