import type { AudioCodec, RecordingCoder } from './codec.ts';

/** One implementation of Opus that was found. */
export interface OpusLibrary {
  readonly version: string;
  create(rateHz: number): AudioCodec;
  createRecordingCoder(rateHz: number, channels: 1 | 2): RecordingCoder;
}
