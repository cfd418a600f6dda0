import { expect, test } from 'vitest';
import type { UserId } from '../../../../src/machines/model/ids.ts';
import type { SettingsPress } from '../../../../src/machines/model/settings.ts';
import { template } from '../../../fakes/settings/templates.ts';
import { olga, Room, uwe } from '../room.ts';

/** The room with an operator's template. */
function fullRoom() {
  const room = new Room();
  room.templates = [template('op', { domain: 'pbx2.test', codecs: ['alaw'] })];
  const picks = async (by: UserId, user: UserId, name: string) => {
    const { picking } = await room.dialogues.of(by);
    await room.does(by, { kind: 'user-picked', request: picking?.request ?? -1, user, name });
  };
  const kinds = (user: UserId) => room.notices(user).map(({ kind }) => kind);
  const offerOf = (user: UserId): SettingsPress => {
    const notice = room.notices(user).findLast(({ kind }) => kind === 'hand-over-offer');
    return { do: 'take', offer: notice?.kind === 'hand-over-offer' ? notice.offer : '' };
  };
  return Object.assign(room, { picks, kinds, offerOf });
}

test('AC-68 AC-09 the key comes and goes once; the link is on the screen, and opening it makes Uwe the user', async () => {
  const room = fullRoom();
  const line = await room.registeredLine(olga);
  await room.presses(olga, { do: 'user', line });
  expect(room.kinds(olga)).toEqual(['pick-user']);
  await room.picks(olga, uwe, 'Uwe');
  expect(room.kinds(olga)).toEqual(['pick-user', 'picked']);
  const { remark, details } = await room.lineScreen(olga);
  const link = remark?.kind === 'user-invited' ? remark.link : '';
  expect(details.invited).toEqual({ name: 'Uwe', link });
  expect((await room.dialogues.of(olga)).picking).toBeUndefined();
  await room.picks(olga, uwe, 'Uwe');
  await room.command(uwe, 'start', link.split('start=')[1]);
  expect(room.kinds(uwe)).toEqual(['invitation-accepted']);
  expect(room.kinds(olga).at(-1)).toBe('user-active');
  expect((await room.book.find(line))?.user).toBe(uwe);
  await room.presses(uwe, { do: 'line', line });
  expect((await room.screen(uwe)).kind).toBe('assigned-line');
  await room.presses(olga, { do: 'unlink', line });
  expect((await room.lineScreen(olga)).details.user).toBeUndefined();
  expect(room.faults).toEqual([]);
});

test('AC-09 an invitation is on the screen of its line for 7 days, and no longer', async () => {
  const room = fullRoom();
  const line = await room.registeredLine(olga);
  await room.presses(olga, { do: 'user', line });
  await room.picks(olga, uwe, 'Uwe');
  room.clock.increment(7 * 86_400_000);
  await room.command(olga, 'softphone');
  await room.presses(olga, { do: 'line', line });
  expect((await room.lineScreen(olga)).details.invited).toMatchObject({ name: 'Uwe' });
  room.clock.increment(1);
  await room.presses(olga, { do: 'line', line });
  expect((await room.lineScreen(olga)).details.invited).toBeUndefined();
});

test('AC-70 Take stands on a notice and works from there; who gave the line has it in his list until he takes it back', async () => {
  const room = fullRoom();
  const line = await room.registeredLine(olga);
  await room.presses(olga, { do: 'transfer', line });
  await room.picks(olga, uwe, 'Uwe');
  expect(await room.lineScreen(olga)).toMatchObject({ remark: { kind: 'offered', name: 'Uwe' } });
  const take = room.offerOf(uwe);
  const notice = room.chat.page(uwe)[0]?.id;
  await room.presses(uwe, take, notice);
  expect((await room.lineScreen(uwe)).facts.name).toBe('olga');
  expect(room.kinds(olga).at(-1)).toBe('hand-over-taken');
  await room.presses(uwe, take, notice);
  expect(room.kinds(uwe)).toContain('hand-over-expired');
  await room.command(olga, 'softphone');
  await room.presses(olga, { do: 'line', line });
  expect((await room.screen(olga)).kind).toBe('former-line');
  await room.presses(olga, { do: 'transfer-back', line });
  expect((await room.lineScreen(olga)).facts.id).toBe(line);
  expect(room.kinds(uwe).at(-1)).toBe('taken-back');
  expect(room.faults).toEqual([]);
});

test('AC-11 a template’s settings apply by themselves after 5 minutes, like every edit', async () => {
  const room = fullRoom();
  const line = await room.registeredLine(olga);
  await room.presses(olga, { do: 'template', line, template: 'op', sure: false });
  expect((await room.screen(olga)).kind).toBe('sure-template');
  await room.presses(olga, { do: 'template', line, template: 'op', sure: true });
  expect((await room.lineScreen(olga)).details).toMatchObject({
    login: 'olga',
    domain: 'pbx2.test',
    templateName: 'op',
  });
  await room.after(299_999);
  expect((await room.book.find(line))?.domain).toBe('pbx.test');
  await room.after(1);
  expect(await room.book.find(line)).toMatchObject({ domain: 'pbx2.test', login: 'olga', codecs: ['alaw'] });
});

test('B-13 an import that is wrong stays open, and gives up after the third; a right one leaves drafts', async () => {
  const room = fullRoom();
  await room.command(olga, 'softphone');
  await room.presses(olga, { do: 'import' });
  for (const text of ['[A]\nlogin = a b', 'x'.repeat(4_000), '']) await room.writes(olga, text);
  expect(room.kinds(olga)).toEqual(['wrong-answer', 'wrong-answer', 'wrong-answer']);
  expect(await room.screen(olga)).toMatchObject({ kind: 'lines', remark: { kind: 'gave-up' }, lines: [] });
  await room.presses(olga, { do: 'import' });
  await room.writes(olga, '[A]\nlogin = 1\ndomain = pbx.test\n[B]');
  expect(await room.screen(olga)).toMatchObject({
    remark: { kind: 'imported', count: 2 },
    lines: [
      { name: 'A', dot: 'off' },
      { name: 'B', dot: 'off' },
    ],
  });
  expect(room.faults).toEqual([]);
});

test('B-6 AC-72 a try-out shows the rules as entered, and leaves nothing asked', async () => {
  const room = fullRoom();
  const line = await room.registeredLine(olga);
  await room.answers(olga, line, 'rules', '[^+*#\\w]= ^8=7');
  await room.presses(olga, { do: 'try', line });
  await room.writes(olga, '8 (926) 123-45-67');
  expect(await room.screen(olga)).toMatchObject({
    kind: 'tried',
    verdict: { kind: 'dial', text: '79261234567' },
    steps: [{ rule: '[^+*#\\w]=', result: '89261234567' }, { rule: '^8=7' }],
  });
  expect((await room.dialogues.of(olga)).question).toBeUndefined();
  expect((await room.book.find(line))?.dialRules).toBe('');
});
