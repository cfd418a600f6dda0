import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PhoneCall } from '../../sandbox/phone/phone.ts';
import { UserId } from '../../src/machines/model/ids.ts';
import { type Baresip, hasBaresip } from '../peers/baresip.ts';
import { hasKamailio } from '../peers/kamailio.ts';
import { settingsConversation } from '../support/settings-conversation.ts';
import { enter, lineNamed, nextRegistration, openLine } from '../support/settings-lines.ts';
import { openSipHouse, passwordOf, type SipHouse } from '../support/sip-house.ts';
import { openStage, type Stage } from '../support/stage.ts';

const olgaSaysHz = 700;
const patSaysHz = 440;

describe.skipIf(!hasBaresip || !hasKamailio)('a line is changed while somebody talks on it', () => {
  let stage: Stage;
  let house: SipHouse;
  let pat: Baresip;
  beforeAll(async () => {
    house = await openSipHouse(['100', '101', '102', '200', '300'], { tapped: ['200'] });
    stage = await openStage();
    stage.phone.says({ frequencyHz: olgaSaysHz });
    pat = await house.telephone({ user: '200', toneHz: patSaysHz });
    for (const [name, login] of [
      ['Office', '100'],
      ['Home', '102'],
    ] as const)
      await stage.addLine({
        name,
        login,
        domain: house.kamailio.domain,
        proxy: house.address('udp'),
        password: passwordOf(login),
      });
  });
  afterAll(async () => {
    await stage?.close();
    await house?.close();
  });

  const olga = () => settingsConversation(stage, stage.olga);
  /** Olga sends Pat's number and chooses the line, and both talk. @returns who is calling, as Pat sees it */
  const talk = async (line: string): Promise<{ call: PhoneCall; caller: unknown }> => {
    // The question of the call before is a question no more.
    await stage.service.told(UserId(stage.olga.id));
    stage.olga.sends('200', stage.chat);
    const choice = await stage.olga.waitsFor(({ buttons }) => buttons.flat().includes(line));
    await stage.olga.presses(choice, line);
    const call = await stage.phone.rings();
    call.answer();
    const { peeruri } = await pat.until('CALL_INCOMING');
    await pat.answer();
    return { call, caller: peeruri };
  };
  const bothHear = (call: PhoneCall) =>
    Promise.all([call.heard(patSaysHz, { forMs: 500 }), house.hearing('200').heard(olgaSaysHz, { forMs: 500 })]);

  test('AC-06 the call goes on through Apply of a new login, and the next call uses the new one', async () => {
    const { call, caller } = await talk('Office');
    expect(caller).toContain('sip:100@');
    await bothHear(call);

    await openLine(olga(), 'Office');
    await enter(olga(), 'Login', '101');
    await enter(olga(), 'Password', passwordOf('101'));
    const registered = nextRegistration(stage, await lineNamed(stage, 'Office'));
    const applied = await olga().press('Apply');
    expect(applied.text).toMatch(/^The changes are applied\. Calls in progress go on with the old settings\./);
    await registered;
    expect(call.state).toBe('connected');
    await bothHear(call);
    call.hangUp();
    await pat.until('CALL_CLOSED');
    await stage.quiet();

    const next = await talk('Office');
    expect(next.caller).toContain('sip:101@');
    await bothHear(next.call);
    next.call.hangUp();
    await pat.until('CALL_CLOSED');
    await stage.quiet();
  });

  test('AC-07 a deleted line leaves the list and the PBX, and its call goes on until somebody hangs up', async () => {
    const { call } = await talk('Office');
    await bothHear(call);
    await openLine(olga(), 'Office');
    const question = await olga().press('Delete');
    expect(question.text).toContain('1 call is in progress on it. It goes on until somebody hangs up.');
    expect(question.buttons).toEqual([['Yes', 'No']]);
    expect((await olga().press('No')).text).toMatch(/^🟢 Office\n/);
    await olga().press('Delete');
    const list = await olga().press('Yes');
    expect(list.text).toMatch(/^Deleted: Office\n/);
    expect(list.buttons.flat().filter((label) => label.startsWith('🟢'))).toEqual(['🟢 Home']);

    const kim = await house.telephone({ user: '300' });
    await expect
      .poll(async () => {
        await kim.dial(`sip:101@${house.kamailio.domain}`);
        return (await kim.until('CALL_CLOSED')).param;
      })
      .toMatch(/^404/);
    await bothHear(call);
    await pat.hangUp();
    expect(await call.ended).toBe('hangup');
    await stage.quiet();
  });
});
