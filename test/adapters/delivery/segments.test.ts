import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BegunRecording } from '../../../src/actors/ports/recording-book.ts';
import type { Delivery } from '../../../src/actors/ports/recording-delivery.ts';
import { Recordings } from '../../../src/actors/recordings.ts';
import type { Audio, BotTarget } from '../../../src/adapters/jobs/recordings/audio-target.ts';
import type { SegmentRows } from '../../../src/adapters/jobs/recordings/rows.ts';
import { FluentTexts } from '../../../src/adapters/texts/texts.ts';
import { RecordingBookRepository } from '../../../src/db/recording-book-repository.ts';
import { CallId, EpochMs, RecordingId, UserId } from '../../../src/machines/model/ids.ts';
import { segmentFile } from '../../../src/machines/model/recorded-segment.ts';
import { byHand } from '../../fakes/recorder.ts';
import { temporaryCluster } from '../../support/database.ts';
import { hasOpusTools, judgeOggOpus, readOggOpus } from '../../support/ogg-audio.ts';
import { dominantFrequencyHz, levelDbfs } from '../../support/tones.ts';
import { readPages } from './ogg.ts';
import { opusfile } from './opusfile.ts';
import { type RecordedOptions, record } from './recorded.ts';
import { office, until } from './scene.ts';

let cluster: Awaited<ReturnType<typeof temporaryCluster>>;
beforeAll(async () => {
  cluster = await temporaryCluster();
});
afterAll(() => cluster?.stop());

const decode = opusfile();
const remark = 'a piece is missing';
const startedAt = EpochMs(Date.UTC(2026, 11, 2, 9, 30));
const user = UserId('1');

/** Takes everything, and keeps it. */
class Receiver implements BotTarget {
  maxBytes = 50_000_000;
  before = async () => {};
  readonly received: { to: string; caption: string; title: string; durationMs: number; bytes: Buffer }[] = [];
  readonly said: string[] = [];
  async sendAudio(to: string, audio: Audio) {
    const bytes = Buffer.concat(await Array.fromAsync(audio.read()));
    if (bytes.length !== audio.bytes) throw new Error('not what was promised');
    await this.before();
    const { caption, title, durationMs } = audio;
    this.received.push({ to, caption, title, durationMs, bytes });
  }
  async say(to: string, text: string) {
    this.said.push(`${to}: ${text}`);
  }
}

/** Hosts on one database, each with its own disk. */
async function opened() {
  const [conversation, bot] = [new Receiver(), new Receiver()];
  const made = await office(cluster.url, { conversation, bot });
  const recording = RecordingId('c1@sip.example-v1-1');
  const about: BegunRecording = {
    recording,
    label: { ...{ call: CallId('c1'), direction: 'incoming', number: '+4930', lineName: 'Office', startedAt } },
    order: { ...byHand, user, owner: UserId('2') },
    startedBy: 'owner',
    startedAt,
    limitMs: undefined,
  };
  const book = (host: string) => new RecordingBookRepository(made.database, host);
  const delivery = (file: Delivery['file']): Delivery => ({
    ...{ recording, file, user, owner: UserId('2'), chat: undefined, startedAt },
    ...{ title: 'Pat', performer: 'Office', caption: 'Pat · Office' },
  });
  /** What a host that lives does for one that does not. */
  const recordingsOn = ({ deliveries }: Awaited<ReturnType<typeof made.open>>, host: string) =>
    new Recordings({
      recorder: {
        ...{ start: () => {}, pause: () => {}, resume: () => {}, watch: () => () => {} },
        stop: async () => undefined,
      },
      delivery: deliveries,
      book: book(host),
      texts: new FluentTexts(),
      users: { language: async () => undefined },
      clock: { now: () => startedAt },
      faults: {
        report: (_, error) => {
          throw error;
        },
      },
    });
  const stored = async () => (await made.segments.of(recording)).map(({ run, no }) => `${run}/${no}`);
  const states = () => made.database.fork().execute<unknown[]>('select state, bytes from segment order by run, no');
  const isForgotten = () => until(async () => expect(await made.rows.find(recording)).toBeUndefined());
  return { ...made, conversation, bot, recording, about, book, delivery, recordingsOn, stored, states, isForgotten };
}

const tone = (hz: number, more: Partial<RecordedOptions> = {}) => ({ toneHz: hz, seconds: 1, ...more });

describe('a recording of more than a segment', () => {
  test('is delivered as the one stream that was recorded, and nothing is left of it on the disk or in rows', async () => {
    const { open, about, book, delivery, conversation, states, left, recording, isForgotten } = await opened();
    const { deliveries, directory } = await open();
    deliveries.start();
    await book('main').begin(about);
    const made = await record({ ...tone(600), recording, directory, seconds: 95, closed: (s) => deliveries.take(s) });
    expect(made.file.segments).toEqual({ run: 0, count: 4 });
    await deliveries.deliver(delivery(made.file));
    await isForgotten();
    const [sent] = conversation.received;
    expect(sent).toMatchObject({ to: '1', caption: 'Pat · Office', title: 'Pat', durationMs: 95_000 });
    expect(sent?.bytes.equals(made.bytes)).toBe(true);
    expect(await left()).toEqual([]);
    expect(await states()).toEqual(Array(4).fill({ state: 'delivered', bytes: null }));
    expect(await book('main').find(recording)).toBeUndefined();
  });

  test('is uploaded while it is made: what is closed is in rows and off the disk before it is over', async () => {
    const { open, about, book, recording, stored, left } = await opened();
    const { deliveries, directory } = await open();
    deliveries.start();
    await book('main').begin(about);
    const more = { ends: false, closed: deliveries.take.bind(deliveries) };
    await record({ ...tone(600, more), recording, directory, seconds: 65 });
    await until(async () => expect(await stored()).toEqual(['0/0', '0/1']));
    await until(async () => expect(await left()).toEqual([segmentFile({ recording, run: 0, no: 2 })]));
    expect(await book('main').find(recording)).toMatchObject({ storedMs: 60_000, run: 0 });
  });

  test('larger than may be sent is cut into streams that a foreign decoder plays whole', async () => {
    const { open, about, book, delivery, conversation, recording, isForgotten } = await opened();
    conversation.maxBytes = 100_000;
    const { deliveries, directory } = await open();
    deliveries.start();
    await book('main').begin(about);
    const made = await record({ ...tone(600), recording, directory, seconds: 70, closed: (s) => deliveries.take(s) });
    await deliveries.deliver(delivery(made.file));
    await isForgotten();
    expect(conversation.received.length).toBeGreaterThan(1);
    let samples = 0;
    for (const [index, { bytes }] of conversation.received.entries()) {
      const path = join(directory, `part-${index}`);
      await writeFile(path, bytes);
      const seen = decode?.(path);
      if (seen) expect(seen).toMatchObject({ holes: 0, decoded: seen.promised });
      samples += seen?.decoded ?? 0;
    }
    if (decode) expect(samples).toBe(70 * 48_000);
  });
});

describe('trouble on the way into rows', () => {
  test('an upload that fails three times is done at the fourth, and the recording waits for it', {
    timeout: 40_000,
  }, async () => {
    const { open, about, book, delivery, conversation, segments, recording, isForgotten, left } = await opened();
    let failures = 0;
    const failing: SegmentRows = {
      of: (id) => segments.of(id),
      read: (segment) => segments.read(segment),
      store: (segment, sound) => {
        if (segment.no === 1 && failures < 3) {
          failures++;
          return Promise.reject(new Error('not now'));
        }
        return segments.store(segment, sound);
      },
    };
    const { deliveries, directory } = await open({ segments: failing });
    deliveries.start();
    await book('main').begin(about);
    const made = await record({ ...tone(600), recording, directory, seconds: 65, closed: (s) => deliveries.take(s) });
    await deliveries.deliver(delivery(made.file));
    await isForgotten();
    expect(failures).toBe(3);
    expect(conversation.received.map(({ caption }) => caption)).toEqual(['Pat · Office']);
    expect(conversation.received[0]?.bytes.equals(made.bytes)).toBe(true);
    await until(async () => expect((await left()).filter((name) => !name.endsWith('.json'))).toEqual([]));
  });

  test('an upload that is done twice, also after the delivery, leaves one piece, and none', async () => {
    const { open, about, book, delivery, conversation, segments, recording, stored, isForgotten } = await opened();
    const { deliveries, directory } = await open();
    deliveries.start();
    await book('main').begin(about);
    const made = await record({ ...tone(600), recording, directory, seconds: 35 });
    const sound = { bytes: made.bytes, durationMs: 30_000 };
    const segment = { recording, run: 0, no: 0 };
    expect([await segments.store(segment, sound), await segments.store(segment, sound)]).toEqual(['stored', 'stored']);
    expect(await stored()).toEqual(['0/0']);
    await deliveries.deliver(delivery({ ...made.file, segments: { run: 0, count: undefined } }));
    await isForgotten();
    expect(conversation.received).toHaveLength(1);
    expect(await segments.store(segment, sound)).toBe('stored');
    expect(await segments.store({ ...segment, no: 7 }, sound)).toBe('over');
    expect(await stored()).toEqual([]);
  });

  test('while one host delivers, no other does, though it finds that it is time', async () => {
    const { open, about, book, delivery, conversation, recording, clock, isForgotten } = await opened();
    const [a, b] = [await open({}, 'a'), await open({}, 'b')];
    await book('a').begin(about);
    const closed = a.deliveries.take.bind(a.deliveries);
    const made = await record({ ...tone(600), recording, directory: a.directory, seconds: 3, closed });
    // The other one looks, and is done with it, while the first one is sending.
    conversation.before = async () => {
      conversation.before = async () => {};
      const waited = clock.waiting;
      b.deliveries.start();
      await until(() => expect(clock.waiting).toBe(waited + 1));
    };
    await a.deliveries.deliver(delivery(made.file));
    a.deliveries.start();
    await isForgotten();
    await Promise.all([a.close(), b.close()]);
    expect(conversation.received).toHaveLength(1);
  });

  test('a row that is missing is not waited for longer than five minutes; what there is arrives, which is said once', async () => {
    const { open, about, book, delivery, conversation, recording, database, clock, passUntil } = await opened();
    conversation.maxBytes = 100_000;
    const { deliveries, directory } = await open();
    await book('main').begin(about);
    const made = await record({ ...tone(600), recording, directory, seconds: 125, closed: (s) => deliveries.take(s) });
    const began = clock.now();
    await deliveries.deliver(delivery(made.file));
    await database.fork().execute('delete from segment where no = 2');
    deliveries.start();
    await passUntil(() => expect(conversation.received.length).toBeGreaterThan(2));
    expect(clock.now() - began).toBe(300_000);
    const { received } = conversation;
    expect(received[0]?.caption).toMatch(new RegExp(`^Pat · Office\n${remark} \\(1/\\d\\)$`));
    for (const { caption } of received.slice(1)) expect(caption).not.toContain(remark);
    expect(received.reduce((sum, { durationMs }) => sum + durationMs, 0)).toBeCloseTo(95_000, 0);
    for (const { bytes } of received) {
      const pages = readPages(bytes);
      expect(pages.map(({ sequence }) => sequence)).toEqual(pages.map((_, i) => i));
      expect(pages.every(({ crcIsRight }) => crcIsRight)).toBe(true);
    }
  });

  test('of a recording without a single piece the owner is told', async () => {
    const { open, about, book, bot, recording, recordingsOn, isForgotten } = await opened();
    const b = await open({}, 'b');
    b.deliveries.start();
    await book('a').begin(about);
    await recordingsOn(b, 'b').abandoned('a');
    await isForgotten();
    expect(bot.said).toEqual(['2: +4930\nNo se pudo entregar la grabación: el archivo ya no está']);
    expect(await book('a').find(recording)).toBeUndefined();
  });
});

describe.skipIf(!hasOpusTools)('a recording whose host is lost', () => {
  test('arrives with all that was closed, from another host, and what waits on the disk of one that comes back is in it', async () => {
    const { open, about, book, conversation, recording, recordingsOn, stored, isForgotten } = await opened();
    const a = await open({}, 'a');
    a.deliveries.start();
    await book('a').begin(about);
    const closed = a.deliveries.take.bind(a.deliveries);
    const made = await record({ ...tone(600), recording, directory: a.directory, seconds: 75, ends: false, closed });
    await until(async () => expect(await stored()).toEqual(['0/0', '0/1']));
    await a.close();

    const again = await open({}, 'a');
    again.deliveries.start();
    await again.deliveries.leftOverTried();
    await until(async () => expect(await stored()).toEqual(['0/0', '0/1', '0/2']));
    await recordingsOn(again, 'a').abandoned('a');
    await isForgotten();
    const [sent] = conversation.received;
    expect(sent?.caption).toMatch(new RegExp(`· 01:15\nRecorded automatically\n${remark}$`));
    const pages = readPages(sent?.bytes ?? Buffer.alloc(0));
    expect(pages.at(-1)?.flags).toBe(4);
    const { seconds, channels, rateHz } = readOggOpus(sent?.bytes ?? Buffer.alloc(0));
    expect(seconds).toBeCloseTo(75 - 0.0065, 4);
    expect(pages.slice(2).map(({ body }) => body)).toEqual(
      readPages(made.bytes)
        .slice(2)
        .map(({ body }) => body),
    );
    expect(dominantFrequencyHz((channels[0] as Int16Array).subarray(74 * rateHz), rateHz)).toBeCloseTo(600, 0);
    expect(await readdir(a.directory)).toEqual([]);
  });

  test('goes on on another host: one file, of the length of all pieces, in their order, without a gap or a click', async () => {
    const { open, about, book, delivery, conversation, recording, stored, isForgotten } = await opened();
    const [a, b] = [await open({}, 'a'), await open({}, 'b')];
    a.deliveries.start();
    b.deliveries.start();
    await book('a').begin(about);
    const common = { recording, ends: false };
    const closed = a.deliveries.take.bind(a.deliveries);
    await record({ ...tone(600), ...common, directory: a.directory, seconds: 65, closed });
    await until(async () => expect(await stored()).toEqual(['0/0', '0/1']));
    await a.close();

    expect(await book('b').takeOver(recording)).toMatchObject({ run: 1, storedMs: 60_000 });
    const second = await record({
      ...{ ...tone(1_100), recording, directory: b.directory, seconds: 34, run: 1 },
      closed: (s) => b.deliveries.take(s),
    });
    await b.deliveries.deliver(delivery(second.file));
    await isForgotten();
    expect(conversation.received).toHaveLength(1);
    const [sent] = conversation.received;
    expect(sent?.caption).toBe(`Pat · Office\n${remark}`);
    expect(sent?.durationMs).toBeCloseTo(60_000 + 34_000, 3);
    const { channels, rateHz, seconds } = readOggOpus(sent?.bytes ?? Buffer.alloc(0));
    expect(seconds).toBe(94);
    const pcm = channels[0] as Int16Array;
    const piece = (from: number, to: number) => pcm.subarray(from * rateHz, to * rateHz);
    for (const [from, hz] of [
      [1, 600],
      [29.8, 600],
      [59, 600],
      [60.5, 1_100],
      [90.2, 1_100],
      [93, 1_100],
    ] as const) {
      expect(dominantFrequencyHz(piece(from, from + 0.4), rateHz), `at ${from} s`).toBeCloseTo(hz, -0.5);
    }
    // Neither silence nor a peak, at the borders of segments and where the other host goes on.
    const usual = Math.max(...piece(10, 11));
    for (const border of [30, 60, 90]) {
      for (let at = border - 0.2; at < border + 0.2; at += 0.02) {
        const isTakenOver = Math.abs(at - 60) < 0.05;
        expect(levelDbfs(piece(at, at + 0.02)), `at ${at} s`).toBeGreaterThan(isTakenOver ? -60 : -16);
        expect(Math.max(...piece(at, at + 0.02))).toBeLessThan(usual * 1.3);
      }
    }
  });

  test('was stopped there in order: nothing is missing, and all of both streams is played', async () => {
    const { open, about, book, delivery, conversation, recording, stored, isForgotten } = await opened();
    const [a, b] = [await open({}, 'a'), await open({}, 'b')];
    for (const { deliveries } of [a, b]) deliveries.start();
    await book('a').begin(about);
    await record({ ...tone(600), recording, directory: a.directory, seconds: 4, closed: (s) => a.deliveries.take(s) });
    await until(async () => expect(await stored()).toEqual(['0/0']));
    await book('b').takeOver(recording);
    const second = await record({
      ...{ ...tone(1_100), recording, directory: b.directory, seconds: 3, run: 1 },
      closed: (s) => b.deliveries.take(s),
    });
    await b.deliveries.deliver(delivery(second.file));
    await isForgotten();
    const [sent] = conversation.received;
    expect(sent?.caption).toBe('Pat · Office');
    // The packet with the end of the first stream is played whole.
    expect(readOggOpus(sent?.bytes ?? Buffer.alloc(0)).seconds).toBeCloseTo(7.02, 4);
    const path = join(b.directory, 'joined');
    await writeFile(path, sent?.bytes ?? '');
    if (decode) expect(decode(path)).toEqual({ promised: 7.02 * 48_000, decoded: 7.02 * 48_000, holes: 0 });
  });

  test('loses its first piece: the headers are made anew, and what there is plays, in both channels', async () => {
    const { open, about, book, conversation, recording, recordingsOn, database, stored, isForgotten } = await opened();
    const a = await open({}, 'a');
    a.deliveries.start();
    await book('a').begin(about);
    const closed = a.deliveries.take.bind(a.deliveries);
    const more = { directory: a.directory, seconds: 65, channels: 2, ends: false, closed } as const;
    await record({ ...tone(600), recording, ...more });
    await until(async () => expect(await stored()).toEqual(['0/0', '0/1']));
    await database.fork().execute('delete from segment where no = 0');
    await recordingsOn(a, 'a').abandoned('a');
    await isForgotten();
    const { channels, rateHz, info } = judgeOggOpus(conversation.received[0]?.bytes ?? Buffer.alloc(0));
    // Nothing is to be skipped, for nobody knows what was before.
    expect(info.replace(/^WARNING: Implausibly low preskip.*$/m, '')).not.toMatch(/warning|error|hole|invalid/i);
    expect(info).toContain('TITLE=+4930');
    expect(channels.map(({ length }) => length / rateHz)).toEqual([30, 30]);
    for (const pcm of channels) {
      expect(dominantFrequencyHz(pcm.subarray(rateHz, 2 * rateHz), rateHz)).toBeCloseTo(600, 0);
    }
  });

  test('says that a piece is missing in the middle, though its end is there', async () => {
    const { open, about, book, conversation, recording, recordingsOn, database, stored, isForgotten } = await opened();
    const a = await open({}, 'a');
    a.deliveries.start();
    await book('a').begin(about);
    const closed = a.deliveries.take.bind(a.deliveries);
    await record({ ...tone(600), recording, directory: a.directory, seconds: 65, closed });
    await until(async () => expect(await stored()).toEqual(['0/0', '0/1', '0/2']));
    await database.fork().execute('delete from segment where no = 1');
    await recordingsOn(a, 'a').abandoned('a');
    await isForgotten();
    expect(conversation.received[0]?.caption).toContain(remark);
    expect(readOggOpus(conversation.received[0]?.bytes ?? Buffer.alloc(0)).seconds).toBeCloseTo(35, 4);
  });

  test('is finished once, however many hosts say so; one that another host goes on with is not', async () => {
    const { open, about, book, conversation, delivery, recording, recordingsOn, stored, isForgotten } = await opened();
    const [a, b, c] = [await open({}, 'a'), await open({}, 'b'), await open({}, 'c')];
    for (const { deliveries } of [a, b, c]) deliveries.start();
    await book('a').begin(about);
    const made = await record({
      ...tone(600),
      recording,
      directory: a.directory,
      seconds: 3,
      closed: (s) => a.deliveries.take(s),
    });
    await until(async () => expect(await stored()).toEqual(['0/0']));
    await book('b').takeOver(recording);
    expect(await book('b').begunOn('a')).toEqual([]);
    await a.deliveries.deliver(delivery(made.file));
    expect(await book('b').find(recording)).toMatchObject({ run: 1 });
    await Promise.all([recordingsOn(b, 'b').finish(recording), recordingsOn(c, 'c').finish(recording)]);
    await isForgotten();
    await recordingsOn(c, 'c').finish(recording);
    expect(conversation.received).toHaveLength(1);
    expect(readOggOpus(conversation.received[0]?.bytes ?? Buffer.alloc(0)).seconds).toBeCloseTo(3, 3);
  });
});
