import { beforeEach, expect, test } from 'vitest';
import { FluentSettingsTexts } from '../../../src/adapters/texts/settings/texts.ts';
import { olga, Room } from './room.ts';

let room: Room;
beforeEach(async () => {
  room = new Room({ texts: new FluentSettingsTexts() });
  await room.command(olga, 'softphone');
});

const screenText = async () => {
  const id = await room.screenMessage(olga);
  return room.chat.page(olga).find((message) => message.id === id)?.text ?? '';
};
const labels = () => room.chat.labels(olga);
const typed = async (label: string, text: string) => {
  await room.pressesLabel(olga, label);
  return room.writes(olga, text);
};

test('AC-02 a line is made, filled and switched on by the words on its buttons', async () => {
  await room.pressesLabel(olga, 'New');
  await typed('Login: —', 'olga');
  const password = await typed('Password: —', 's3cret');
  expect(room.chat.page(olga).map(({ id }) => id)).not.toContain(password);
  expect(labels()).toContain('Password: ••••');
  await room.pressesLabel(olga, 'Switch on');
  expect(await screenText()).toContain('Wrong parameters: Domain');
  await typed('Domain: —', 'pbx2.test');
  expect(labels()).toContain('Domain: pbx2.test');
  await room.pressesLabel(olga, 'Apply');
  expect(labels()).not.toContain('Apply');
  expect(await room.line(olga)).toMatchObject({ enabled: true, login: 'olga', domain: 'pbx2.test' });
});

test('AC-65 the question for the login warns, and a wrong domain is told with an example', async () => {
  await room.pressesLabel(olga, 'New');
  await room.pressesLabel(olga, 'Login: —');
  expect(await screenText()).toMatch(/same login/i);
  await room.pressesLabel(olga, 'Cancel');
  const answer = await typed('Domain: —', 'not a host!');
  const told = room.chat.page(olga).filter(({ id }) => id > answer);
  expect(told).toHaveLength(1);
  expect(told[0]?.text).toMatch(/pbx\.example/);
});

test('AC-71 labels change with the language', async () => {
  await room.does(olga, { kind: 'command', command: 'language', payload: '' }, { language: 'ru' });
  await room.pressesLabel(olga, 'Українська');
  expect(labels()).not.toContain('New');
  await room.command(olga, 'language');
  await room.pressesLabel(olga, 'English');
  expect(labels()).toEqual(expect.arrayContaining(['New', 'Switch off Callback mode', 'Go to calls']));
});

test('rules are confirmed, tried or cancelled by their buttons', async () => {
  await room.pressesLabel(olga, 'New');
  await typed('Dial Rules: —', '^8=7');
  expect(await screenText()).toContain('^8=7');
  await room.pressesLabel(olga, 'Cancel');
  expect(labels()).toContain('Dial Rules: —');
});

test('every screen of a line can be left again', async () => {
  await room.pressesLabel(olga, 'New');
  await room.pressesLabel(olga, 'Delete');
  await room.pressesLabel(olga, 'No');
  expect(labels()).toContain('Delete');
  await room.pressesLabel(olga, 'Back');
  expect(labels()).toContain('New');
  await room.pressesLabel(olga, '⚪ Line 1');
  await room.pressesLabel(olga, 'Delete');
  await room.pressesLabel(olga, 'Yes');
  expect(await room.book.of(olga)).toEqual([]);
  expect(labels()).toContain('New');
});
