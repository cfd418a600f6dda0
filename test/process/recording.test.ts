import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import type { BegunRecording } from '../../src/actors/ports/recording-book.ts';
import { Recordings } from '../../src/actors/recordings.ts';
import { openJobs } from '../../src/adapters/jobs/jobs.ts';
import type { Audio } from '../../src/adapters/jobs/recordings/audio-target.ts';
import { RecordingDeliveries } from '../../src/adapters/jobs/recordings/delivery.ts';
import { FluentTexts } from '../../src/adapters/texts/texts.ts';
import { openDatabase } from '../../src/db/database.ts';
import { RecordingBookRepository } from '../../src/db/recording-book-repository.ts';
import { RecordingRepository } from '../../src/db/recording-repository.ts';
import { SegmentRepository } from '../../src/db/segment-repository.ts';
import { CallId, EpochMs, RecordingId } from '../../src/machines/model/ids.ts';
import { byHand } from '../fakes/recorder.ts';
import { temporaryCluster } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { hasOpusTools, readOggOpus } from '../support/ogg-audio.ts';
import { dominantFrequencyHz } from '../support/tones.ts';
import { Running } from './support/running.ts';

const log = pino({ level: 'silent' });
const recording = RecordingId('c1-v1-1');
const label = {
  call: CallId('c1'),
  direction: 'incoming',
  number: '+4930',
  lineName: 'Office',
  startedAt: EpochMs(0),
} as const;
const begun: BegunRecording = {
  ...{ recording, label, order: byHand, startedBy: 'owner', startedAt: EpochMs(0), limitMs: undefined },
};

test.skipIf(!hasOpusTools)(
  'of a host that is killed in the third segment another one delivers both that were closed',
  {
    timeout: 90_000,
  },
  async () => {
    const cluster = await temporaryCluster();
    onTestFinished(() => cluster.stop());
    const root = await mkdtemp(join(tmpdir(), 'siptg-killed-'));
    onTestFinished(() => rm(root, { recursive: true }));
    const [diskOfA, diskOfB] = [join(root, 'a'), join(root, 'b')];
    await Promise.all([mkdir(diskOfA), mkdir(diskOfB)]);
    const database = await openDatabase(cluster.url);
    onTestFinished(() => database.close());

    const a = Running.start('test/process/support/recording-host.ts', {
      ...{ DATABASE_URL: cluster.url, HOST: 'a', RECORDINGS_DIR: diskOfA, RECORDING: JSON.stringify(begun) },
    });
    await a.prints(/^stored/);
    a.signal('SIGKILL');
    await a.exited;
    expect(await readdir(diskOfA)).toEqual(['c1-v1-1.ogg.2']);

    const received: { caption: string; bytes: Buffer }[] = [];
    const receiver = {
      maxBytes: 1_000_000,
      sendAudio: async (_: string, audio: Audio) =>
        void received.push({ caption: audio.caption, bytes: Buffer.concat(await Array.fromAsync(audio.read())) }),
      say: async () => {},
    };
    const jobs = await openJobs({ databaseUrl: cluster.url, host: 'b', log });
    onTestFinished(() => jobs.close());
    const deliveries = new RecordingDeliveries({
      ...{ rows: new RecordingRepository(database), segments: new SegmentRepository(database, 'b'), host: 'b', log },
      ...{ queue: jobs.queues.recordings, uploads: jobs.queues.segments, conversation: receiver, bot: receiver },
      ...{ directory: diskOfB, notDelivered: async () => '', pieceMissing: async () => 'a piece is missing' },
    });
    onTestFinished(() => deliveries.close());
    deliveries.start();
    const recordings = new Recordings({
      recorder: {
        start: () => {},
        pause: () => {},
        resume: () => {},
        stop: async () => undefined,
        watch: () => () => {},
      },
      delivery: deliveries,
      book: new RecordingBookRepository(database, 'b'),
      texts: new FluentTexts(),
      users: { language: async () => undefined },
      clock: { now: () => EpochMs(0) },
      faults: {
        report: (_, error) => {
          throw error;
        },
      },
    });
    await recordings.abandoned('a');
    await eventually(() => expect(received).toHaveLength(1), { timeout: 15_000, interval: 20 });
    const [sent] = received;
    expect(sent?.caption).toMatch(/· 01:00\nRecorded automatically\na piece is missing$/);
    const { seconds, channels, rateHz } = readOggOpus(sent?.bytes ?? Buffer.alloc(0));
    expect(seconds).toBeCloseTo(60 - 0.0065, 4);
    for (const at of [1, 29.8, 31, 59]) {
      const pcm = (channels[0] as Int16Array).subarray(at * rateHz, (at + 0.5) * rateHz);
      expect(dominantFrequencyHz(pcm, rateHz)).toBeCloseTo(600, 0);
    }
  },
);
