import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { UserPhone } from '../../sandbox/phone/phone.ts';
import type { Person } from '../../sandbox/telegram/person.ts';
import { PlanRepository } from '../../src/db/plan-repository.ts';
import { EpochMs, UserId } from '../../src/machines/model/ids.ts';
import { type Baresip, hasBaresip } from '../peers/baresip.ts';
import { hasKamailio } from '../peers/kamailio.ts';
import { planFile } from '../support/plan-file.ts';
import { met, type SettingsPicks, settingsPicks } from '../support/settings-picks.ts';
import { openSipHouse, passwordOf, type SipHouse } from '../support/sip-house.ts';
import { openStage, type Stage } from '../support/stage.ts';

const patSaysHz = 1_000;
const exceeded = '402 Total calls duration is exceeded';

describe.skipIf(!hasBaresip || !hasKamailio)('plans of owners', () => {
  let stage: Stage;
  let house: SipHouse;
  let olga: SettingsPicks;
  let pat: Baresip;
  let plans: PlanRepository;
  beforeAll(async () => {
    house = await openSipHouse(['100', '200']);
    stage = await openStage({
      plans: planFile({
        free: { default: true, sipAccounts: 1, totalMinutesPerMonth: 30, callSeconds: 120 },
        unlimited: {},
      }),
    });
    plans = new PlanRepository(stage.storage.database);
    pat = await house.telephone({ user: '200', toneHz: patSaysHz });
    olga = settingsPicks(stage, stage.olga);
    await olga.open();
  });
  afterAll(async () => {
    await pat?.stop();
    await stage?.close();
    await house?.close();
  });
  afterEach(async () => {
    await stage.rest();
    await plans.setPlan(UserId(stage.olga.id), undefined);
    await plans.change(UserId(stage.olga.id), () => ({ talked: undefined, failed: undefined, told: {} }));
  });

  const addLine = () =>
    stage.addLine({ domain: house.kamailio.domain, proxy: house.address('udp'), password: passwordOf('100') });
  const talkedMs = async (owner: Person) => (await plans.counters(UserId(owner.id))).talked?.used ?? 0;
  /** Uwe talks through Olga's line. */
  const assigned = async () => {
    await addLine();
    const uwe = stage.addPerson('Uwe');
    await met(stage, uwe.person);
    await olga.line('🟢 Office');
    await olga.press('User');
    expect((await olga.picksUser(uwe.person)).text).toMatch(/^Uwe now talks/);
    return uwe;
  };
  const talk = async ({ person, phone }: { person: Person; phone: UserPhone }) => {
    person.sends('200', stage.chat);
    const call = await phone.rings();
    call.answer();
    await pat.until('CALL_INCOMING');
    await pat.answer();
    await call.heard(patSaysHz);
    return call;
  };

  test('AC-85 F-ROL-3 Uwe, who has no plan of his own, calls on Olga’s unlimited line: no limit', async () => {
    await plans.setPlan(UserId(stage.olga.id), 'unlimited');
    const uwe = await assigned();
    const call = await talk(uwe);
    stage.clock.increment(600_000);
    await call.heard(patSaysHz, { forMs: 300 });
    call.hangUp();
    await pat.until('CALL_CLOSED');
    await stage.quiet();
  });

  test('AC-85 F-ROL-3 Uwe’s own plan is unlimited, Olga’s has 2 minutes: the call ends at 2:00, hers grew, his did not', async () => {
    const uwe = await assigned();
    await plans.setPlan(UserId(uwe.person.id), 'unlimited');
    const before = await talkedMs(stage.olga);
    const call = await talk(uwe);
    stage.clock.increment(109_000);
    await call.heard(patSaysHz);
    stage.clock.increment(1_000);
    await call.heard(patSaysHz);
    stage.clock.increment(10_000);
    expect(await call.ended).toBe('hangup');
    await pat.until('CALL_CLOSED');
    await uwe.person.waitsFor(({ text }) => text.endsWith('The call was ended: the plan allows 2 min for a call.'));
    await stage.quiet();
    await stage.service.settled();
    expect(await talkedMs(stage.olga)).toBeGreaterThan(before);
    expect(await talkedMs(uwe.person)).toBe(0);
  });

  test('AC-86 30 minutes are used: a number is refused with 402, an INVITE gets 402, Olga is told once', async () => {
    await addLine();
    await plans.change(UserId(stage.olga.id), (counters) => ({
      ...counters,
      talked: { since: EpochMs(Date.now()), used: 30 * 60_000 },
    }));
    const told = () =>
      stage.olga
        .conversation('@siptg_bot')
        .filter(({ text }) => text === `A limit of your plan is reached: ${exceeded}`);
    stage.olga.sends('200', stage.chat);
    expect((await stage.olga.waitsFor(({ text, out }) => !out && text.includes('402'))).text).toContain(exceeded);
    await stage.olga.waitsUntil(() => told().length > 0);
    await pat.dial(`sip:100@${house.kamailio.domain}`);
    expect((await pat.until('CALL_CLOSED')).param).toContain('402');
    expect(stage.phone.currentCalls).toEqual([]);
    await stage.service.settled();
    expect(told()).toHaveLength(1);
  });

  test('AC-86 F-PLN-1 with one line allowed New creates nothing and names the limit; nor can anybody take a line beyond it', async () => {
    await addLine();
    await olga.open();
    const refused = await olga.press('New');
    expect(refused.text).toMatch(/^Your plan allows 1 line; no other was made\./);
    expect(refused.buttons.flat().filter((label) => label.includes('🟢'))).toEqual(['🟢 Office']);
    expect(await stage.service.lines.all()).toHaveLength(1);

    // Who has his line already cannot take another one.
    const { person } = stage.addPerson('Uwe');
    const uwe = settingsPicks(stage, person);
    await uwe.open();
    await uwe.press('New');
    await olga.line('🟢 Office');
    await olga.press('Transfer');
    await olga.picksUser(person);
    const notice = await person.waitsFor(({ buttons }) => buttons.flat().includes('Take'));
    await person.presses(notice, 'Take');
    await uwe.settled();
    await person.waitsFor(({ text }) => text.startsWith('Your plan allows 1 line; no other was made.'));
    expect((await stage.service.lines.all()).filter(({ owner }) => owner === stage.olga.id)).toHaveLength(1);
  });

  test('F-ROL-5 what the owner before has used is not counted for the new one, and comes back to nobody', async () => {
    await plans.setPlan(UserId(stage.olga.id), 'unlimited');
    const line = await addLine();
    await plans.change(UserId(stage.olga.id), (counters) => ({
      ...counters,
      talked: { since: EpochMs(Date.now()), used: 30 * 60_000 },
    }));
    const uwe = stage.addPerson('Uwe');
    const his = settingsPicks(stage, uwe.person);
    await his.open();
    await olga.line('🟢 Office');
    await olga.press('Transfer');
    await olga.picksUser(uwe.person);
    const notice = await uwe.person.waitsFor(({ buttons }) => buttons.flat().includes('Take'));
    await uwe.person.presses(notice, 'Take');
    await his.settled();
    expect(await stage.service.lines.find(line)).toMatchObject({ owner: uwe.person.id });
    expect(await talkedMs(uwe.person)).toBe(0);
    const call = await talk(uwe);
    call.hangUp();
    await stage.quiet();
    await stage.service.settled();
    expect(await talkedMs(stage.olga)).toBe(30 * 60_000);
  });
});
