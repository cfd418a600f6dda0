import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RecorderFact } from '../../../src/actors/ports/recorder.ts';
import type { FilePiece } from '../../../src/adapters/media/record/opus-file.ts';
import { RecordingFile } from '../../../src/adapters/media/record/recording-file.ts';
import { VoiceLegId } from '../../../src/machines/model/ids.ts';
import { withRoomFor } from '../../fakes/full-disk.ts';
import { hasOpusTools, readOggOpus } from '../../support/ogg-audio.ts';
import { tonePieces } from '../delivery/tone-stream.ts';
import { Studio } from './support/studio.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'siptg-segments-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Brings pieces to the disk and tells what became of them. */
const onDisk = async (pieces: Iterable<FilePiece>, openFile?: typeof open) => {
  const [closed, facts] = [[] as number[], [] as RecorderFact[]];
  const listener = {
    fact: (fact: RecorderFact) => void facts.push(fact),
    closed: (no: number) => void closed.push(no),
  };
  const file = new RecordingFile(join(folder, 'r.ogg'), listener, openFile);
  for (const piece of pieces) file.write(piece);
  const ended = await file.end(10_000);
  const names = ['r.ogg', 'r.ogg.1', 'r.ogg.2', 'r.ogg.3', 'r.ogg.4'].slice(0, file.segments);
  return { closed, facts, ended, names, segments: names.map((name) => readFileSync(join(folder, name))) };
};

/** Of the pages on it. */
const lengthMs = (bytes: Buffer, beganMs: number) => {
  const last = bytes.lastIndexOf('OggS');
  return Number(bytes.readBigInt64LE(last + 6)) / 48 - beganMs;
};

test.skipIf(!hasOpusTools)(
  'segments have 30 s, and one after the other they are the one stream, to the byte',
  async () => {
    const pieces = [...tonePieces({ seconds: 95, toneHz: 600 })];
    const { closed, ended, segments } = await onDisk(pieces);
    expect(closed).toEqual([0, 1, 2, 3]);
    expect(ended).toMatchObject({ durationMs: 95_000 });
    expect(segments.map((bytes, no) => lengthMs(bytes, no * 30_000))).toEqual([30_000, 30_000, 30_000, 5_006.5]);
    const joined = Buffer.concat(segments);
    expect(joined.equals(Buffer.concat(pieces.map(({ bytes }) => bytes)))).toBe(true);
    expect(ended?.bytes).toBe(joined.length);
    expect(readOggOpus(joined).seconds).toBe(95);
  },
);

test('a pause ends a segment that is worth it', async () => {
  const studio = new Studio();
  const recording = studio.record({ id: VoiceLegId('nobody') }, studio.party('party', 'alaw'), false);
  const voiceLeg = VoiceLegId('nobody');
  for (const ms of [6_000, 1_000, 3_000, 2_000]) {
    studio.clock.advance(ms);
    studio.recordings.pause(recording);
    studio.recordings.pause(recording);
    studio.recordings.resume(recording, voiceLeg);
  }
  studio.clock.advance(500);
  studio.recordings.stop(recording);
  studio.engine.stop();
  const { closed, segments } = await onDisk(studio.pieces.get(recording) ?? []);
  expect(closed).toEqual([0, 1, 2]);
  expect(segments.map((bytes) => Math.round(lengthMs(bytes, 0) / 100) / 10)).toEqual([6, 12, 12.5]);
});

test('a disk that becomes full in the second segment keeps the first, and the whole pages of the second', async () => {
  let files = 0;
  const full: typeof open = async (...args) => {
    const handle = await open(...args);
    return ++files < 2 ? handle : withRoomFor(3_500, handle);
  };
  const { closed, facts, ended, segments } = await onDisk(tonePieces({ seconds: 65, toneHz: 600, ends: false }), full);
  expect(facts).toEqual([{ type: 'recorder.started' }, { type: 'recorder.failed', why: { kind: 'disk-full' } }]);
  expect(closed).toEqual([0, 1]);
  expect(segments.map(({ length }) => length).reduce((sum, length) => sum + length)).toBe(ended?.bytes);
  expect(lengthMs(segments[1] ?? Buffer.alloc(0), 30_000)).toBe(1_000);
});

test('a disk that is full before anything of the second segment is written leaves no empty file', async () => {
  let files = 0;
  const full: typeof open = async (...args) => {
    const handle = await open(...args);
    if (++files === 2) handle.write = () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }));
    return handle;
  };
  const { closed, ended } = await onDisk(tonePieces({ seconds: 35, toneHz: 600 }), full);
  expect(closed).toEqual([0]);
  expect(readdirSync(folder)).toEqual(['r.ogg']);
  expect(ended?.durationMs).toBe(29_994);
});
