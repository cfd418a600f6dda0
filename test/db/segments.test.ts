import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { removeExpired } from '../../src/db/expiry.ts';
import { RecordingBookRepository } from '../../src/db/recording-book-repository.ts';
import { RecordingRepository } from '../../src/db/recording-repository.ts';
import { SegmentRepository } from '../../src/db/segment-repository.ts';
import { CallId, EpochMs, RecordingId } from '../../src/machines/model/ids.ts';
import { byHand } from '../fakes/recorder.ts';
import { temporaryCluster } from '../support/database.ts';

let cluster: Awaited<ReturnType<typeof temporaryCluster>>;
let database: Database;
beforeAll(async () => {
  cluster = await temporaryCluster();
  database = await openDatabase(cluster.url);
});
afterAll(async () => {
  await database?.close();
  await cluster?.stop();
});

const at = EpochMs(Date.UTC(2026, 11, 2));
const label = {
  ...{ call: CallId('c1'), direction: 'incoming' as const, number: undefined, lineName: 'Office', startedAt: at },
} as const;

const make = () => {
  const recording = RecordingId(randomUUID());
  const about = { recording, label, order: byHand, startedBy: 'user', startedAt: at, limitMs: undefined } as const;
  const [a, b] = [new RecordingBookRepository(database, 'a'), new RecordingBookRepository(database, 'b')];
  const segments = new SegmentRepository(database, 'a');
  const rows = new RecordingRepository(database);
  const stored = (run: number, count: number | undefined) => ({
    delivery: {
      ...{ recording, user: byHand.user, owner: byHand.owner, chat: undefined, title: '', performer: '', caption: '' },
      ...{ startedAt: at, file: { path: '', bytes: 0, durationMs: 0, segments: { run, count } } },
    },
    ...{ takenAt: at, nextTryAt: at, tries: 0, why: undefined, partsSent: 0, partsSentToOwner: 0, ownerTold: false },
    deliveredAt: undefined,
  });
  const bytes = Buffer.from([0, 255, 39, 92, 63, 10]);
  const store = (run: number, no: number) => segments.store({ recording, run, no }, { bytes, durationMs: 30_000 });
  return { recording, about, a, b, segments, rows, stored, store, bytes };
};

test('what is begun is known on every host, and a repetition changes nothing', async () => {
  const { recording, about, a, b, store } = make();
  await a.begin(about);
  await b.begin({ ...about, startedBy: 'owner' });
  await store(0, 0);
  await store(0, 1);
  expect(await b.find(recording)).toEqual({ ...about, host: 'a', run: 0, storedMs: 60_000 });
  expect(await b.begunOn('a')).toContain(recording);
  expect(await b.takeOver(recording)).toEqual({ ...about, host: 'b', run: 1, storedMs: 60_000 });
  expect(await b.begunOn('b')).toContain(recording);
  await a.forget(recording, 0);
  expect(await a.find(recording)).toMatchObject({ run: 1 });
  await b.forget(recording, 1);
  expect(await b.takeOver(recording)).toBeUndefined();
});

test('bytes come back as they were, and nobody’s are taken', async () => {
  const { recording, about, a, segments, store, bytes } = make();
  expect(await store(0, 0)).toBe('unknown');
  await a.begin(about);
  for (const [run, no] of [
    [1, 0],
    [0, 10],
    [0, 2],
  ] as const)
    expect(await store(run, no)).toBe('stored');
  expect((await segments.of(recording)).map(({ run, no }) => [run, no])).toEqual([
    [0, 2],
    [0, 10],
    [1, 0],
  ]);
  expect((await segments.read({ recording, run: 0, no: 2 }))?.equals(bytes)).toBe(true);
  expect(await segments.read({ recording, run: 0, no: 3 })).toBeUndefined();
});

test('what another host may still be writing is left alone; what it wrote before a third one went on is not', async () => {
  const { recording, about, b, segments, store } = make();
  await b.begin(about);
  expect(await store(0, 0)).toBe('unknown');
  await new RecordingBookRepository(database, 'c').takeOver(recording);
  expect(await store(0, 0)).toBe('stored');
  expect(await store(1, 0)).toBe('unknown');
  expect((await segments.of(recording)).map(({ run, no }) => [run, no])).toEqual([[0, 0]]);
});

test('it is entered for delivery once, by who recorded it last, and not again when it was delivered', async () => {
  const { recording, about, a, b, rows, stored, store } = make();
  await a.begin(about);
  await store(0, 0);
  await b.takeOver(recording);
  expect(await rows.add(stored(0, 1))).toBe(false);
  expect(await rows.find(recording)).toBeUndefined();
  expect(await rows.add(stored(1, undefined))).toBe(true);
  expect(await rows.add(stored(1, 7))).toBe(true);
  expect((await rows.find(recording))?.delivery.file.segments).toEqual({ run: 1, count: undefined });
  expect(await a.find(recording)).toBeUndefined();
  expect(await store(0, 1)).toBe('stored');
  await rows.remove(recording);
  expect(await rows.add(stored(1, undefined))).toBe(false);
  expect([await store(0, 0), await store(0, 2)]).toEqual(['stored', 'over']);
});

test('one host at a time delivers it, its next process too, and another one when it is silent', async () => {
  const { recording, about, a, rows, stored } = make();
  await a.begin(about);
  await rows.add(stored(0, undefined));
  expect(await rows.claim(recording, 'a', 60_000)).toBe(true);
  expect(await rows.claim(recording, 'b', 60_000)).toBe(false);
  expect(await rows.claim(recording, 'a', -1)).toBe(true);
  expect(await rows.claim(recording, 'b', 60_000)).toBe(true);
  await rows.release(recording, 'a');
  expect(await rows.claim(recording, 'a', 60_000)).toBe(false);
  await rows.release(recording, 'b');
  expect(await rows.claim(recording, 'a', 60_000)).toBe(true);
});

test('pieces are removed after 30 days', async () => {
  const { recording, about, a, segments, store } = make();
  await a.begin(about);
  await store(0, 0);
  await store(0, 1);
  await database
    .fork()
    .execute(`update segment set stored_at = now() - interval '31 days' where recording = ? and no = 0`, [recording]);
  await removeExpired(database);
  expect((await segments.of(recording)).map(({ no }) => no)).toEqual([1]);
});
