import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { readPlanFile } from '../../src/adapters/plans/plan-file.ts';
import { hasBaresip } from '../peers/baresip.ts';
import { hasKamailio } from '../peers/kamailio.ts';
import { type SettingsConversation, settingsConversation } from '../support/settings-conversation.ts';
import { openSipHouse, passwordOf, type SipHouse } from '../support/sip-house.ts';
import { openStage, type Stage } from '../support/stage.ts';

const patSaysHz = 1_000;

describe.skipIf(!hasBaresip || !hasKamailio)('the operator in the settings bot', () => {
  let stage: Stage;
  let house: SipHouse;
  let ada: SettingsConversation;
  const directory = mkdtempSync(join(tmpdir(), 'siptg-operator-'));
  const plans = join(directory, 'plans.json');
  beforeAll(async () => {
    const limited = { callSeconds: 120, failedCallsPerHour: 10, callSwitching: false };
    writeFileSync(plans, JSON.stringify({ open: { default: true }, limited }));
    house = await openSipHouse(['100', '200']);
    stage = await openStage({ plans: readPlanFile(plans) });
    ada = settingsConversation(stage, stage.admin);
    // A bot writes to nobody who has not begun.
    await settingsConversation(stage, stage.olga).open();
  });
  afterAll(async () => {
    await stage?.close();
    await house?.close();
    rmSync(directory, { recursive: true, force: true });
  });
  afterEach(async () => {
    await stage.cli('plan', 'unset', stage.olga.id);
    await stage.rest();
  });

  const addLine = () =>
    stage.addLine({ domain: house.kamailio.domain, proxy: house.address('udp'), password: passwordOf('100') });
  const tells = async (text: string) => {
    const before = ada.said().length;
    stage.admin.sends(text, '@siptg_bot');
    await stage.admin.waitsUntil(() => ada.said().length > before);
    await ada.settled();
    return ada.said().at(-1);
  };
  const calls = async () => {
    const pat = await house.telephone({ user: '200', toneHz: patSaysHz });
    stage.olga.sends('200', stage.chat);
    const call = await stage.phone.rings();
    call.answer();
    await pat.until('CALL_INCOMING');
    await pat.answer();
    await call.heard(patSaysHz);
    return { pat, call };
  };

  test('AC-59 F-PLN-1 an admin gives a plan in the bot: from then on calls end at 2:00', async () => {
    const { olga, clock } = stage;
    await addLine();
    // Under the default plan nothing ends.
    const before = await calls();
    clock.increment(120_000);
    await before.call.heard(patSaysHz, { forMs: 500 });
    before.call.hangUp();
    await before.pat.until('CALL_CLOSED');
    await before.pat.stop();
    await stage.quiet();

    expect(await tells(`/plan ${olga.id} limited`)).toBe(`${olga.id} has the plan limited.`);
    const { pat, call } = await calls();
    for (const ms of [110_000, 10_000]) clock.increment(ms);
    expect(await call.ended).toBe('hangup');
    await pat.until('CALL_CLOSED');
    await stage.quiet();
    await olga.waitsFor(({ text }) => text.endsWith('The call was ended: the plan allows 2 min for a call.'), 10_000);
    await pat.stop();
  });

  test('AC-59 F-PLN-3 an admin gives a plan in the bot: the 11th failed call is refused, and its owner is told once', {
    timeout: 180_000,
  }, async () => {
    const { olga, phone, chat } = stage;
    await addLine();
    await tells(`/plan ${olga.id} limited`);
    const outcomes = () => olga.conversation(chat).filter(({ text }) => text.startsWith('404 ')).length;
    for (let failed = 1; failed <= 10; failed++) {
      olga.sends('404', chat);
      (await phone.rings()).answer();
      await stage.panel();
      await stage.quiet();
      await olga.waitsUntil(() => outcomes() === failed);
      await stage.service.settled();
    }
    olga.sends('404', chat);
    await olga.waitsFor(({ text }) => text.includes('402 Amount of fail calls is exceeded'));
    const told = settingsConversation(stage, olga);
    await olga.waitsUntil(() => told.said().some((text) => text.includes('402 Amount of fail calls is exceeded')));
    await told.open();
    expect(told.screen().buttons[0]).toEqual(['🔴 Office']);

    expect(await tells(`/plan ${olga.id} -`)).toBe(`${olga.id} has the default plan.`);
    await told.open();
    expect(told.screen().buttons[0]).toEqual(['🟢 Office']);
  });

  test('owners are listed to an admin, and what is mistyped is explained', async () => {
    await addLine();
    expect(await tells('/owners')).toBe(`${stage.olga.id} · Olga · 1 line`);
    expect(await tells('/plan olga limited')).toBe('Usage: /plan <owner id> <plan>, or - for the default one');
    expect(await tells(`/plan ${stage.olga.id} golden`)).toBe('There is no plan golden. There are: open, limited');
    expect(await tells('/notice')).toMatch(/^Usage: \/notice /);
  });

  test('anybody else who sends an admin’s command is shown no more than any text shows, and nothing changes', async () => {
    await addLine();
    const { person } = stage.addPerson('Mallory');
    const mallory = settingsConversation(stage, person);
    for (const command of ['/owners', `/plan ${stage.olga.id} limited`, '/notice Pay me']) {
      expect((await mallory.write(command)).text).toContain('You have no line yet.');
    }
    expect(mallory.said().join('\n')).not.toMatch(/Olga|plan|notice/i);
    process.env.PLANS_FILE = plans;
    expect(await stage.cli('plan', 'list')).not.toContain(stage.olga.id);
    const olga = settingsConversation(stage, stage.olga);
    await olga.settled();
    expect(olga.said()).not.toContain('Message from the operator:\nPay me');
  });

  test('a notice reaches owners through the settings bot, from an admin and from the command line', async () => {
    await addLine();
    const olga = settingsConversation(stage, stage.olga);
    expect(await stage.cli('notice', 'send', 'all', 'Tonight the PBX rests')).toMatch(/^The notice goes to 1 owner,/);
    await stage.olga.waitsFor(({ text }) => text === 'Message from the operator:\nTonight the PBX rests');
    expect(await stage.cli('notice', 'send', stage.olga.id, 'Only you')).toMatch(/^The notice goes to 1 owner,/);
    await stage.olga.waitsFor(({ text }) => text === 'Message from the operator:\nOnly you');
    expect(await tells('/notice It is awake')).toBe('The notice goes to 1 owner.');
    await stage.olga.waitsFor(({ text }) => text === 'Message from the operator:\nIt is awake');
    const notices = olga.said().filter((text) => text.startsWith('Message from the operator'));
    expect(notices).toHaveLength(3);
    expect(await stage.cli('owner', 'list')).toBe(`${stage.olga.id}  Olga  1 line`);
  });
});
