import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Plan } from '../../src/actors/ports/plans.ts';
import { UserId } from '../../src/machines/model/ids.ts';
import { type Baresip, hasBaresip } from '../peers/baresip.ts';
import { hasKamailio } from '../peers/kamailio.ts';
import { settingsConversation } from '../support/settings-conversation.ts';
import { openLine } from '../support/settings-lines.ts';
import { openSipHouse, passwordOf, type SipHouse } from '../support/sip-house.ts';
import { openStage, type Stage } from '../support/stage.ts';

// Far from the tones of product §12.
const patSaysHz = 1_100;

const all: Plan = {
  name: 'all',
  callSwitching: true,
  recording: true,
  fragmentMs: 15_000,
  assignment: true,
  paidWorkers: true,
};
const small: Plan = { ...all, name: 'small', recording: false, sipAccounts: 1 };

describe('what a plan allows', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage({ plans: { plans: new Map([['small', small]]), standard: small } });
  });
  afterAll(() => stage?.close());
  const olga = () => settingsConversation(stage, stage.olga);

  test('AC-67 without the right Call recording stays ☑️, and she is told that it is not in her plan', async () => {
    await olga().open();
    await olga().press('New');
    const refused = await olga().press('☑️ Call recording');
    expect(refused.text.split('\n')[0]).toMatch(/not in your plan/);
    expect(refused.buttons.flat()).toContain('☑️ Call recording');
  });

  test('F-SET-14 a plan of one line makes no second one, and says so', async () => {
    await olga().open();
    const refused = await olga().press('New');
    expect(refused.text).toMatch(/^Your plan allows 1 line; no other was made\.\n/);
    expect(refused.buttons.flat().filter((label) => label.startsWith('⚪'))).toEqual(['⚪ Line 1']);
  });
});

describe.skipIf(!hasBaresip || !hasKamailio)('lines that record by themselves', () => {
  let stage: Stage;
  let house: SipHouse;
  let pat: Baresip;
  beforeAll(async () => {
    house = await openSipHouse(['100', '101', '200']);
    stage = await openStage({ plans: { plans: new Map([['all', all]]), standard: all } });
    pat = await house.telephone({ user: '200', toneHz: patSaysHz });
    stage.phone.says({ frequencyHz: 700 });
    for (const [name, login] of [
      ['Office', '100'],
      ['Home', '101'],
    ] as const)
      await stage.addLine({
        name,
        login,
        owner: UserId(stage.olga.id),
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

  const start = /^🔴 Start recording$/u;
  const stop = /^[⌛🟥] Stop recording$/u;
  /** A call on the line in which the panel comes to show this. */
  const callShows = async (line: string, button: RegExp): Promise<void> => {
    stage.olga.sends('200', stage.chat);
    const choice = await stage.olga.waitsFor(({ buttons }) => buttons.flat().includes(line));
    await stage.olga.presses(choice, line);
    const call = await stage.phone.rings();
    call.answer();
    await pat.until('CALL_INCOMING');
    await pat.answer();
    await call.heard(patSaysHz, { forMs: 1_500 });
    await stage.olga.waitsFor(({ buttons }) => buttons.flat().some((label) => button.test(label)));
    call.hangUp();
    await pat.until('CALL_CLOSED');
    await stage.quiet();
    await stage.service.settled();
  };
  /** The lines whose recordings have come to her. */
  const recorded = () => stage.olga.conversation(stage.chat).flatMap(({ file }) => (file ? [file.performer] : []));

  test('AC-67 one press on Office: ✅, and only Office records by itself; a second press: ☑️, and neither does', async () => {
    await openLine(olga(), 'Office');
    const on = await olga().press('☑️ Call recording');
    expect(on.buttons.flat()).toContain('✅ Call recording');
    expect((await openLine(olga(), 'Home')).buttons.flat()).toContain('☑️ Call recording');
    await callShows('Home', start);
    await callShows('Office', stop);
    await expect.poll(recorded).toEqual(['Office']);

    await openLine(olga(), 'Office');
    const off = await olga().press('✅ Call recording');
    expect(off.buttons.flat()).toContain('☑️ Call recording');
    await callShows('Office', start);
    expect(recorded()).toEqual(['Office']);
  });
});
