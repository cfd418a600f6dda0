import { Bot } from 'grammy';
import type { Update, UserFromGetMe } from 'grammy/types';
import { pino } from 'pino';
import { describe, expect, test, vi } from 'vitest';
import { GroupVisits, type MayStay } from '../../../../src/adapters/bot/settings/group-visits.ts';
import { SettingsPressData } from '../../../../src/adapters/bot/settings/settings-press-data.ts';
import { UserId } from '../../../../src/machines/model/ids.ts';
import { eventually } from '../../../support/eventually.ts';
import { bot, scene } from './scene.ts';

async function group(mayStay: MayStay, kind: 'group' | 'channel' = 'group') {
  const all = await scene({ settings: { mayStay } });
  const { sandbox, olga, uwe } = all;
  const chat = sandbox.world.addChat({ kind, title: 'Party', creatorId: olga.id, members: [uwe.id] });
  const isIn = () => chat.members.has(all.botId);
  const adds = () => sandbox.world.addToChat(chat.id, olga.id, all.botId, kind === 'channel');
  /** Everything the bot was told by now has been dealt with when this is. */
  const catchesUp = async () => {
    const before = all.inbox.inputs.length;
    uwe.sends('now', bot);
    await eventually(() => expect(all.inbox.inputs.length).toBeGreaterThan(before));
  };
  return { ...all, group: chat, isIn, adds, catchesUp };
}

test.each(['group', 'channel'] as const)('the bot leaves a %s nobody chose, without a word', async (kind) => {
  const { adds, isIn, olga, botId, group: chat } = await group(async () => false, kind);
  adds();
  await eventually(() => expect(isIn()).toBe(false));
  const said = olga.conversation(chat.id).filter(({ fromId, action }) => fromId === botId && !action);
  expect(said).toEqual([]);
});

test('the bot stays in a chosen chat, silent, whatever is said there', async () => {
  const asked: string[] = [];
  const {
    adds,
    isIn,
    olga,
    botId,
    inbox,
    catchesUp,
    group: chat,
  } = await group(async (id) => {
    asked.push(id);
    return true;
  });
  adds();
  olga.sends('/start', chat.id);
  olga.sends('/cancel@siptg_bot', chat.id);
  await catchesUp();
  expect(isIn()).toBe(true);
  expect(new Set(asked)).toEqual(new Set([chat.id]));
  expect(inbox.inputs).toMatchObject([{ text: 'now' }]);
  expect(olga.conversation(chat.id).filter(({ fromId }) => fromId === botId)).toEqual([]);
});

test('the bot stays where somebody who is choosing a chat has just added it, also before the choice is kept', async () => {
  const asked = vi.fn<MayStay>(async (_, addedBy) => addedBy !== undefined);
  const { isIn, olga, uwe, chat, shows, catchesUp, inbox, group: chosen } = await group(asked);
  await shows(olga, { text: 'Your lines' });
  const keys = [{ label: 'Select chat', picks: 'group', request: 1 }] as const;
  await chat.send(UserId(olga.id), { text: 'Choose', keys });
  olga.picksChat(bot, 'Select chat', chosen.id);
  uwe.sends('/start', chosen.id);
  await catchesUp();
  await eventually(() => expect(inbox.inputs).toContainEqual(expect.objectContaining({ chat: chosen.id })));
  expect(asked).toHaveBeenCalledWith(chosen.id, olga.id);
  expect(isIn()).toBe(true);
});

test('the bot leaves a group it was in before, when it hears something there', async () => {
  let isChosen = true;
  const { adds, isIn, handle, start, sandbox, olga, group: chat } = await group(async () => isChosen);
  adds();
  await eventually(() => expect(isIn()).toBe(true));
  // Its memory of having been added ends with the process.
  await handle.stop();
  await start();
  isChosen = false;
  expect(sandbox.world.chats.of(olga.id)).toContain(chat);
  olga.sends('/start', chat.id);
  await eventually(() => expect(isIn()).toBe(false));
});

test('the bot asks again when it could not be known whether it may stay', async () => {
  let failures = 1;
  const { adds, isIn } = await group(async () => {
    if (failures-- > 0) throw new Error('the database is away');
    return false;
  });
  adds();
  await eventually(() => expect(isIn()).toBe(false));
});

test('a button of the settings bot is good in its own conversation only', async () => {
  const { olga, adds, inbox, botId, sandbox, token, group: chat } = await group(async () => true);
  adds();
  const data = new SettingsPressData(token).write({ do: 'lines' }, UserId(olga.id));
  const markup = { kind: 'inline', rows: [[{ kind: 'callback', text: 'B', data }]] } as const;
  sandbox.world.messaging.send(botId, chat.id, { text: 'x', markup });
  const message = await olga.waitsFor(({ text }) => text === 'x');
  expect(await olga.presses(message, 'B')).toBe('not-yours de');
  expect(inbox.inputs).toEqual([]);
});

describe('a group that becomes a supergroup', () => {
  const from = { id: 7, is_bot: false, first_name: 'Olga' };
  const small = { id: -41, type: 'group', title: 'Party' } as const;
  const big = { id: -1_000_000_000_041, type: 'supergroup', title: 'Party' } as const;
  const said = (chat: typeof small | typeof big, more: object) =>
    ({ update_id: 1, message: { message_id: 1, date: 0, from, chat, ...more } }) as Update;
  const me = { id: 42, is_bot: true, first_name: 'Settings', username: 'siptg_bot' } as UserFromGetMe;
  const added = {
    update_id: 2,
    my_chat_member: {
      chat: big,
      from,
      date: 0,
      old_chat_member: { user: me, status: 'left' },
      new_chat_member: { user: me, status: 'member' },
    },
  } as Update;

  function visits(chosen: string) {
    const left: unknown[] = [];
    const client = new Bot('42:secret', { botInfo: me });
    client.api.config.use(async (_call, method, payload) => {
      left.push({ method, ...payload });
      return { ok: true, result: true } as never;
    });
    new GroupVisits(async (chat) => chat === chosen, pino({ level: 'silent' })).handleIn(client);
    return { left, client };
  }

  test('keeps the bot if it was chosen, by its old name', async () => {
    const { left, client } = visits(String(small.id));
    await client.handleUpdate(said(small, { migrate_to_chat_id: big.id }));
    await client.handleUpdate(added);
    await client.handleUpdate(said(big, { migrate_from_chat_id: small.id }));
    await client.handleUpdate(said(big, { text: '/start' }));
    expect(left).toEqual([]);
  });

  test('loses it otherwise', async () => {
    const { left, client } = visits('-43');
    await client.handleUpdate(said(small, { migrate_to_chat_id: big.id }));
    await client.handleUpdate(added);
    expect(left).toEqual([{ method: 'leaveChat', chat_id: big.id }]);
  });
});

test('the bot stays where it becomes an administrator, and where it is thrown out it has nothing to leave', async () => {
  const { adds, isIn, sandbox, olga, botId, catchesUp, group: chat } = await group(async () => true);
  adds();
  sandbox.world.addToChat(chat.id, olga.id, botId, true);
  await catchesUp();
  expect(isIn()).toBe(true);
  sandbox.world.leaveChat(chat.id, botId, olga.id);
  await catchesUp();
  expect(isIn()).toBe(false);
});
