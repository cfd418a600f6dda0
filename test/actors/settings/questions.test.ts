import { beforeEach, expect, test, vi } from 'vitest';
import { SettingsMessageNotSent } from '../../../src/actors/ports/settings-chat.ts';
import type { LineId } from '../../../src/machines/model/ids.ts';
import { answerMs } from '../../../src/machines/model/settings-dialogue.ts';
import { olga, Room, uwe } from './room.ts';

let room: Room;
let line: LineId;
beforeEach(async () => {
  room = new Room();
  line = await room.newLine(olga);
});

const ask = (field: 'domain' | 'login' | 'password' | 'name' | 'rules') =>
  room.presses(olga, { do: 'ask', line, field });

test('AC-04 a password disappears from the chat, is never shown, and no fault contains it', async () => {
  await ask('password');
  const message = await room.writes(olga, 's3cret');
  expect(room.chat.page(olga).map(({ id }) => id)).not.toContain(message);
  expect((await room.lineScreen(olga)).details).toMatchObject({ hasPassword: true, pending: ['password'] });
  expect(JSON.stringify(room.chat.events(olga))).not.toContain('s3cret');
  await room.presses(olga, { do: 'ask', line, field: 'password' });
  expect(await room.screen(olga)).toMatchObject({ kind: 'question' });
  expect(await room.screen(olga)).not.toHaveProperty('current');
});

test('a password that cannot be taken disappears as well', async () => {
  await ask('password');
  const message = await room.writes(olga, 'two\nlines');
  expect(room.chat.page(olga).map(({ id }) => id)).not.toContain(message);
  expect(room.notices(olga)).toMatchObject([{ kind: 'wrong-answer', wrong: { kind: 'field', field: 'password' } }]);
});

test('a password among lines to be imported disappears, however it is written; other texts stay', async () => {
  const question = { kind: 'import' } as const;
  room.onPress({ import: async () => ({ question, screen: { kind: 'languages', chosen: 'en' } }) });
  const stays = async (text: string) => {
    await room.presses(olga, { do: 'import' });
    const message = await room.writes(olga, text);
    return room.chat.page(olga).some(({ id }) => id === message);
  };
  for (const row of [
    ...['password = s3cret', 'Password:s3cret', ' password s3c=ret', 'secret=s3cret', 'пароль: s3cret'],
    ...['proxy = 7 password = s3cret', 'auth_password=s3cret', 'PASSWORT: s3cret', '# password = s3cret'],
  ]) {
    expect(await stays(`[A]\nlogin = 1\n${row}`), row).toBe(false);
  }
  expect(await stays('[passwords]\nlogin = password\npasswordless = 1')).toBe(true);
});

test('a password disappears also when the line book fails', async () => {
  await ask('password');
  room.book.edit = () => Promise.reject(new Error('database is away'));
  const message = await room.writes(olga, 's3cret');
  expect(room.chat.page(olga).map(({ id }) => id)).not.toContain(message);
  expect(room.faults).toHaveLength(1);
  expect(String(room.faults[0]?.error)).not.toContain('s3cret');
});

test('B-12 a password that comes when its question was given up disappears too, and is not taken', async () => {
  await ask('password');
  await room.after(answerMs);
  const message = await room.writes(olga, 's3cret');
  expect(room.chat.page(olga).map(({ id }) => id)).not.toContain(message);
  expect(await room.lineScreen(olga)).toMatchObject({ remark: { kind: 'gave-up' }, details: { pending: [] } });
  const greeting = await room.writes(olga, 'hello');
  expect(room.chat.page(olga).map(({ id }) => id)).toContain(greeting);
  expect((await room.screen(olga)).kind).toBe('lines');
});

test.each([
  ['an earlier process asked for', async () => room.restart()],
  ['was asked for when nothing could be shown', async () => room.chat.refuse(olga, 'unreachable')],
])('B-12 a password that %s and that is handled too late disappears', async (_, before) => {
  await ask('password');
  await before();
  await room.after(answerMs);
  room.chat.refuse(olga, undefined);
  const message = await room.writes(olga, 's3cret');
  expect(room.chat.page(olga).map(({ id }) => id)).not.toContain(message);
  expect((await room.book.find(line))?.pending).toEqual({});
});

test('B-12 a password disappears when its question failed, and the next attempt as well', async () => {
  await ask('password');
  vi.spyOn(room.people, 'language').mockRejectedValueOnce(new Error('database is away'));
  const first = await room.writes(olga, 's3cret');
  const second = await room.writes(olga, 's3cret');
  for (const message of [first, second]) expect(room.chat.page(olga).map(({ id }) => id)).not.toContain(message);
});

test.each([
  ['Cancel', () => room.presses(olga, { do: 'cancel' })],
  ['a command', () => room.command(olga, 'softphone')],
])('B-12 a password written after %s all the same does not stay', async (_, leaves) => {
  await ask('password');
  await leaves();
  const message = await room.writes(olga, 's3cret');
  expect(room.chat.page(olga).map(({ id }) => id)).not.toContain(message);
  expect((await room.screen(olga)).remark).toEqual({ kind: 'gave-up' });
  expect((await room.book.find(line))?.pending).toEqual({});
  const next = await room.writes(olga, 'hello');
  expect(room.chat.page(olga).map(({ id }) => id)).toContain(next);
});

test('after a press of hers what she writes is no late password, and stays', async () => {
  await ask('password');
  await room.after(answerMs);
  await room.presses(olga, { do: 'line', line });
  const message = await room.writes(olga, 'hello');
  expect(room.chat.page(olga).map(({ id }) => id)).toContain(message);
});

test.each([
  ['in time', 0],
  ['too late', answerMs],
])('B-12 whoever sends a password %s that we cannot delete is told to do it', async (_, late) => {
  await ask('password');
  await room.after(late);
  vi.spyOn(room.chat, 'remove').mockRejectedValueOnce(new SettingsMessageNotSent('refused'));
  const message = await room.writes(olga, 's3cret');
  expect(room.chat.page(olga).map(({ id }) => id)).toContain(message);
  expect(room.notices(olga)).toEqual([{ kind: 'password-stays' }]);
  expect(room.faults).toHaveLength(1);
  expect(JSON.stringify(room.chat.events(olga))).not.toContain('s3cret');
});

test('AC-65 an answer is taken, and the screen stands at the bottom, once', async () => {
  await ask('domain');
  const asked = await room.screenMessage(olga);
  const answer = await room.writes(olga, 'pbx2.test');
  expect((await room.lineScreen(olga)).details.domain).toBe('pbx2.test');
  expect(await room.screenMessage(olga)).toBeGreaterThan(answer);
  expect(room.chat.page(olga).map(({ id }) => id)).not.toContain(asked);
});

test('AC-65 a wrong answer is told once and leaves the question open; after the third the screen returns', async () => {
  await ask('domain');
  for (let answer = 1; answer <= 2; answer++) {
    await room.writes(olga, 'not a host!');
    expect(room.notices(olga)).toHaveLength(answer);
    expect(await room.dialogues.of(olga)).toMatchObject({ question: { wrong: answer } });
  }
  expect(room.notices(olga)[0]).toEqual({ kind: 'wrong-answer', wrong: { kind: 'field', field: 'domain' } });
  const last = await room.writes(olga, 'not a host!');
  expect(await room.lineScreen(olga)).toMatchObject({ remark: { kind: 'gave-up' }, details: { domain: '' } });
  expect(await room.screenMessage(olga)).toBeGreaterThan(last);
  expect((await room.dialogues.of(olga)).question).toBeUndefined();
});

test('what is no text is a wrong answer', async () => {
  await ask('domain');
  await room.does(olga, { kind: 'other' });
  expect(room.notices(olga)).toHaveLength(1);
});

test('a question gives up after 300 s, counted from its asking and not from a wrong answer', async () => {
  await ask('domain');
  await room.after(200_000);
  await room.writes(olga, 'not a host!');
  await room.after(99_999);
  expect((await room.screen(olga)).kind).toBe('question');
  await room.after(1);
  expect(await room.lineScreen(olga)).toMatchObject({ remark: { kind: 'gave-up' } });
  expect(room.deadlines).toEqual([]);
});

test('an answer that comes too late is none', async () => {
  await ask('login');
  await room.after(answerMs);
  await room.writes(olga, 'olga');
  expect(await room.lineScreen(olga)).toMatchObject({ remark: { kind: 'gave-up' } });
  expect((await room.book.find(line))?.pending).toEqual({});
});

test('an open question waits for its answer after a restart', async () => {
  await ask('login');
  await room.after(100_000);
  room.restart();
  await room.writes(olga, 'olga');
  expect(await room.book.find(line)).toMatchObject({ pending: { login: 'olga' } });
});

test('a question of an earlier process gives up when its time is over, although nobody comes', async () => {
  await ask('login');
  room.restart();
  await room.after(answerMs);
  expect(await room.lineScreen(olga)).toMatchObject({ remark: { kind: 'gave-up' } });
  expect(room.deadlines).toEqual([]);
});

test('an answer to a question whose time was over before the restart is none', async () => {
  await ask('login');
  room.clock.increment(answerMs - 1);
  room.restart();
  room.clock.increment(1);
  await room.writes(olga, 'olga');
  expect((await room.book.find(line))?.pending).toEqual({});
});

test('Cancel leaves the line as it was, in place', async () => {
  await ask('domain');
  const asked = await room.screenMessage(olga);
  await room.presses(olga, { do: 'cancel' });
  expect((await room.lineScreen(olga)).facts.id).toBe(line);
  expect(await room.screenMessage(olga)).toBe(asked);
  expect((await room.dialogues.of(olga)).question).toBeUndefined();
});

test('/cancel closes a question too, with the screen at the bottom', async () => {
  await ask('domain');
  const asked = await room.screenMessage(olga);
  await room.command(olga, 'cancel');
  expect((await room.lineScreen(olga)).facts.id).toBe(line);
  expect(await room.screenMessage(olga)).not.toBe(asked);
});

test('another press closes the question: what is written then is no answer', async () => {
  await ask('domain');
  await room.presses(olga, { do: 'protocol', line, to: 'tcp' });
  await room.writes(olga, 'pbx2.test');
  expect((await room.book.find(line))?.pending).toEqual({ transport: 'tcp' });
});

test('a press that shows nothing does not leave a closed question on the screen', async () => {
  await ask('domain');
  await room.presses(olga, { do: 'export', line });
  expect((await room.screen(olga)).kind).toBe('own-line');
});

test('a press on an older message does nothing, and leaves the question open', async () => {
  await ask('login');
  const old = (await room.screenMessage(olga)) ?? 0;
  await room.writes(olga, 'olga');
  await ask('domain');
  const events = room.chat.events(olga).length;
  await room.presses(olga, { do: 'delete', line, sure: true }, old);
  expect(room.chat.events(olga)).toHaveLength(events);
  expect(await room.book.find(line)).toBeDefined();
  await room.writes(olga, 'pbx.test');
  expect((await room.book.find(line))?.pending).toMatchObject({ domain: 'pbx.test' });
});

test('rules that were entered are shown one by one, and = takes them away', async () => {
  await ask('rules');
  await room.writes(olga, String.raw`[^+*#\w]= ^79\d{9}$`);
  expect(await room.screen(olga)).toMatchObject({
    kind: 'rules',
    rules: [
      { kind: 'replaces', text: String.raw`[^+*#\w]=` },
      { kind: 'filters', text: String.raw`^79\d{9}$` },
    ],
  });
  await room.answers(olga, line, 'rules', '=');
  expect((await room.lineScreen(olga)).details.dialRules).toBe('');
});

test('a rule that does not compile is refused with its place', async () => {
  await ask('rules');
  await room.writes(olga, '^8=7 (?=1)2');
  expect(room.notices(olga)).toMatchObject([{ wrong: { kind: 'rule', rule: '(?=1)2', position: 5 } }]);
});

test('AC-71 texts are in the language of her Telegram until she chooses another', async () => {
  await room.does(olga, { kind: 'command', command: 'softphone', payload: '' }, { language: 'ru' });
  expect((await room.shown(olga)).language).toBe('ru');
  await room.command(olga, 'language');
  expect(await room.screen(olga)).toEqual({ kind: 'languages', chosen: 'ru' });
  await room.presses(olga, { do: 'language', language: 'en' });
  expect((await room.shown(olga)).language).toBe('en');
  await room.does(olga, { kind: 'command', command: 'help', payload: '' }, { language: 'ru' });
  expect(await room.shown(olga)).toMatchObject({ language: 'en', screen: { kind: 'help' } });
});

test('the callback switch is the person’s own', async () => {
  await room.command(uwe, 'softphone');
  await room.command(olga, 'softphone');
  await room.presses(olga, { do: 'callback', on: false });
  expect(await room.screen(olga)).toMatchObject({ kind: 'lines', callback: false });
  expect(await room.people.callback(uwe)).toBe(true);
});

test('/start with an unknown payload gives the list; an invitation goes to whoever handles it', async () => {
  const tokens: string[] = [];
  room.instead({ acceptOffer: async (_, token) => (tokens.push(token), {}) });
  await room.command(olga, 'start', 'utm_campaign');
  expect((await room.screen(olga)).kind).toBe('lines');
  await room.command(olga, 'start', 'l_abc');
  expect(tokens).toEqual(['abc']);
});

test('the keys of a picker go with whatever comes next', async () => {
  const picking = { kind: 'user', line, request: 7 } as const;
  room.onPress({
    user: async ({ user }) => ({ picking, sayings: [{ to: user, notice: { kind: 'pick-user' }, request: 7 }] }),
  });
  await room.presses(olga, { do: 'user', line });
  expect(await room.dialogues.of(olga)).toMatchObject({ picking });
  expect(room.notices(olga)).toEqual([{ kind: 'pick-user' }]);
  await room.presses(olga, { do: 'line', line });
  expect(room.notices(olga)).toEqual([{ kind: 'pick-user' }, { kind: 'picked' }]);
  expect((await room.dialogues.of(olga)).picking).toBeUndefined();
});

test('a choice reaches its handler with the picker that is open, also after a restart; the screen comes anew', async () => {
  const picking = { kind: 'user', line, request: 7 } as const;
  const seen: unknown[] = [];
  room.instead({
    presses: { user: async () => ({ picking }) },
    picked: {
      user: async (visitor, open, { user }) => {
        seen.push(open, user);
        return {
          screen: { kind: 'help', chatAccount: 'siptg' },
          sayings: [{ to: visitor.user, notice: { kind: 'picked' } }],
        };
      },
    },
  });
  await room.presses(olga, { do: 'user', line });
  const before = await room.screenMessage(olga);
  room.restart();
  await room.does(olga, { kind: 'user-picked', request: 7, user: uwe, name: 'Uwe' });
  expect(seen).toEqual([picking, uwe]);
  expect(room.notices(olga)).toEqual([{ kind: 'picked' }]);
  expect(await room.screenMessage(olga)).not.toBe(before);
});

test('a screen she deleted comes anew', async () => {
  const old = (await room.screenMessage(olga)) ?? 0;
  room.chat.loses(olga, old);
  await room.presses(olga, { do: 'protocol', line, to: 'tcp' }, old);
  expect((await room.lineScreen(olga)).details.transport).toBe('tcp');
  expect(await room.screenMessage(olga)).not.toBe(old);
});

test('whoever stopped the bot loses nothing, and is asked nothing', async () => {
  const screen = (await room.screenMessage(olga)) ?? 0;
  room.chat.refuse(olga, 'blocked');
  await room.presses(olga, { do: 'protocol', line, to: 'tcp' });
  await ask('domain');
  expect(await room.inbox.open(10)).toEqual([]);
  expect(room.faults).toEqual([]);
  expect(await room.book.find(line)).toMatchObject({ pending: { transport: 'tcp' } });
  expect(await room.dialogues.of(olga)).toMatchObject({ screenMessage: screen, question: undefined });
  room.chat.refuse(olga, undefined);
  await room.presses(olga, { do: 'line', line });
  expect((await room.lineScreen(olga)).details.transport).toBe('tcp');
});

test('a notice that does not reach somebody else keeps nobody from his screen', async () => {
  room.onPress({
    unlink: async () => ({
      screen: { kind: 'help', chatAccount: 'siptg' },
      sayings: [{ to: uwe, notice: { kind: 'picked' } }],
    }),
  });
  room.chat.refuse(uwe, 'unreachable');
  await room.presses(olga, { do: 'unlink', line });
  expect((await room.screen(olga)).kind).toBe('help');
  expect(room.faults[0]?.error).toBeInstanceOf(SettingsMessageNotSent);
});
