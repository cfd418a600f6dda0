import { expect, test, vi } from 'vitest';
import { SimulatedClock } from 'xstate';
import { againMs, LateVoice } from '../../../../src/actors/settings/late-voice.ts';
import { type Said, voiceOf } from '../../../../src/actors/settings/voice.ts';
import { EpochMs } from '../../../../src/machines/model/ids.ts';
import { MemoryPeople } from '../../../fakes/settings/people.ts';
import { PlayedSettingsChat } from '../../../fakes/settings/settings-chat.ts';
import { olga } from './house.ts';

test('what the bot says of itself is in the reader’s language; who stopped the bot is no fault, other trouble is', async () => {
  const chat = new PlayedSettingsChat();
  const people = new MemoryPeople();
  const faults: unknown[] = [];
  const texts = { notice: (notice: { kind: string }, language?: string) => ({ text: `${language} ${notice.kind}` }) };
  const say = voiceOf({ chat, texts, people, faults: { report: (_, error) => faults.push(error) } });
  const saying = { to: olga, notice: { kind: 'picked' } } as const;
  await people.note(olga, { language: 'ru' });
  expect(await say(saying)).toBe('arrived');
  expect(chat.page(olga).map(({ text }) => text)).toEqual(['ru picked']);
  chat.refuse(olga, 'blocked');
  expect([await say(saying), faults.length]).toEqual(['missed', 0]);
  chat.refuse(olga, 'unreachable');
  expect([await say(saying), faults.length]).toEqual(['away', 1]);
  people.language = () => Promise.reject(new Error('database is away'));
  expect([await say(saying), faults.length]).toEqual(['missed', 2]);
});

test('what happens while Telegram is away is said when it is back, in order; what is a day old is no news', async () => {
  const wall = { at: EpochMs(1_000_000) };
  const clock = new SimulatedClock();
  const heard: string[] = [];
  let isAway = true;
  const late = new LateVoice({
    voice: async ({ notice }) => {
      if (isAway) return 'away';
      heard.push(notice.kind);
      return 'arrived';
    },
    clock: { now: () => wall.at },
    faults: { report: () => {} },
    actorClock: clock,
  });
  const says = (kind: 'invitation-gone' | 'hand-over-expired' | 'picked') => late.say({ to: olga, notice: { kind } });
  const passes = (ms: number) => {
    wall.at = EpochMs(wall.at + ms);
    clock.increment(ms);
    return new Promise((done) => setImmediate(done));
  };
  expect(await says('invitation-gone')).toBe('away');
  await passes(24 * 3_600_000);
  expect(await says('hand-over-expired')).toBe('away');
  isAway = false;
  expect(await says('picked')).toBe('away');
  expect(heard).toEqual([]);
  await passes(againMs);
  expect(heard).toEqual(['hand-over-expired', 'picked']);
  expect(await says('invitation-gone')).toBe('arrived');
  late.close();
});

test('no more than a thousand notices wait for Telegram, and that one is lost is reported', async () => {
  const faults: unknown[] = [];
  const clock = new SimulatedClock();
  let isAway = true;
  const voice = vi.fn<() => Promise<Said>>(async () => (isAway ? 'away' : 'arrived'));
  const late = new LateVoice({
    ...{ voice, clock: { now: () => EpochMs(0) }, actorClock: clock },
    faults: { report: (_, error) => faults.push(error) },
  });
  for (let place = 0; place <= 1_000; place++) await late.say({ to: olga, notice: { kind: 'picked' } });
  expect(faults).toHaveLength(1);
  isAway = false;
  voice.mockClear();
  clock.increment(againMs);
  await new Promise((done) => setImmediate(done));
  expect(voice).toHaveBeenCalledTimes(1_000);
});
