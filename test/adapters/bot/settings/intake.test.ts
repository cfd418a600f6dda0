import { randomUUID } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { SettingsPressData } from '../../../../src/adapters/bot/settings/settings-press-data.ts';
import { LineId, UserId } from '../../../../src/machines/model/ids.ts';
import type { SettingsPress } from '../../../../src/machines/model/settings.ts';
import { eventually } from '../../../support/eventually.ts';
import { bot, scene } from './scene.ts';

const line = LineId(randomUUID());
const press: SettingsPress = { do: 'line', line };
const screen = { text: 'Your lines', buttons: [[{ label: 'Office', press }]] };

describe('what a person writes', () => {
  test.each([
    ['/start', { kind: 'command', command: 'start', payload: '' }],
    ['/start l_AAAAbbbbCCCCdddd', { kind: 'command', command: 'start', payload: 'l_AAAAbbbbCCCCdddd' }],
    ['/softphone', { kind: 'command', command: 'softphone', payload: '' }],
    ['/workers', { kind: 'command', command: 'workers', payload: '' }],
    ['/help  me \n please ', { kind: 'command', command: 'help', payload: 'me \n please' }],
    ['/Language', { kind: 'command', command: 'language', payload: '' }],
    ['/cancel@SIPTG_bot', { kind: 'command', command: 'cancel', payload: '' }],
    ['/cancel@other_bot', { kind: 'text', text: '/cancel@other_bot' }],
    ['/owners', { kind: 'text', text: '/owners' }],
    ['/nothing', { kind: 'text', text: '/nothing' }],
    ['/', { kind: 'text', text: '/' }],
    ['s3cret /cancel', { kind: 'text', text: 's3cret /cancel' }],
    ['a\0b\ud800', { kind: 'text', text: 'ab\ufffd' }],
  ])('“%s” is kept as what it means', async (text, input) => {
    const { olga, inbox } = await scene();
    olga.sends(text, bot);
    await eventually(() => expect(inbox.inputs).toMatchObject([input]));
  });

  test.each(['owners', 'lines', 'plan', 'notice', 'hosts'])('/%s is a command of admins', async (command) => {
    const admins: UserId[] = [];
    const { olga, uwe, inbox } = await scene({ settings: { admins } });
    admins.push(UserId(olga.id));
    olga.sends(`/${command} 7 free`, bot);
    uwe.sends(`/${command} 7 free`, bot);
    await eventually(() => expect(inbox.inputs).toHaveLength(2));
    expect(inbox.inputs).toContainEqual({ kind: 'command', command, payload: '7 free' });
    expect(inbox.inputs).toContainEqual(expect.objectContaining({ kind: 'text', text: `/${command} 7 free` }));
  });

  test('is told once it is kept, with who he is and what his Telegram speaks', async () => {
    const { olga, inbox, told } = await scene();
    olga.sends('hello', bot);
    await eventually(() => expect(told).toHaveBeenCalledOnce());
    const [row] = inbox.kept.rows.values();
    expect(row).toMatchObject({ user: olga.id, language: 'de', name: 'Olga', input: { kind: 'text', text: 'hello' } });
    expect(row?.id).toMatch(/^bot-\d+$/);
    expect(told).toHaveBeenCalledWith(row, true);
  });

  test('can be deleted from the conversation by the id that is kept with it', async () => {
    const { olga, inbox, chat } = await scene();
    olga.sends('s3cret', bot);
    await eventually(() => expect(inbox.inputs).toHaveLength(1));
    const [input] = inbox.inputs;
    if (input?.kind !== 'text') throw new Error('no text');
    await chat.remove(UserId(olga.id), input.messageId);
    expect(olga.conversation(bot)).toEqual([]);
  });

  test('counts as it was sent: edits change nothing', async () => {
    const { olga, inbox } = await scene();
    const message = olga.sends('pbx.test', bot);
    olga.edits(message, 'pbx2.test');
    olga.sends('end', bot);
    await eventually(() => expect(inbox.inputs).toMatchObject([{ text: 'pbx.test' }, { text: 'end' }]));
  });

  test('stays in its order, and anything but words is kept as something else', async () => {
    const { olga, inbox } = await scene();
    olga.sends('one', bot);
    olga.sharesContact({ phone: '15550101', firstName: 'Olga' }, bot);
    olga.sends('two', bot);
    await eventually(() => expect(inbox.inputs).toMatchObject([{ text: 'one' }, { kind: 'other' }, { text: 'two' }]));
  });
});

describe('what a person picks', () => {
  test('is kept with the request of the key', async () => {
    const { olga, uwe, inbox, chat, shows, sandbox, botId } = await scene();
    await shows(olga, screen);
    const keys = [
      { label: 'Select user', picks: 'user', request: 2 ** 30 - 1 },
      { label: 'Select chat', picks: 'group', request: 8 },
      { label: 'Select channel', picks: 'channel', request: 8 },
    ] as const;
    await chat.send(UserId(olga.id), { text: 'Choose', keys });
    expect(olga.keyboard(bot)?.flat()).toEqual(['Select user', 'Select chat', 'Select channel']);
    expect(() => olga.picksUsers(bot, 'Select user', [botId])).toThrow('not offered');
    expect(() => olga.picksUsers(bot, 'Select user', [uwe.id, olga.id])).toThrow('picks 1–1');
    olga.picksUsers(bot, 'Select user', [uwe.id]);
    const group = sandbox.world.addChat({ kind: 'group', title: 'Party', creatorId: olga.id });
    const channel = sandbox.world.addChat({ kind: 'channel', title: 'Tapes', creatorId: olga.id });
    const foreign = sandbox.world.addChat({ kind: 'channel', title: 'News', creatorId: uwe.id, members: [olga.id] });
    olga.picksChat(bot, 'Select chat', group.id);
    olga.picksChat(bot, 'Select channel', channel.id);
    expect(() => olga.picksChat(bot, 'Select channel', foreign.id)).toThrow('not offered');
    await eventually(() => expect(inbox.inputs).toHaveLength(4));
    expect(inbox.inputs.slice(1)).toEqual([
      { kind: 'user-picked', request: 2 ** 30 - 1, user: uwe.id, name: 'Uwe' },
      { kind: 'chat-picked', request: 8, chat: group.id, title: 'Party' },
      { kind: 'chat-picked', request: 8, chat: channel.id, title: 'Tapes' },
    ]);
    await chat.send(UserId(olga.id), { text: 'Thanks', keys: [] });
    expect(olga.keyboard(bot)).toBeUndefined();
  });
});

describe('a press', () => {
  test('on the screen is answered without words and kept', async () => {
    const { olga, inbox, shows } = await scene();
    const { message, screenMessage } = await shows(olga, screen);
    expect(await olga.presses(message, 'Office')).toBeUndefined();
    await eventually(() => expect(inbox.inputs.at(-1)).toEqual({ kind: 'press', press, messageId: screenMessage }));
  });

  test('counts for 15 s, and what is written for as long as it takes', async () => {
    const { olga, inbox, shows } = await scene();
    const { message } = await shows(olga, screen);
    await olga.presses(message, 'Office');
    olga.sends('pbx.test', bot);
    await eventually(() => expect(inbox.inputs.at(-1)).toMatchObject({ kind: 'text' }));
    const ends = [...inbox.kept.rows.values()].map(({ input, expiresAt }) => [input.kind, expiresAt]);
    expect(ends.slice(-2)).toEqual([
      ['press', 1_800_000_015_000],
      ['text', undefined],
    ]);
  });

  test('on what was the screen once is answered as out of date, in the language of his Telegram', async () => {
    const { olga, inbox, shows } = await scene();
    const { message } = await shows(olga, screen);
    await shows(olga, { ...screen, text: 'Newer' });
    for (const { id } of await inbox.open(10)) await inbox.done(id);
    expect(await olga.presses(message, 'Office')).toBe('out-of-date de');
  });

  test('is not called out of date while the person’s screen may be another already', async () => {
    const { olga, shows } = await scene();
    const { message } = await shows(olga, screen);
    await shows(olga, { ...screen, text: 'Newer' });
    expect(await olga.presses(message, 'Office')).toBeUndefined();
  });

  test('on Take is good on any message', async () => {
    const { olga, inbox, chat, shows } = await scene();
    await shows(olga, screen);
    const take: SettingsPress = { do: 'take', offer: 'AAAABBBBCCCCDDDD' };
    await chat.send(UserId(olga.id), { text: 'Yours?', buttons: [[{ label: 'Take', press: take }]] });
    const notice = await olga.waitsFor(({ text }) => text === 'Yours?');
    expect(await olga.presses(notice, 'Take')).toBeUndefined();
    expect(inbox.inputs.at(-1)).toMatchObject({ kind: 'press', press: take });
  });

  test('that is forged, made for somebody else, or of a panel, is refused and not kept', async () => {
    const { olga, uwe, inbox, shows, token } = await scene();
    const { message } = await shows(olga, screen);
    await shows(uwe, { ...screen, text: 'Uwe’s' });
    const kept = inbox.inputs.length;
    const data = new SettingsPressData(token);
    const ofUwe = data.write(press, UserId(uwe.id));
    const ofNobody = new SettingsPressData('1:other').write(press, UserId(olga.id));
    for (const forged of [ofUwe, ofNobody, 'L:x', '\0', '1:AAAABBBBCCCCDDDD:AAAAAAAAAAA']) {
      expect(await olga.forgesPress(message, forged)).toBe('not-yours de');
    }
    expect(inbox.inputs).toHaveLength(kept);
    expect(await olga.forgesPress(message, data.write(press, UserId(olga.id)))).toBeUndefined();
  });

  test('on a button of the settings bot is no press on a panel, nor the other way round', async () => {
    const { olga, inbox, handle, shows, showsPanel, token } = await scene();
    await shows(olga, screen);
    const kept = inbox.inputs.length;
    const panel = await showsPanel();
    const heard = vi.fn<() => void>();
    handle.onPress(heard);
    const data = new SettingsPressData(token).write(press, UserId(olga.id));
    expect(await olga.forgesPress(panel, data)).toBe('not your call');
    await olga.presses(panel, '1');
    expect(heard).toHaveBeenCalledOnce();
    expect(inbox.inputs).toHaveLength(kept);
  });
});
