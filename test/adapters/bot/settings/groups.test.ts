import { expect, test, vi } from 'vitest';
import type { MayStay } from '../../../../src/adapters/bot/settings/group-visits.ts';
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
    await vi.waitFor(() => expect(all.inbox.inputs.length).toBeGreaterThan(before));
  };
  return { ...all, group: chat, isIn, adds, catchesUp };
}

test.each(['group', 'channel'] as const)('the bot leaves a %s nobody chose, without a word', async (kind) => {
  const { adds, isIn, olga, botId, group: chat } = await group(async () => false, kind);
  adds();
  await vi.waitFor(() => expect(isIn()).toBe(false));
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
  await chat.send(olga.id as never, { text: 'Choose', keys });
  olga.picksChat(bot, 'Select chat', chosen.id);
  uwe.sends('/start', chosen.id);
  await catchesUp();
  await vi.waitFor(() => expect(inbox.inputs).toContainEqual(expect.objectContaining({ chat: chosen.id })));
  expect(asked).toHaveBeenCalledWith(chosen.id, olga.id);
  expect(isIn()).toBe(true);
});

test('the bot leaves a group it was in before, when it hears something there', async () => {
  let isChosen = true;
  const { adds, isIn, handle, start, sandbox, olga, group: chat } = await group(async () => isChosen);
  adds();
  await vi.waitFor(() => expect(isIn()).toBe(true));
  // Its memory of having been added ends with the process.
  await handle.stop();
  await start();
  isChosen = false;
  expect(sandbox.world.chats.of(olga.id)).toContain(chat);
  olga.sends('/start', chat.id);
  await vi.waitFor(() => expect(isIn()).toBe(false));
});

test('the bot asks again when it could not be known whether it may stay', async () => {
  let failures = 1;
  const { adds, isIn } = await group(async () => {
    if (failures-- > 0) throw new Error('the database is away');
    return false;
  });
  adds();
  await vi.waitFor(() => expect(isIn()).toBe(false), { timeout: 5_000 });
});

test('a press on a button somebody forged in a group is refused', async () => {
  const { olga, adds, inbox, botId, sandbox, group: chat } = await group(async () => true);
  adds();
  const markup = { kind: 'inline', rows: [[{ kind: 'callback', text: 'B', data: 'l' }]] } as const;
  sandbox.world.messaging.send(botId, chat.id, { text: 'x', markup });
  const message = await olga.waitsFor(({ text }) => text === 'x');
  expect(await olga.presses(message, 'B')).toBe('not-yours de');
  expect(inbox.inputs).toEqual([]);
});
