import { expect, test } from 'vitest';
import type { KnownRecording, RecordingBook } from '../../src/actors/ports/recording-book.ts';
import type { Delivery } from '../../src/actors/ports/recording-delivery.ts';
import { Recordings } from '../../src/actors/recordings.ts';
import { FluentTexts } from '../../src/adapters/texts/texts.ts';
import { CallId, EpochMs, RecordingId, UserId, VoiceLegId } from '../../src/machines/model/ids.ts';
import { byHand } from '../fakes/recorder.ts';

const label = {
  call: CallId('c1'),
  direction: 'incoming',
  number: '+79261234567',
  name: 'Anna',
  lineName: 'Office',
  startedAt: EpochMs(0),
} as const;

/** Writes down the titles of what is begun and of what is delivered. */
const open = (language?: string) => {
  const written: string[] = [];
  const recordings = new Recordings({
    recorder: {
      start: (_, { title }) => void written.push(title),
      pause: () => {},
      resume: () => {},
      stop: async () => ({ path: '/none', bytes: 1, durationMs: 1_000 }),
      watch: () => () => {},
    },
    delivery: { deliver: async ({ title }: Delivery) => void written.push(title), take: () => {} },
    book: {
      begin: async () => {},
      find: async () => undefined,
      takeOver: async () => undefined,
      begunOn: async () => [],
      forget: async () => {},
    },
    texts: new FluentTexts(),
    users: { language: async () => language },
    clock: { now: () => EpochMs(0) },
    faults: {
      report: (_, error) => {
        throw error;
      },
    },
  });
  return { recordings, written };
};

const titles = async (shown: { number?: string; name?: string }, language: string | undefined) => {
  const { recordings, written } = open(language);
  const { number: _, name: __, ...rest } = label;
  const recording = RecordingId('r1');
  recordings.start({
    recording,
    label: { ...rest, number: undefined, name: undefined, ...shown },
    order: { ...byHand, language },
    startedBy: 'user',
    voiceLeg: VoiceLegId('v1'),
    limitMs: undefined,
  });
  await recordings.deliver(recording);
  return written;
};

test('a recording is called after the party, in the file and in the chat', async () => {
  expect(await titles({ number: '+79261234567', name: 'Anna' }, 'ru')).toEqual(Array(2).fill('Anna +79261234567'));
});

test.each([
  ['ru', 'Номер скрыт'],
  ['uk', 'Номер приховано'],
  ['es', 'Número oculto'],
  [undefined, 'Hidden number'],
])('of a hidden caller it says so in the language of the user: %s', async (language, title) => {
  expect(await titles({}, language)).toEqual([title, title]);
});

test('of somebody whose softphone broke what was begun is delivered, and nobody else’s', async () => {
  const { recordings, written } = open();
  for (const user of ['1', '2', '1']) {
    const recording = RecordingId(`r${written.length}`);
    const order = { ...byHand, user: UserId(user) };
    const number = `${user}0${written.length}`;
    const what = { recording, order, startedBy: 'user', voiceLeg: VoiceLegId('v'), limitMs: undefined } as const;
    recordings.start({ ...what, label: { ...label, name: undefined, number } });
  }
  recordings.deliverOf(UserId('1'));
  await recordings.settled();
  expect(written).toEqual(['100', '201', '102', '100', '102']);
});

/** A host with a book, whose failures and contents the test decides. */
const host = (known?: KnownRecording) => {
  const told: string[] = [];
  let failures = 0;
  const delivered: Delivery[] = [];
  const book: RecordingBook = {
    begin: async ({ recording }) => {
      told.push(`begin ${recording}`);
      if (failures-- > 0) throw new Error('no database');
    },
    find: async () => known,
    takeOver: async () => known,
    begunOn: async () => (known ? [known.recording] : []),
    forget: async (recording, run) => void told.push(`forget ${recording} ${run}`),
  };
  const recordings = new Recordings({
    recorder: {
      start: (recording, { run, limitMs }) =>
        void told.push(`start ${recording} ${run ?? 0} ${limitMs ?? 'unlimited'}`),
      pause: () => {},
      resume: () => {},
      stop: async (recording) => {
        told.push(`stop ${recording}`);
        return { path: '/r', bytes: 1, durationMs: 5_000, segments: { run: known?.run ?? 0, count: 1 } };
      },
      watch: () => () => {},
    },
    delivery: {
      deliver: async (delivery) => void delivered.push(delivery),
      take: ({ no }) => void told.push(`take ${no}`),
    },
    book,
    texts: new FluentTexts(),
    users: { language: async () => undefined },
    clock: { now: () => EpochMs(0) },
    faults: { report: (_, error) => void told.push(String(error)) },
  });
  return { recordings, told, delivered, fail: (times: number) => void (failures = times) };
};
const r1 = RecordingId('r1');
const lost: KnownRecording = {
  ...{ recording: r1, label, order: byHand, startedBy: 'owner', startedAt: EpochMs(0), limitMs: 15_000 },
  ...{ run: 1, host: 'a', storedMs: 9_000 },
};
const begun = { recording: r1, label, order: byHand, startedBy: 'user', limitMs: undefined } as const;

test('a recording that the database did not take at its beginning is entered with its next piece, and then no more', async () => {
  const { recordings, told, fail } = host();
  fail(1);
  recordings.start({ ...begun, voiceLeg: VoiceLegId('v1') });
  for (const no of [0, 1, 2]) {
    recordings.segmentClosed({ recording: r1, run: 0, no });
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(told.filter((what) => what.startsWith('begin'))).toHaveLength(2);
  expect(told.filter((what) => what.startsWith('take'))).toEqual(['take 0', 'take 1', 'take 2']);
});

test('what a lost host recorded goes on here, with what is left of its limit, and its length is that of all pieces', async () => {
  const { recordings, told, delivered } = host(lost);
  expect(await recordings.goOn(r1, VoiceLegId('v2'))).toBe(lost);
  expect(told).toEqual(['start r1 1 6000']);
  expect(await recordings.deliver(r1)).toBe(14_000);
  expect(delivered).toMatchObject([{ recording: r1, file: { durationMs: 14_000, segments: { run: 1, count: 1 } } }]);
  expect(delivered[0]?.caption).toContain('00:14');
});

test('one whose limit is reached already is delivered instead', async () => {
  const { recordings, told, delivered } = host({ ...lost, storedMs: 15_000 });
  expect(await recordings.goOn(r1, VoiceLegId('v2'))).toBeUndefined();
  expect(told).toEqual([]);
  expect(delivered).toMatchObject([{ file: { durationMs: 15_000, segments: { run: 1, count: undefined } } }]);
});

test('what a lost host began is delivered as far as it came; what is being recorded here is not', async () => {
  const { recordings, delivered } = host(lost);
  await recordings.goOn(r1, VoiceLegId('v2'));
  await recordings.abandoned('a');
  expect(delivered).toEqual([]);
  recordings.leave(byHand.user);
  await recordings.settled();
  await recordings.abandoned('a');
  expect(delivered).toMatchObject([{ recording: r1, file: { segments: { count: undefined } } }]);
});

test('what another host has gone on with since is not finished as the lost one’s', async () => {
  const { recordings, delivered } = host({ ...lost, host: 'b' });
  await recordings.abandoned('a');
  expect(delivered).toEqual([]);
  await recordings.finish(r1);
  expect(delivered).toHaveLength(1);
});

test('who has to leave a call stops its recording, and delivers nothing', async () => {
  const { recordings, told, delivered } = host();
  recordings.start({ ...begun, voiceLeg: VoiceLegId('v1') });
  recordings.leave(byHand.user);
  await recordings.settled();
  expect(told).toContain('stop r1');
  expect(await recordings.deliver(r1)).toBe(0);
  expect(delivered).toEqual([]);
});
