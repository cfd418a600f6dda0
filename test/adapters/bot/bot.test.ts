import { pino } from 'pino';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { startTelegram } from '../../../sandbox/telegram/telegram.ts';
import type { Panel } from '../../../src/actors/ports/conversation.ts';
import { type BotOptions, startBot } from '../../../src/adapters/bot/bot.ts';
import { memoryPanels } from '../../../src/adapters/bot/panels.ts';
import { UserId } from '../../../src/machines/model/ids.ts';
import { MemoryDialogues } from '../../fakes/settings/dialogues.ts';
import { MemoryInbox } from '../../fakes/settings/inbox.ts';
import { freePort } from '../../peers/program.ts';
import { botSettings } from '../../support/bot-settings.ts';
import { eventually } from '../../support/eventually.ts';
import { toast } from '../../support/toast.ts';

const token = 'AAAABBBBCCCCDDDD';

async function scene(options: Partial<BotOptions> = {}) {
  const sandbox = await startTelegram();
  onTestFinished(() => sandbox.close());
  const account = sandbox.addUser({ firstName: 'Telephone', username: 'siptg' });
  const anna = sandbox.person(sandbox.addUser({ firstName: 'Anna', username: 'anna_b' }).id);
  const { id: botId, token: botToken } = sandbox.addBot({ firstName: 'Settings', username: 'siptg_bot', inline: true });
  const panels = memoryPanels();
  const content = { text: 'panel', buttons: [[{ label: '1', action: '1' }]] };
  const panel: Panel = { token, userId: UserId(anna.id), content };
  await panels.add(panel);
  const inbox = new MemoryInbox(new MemoryDialogues());
  /** What Anna has said to the bot. */
  const heard = () => inbox.rows.size;
  const start = async () => {
    const bot = await startBot({
      token: botToken,
      apiRoot: sandbox.botApiRoot,
      chatAccountId: UserId(account.id),
      panels,
      toast,
      settings: botSettings({ inbox }),
      log: pino({ level: 'silent' }),
      ...options,
    });
    bot.read();
    onTestFinished(() => bot.stop());
    return bot;
  };
  const asks = (userId: string, query: string) => sandbox.world.inline.query(userId, botId, anna.id, query, '');
  /** The chat account sends the panel, as the product does. */
  const sends = async () => {
    const { queryId } = await asks(account.id, token);
    const choice = { queryId, resultId: 'panel', hideVia: false, silent: false };
    sandbox.world.inline.sendResult(account.id, anna.id, choice, {});
    return anna.waitsFor(({ text }) => text === 'panel');
  };
  return { sandbox, account, anna, botId, panels, panel, start, bot: await start(), asks, sends, heard };
}

describe('inline queries', () => {
  test('of the chat account bring the panel of the token, never from a cache', async () => {
    const { account, asks } = await scene();
    const { answer } = await asks(account.id, token);
    expect(answer.cacheSeconds).toBe(0);
    expect(answer.results).toMatchObject([{ type: 'article', content: { text: 'panel' } }]);
  });

  test('of anybody else bring nothing, even with the right token', async () => {
    const { anna, asks } = await scene();
    expect((await asks(anna.id, token)).answer.results).toEqual([]);
  });

  test.each(['', 'x', 'ZZZZZZZZZZZZZZZZ', ' '.repeat(256)])(
    'with the unknown token “%s” bring nothing',
    async (query) => {
      const { account, asks } = await scene();
      expect((await asks(account.id, query)).answer.results).toEqual([]);
    },
  );
});

describe('a press', () => {
  test('is answered before the listener is done with it', async () => {
    const { bot, anna, sends } = await scene();
    const done = Promise.withResolvers<void>();
    bot.onPress(() => done.promise);
    expect(await anna.presses(await sends(), '1')).toBeUndefined();
    done.resolve();
  });

  test('that was passed on is answered by whoever has it then', async () => {
    const { bot, anna, sends } = await scene();
    const passed = Promise.withResolvers<string>();
    bot.onPress(({ pressId, passOn }) => {
      passOn();
      passed.resolve(pressId);
    });
    const pressing = anna.presses(await sends(), '1');
    bot.answerPress(await passed.promise, 'done');
    expect(await pressing).toBe('done');
  });

  test('that a listener could not take is told again, and the next one comes after it', async () => {
    const { bot, anna, sends } = await scene();
    const message = await sends();
    const heard: string[] = [];
    let failures = 2;
    bot.onPress(async ({ pressId }) => {
      heard.push(pressId);
      if (failures-- > 0) throw new Error('the database is away');
    });
    await anna.presses(message, '1');
    await anna.presses(message, '1');
    await eventually(() => expect(heard).toHaveLength(4));
    expect(new Set(heard.slice(0, 3)).size).toBe(1);
    expect(heard[3]).not.toBe(heard[0]);
  });

  test('twice quickly is told twice, each with its own id', async () => {
    const { bot, anna, sends } = await scene();
    const heard = new Set<string>();
    bot.onPress(({ pressId }) => void heard.add(pressId));
    const message = await sends();
    await Promise.all([anna.presses(message, '1'), anna.presses(message, '1')]);
    await eventually(() => expect(heard.size).toBe(2));
  });
});

describe('the settings bot', () => {
  test('goes on after its server was away, wanted a pause, or closed the connection', { timeout: 20_000 }, async () => {
    const { sandbox, anna, heard } = await scene();
    sandbox.faults.botApi.badGateway({ method: 'getUpdates' });
    sandbox.faults.botApi.closeConnection({ method: 'getUpdates' });
    sandbox.faults.botApi.tooManyRequests(1, { method: 'getUpdates' });
    anna.starts('@siptg_bot');
    await eventually(() => expect(heard()).toBe(1), { timeout: 15_000 });
    anna.starts('@siptg_bot', 'again');
    await eventually(() => expect(heard()).toBe(2), { timeout: 15_000 });
  });

  test('goes on after somebody else read its updates for a while', { timeout: 20_000 }, async () => {
    const { anna, start, heard } = await scene();
    const other = await start();
    await other.stop();
    anna.starts('@siptg_bot');
    await eventually(() => expect(heard()).toBe(1), { timeout: 15_000 });
  });

  test('stops also while its server is silent, and loses no update', async () => {
    const { bot, anna, sandbox, start, heard } = await scene();
    // Far longer than this test may take.
    sandbox.faults.botApi.delay(300_000, { method: 'getUpdates', times: 2 });
    await bot.stop();
    anna.starts('@siptg_bot');
    expect(heard()).toBe(0);
    sandbox.faults.botApi.reset();
    await start();
    await eventually(() => expect(heard()).toBe(1));
  });

  test('does not start with a token Telegram does not accept', async () => {
    const { sandbox, panels } = await scene();
    const starting = startBot({
      token: '1:wrong',
      apiRoot: sandbox.botApiRoot,
      chatAccountId: UserId(1),
      panels,
      toast,
      settings: botSettings(),
      log: pino({ level: 'silent' }),
    });
    await expect(starting).rejects.toThrow('401');
  });

  test('does not start, and does not wait for ever, where nobody answers; its token is not told', async () => {
    const starting = startBot({
      token: '1:secret',
      apiRoot: `http://127.0.0.1:${await freePort()}`,
      chatAccountId: UserId(1),
      panels: memoryPanels(),
      toast,
      settings: botSettings(),
      log: pino({ level: 'silent' }),
    });
    await expect(starting).rejects.toThrow(/^the settings bot cannot be reached: no answer from the Bot API$/);
  });

  test('says nothing while its host may not act', async () => {
    let mayAct = true;
    const { bot, anna } = await scene({ mayAct: () => mayAct });
    anna.starts('@siptg_bot');
    mayAct = false;
    await expect(bot.settingsChat.send(UserId(anna.id), { text: 'hello' })).rejects.toThrow('not sent');
    mayAct = true;
    await vi.waitUntil(() => bot.settingsChat.send(UserId(anna.id), { text: 'again' }).catch(() => 0));
    const texts = anna.conversation('@siptg_bot').filter(({ out }) => !out);
    expect(texts.map(({ text }) => text)).toEqual(['again']);
  });

  test('reads nothing until it is told to, nor after it has left it to another, and everything when it comes back', async () => {
    const { bot, anna, heard } = await scene();
    await bot.leave();
    expect(bot.isReading).toBe(false);
    anna.starts('@siptg_bot');
    await bot.leave();
    expect(heard()).toBe(0);
    bot.read();
    await eventually(() => expect(heard()).toBe(1));
    await bot.leave();
    bot.read();
    await eventually(() => expect(bot.isReading).toBe(true));
    expect(heard()).toBe(1);
  });

  test('takes what waited while its host slept when it knows that the bot is still its own, and not when it is another’s', async () => {
    const held: (() => void)[] = [];
    let isSure = false;
    const { bot, anna, heard } = await scene({ whenSure: (then) => (isSure ? then() : void held.push(then)) });
    const isKnown = () => {
      isSure = true;
      for (const then of held.splice(0)) then();
    };
    anna.starts('@siptg_bot');
    await eventually(() => expect(held).toHaveLength(1));
    const leaving = bot.leave();
    isKnown();
    await leaving;
    expect(heard()).toBe(0);
    isSure = false;
    bot.read();
    await eventually(() => expect(held).toHaveLength(1));
    expect(heard()).toBe(0);
    isKnown();
    await eventually(() => expect(heard()).toBe(1));
  });

  test('says that a message it should redraw is gone', async () => {
    const { bot, panel } = await scene();
    expect(await bot.redraw({ ...panel, inlineMessageId: 'AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' })).toBe(false);
  });

  test('redraws once more after a pause Telegram wants', async () => {
    const { sandbox, bot, anna, panels, sends } = await scene();
    await anna.presses(await sends(), '1');
    await eventually(async () => expect((await panels.find(token))?.inlineMessageId).toBeDefined());
    const panel = await panels.find(token);
    sandbox.faults.botApi.tooManyRequests(1, { method: 'editMessageText' });
    const { inlineMessageId = '', content } = panel ?? {};
    if (!panel || !content) throw new Error('no panel');
    expect(await bot.redraw({ ...panel, inlineMessageId, content: { ...content, text: 'new' } })).toBe(true);
    await anna.waitsFor(({ text }) => text === 'new');
  });
});
