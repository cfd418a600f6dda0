import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { RecorderFact } from '../../../src/actors/ports/recorder.ts';
import { RecordingFile } from '../../../src/adapters/media/record/recording-file.ts';
import type { RecordingId } from '../../../src/machines/model/ids.ts';
import { type RecordedSegment, segmentFile } from '../../../src/machines/model/recorded-segment.ts';
import { eventually } from '../../support/eventually.ts';
import { type ToneOptions, tonePieces } from './tone-stream.ts';

export interface RecordedOptions extends ToneOptions {
  readonly recording: RecordingId;
  readonly directory: string;
  readonly closed?: (segment: RecordedSegment) => void;
}

/** Records a tone as the recorder does. Where it does not end, its last segment stays open on the disk. */
export async function record({ recording, directory, closed = () => {}, ...tone }: RecordedOptions) {
  const { run = 0, seconds, ends = true } = tone;
  const path = join(directory, segmentFile({ recording, run, no: 0 }));
  let [isDead, onDisk] = [false, 0];
  const counting: typeof open = async (...args) => {
    const handle = await open(...args);
    const writeTo = handle.write.bind(handle) as (...all: unknown[]) => Promise<{ bytesWritten: number }>;
    handle.write = (async (...all: unknown[]) => {
      const result = await writeTo(...all);
      onDisk += result.bytesWritten;
      return result;
    }) as unknown as typeof handle.write;
    return handle;
  };
  const listener = {
    fact: (fact: RecorderFact) => {
      if (fact.type === 'recorder.failed') throw new Error(fact.why.kind);
    },
    closed: (no: number) => {
      if (!isDead) closed({ recording, run, no });
    },
  };
  const file = new RecordingFile(path, listener, counting);
  const pieces = [...tonePieces(tone)];
  for (const piece of pieces) file.write(piece);
  const bytes = Buffer.concat(pieces.map((piece) => piece.bytes));
  if (ends) {
    const ended = await file.end(10_000);
    if (!ended) throw new Error('nothing was recorded');
    return { file: { ...ended, segments: { run, count: file.segments } }, bytes };
  }
  await eventually(() => expect(onDisk).toBe(bytes.length), { interval: 5 });
  isDead = true;
  onTestFinished(async () => void (await file.end(1_000)));
  const lost = { path, bytes: bytes.length, durationMs: seconds * 1_000, segments: { run, count: undefined } };
  return { file: lost, bytes };
}
