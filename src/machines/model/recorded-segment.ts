import { RecordingId } from './ids.ts';

/**
 * A piece of a recording that is closed: at most 30 s of it, whole pages of one Ogg/Opus stream. Each host that went on with a
 * recording wrote a stream of its own, a run; a number alone would be given twice, for nobody knows how far a host came whose
 * last pieces are on its own disk.
 */
export interface RecordedSegment {
  readonly recording: RecordingId;
  /** From 0; how often another host has gone on with the recording. */
  readonly run: number;
  /** Within the run, from 0, without gaps. */
  readonly no: number;
}

/** How its file is called. What a recording is called may come from outside, and is no path. */
export const segmentFile = ({ recording, run, no }: RecordedSegment): string =>
  `${encodeURIComponent(recording)}${run === 0 ? '' : `@${run}`}.ogg${no === 0 ? '' : `.${no}`}`;

/** Undefined: no file of a segment is called so. */
export function segmentOfFile(name: string): RecordedSegment | undefined {
  const [, recording, run = '0', no = '0'] = /^([^@]+)(?:@([1-9]\d{0,8}))?\.ogg(?:\.([1-9]\d{0,8}))?$/.exec(name) ?? [];
  if (recording === undefined) return undefined;
  try {
    return { recording: RecordingId(decodeURIComponent(recording)), run: Number(run), no: Number(no) };
  } catch {
    return undefined;
  }
}
