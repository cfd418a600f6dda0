import { Api, helpers } from 'telegram';
import { describe, expect, onTestFinished, test } from 'vitest';
import { RpcError } from '../../../sandbox/telegram/wire/contract.ts';
import type { Button, MessageContent, Press } from '../../../src/actors/ports/conversation.ts';
import { startBot } from '../../../src/adapters/bot/bot.ts';
import { memoryPanels } from '../../../src/adapters/bot/panels.ts';
import { systemClock } from '../../../src/adapters/telegram/client/clock.ts';
import { conversation } from '../../../src/adapters/telegram/conversation/conversation.ts';
import { CallId, type EpochMs, UserId } from '../../../src/machines/model/ids.ts';
import { botSettings } from '../../support/bot-settings.ts';
import { eventually } from '../../support/eventually.ts';
import { toast } from '../../support/toast.ts';
import { chatAccount, reads, silent } from './chat-account.ts';

const key = (label: string, more: Partial<Button> = {}): Button => ({ label, action: `key:${label}`, ...more });
const panel = (text = 'Pat, Office'): MessageContent => ({
  text,
  buttons: [[key('1'), key('2')], [key('🔒 Recording locked', { locked: 'Only the owner may' })]],
  callId: CallId('call-1'),
});

async function scene(options: { inlineFeedback?: boolean } = {}) {
  const account = await chatAccount();
  const { sandbox, anna, mailbox } = account;
  const { token } = sandbox.addBot({ firstName: 'Settings', username: 'siptg_bot', inline: true, ...options });
  const panels = memoryPanels();
  const bot = await startBot({
    token,
    apiRoot: sandbox.botApiRoot,
    chatAccountId: account.account.selfId,
    toast,
    panels,
    settings: botSettings(),
    log: silent,
  });
  bot.read();
  onTestFinished(() => bot.stop());
  const chats = conversation({ account: account.account, bot, panels, log: silent, random: () => 0 });
  const presses: Press[] = [];
  chats.onPress((press) => void presses.push(press));
  // He has to be known before he can be written to.
  const { texts } = await reads(account.account, mailbox);
  anna.sends('hello', '@siptg');
  await eventually(() => expect(texts()).toEqual(['hello']));
  const user = UserId(anna.id);
  const shown = (text: string) => anna.waitsFor((message) => message.text === text);
  const received = () => anna.conversation('@siptg').filter(({ out }) => !out);
  return { ...account, bot, panels, chats, presses, user, shown, received };
}

describe('texts', () => {
  test('reach the person, silent only when asked for', async () => {
    const { chats, user, shown, received } = await scene();
    await chats.say(user, 'Office calls');
    await chats.say(user, 'hint', { silent: true });
    expect((await shown('Office calls')).silent).toBe(false);
    expect((await shown('hint')).silent).toBe(true);
    expect(received()).toHaveLength(2);
  });

  test.each([false, true])('are sent once when Telegram’s answer is lost (repetition refused: %s)', async (refuses) => {
    const { sandbox, chats, user, received } = await scene();
    sandbox.faults.world.refuseRepeatedRandomIds = refuses;
    sandbox.faults.wire.loseAnswers('messages.sendMessage');
    const ref = await chats.say(user, 'Office calls');
    expect(received().map(({ text }) => text)).toEqual(['Office calls']);
    await chats.remove(ref);
    expect(received()).toEqual([]);
  });

  test('wait as long as Telegram wants and are sent then, in order', async () => {
    const { sandbox, chats, user, received } = await scene();
    sandbox.faults.wire.floodWait('messages.sendMessage', 2);
    const began = performance.now();
    await Promise.all([chats.say(user, 'first'), chats.say(user, 'second')]);
    expect(performance.now() - began).toBeGreaterThanOrEqual(2_000);
    expect(received().map(({ text }) => text)).toEqual(['first', 'second']);
  });

  test('can be changed where they stand', async () => {
    const { chats, user, shown } = await scene();
    const ref = await chats.say(user, 'calling');
    const before = await shown('calling');
    expect(await chats.edit(ref, { text: 'busy' })).toEqual(ref);
    expect((await shown('busy')).id).toBe(before.id);
  });

  test('that get buttons are deleted and sent anew without sound', async () => {
    const { chats, user, shown, received } = await scene();
    const ref = await chats.say(user, '📞 +491');
    const renamed = await chats.edit(ref, panel('Missed · +491'));
    expect(renamed).not.toEqual(ref);
    expect(await shown('Missed · +491')).toMatchObject({ silent: true, viaBot: 'siptg_bot' });
    expect(received()).toHaveLength(1);
  });

  test('and a missed call’s with sound', async () => {
    const { chats, user, shown } = await scene();
    const ref = await chats.say(user, '📞 +491');
    await chats.edit(ref, { ...panel('Missed · +491'), silent: false });
    expect((await shown('Missed · +491')).silent).toBe(false);
  });

  test('are deleted for both sides, and a second time is no error', async () => {
    const { sandbox, accountId, chats, user, received } = await scene();
    const ref = await chats.say(user, 'gone soon');
    await chats.remove(ref);
    await chats.remove(ref);
    expect(received()).toEqual([]);
    const own = [...sandbox.world.messaging.box(accountId).messages.values()].map(({ text }) => text);
    expect(own).toEqual(['hello']);
  });

  test.each([
    ['USER_IS_BLOCKED', 'blocked'],
    ['ALLOW_PAYMENT_REQUIRED_10', 'payment-required'],
    ['USER_PRIVACY_RESTRICTED', 'privacy'],
    ['SOMETHING_NEW', 'refused'],
  ])('that Telegram refuses with %s are not sent, with that reason', async (errorText, reason) => {
    const { sandbox, chats, user } = await scene();
    sandbox.faults.wire.failMethod('messages.sendMessage', new RpcError(400, errorText));
    await expect(chats.say(user, 'x')).rejects.toMatchObject({ name: 'MessageNotSent', reason });
  });

  test('to somebody the account has never seen are not sent', async () => {
    const { chats } = await scene();
    await expect(chats.say(UserId(424_242), 'x')).rejects.toMatchObject({ reason: 'unknown-user' });
  });

  test('after PEER_FLOOD go to those who wrote first, to nobody else', async () => {
    const { sandbox, account, accountId, bert, peers, chats, user } = await scene();
    const { accessHash } = sandbox.world.directory.user(bert.id);
    await peers.remember(accountId, UserId(bert.id), { accessHash: String(accessHash), met: false });
    sandbox.faults.wire.failMethod('messages.sendMessage', new RpcError(400, 'PEER_FLOOD'));
    await expect(chats.say(UserId(bert.id), 'x')).rejects.toMatchObject({ reason: 'first-contact' });
    await expect(chats.say(UserId(bert.id), 'x')).rejects.toMatchObject({ reason: 'first-contact' });
    await expect(chats.say(user, 'x')).resolves.toMatchObject({ userId: user });
    expect(bert.conversation('@siptg')).toEqual([]);
    expect(account.state).toBe('connected');
  });

  test('after PEER_FLOOD go to nobody new for 24 h, also after a restart', async () => {
    const { sandbox, accountId, bert, peers, open } = await chatAccount();
    const { accessHash } = sandbox.world.directory.user(bert.id);
    await peers.remember(accountId, UserId(bert.id), { accessHash: String(accessHash), met: false });
    const clock = { ...systemClock, aheadMs: 0, now: () => Date.now() + clock.aheadMs };
    const bans = new Map<UserId, EpochMs>();
    const firstContactBan = {
      until: async (who: UserId) => bans.get(who),
      save: async (who: UserId, until: EpochMs) => void bans.set(who, until),
    };
    const writes = async () => {
      const account = await open({ clock, firstContactBan });
      const peer = await account.inputPeer(UserId(bert.id));
      const message = new Api.messages.SendMessage({ peer, message: 'x', randomId: helpers.generateRandomLong() });
      try {
        return await account.invoke(message);
      } finally {
        await account.close();
      }
    };
    sandbox.faults.wire.failMethod('messages.sendMessage', new RpcError(400, 'PEER_FLOOD'));
    await expect(writes()).rejects.toThrow('PEER_FLOOD');
    clock.aheadMs = 24 * 60 * 60_000 - 60_000;
    await expect(writes()).rejects.toMatchObject({ name: 'FirstContactsForbidden' });
    clock.aheadMs = 24 * 60 * 60_000 + 60_000;
    await expect(writes()).resolves.toBeDefined();
  });
});

describe('messages with buttons', () => {
  test('are drawn by the settings bot, and a press is answered and reported', async () => {
    const { anna, chats, presses, user, shown } = await scene();
    const ref = await chats.sayWithButtons(user, panel());
    const message = await shown('Pat, Office');
    expect(message).toMatchObject({ viaBot: 'siptg_bot', buttons: [['1', '2'], ['🔒 Recording locked']] });
    expect(await anna.presses(message, '2')).toBeUndefined();
    await eventually(() => expect(presses).toHaveLength(1));
    expect(presses[0]).toMatchObject({ userId: user, action: 'key:2', token: ref.token, ref, callId: 'call-1' });
  });

  test('answer a press with what the listener says at once', async () => {
    const { anna, chats, user, shown } = await scene();
    chats.onPress((press) => press.answer('sent'));
    await chats.sayWithButtons(user, panel());
    expect(await anna.presses(await shown('Pat, Office'), '1')).toBe('sent');
  });

  test('are “not your call” for anybody else, also on a forwarded or forged copy', async () => {
    const { bert, anna, chats, presses, user, shown } = await scene();
    await chats.sayWithButtons(user, panel());
    const message = await shown('Pat, Office');
    expect(await bert.pressesOldCopy(message, '1')).toBe('not your call');
    expect(await anna.forgesPress(message, 'key:1:AAAAAAAAAAAAAAAA:AAAAAAAAAAA')).toBe('not your call');
    expect(presses).toEqual([]);
  });

  test('that are locked only show why', async () => {
    const { anna, chats, presses, user, shown } = await scene();
    await chats.sayWithButtons(user, panel());
    expect(await anna.presses(await shown('Pat, Office'), '🔒 Recording locked')).toBe('Only the owner may');
    expect(presses).toEqual([]);
  });

  test('once removed are gone from both sides, and a press on an old copy hears “The call is over”', async () => {
    const { anna, chats, presses, user, shown, received } = await scene();
    const ref = await chats.sayWithButtons(user, panel());
    const old = await shown('Pat, Office');
    await chats.remove(ref);
    expect(received()).toEqual([]);
    expect(await anna.pressesOldCopy(old, '1')).toBe('The call is over');
    expect(presses).toEqual([]);
  });

  test('change where they stand after the first press', async () => {
    const { anna, chats, user, shown, received } = await scene();
    const ref = await chats.sayWithButtons(user, panel());
    const before = await shown('Pat, Office');
    await anna.presses(before, '1');
    expect(await chats.edit(ref, { text: 'Quinn', buttons: [[key('3')]] })).toEqual(ref);
    expect(await shown('Quinn')).toMatchObject({ id: before.id, buttons: [['3']] });
    expect(await anna.presses(await shown('Quinn'), '3')).toBeUndefined();
    expect(received()).toHaveLength(1);
  });

  test('change where they stand at once where the bot is told of them', async () => {
    const { chats, panels, user, shown } = await scene({ inlineFeedback: true });
    const ref = await chats.sayWithButtons(user, panel());
    const before = await shown('Pat, Office');
    await eventually(async () => expect((await panels.find(ref.token ?? ''))?.inlineMessageId).toBeDefined());
    await chats.edit(ref, panel('Quinn'));
    expect((await shown('Quinn')).id).toBe(before.id);
  });

  test('that nobody has pressed yet are sent anew without sound', async () => {
    const { anna, chats, user, shown, received } = await scene();
    const ref = await chats.sayWithButtons(user, panel());
    const before = await shown('Pat, Office');
    const renamed = await chats.edit(ref, panel('Quinn'));
    expect(renamed.token).not.toBe(ref.token);
    expect(await shown('Quinn')).toMatchObject({ silent: true });
    expect(received()).toHaveLength(1);
    expect(await anna.pressesOldCopy(before, '1')).toBe('The call is over');
    await chats.remove(ref);
    expect(received()).toEqual([]);
  });

  test('that are being sent anew can be pressed until the new one stands', async () => {
    const { sandbox, anna, chats, presses, user, shown } = await scene();
    const ref = await chats.sayWithButtons(user, panel());
    const old = await shown('Pat, Office');
    sandbox.faults.wire.floodWait('messages.sendInlineBotResult', 1);
    const editing = chats.edit(ref, panel('Pat answered'));
    await eventually(() => expect(anna.conversation('@siptg').some(({ id }) => id === old.id)).toBe(false));
    expect(await anna.pressesOldCopy(old, '1')).toBeUndefined();
    expect(presses).toMatchObject([{ action: 'key:1' }]);
    await editing;
    expect(await anna.pressesOldCopy(old, '1')).toBe('The call is over');
  });

  test('that cannot be drawn are sent as plain text', async () => {
    const { sandbox, chats, user, shown } = await scene();
    sandbox.faults.wire.failMethod('messages.sendInlineBotResult', new RpcError(400, 'RESULT_ID_INVALID'));
    const ref = await chats.sayWithButtons(user, panel());
    expect(ref.token).toBeUndefined();
    expect(await shown('Pat, Office')).toMatchObject({ buttons: [] });
  });

  test('of a bot that is away are sent as plain text', async () => {
    const { bot, chats, user, shown } = await scene();
    await bot.stop();
    await chats.sayWithButtons(user, panel());
    expect(await shown('Pat, Office')).toMatchObject({ buttons: [] });
  });

  test('are sent once when Telegram’s answer is lost', async () => {
    const { sandbox, chats, user, received } = await scene();
    sandbox.faults.wire.loseAnswers('messages.sendInlineBotResult');
    const ref = await chats.sayWithButtons(user, panel());
    expect(received()).toHaveLength(1);
    await chats.remove(ref);
    expect(received()).toEqual([]);
  });

  test('that cannot be deleted lose their buttons', async () => {
    const { sandbox, anna, chats, user, shown } = await scene();
    const ref = await chats.sayWithButtons(user, panel());
    await anna.presses(await shown('Pat, Office'), '1');
    sandbox.faults.wire.failMethod('messages.deleteMessages', new RpcError(403, 'MESSAGE_DELETE_FORBIDDEN'));
    await chats.remove(ref);
    await anna.waitsFor(({ text, buttons }) => text === 'Pat, Office' && buttons.flat().length === 0);
  });
});
