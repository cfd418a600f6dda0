import { expect, test } from 'vitest';
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
    delivery: { deliver: async ({ title }: Delivery) => void written.push(title) },
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
