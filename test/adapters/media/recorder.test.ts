import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import type { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { RecorderFact } from '../../../src/actors/ports/recorder.ts';
import { createRecorder } from '../../../src/adapters/media/ports/recorder.ts';
import { RecordingFile } from '../../../src/adapters/media/record/recording-file.ts';
import { type MediaPlane, startMedia } from '../../../src/adapters/media/start-media.ts';
import { LegDirectory } from '../../../src/adapters/media/thread/leg-directory.ts';
import { CallId, RecordingId, UserId, VoiceLegId } from '../../../src/machines/model/ids.ts';
import { withRoomFor } from '../../fakes/full-disk.ts';
import { eventually } from '../../support/eventually.ts';
import { session } from './support/studio.ts';

const patience = { timeout: 15_000, interval: 20 };
const group = UserId(1);
const nobody = VoiceLegId('nobody');
const folder = mkdtempSync(join(tmpdir(), 'siptg-recorder-'));
const folderOf = (name: string) => {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
};
afterAll(() => rmSync(folder, { recursive: true }));

const what = (call: CallId) => ({ voiceLeg: nobody, call, stereo: false, title: 'Pat', performer: 'Office' });
const towardsNobody = session('alaw', { remote: { host: '127.0.0.1', port: 9 } });

describe('the recorder', () => {
  const directory = folderOf('kept');
  let plane: MediaPlane;
  const facts: string[] = [];
  let calls = 0;
  beforeAll(async () => {
    const rtpPorts = { from: 42_400, to: 42_499 };
    plane = await startMedia({ threads: 1, rtpHost: '127.0.0.1', rtpPorts, ice: {}, recordings: { directory } });
  });
  afterAll(() => plane.close());
  afterEach(() => facts.splice(0));

  const start = async (id: string) => {
    const [recording, call] = [RecordingId(id), CallId(`call ${calls++}`)];
    await plane.rtp.open(call, group);
    plane.rtp.apply(call, towardsNobody);
    const tell = (fact: RecorderFact) => facts.push(fact.type === 'recorder.failed' ? fact.why.kind : fact.type);
    plane.recorder.start(recording, what(call));
    plane.recorder.start(recording, what(call));
    plane.recorder.watch(recording, tell);
    return recording;
  };

  test('writes while it runs, and tells the file when it stops', async () => {
    const recording = await start('a/../b');
    await eventually(() => expect(facts).toEqual(['recorder.started']), patience);
    const path = join(directory, 'a%2F..%2Fb.ogg');
    await eventually(() => expect(statSync(path).size).toBeGreaterThan(300), patience);
    plane.recorder.pause(recording);
    plane.recorder.resume(recording, nobody);
    const file = await plane.recorder.stop(recording);
    expect(file).toMatchObject({ path, bytes: statSync(path).size });
    expect(file?.durationMs).toBeGreaterThanOrEqual(1000);
    const bytes = readFileSync(path);
    expect(bytes.lastIndexOf('OggS') + 5).toBeLessThan(bytes.length);
    expect((bytes[bytes.lastIndexOf('OggS') + 5] as number) & 4).toBe(4);
    expect(await plane.recorder.stop(recording)).toBeUndefined();
  });

  test('says so when the disk is full, and leaves nothing', async () => {
    symlinkSync('/dev/full', join(directory, 'full.ogg'));
    const recording = await start('full');
    await eventually(() => expect(facts).toEqual(['disk-full']), patience);
    expect(await plane.recorder.stop(recording)).toBeUndefined();
    expect(readdirSync(directory)).not.toContain('full.ogg');
  });

  test('fails for a call that is not there', async () => {
    const recording = RecordingId('no call');
    plane.recorder.start(recording, what(CallId('gone')));
    plane.recorder.watch(recording, (fact) => facts.push(fact.type));
    await eventually(() => expect(facts).toEqual(['recorder.failed']), patience);
    expect(await plane.recorder.stop(recording)).toBeUndefined();
  });

  test('knows nothing of recordings it was not told of', async () => {
    const unknown = RecordingId('unknown');
    plane.recorder.pause(unknown);
    plane.recorder.resume(unknown, nobody);
    expect(await plane.recorder.stop(unknown)).toBeUndefined();
  });
});

describe('a recorder whose thread dies', () => {
  test('fails, and what was written can still be had; closing finishes the others', async () => {
    const directory = folderOf('dying');
    const threads = new LegDirectory({
      threads: 1,
      thread: { rtpHost: '127.0.0.1', iceAddresses: undefined, icePortRange: undefined },
      log: pino({ level: 'silent' }),
    });
    const recorder = createRecorder(threads, directory, pino({ level: 'silent' }));
    try {
      await threads.ready();
      const [call, recording] = [CallId('call'), RecordingId('one')];
      const record = threads.add(call, group);
      const facts: string[] = [];
      recorder.watch(recording, ({ type }) => facts.push(type));
      recorder.start(recording, what(call));
      const path = join(directory, 'one.ogg');
      await eventually(() => expect(statSync(path).size).toBeGreaterThan(300), patience);
      record.place.thread.kill();
      await eventually(() => expect(facts).toEqual(['recorder.started', 'recorder.failed']), patience);
      expect(await recorder.stop(recording)).toMatchObject({ path, bytes: statSync(path).size });
      await record.place.thread.ready;
      recorder.start(RecordingId('two'), what(call));
      await eventually(() => expect(statSync(join(directory, 'two.ogg')).size).toBeGreaterThan(300), patience);
      await recorder.close();
      const bytes = readFileSync(join(directory, 'two.ogg'));
      expect((bytes[bytes.lastIndexOf('OggS') + 5] as number) & 4).toBe(4);
    } finally {
      await threads.close();
    }
  });
});

describe('a recording on its way to the disk', () => {
  const page = (length: number, endMs: number) => ({ bytes: Buffer.alloc(length, 1), endMs });
  const failing = async (path: string) => {
    const facts: RecorderFact[] = [];
    const file = new RecordingFile(path, { fact: (fact) => facts.push(fact), closed: () => {} });
    file.write(page(100, 1000));
    await eventually(() => expect(facts.length).toBe(1), patience);
    expect(await file.end(1000)).toBeUndefined();
    return facts[0];
  };

  test('fails where the directory is missing, or is none', async () => {
    const why = { kind: 'directory-missing' };
    expect(await failing(join(folder, 'missing', 'a.ogg'))).toEqual({ type: 'recorder.failed', why });
    writeFileSync(join(folder, 'plain'), '');
    expect(await failing(join(folder, 'plain', 'a.ogg'))).toEqual({ type: 'recorder.failed', why });
  });

  test('a disk that takes nothing fails it at 2 MB and delays its end by no more than was allowed', async () => {
    const facts: RecorderFact[] = [];
    const stuck = (() => new Promise(() => {})) as unknown as typeof open;
    const file = new RecordingFile(
      join(folder, 'stuck.ogg'),
      { fact: (fact) => facts.push(fact), closed: () => {} },
      stuck,
    );
    for (let i = 0; i < 21; i++) file.write(page(100_000, i * 1000));
    expect(facts).toEqual([{ type: 'recorder.failed', why: { kind: 'disk-slow' } }]);
    file.write(page(100_000, 30_000));
    expect(await file.end(10)).toBeUndefined();
    expect(facts.length).toBe(1);
  });

  test('a disk that becomes full in the middle keeps the whole pages before', async () => {
    const facts: RecorderFact[] = [];
    const path = join(folder, 'half.ogg');
    const limited = (async (...args: Parameters<typeof open>) => {
      const { open: realOpen } = await import('node:fs/promises');
      return withRoomFor(250, await realOpen(...args));
    }) as typeof open;
    const file = new RecordingFile(path, { fact: (fact) => facts.push(fact), closed: () => {} }, limited);
    for (let i = 1; i <= 3; i++) file.write(page(100, i * 1000));
    await eventually(() => expect(facts.length).toBe(2), patience);
    expect(facts[1]).toEqual({ type: 'recorder.failed', why: { kind: 'disk-full' } });
    expect(await file.end(1000)).toEqual({ path, bytes: 200, durationMs: 2000 });
    expect(statSync(path).size).toBe(200);
  });
});
