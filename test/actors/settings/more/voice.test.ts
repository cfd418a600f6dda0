import { expect, test } from 'vitest';
import { voiceOf } from '../../../../src/actors/settings/voice.ts';
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
  expect(await say(saying)).toBe(true);
  expect(chat.page(olga).map(({ text }) => text)).toEqual(['ru picked']);
  chat.refuse(olga, 'blocked');
  expect([await say(saying), faults.length]).toEqual([false, 0]);
  chat.refuse(olga, 'unreachable');
  expect([await say(saying), faults.length]).toEqual([false, 1]);
  people.language = () => Promise.reject(new Error('database is away'));
  expect([await say(saying), faults.length]).toEqual([false, 2]);
});
