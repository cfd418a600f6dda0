import { expect, test } from 'vitest';
import { olga, remarkOf, settingsHouse, told, vera } from './house.ts';

async function office() {
  const house = settingsHouse();
  const line = await house.has(olga);
  const { presses } = house.handlers();
  const asks = () => presses.chat(house.visitor(olga), { do: 'chat', line });
  return { ...house, line, presses, asks, chatNow: async () => (await house.find(line)).recordingsChat };
}

test('AC-08 F-SET-7 keys for a chat and a channel appear; one where the bot may post is kept', async () => {
  const { asks, picksChat, chat, chatNow, people, line } = await office();
  const asked = await asks();
  expect(asked.screen).toBeUndefined();
  expect(asked.picking).toMatchObject({ kind: 'recordings-chat', line });
  expect(asked.sayings).toEqual([{ to: olga, notice: { kind: 'pick-chat' }, request: asked.picking?.request }]);
  chat.chat('-100200', { ok: true, title: 'Recordings' });
  const picked = await picksChat(olga, asked.picking, '-100200', 'Recordings as picked');
  expect(told(picked)).toEqual([[olga, 'picked']]);
  expect(remarkOf(picked)).toEqual({ kind: 'chat-chosen', title: 'Recordings' });
  expect(await chatNow()).toBe('-100200');
  expect(await people.name('-100200' as typeof olga)).toBe('Recordings');
});

test('AC-08 a channel where the bot may not post: the old value stays, and the reason is shown', async () => {
  const { asks, picksChat, chat, chatNow } = await office();
  chat.chat('-100200', { ok: true, title: 'Recordings' });
  await picksChat(olga, (await asks()).picking, '-100200');
  const reason = 'Bad Request: not enough rights to post messages';
  chat.chat('-100300', { ok: false, reason });
  const refused = await picksChat(olga, (await asks()).picking, '-100300', 'News');
  expect(remarkOf(refused)).toEqual({ kind: 'chat-refused', title: 'News', reason });
  expect(told(refused)).toEqual([[olga, 'picked']]);
  expect(await chatNow()).toBe('-100200');
});

test('F-SET-7 where a chat is set, a press offers both: another one by the keys, none by the screen', async () => {
  const { asks, picksChat, chat, chatNow, presses, visitor, line } = await office();
  chat.chat('-100200', { ok: true, title: undefined });
  await picksChat(olga, (await asks()).picking, '-100200', 'Archive');
  const asked = await asks();
  expect(asked.screen).toEqual({ kind: 'recordings-chat', line, title: 'Archive' });
  expect(asked.picking).toBeDefined();
  await presses['chat-clear'](visitor(olga), { do: 'chat-clear', line });
  expect(await chatNow()).toBeUndefined();
});

test('a choice with a foreign number, of a line that was handed over, or by somebody else is nothing', async () => {
  const { asks, picksChat, chat, chatNow, lines, line } = await office();
  chat.chat('-100200', { ok: true, title: 'Recordings' });
  const { picking } = await asks();
  expect(await picksChat(olga, picking, '-100200', 'x', (picking?.request ?? 0) + 1)).toEqual({ picking });
  expect(await picksChat(olga, undefined, '-100200', 'x', picking?.request)).toEqual({});
  expect(remarkOf(await picksChat(vera, picking, '-100200'))).toEqual({ kind: 'not-yours' });
  await lines.handOver(olga, line, vera);
  expect(remarkOf(await picksChat(olga, picking, '-100200'))).toEqual({ kind: 'not-yours' });
  expect(await chatNow()).toBeUndefined();
});

test('a chat that no line records into any more is left: after Clear, and when another one was chosen', async () => {
  const { asks, picksChat, chat, presses, visitor, line } = await office();
  for (const id of ['-100200', '-100300']) chat.chat(id, { ok: true, title: 'Recordings' });
  for (const id of ['-100200', '-100300', '-100300']) await picksChat(olga, (await asks()).picking, id);
  expect(chat.left).toEqual(['-100200']);
  await presses['chat-clear'](visitor(olga), { do: 'chat-clear', line });
  await presses['chat-clear'](visitor(olga), { do: 'chat-clear', line });
  expect(chat.left).toEqual(['-100200', '-100300']);
});

test('a chat is not left that another line records into, nor one that a call on the line may still be recorded for', async () => {
  const { asks, picksChat, chat, presses, visitor, line, lines, has } = await office();
  chat.chat('-100200', { ok: true, title: 'Recordings' });
  await picksChat(olga, (await asks()).picking, '-100200');
  const other = await has(vera, { recordingsChat: '-100200' });
  const clears = () => presses['chat-clear'](visitor(olga), { do: 'chat-clear', line });
  await clears();
  expect(chat.left).toEqual([]);
  await lines.remove(vera, other);
  await picksChat(olga, (await asks()).picking, '-100200');
  lines.calls.set(line, 1);
  await clears();
  expect(chat.left).toEqual([]);
});
