import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { PersonMessage } from '../../sandbox/telegram/person.ts';
import { hasBaresip } from '../peers/baresip.ts';
import { hasKamailio } from '../peers/kamailio.ts';
import { openSipHouse, passwordOf, type SipHouse } from '../support/sip-house.ts';
import { openStage, type Stage } from '../support/stage.ts';

describe.skipIf(!hasBaresip || !hasKamailio)('Olga has two lines', () => {
  let stage: Stage;
  let house: SipHouse;
  beforeAll(async () => {
    house = await openSipHouse(['100', '101', '200', '4930123']);
    stage = await openStage();
  });
  afterAll(async () => {
    await stage?.close();
    await house?.close();
  });
  afterEach(() => stage.rest());

  const addLine = (name: string, login: string) =>
    stage.addLine({
      name,
      login,
      domain: house.kamailio.domain,
      proxy: house.address('udp'),
      password: passwordOf(login),
    });
  /** Home is 101, Office is 100. */
  const twoLines = async () => ({ home: await addLine('Home', '101'), office: await addLine('Office', '100') });
  const question = (number: string): Promise<PersonMessage> =>
    stage.olga.waitsFor(({ text }) => text === `Which line do you want to call ${number} from?`);
  const choices = [['Home'], ['Office'], ['Cancel']];

  test('AC-17 dial rules choose the line without a question; where none fits, each is named with its rule', async () => {
    const { olga, phone, chat } = stage;
    const { home, office } = await twoLines();
    await stage.cli('line', 'set', home, '--rules', '^7');
    await stage.cli('line', 'set', office, '--rules', '^49');
    const pat = await house.telephone({ user: '4930123' });
    olga.sends('4930123', chat);
    const call = await phone.rings();
    call.answer();
    const incoming = await pat.until('CALL_INCOMING');
    expect(incoming['peeruri']).toContain('sip:100@');
    expect(olga.conversation(chat).some(({ text }) => text.startsWith('Which line'))).toBe(false);
    call.hangUp();
    await pat.until('CALL_CLOSED');
    await stage.quiet();

    const before = stage.invites();
    olga.sends('1555', chat);
    const told = await olga.waitsFor(({ text }) => text.startsWith('No lines for the call'));
    expect(told.text).toBe('No lines for the call\nHome: filtered by rule 1 (^7)\nOffice: filtered by rule 1 (^49)');
    expect(phone.currentCalls).toEqual([]);
    expect(stage.invites()).toBe(before);
  });

  test('AC-25 two lines fit: a question; an answer after 61 s has expired; a newer number replaces it', async () => {
    const { olga, phone, chat, clock } = stage;
    await twoLines();
    olga.sends('200', chat);
    const first = await question('200');
    expect(first.buttons).toEqual(choices);
    clock.increment(61_000);
    await olga.waitsFor(({ text }) => text === '200\nNot dialled: the choice of a line has expired.');
    expect(await olga.pressesOldCopy(first, 'Home')).toBe('This question has expired');

    olga.sends('200', chat);
    const second = await olga.waitsFor(({ id, buttons }) => id > first.id && buttons.flat().includes('Office'));
    olga.sends('300', chat);
    const third = await question('300');
    expect(third.buttons).toEqual(choices);
    await olga.waitsFor(({ text }) => text === '200\nNot dialled: you sent another number.');
    expect(await olga.pressesOldCopy(second, 'Office')).toBe('This question has expired');
    expect(phone.currentCalls).toEqual([]);

    expect(await olga.presses(third, 'Cancel')).toBeUndefined();
    await olga.waitsFor(({ text }) => text === '300\nCancelled, not dialled.');
    expect(phone.currentCalls).toEqual([]);
  });

  test('AC-75 after a failed call Redial dials the same number on the same line, Lines asks again with both', async () => {
    const { olga, phone, chat } = stage;
    await twoLines();
    olga.sends('200', chat);
    await olga.presses(await question('200'), 'Home');
    (await phone.rings()).answer();
    await stage.quiet();
    const failed = await olga.waitsFor(({ text }) => text === '404 Not Found · 200');
    expect(failed.buttons).toEqual([['Redial', 'Lines']]);

    const pat = await house.telephone({ user: '200' });
    expect(await olga.presses(failed, 'Redial')).toBeUndefined();
    const again = await phone.rings();
    again.answer();
    expect((await pat.until('CALL_INCOMING'))['peeruri']).toContain('sip:101@');
    await pat.hangUp();
    await again.connected;
    await stage.quiet();

    expect(await olga.presses(failed, 'Lines')).toBeUndefined();
    const asked = await question('200');
    expect(asked.buttons).toEqual(choices);
    await olga.presses(asked, 'Office');
    const third = await phone.rings();
    third.answer();
    expect((await pat.until('CALL_INCOMING'))['peeruri']).toContain('sip:100@');
    third.hangUp();
    await pat.until('CALL_CLOSED');
  });
});
