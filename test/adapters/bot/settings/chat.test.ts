import { inspect } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import { BotApiError } from '../../../../sandbox/telegram/botapi/bot-api-error.ts';
import { LineId, UserId } from '../../../../src/machines/model/ids.ts';
import { eventually } from '../../../support/eventually.ts';
import { bot, scene } from './scene.ts';

const screen = { text: 'Your lines', buttons: [[{ label: 'New', press: { do: 'new' } }]] } as const;

async function conversation() {
  const all = await scene({ settings: { mayStay: async () => true } });
  const { message, screenMessage } = await all.shows(all.olga, screen);
  return { ...all, user: UserId(all.olga.id), message, screenMessage };
}

describe('a message', () => {
  test('has words, buttons and addresses, and sound', async () => {
    const { olga, chat, user } = await conversation();
    const buttons = [
      [
        { label: 'Name', press: { do: 'ask', line: LineId('x'), field: 'name' } },
        { label: 'Go to calls', url: 'https://t.me/siptg' },
      ],
      [{ label: 'Back', press: { do: 'lines' } }],
    ] as const;
    await chat.send(user, { text: 'Office', buttons });
    const shown = await olga.waitsFor(({ text }) => text === 'Office');
    expect(shown).toMatchObject({ silent: false, buttons: [['Name', 'Go to calls'], ['Back']] });
    expect(shown.copy.markup).toMatchObject({ rows: [[{}, { kind: 'url', url: 'https://t.me/siptg' }], [{}]] });
  });

  test('is changed where it stands, loses its buttons when it has none, and may be changed to what it is', async () => {
    const { olga, chat, user, screenMessage, message } = await conversation();
    await chat.edit(user, screenMessage, { text: 'Name?' });
    await chat.edit(user, screenMessage, { text: 'Name?' });
    const now = olga.conversation(bot).find(({ id }) => id === message.id);
    expect(now).toMatchObject({ text: 'Name?', buttons: [] });
  });

  test('of more than 4096 characters is cut, between characters', async () => {
    const { olga, chat, user } = await conversation();
    await chat.send(user, { text: `a${'😀'.repeat(2_048)}` });
    const { text } = await olga.waitsFor((one) => one.text.startsWith('a😀'));
    expect(text).toBe(`a${'😀'.repeat(2_047)}…`);
    await chat.send(user, { text: 'b'.repeat(4_096) });
    expect((await olga.waitsFor((one) => one.text.startsWith('b'))).text).toHaveLength(4_096);
  });

  test('is removed, and again, whoever wrote it', async () => {
    const { olga, chat, user, screenMessage } = await conversation();
    await chat.remove(user, screenMessage);
    await chat.remove(user, screenMessage);
    expect(olga.conversation(bot).map(({ text }) => text)).toEqual(['/start']);
  });

  test('whose buttons cannot be made comes without them', async () => {
    const { olga, chat, user, logged } = await conversation();
    const press = { do: 'template', line: LineId('x'), template: 'y'.repeat(99), sure: false } as const;
    await chat.send(user, { text: 'Templates', buttons: [[{ label: 'Y', press }]] });
    expect((await olga.waitsFor(({ text }) => text === 'Templates')).buttons).toEqual([]);
    expect(logged.join('')).toContain('could not be made');
  });
});

describe('what cannot be said', () => {
  test('to people who never came, or stopped the bot, is told as blocked', async () => {
    const { olga, uwe, chat, user, screenMessage } = await conversation();
    olga.blocks(bot);
    for (const who of [user, UserId(uwe.id), UserId(999)]) {
      await expect(chat.send(who, screen)).rejects.toMatchObject({ reason: 'blocked' });
    }
    await expect(chat.send(user, { text: 'x', keys: [] })).rejects.toMatchObject({ reason: 'blocked' });
    olga.unblocks(bot);
    await expect(chat.edit(user, screenMessage, { text: 'y' })).resolves.toBeUndefined();
  });

  test('because the message is gone, is told so', async () => {
    const { chat, user, screenMessage } = await conversation();
    await chat.remove(user, screenMessage);
    await expect(chat.edit(user, screenMessage, screen)).rejects.toMatchObject({ reason: 'gone' });
    await expect(chat.edit(user, 4_711, screen)).rejects.toMatchObject({ reason: 'gone' });
  });

  test('because it says nothing, or picks with an impossible number, is told as refused', async () => {
    const { chat, user } = await conversation();
    const cause = 'message text is empty';
    await expect(chat.send(user, { text: '' })).rejects.toMatchObject({ reason: 'refused', cause });
    const keys = [{ label: 'Select user', picks: 'user', request: 2 ** 30 }] as const;
    await expect(chat.send(user, { text: 'x', keys })).rejects.toMatchObject({ reason: 'refused' });
  });

  test('because nobody answers, or not in time, is told as unreachable, without the token', async () => {
    const { chat, user, screenMessage, sandbox, token } = await conversation();
    const { botApi } = sandbox.faults;
    for (const method of ['sendMessage', 'editMessageText', 'deleteMessage']) {
      botApi.closeConnection({ method });
      botApi.badGateway({ method });
      botApi.tooManyRequests(11, { method });
    }
    const actions = [
      () => chat.send(user, screen),
      () => chat.edit(user, screenMessage, screen),
      () => chat.remove(user, screenMessage),
    ];
    for (const action of actions) {
      for (let time = 0; time < 3; time++) {
        const error = await action().then(
          () => undefined,
          (thrown: Error) => thrown,
        );
        expect(error).toMatchObject({ reason: 'unreachable' });
        expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(token);
      }
    }
  });

  test('now, is said after the pause Telegram wants', async () => {
    const { olga, chat, user, sandbox } = await conversation();
    sandbox.faults.botApi.tooManyRequests(1, { method: 'sendMessage' });
    const startedAt = performance.now();
    await chat.send(user, { text: 'late' });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(1_000);
    expect(olga.conversation(bot).filter(({ text }) => text === 'late')).toHaveLength(1);
  });

  test('twice, is not said twice: a message whose answer got lost is not repeated', async () => {
    const { olga, chat, user, sandbox } = await conversation();
    sandbox.faults.botApi.loseAnswer({ method: 'sendMessage' });
    await expect(chat.send(user, { text: 'once' })).rejects.toMatchObject({ reason: 'unreachable' });
    expect(olga.conversation(bot).filter(({ text }) => text === 'once')).toHaveLength(1);
  });
});

describe('a chat chosen for recordings is proved', () => {
  test.each(['group', 'channel'] as const)('by a message that is gone again: a %s', async (kind) => {
    const { olga, chat, sandbox, botId } = await conversation();
    const made = sandbox.world.addChat({ kind, title: 'Tapes', creatorId: olga.id });
    sandbox.world.addToChat(made.id, olga.id, botId, kind === 'channel');
    const before = olga.conversation(made.id).length;
    const posted = vi.fn<() => void>();
    olga.watch((event) => event.type === 'message' && event.message.peerId === made.id && posted());
    expect(await chat.prove(made.id)).toEqual({ ok: true, title: 'Tapes' });
    expect(posted).toHaveBeenCalledOnce();
    expect(olga.conversation(made.id)).toHaveLength(before);
  });

  test('and refused in Telegram’s words where it may not post', async () => {
    const { olga, chat, sandbox, botId } = await conversation();
    const made = sandbox.world.addChat({ kind: 'channel', title: 'Tapes', creatorId: olga.id });
    expect(await chat.prove(made.id)).toEqual({ ok: false, reason: 'bot is not a member of the channel chat' });
    sandbox.world.addToChat(made.id, olga.id, botId);
    expect(await chat.prove(made.id)).toEqual({ ok: false, reason: 'need administrator rights in the channel chat' });
    expect(await chat.prove('-1000000000999')).toEqual({ ok: false, reason: 'chat not found' });
  });

  test('and refused when the message cannot be deleted, or nobody answers', async () => {
    const { olga, chat, sandbox, botId } = await conversation();
    const made = sandbox.world.addChat({ kind: 'group', title: 'Party', creatorId: olga.id });
    sandbox.world.addToChat(made.id, olga.id, botId);
    const error = new BotApiError(400, "Bad Request: message can't be deleted");
    sandbox.faults.botApi.add({ kind: 'error', method: 'deleteMessage', error });
    expect(await chat.prove(made.id)).toEqual({ ok: false, reason: "message can't be deleted" });
    sandbox.faults.botApi.closeConnection({ method: 'sendMessage' });
    expect(await chat.prove(made.id)).toEqual({ ok: false, reason: 'Telegram could not be reached' });
  });
});

test('a chat for recordings is left; one where the bot is not is no matter', async () => {
  const { olga, chat, sandbox, botId } = await conversation();
  const made = sandbox.world.addChat({ kind: 'channel', title: 'Tapes', creatorId: olga.id });
  sandbox.world.addToChat(made.id, olga.id, botId, true);
  chat.leave(made.id);
  await eventually(() => expect(sandbox.world.chats.chat(made.id).members.has(botId)).toBe(false));
  chat.leave(made.id);
  chat.leave('-1000000000999');
  await chat.prove(made.id);
});

describe('the pace', () => {
  test('of messages to one person is bounded, of answers to presses it is not', { timeout: 20_000 }, async () => {
    const { olga, chat, user, message, handle, showsPanel, panels } = await conversation();
    const panel = await showsPanel();
    await olga.presses(panel, '1');
    const refused: unknown[] = [];
    const sending = Array.from({ length: 30 }, (_, count) =>
      chat.send(user, { text: `message ${count}` }).catch((error: unknown) => refused.push(error)),
    );
    const startedAt = performance.now();
    for (let press = 0; press < 20; press++) await olga.presses(message, 'New');
    const drawn = await panels.find('AAAABBBBCCCCDDDD');
    if (drawn?.inlineMessageId === undefined) throw new Error('nobody knows the panel');
    const { inlineMessageId } = drawn;
    expect(await handle.redraw({ ...drawn, inlineMessageId, content: { text: 'new' } })).toBe(true);
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    await Promise.all(sending);
    expect(performance.now() - startedAt).toBeGreaterThan(4_000);
    // A queue has an end: what is too much is told so, and at once.
    expect(refused.length).toBeGreaterThan(0);
    for (const error of refused) expect(error).toMatchObject({ reason: 'unreachable' });
    const said = olga.conversation(bot).filter(({ text }) => text.startsWith('message'));
    expect(said).toHaveLength(30 - refused.length);
  });
});
