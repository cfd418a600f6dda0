import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { readPlanFile } from '../../src/adapters/plans/plan-file.ts';
import { PlanRepository } from '../../src/db/plan-repository.ts';
import { UserId } from '../../src/machines/model/ids.ts';
import { type Baresip, hasBaresip } from '../peers/baresip.ts';
import { hasKamailio } from '../peers/kamailio.ts';
import { openSipHouse, passwordOf, type SipHouse } from '../support/sip-house.ts';
import { openStage, type Stage } from '../support/stage.ts';

const patSaysHz = 440;
const quinnSaysHz = 1_250;

describe.skipIf(!hasBaresip || !hasKamailio)('Olga has as many calls as she may have', () => {
  let stage: Stage;
  let house: SipHouse;
  let pat: Baresip;
  let quinn: Baresip;
  const directory = mkdtempSync(join(tmpdir(), 'siptg-plans-'));
  beforeAll(async () => {
    const file = join(directory, 'plans.json');
    writeFileSync(file, JSON.stringify({ full: { default: true }, single: { callSwitching: false } }));
    house = await openSipHouse(['100', '200', '300', '400']);
    stage = await openStage({ plans: readPlanFile(file) });
  });
  afterAll(async () => {
    await stage?.close();
    await house?.close();
    rmSync(directory, { recursive: true, force: true });
  });
  afterEach(async () => {
    await Promise.all([pat.stop(), quinn.stop()]);
    await stage.rest();
  });

  const office = () => `sip:100@${house.kamailio.domain}`;
  const talkToPat = async () => {
    const { olga, phone, chat } = stage;
    await stage.addLine({ domain: house.kamailio.domain, proxy: house.address('udp'), password: passwordOf('100') });
    pat = await house.telephone({ user: '200', toneHz: patSaysHz });
    quinn = await house.telephone({ user: '300', toneHz: quinnSaysHz });
    olga.sends('200', chat);
    const call = await phone.rings();
    call.answer();
    await pat.until('CALL_INCOMING');
    await pat.answer();
    await call.heard(patSaysHz);
    return call;
  };
  const quinnCalls = async () => {
    await quinn.dial(office());
    await quinn.until('CALL_RINGING');
    return stage.olga.waitsFor(({ buttons }) => buttons.flat().includes('Decline'));
  };

  test('AC-58 with two calls a third INVITE gets 486, a third number is refused with a text', async () => {
    const { olga, chat } = stage;
    const call = await talkToPat();
    await quinnCalls();
    const third = await house.telephone({ user: '400' });
    await third.dial(office());
    expect((await third.until('CALL_CLOSED')).param).toContain('486');

    const before = stage.invites();
    olga.sends('400', chat);
    await olga.waitsFor(({ text }) => text === 'You already have two calls. End one of them first.');
    expect(stage.invites()).toBe(before);
    await call.heard(patSaysHz, { forMs: 500 });
    await third.stop();
  });

  test('AC-58 without call switching in the plan a second INVITE gets 486, and a second number is not dialled', async () => {
    const { olga, chat, storage } = stage;
    const plans = new PlanRepository(storage.database);
    await plans.setPlan(UserId(olga.id), 'single');
    try {
      const call = await talkToPat();
      await quinn.dial(office());
      expect((await quinn.until('CALL_CLOSED')).param).toContain('486');
      const before = stage.invites();
      olga.sends('300', chat);
      await olga.waitsFor(({ text }) => text === 'A second call is not in your plan.');
      expect(stage.invites()).toBe(before);
      await call.heard(patSaysHz, { forMs: 500 });
    } finally {
      await plans.setPlan(UserId(olga.id), 'full');
    }
  });

  test('AC-62 a parallel button pressed on two devices at once is done once, the second press is told so', async () => {
    const { olga } = stage;
    const call = await talkToPat();
    const message = await quinnCalls();
    const answers = await Promise.all([olga.presses(message, 'Switch'), olga.presses(message, 'Switch')]);
    expect(answers.filter((answer) => answer === undefined)).toHaveLength(1);
    expect(answers).toContain('done');
    await quinn.until('CALL_ESTABLISHED');
    // Done twice, she would be with Pat again.
    await call.heard(quinnSaysHz, { forMs: 1_000 });
    const held = await olga.waitsFor(({ text }) => text === 'On the line: 300\nOn hold: 200');
    expect(await olga.pressesOldCopy(message, 'Switch')).toMatch(/^(done|The call is over)$/);

    const ends = await Promise.all([olga.presses(held, 'End'), olga.presses(held, 'End')]);
    expect(ends.filter((answer) => answer === undefined)).toHaveLength(1);
    await quinn.until('CALL_CLOSED');
    await call.heard(patSaysHz, { forMs: 1_000 });
    expect(stage.service.sip.counters.open()).toMatchObject({ calls: 1, dialogs: 1 });
  });
});
