/**
 * A host that records 75 s of a tone at once and then goes on living, for tests that kill it. DATABASE_URL; HOST; RECORDINGS_DIR;
 * RECORDING: the JSON of what is begun. Says `stored` when what it closed is where every host can read it, and
 * no longer here.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import type { BegunRecording } from '../../../src/actors/ports/recording-book.ts';
import { openJobs } from '../../../src/adapters/jobs/jobs.ts';
import { RecordingDeliveries } from '../../../src/adapters/jobs/recordings/delivery.ts';
import { RecordingFile } from '../../../src/adapters/media/record/recording-file.ts';
import { openDatabase } from '../../../src/db/database.ts';
import { RecordingBookRepository } from '../../../src/db/recording-book-repository.ts';
import { RecordingRepository } from '../../../src/db/recording-repository.ts';
import { SegmentRepository } from '../../../src/db/segment-repository.ts';
import { segmentFile } from '../../../src/machines/model/recorded-segment.ts';
import { tonePieces } from '../../adapters/delivery/tone-stream.ts';

const { DATABASE_URL = '', HOST = '', RECORDINGS_DIR = '', RECORDING = '' } = process.env;
const begun = JSON.parse(RECORDING) as BegunRecording;
const { recording } = begun;
const log = pino({ level: 'silent' });
const database = await openDatabase(DATABASE_URL);
const jobs = await openJobs({ databaseUrl: DATABASE_URL, host: HOST, log });
const nobody = { maxBytes: 0, sendAudio: async () => {}, say: async () => {} };
const segments = new SegmentRepository(database, HOST);
const deliveries = new RecordingDeliveries({
  ...{ rows: new RecordingRepository(database), segments, host: HOST, directory: RECORDINGS_DIR, log },
  ...{ queue: jobs.queues.recordings, uploads: jobs.queues.segments, conversation: nobody, bot: nobody },
  ...{ notDelivered: async () => '', pieceMissing: async () => '' },
});
deliveries.start();
await deliveries.leftOverTried();
await new RecordingBookRepository(database, HOST).begin(begun);

const file = new RecordingFile(join(RECORDINGS_DIR, segmentFile({ recording, run: 0, no: 0 })), {
  fact: () => {},
  closed: (no) => deliveries.take({ recording, run: 0, no }),
});
for (const piece of tonePieces({ seconds: 75, toneHz: 600, ends: false })) file.write(piece);
const isElsewhere = async () =>
  (await segments.of(recording)).length === 2 && (await readdir(RECORDINGS_DIR)).length === 1;
while (!(await isElsewhere())) await new Promise((resolve) => setTimeout(resolve, 20));
console.log('stored');
setInterval(() => {}, 1_000);
