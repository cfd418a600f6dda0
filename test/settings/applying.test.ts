import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Baresip, hasBaresip } from '../peers/baresip.ts';
import { hasKamailio } from '../peers/kamailio.ts';
import { settingsConversation } from '../support/settings-conversation.ts';
import {
  autoApplyMs,
  enter,
  lineNamed,
  lineShows,
  newestLine,
  nextRegistration,
  openLine,
} from '../support/settings-lines.ts';
import { openSipHouse, passwordOf, type SipHouse } from '../support/sip-house.ts';
import { openStage, type Stage } from '../support/stage.ts';

describe.skipIf(!hasBaresip || !hasKamailio)('edits of a line wait for Apply, or apply by themselves', () => {
  let stage: Stage;
  let [here, there]: SipHouse[] = [];
  let [pat, jo]: Baresip[] = [];
  beforeAll(async () => {
    here = await openSipHouse(['100', '101', '102', '103', '104', '200']);
    there = await openSipHouse(['100', '200']);
    pat = await here.telephone({ user: '200' });
    jo = await there.telephone({ user: '200' });
    stage = await openStage();
  });
  afterAll(async () => {
    await stage?.close();
    await here?.close();
    await there?.close();
  });
  afterEach(() => stage.quiet());

  const olga = () => settingsConversation(stage, stage.olga);
  const addressOf = (house: SipHouse | undefined) => house?.address('udp') ?? '';
  /** `rings` when the call comes to Olga, who declines it; else how it ended for the caller. */
  const rings = async (telephone: Baresip | undefined, user: string) => {
    let isRung = false;
    const unwatch = stage.phone.onRing((call) => {
      isRung = true;
      call.decline();
    });
    await telephone?.dial(`sip:${user}@pbx.test`);
    const over = await telephone?.until('CALL_CLOSED');
    unwatch();
    await stage.quiet();
    return isRung ? 'rings' : over?.param;
  };
  const draft = async (login: string, domain?: string) => {
    await olga().open();
    await olga().press('New');
    await enter(olga(), 'Login', login);
    await enter(olga(), 'Password', passwordOf(login));
    return domain === undefined ? olga().screen() : enter(olga(), 'Domain', domain);
  };

  test('AC-66 a draft with Login, Password and Domain registers when she presses Apply, and its dot is 🟢', async () => {
    await draft('100', addressOf(here));
    const applied = await olga().press('Apply');
    expect(applied.text).toMatch(/^The changes are applied\./);
    expect(applied.buttons.flat()).not.toContain('Apply');
    const line = await lineShows(olga(), '100', /^🟢/);
    expect(line.text).toMatch(/^🟢 100\nRegistered until /);
    expect(line.buttons.flat()).toContain('Switch off');
    expect(await rings(pat, '100')).toBe('rings');
  });

  test('AC-05 a new Domain and nothing else: after 300 s the line is registered at the new one, and not at the old', async () => {
    const line = await lineNamed(stage, '100');
    const edited = await enter(olga(), 'Domain', addressOf(there));
    expect(edited.text).toMatch(/^🟡 100\n/);
    expect(edited.text).toContain('Pending changes: Domain');
    expect(edited.buttons.flat()).toEqual(expect.arrayContaining([`Domain: ${addressOf(there)}`, 'Apply']));
    const applies = /They apply at (\d\d:\d\d:\d\d) UTC/.exec(edited.text)?.[1] ?? '';
    const left = (Date.parse(`1970-01-01T${applies}Z`) - (Date.now() % 86_400_000) + 86_400_000) % 86_400_000;
    expect(left / 1_000).toBeCloseTo(300, -1);

    stage.later(299_000);
    expect((await openLine(olga(), '100')).text).toContain('Pending changes: Domain');
    expect(await rings(pat, '100')).toBe('rings');
    expect(await rings(jo, '100')).toMatch(/^404/);

    const moved = nextRegistration(stage, line);
    stage.later(autoApplyMs - 299_000);
    await moved;
    expect(await rings(jo, '100')).toBe('rings');
    expect(await rings(pat, '100')).toMatch(/^404/);
    const after = await lineShows(olga(), '100', /^🟢/);
    expect(after.text).not.toContain('Pending');
    expect(after.buttons.flat()).not.toContain('Apply');
  });

  test('AC-05 with Apply after 10 s it is there at once, and Apply is gone', async () => {
    const line = await lineNamed(stage, '100');
    await openLine(olga(), '100');
    await enter(olga(), 'Domain', addressOf(here));
    stage.later(10_000);
    const moved = nextRegistration(stage, line);
    const applied = await olga().press('Apply');
    expect(applied.buttons.flat()).not.toContain('Apply');
    await moved;
    expect(await rings(pat, '100')).toBe('rings');
    expect(await rings(jo, '100')).toMatch(/^404/);
  });

  test('AC-66 when she presses nothing, a draft registers 300 s after the first edit', async () => {
    await draft('101');
    const first = olga().screen().text;
    stage.later(100_000);
    const edited = await enter(olga(), 'Domain', addressOf(here));
    const time = /They apply at (\S+) UTC/;
    expect(time.exec(edited.text)?.[1]).toBe(time.exec(first)?.[1]);
    const registered = nextRegistration(stage, await newestLine(stage, stage.olga));
    stage.later(autoApplyMs - 100_000);
    await registered;
    await lineShows(olga(), '101', /^🟢/);
    expect(await rings(pat, '101')).toBe('rings');
  });

  test('AC-66 without Domain Apply answers “Wrong parameters: Domain”, and the timer leaves a draft', async () => {
    await draft('102');
    const refused = await olga().press('Apply');
    expect(refused.text.split('\n')[0]).toBe('Wrong parameters: Domain');
    stage.later(autoApplyMs);
    const left = await lineShows(olga(), '102', /^⚪ 102\nDraft(?![^]*Pending)/);
    expect(left.buttons.flat()).toEqual(expect.arrayContaining(['Login: 102', 'Domain: —', 'Switch on']));
    expect(left.buttons.flat()).not.toContain('Apply');
  });

  test('AC-66 a line she switched off stays off through Apply and through the timer', async () => {
    await draft('103', addressOf(here));
    await olga().press('Apply');
    await lineShows(olga(), '103', /^🟢/);
    await olga().press('Switch off');
    const off = await olga().press('Yes');
    expect(off.text).toMatch(/^The line is switched off\.\n\n⚪/);

    await enter(olga(), 'Login', '104');
    await enter(olga(), 'Password', passwordOf('104'));
    const applied = await olga().press('Apply');
    expect(applied.text).toMatch(/^The changes are applied\.[^]*⚪ 104\nSwitched off/);
    await enter(olga(), 'Proxy', addressOf(there));
    stage.later(autoApplyMs);
    const left = await lineShows(olga(), '104', /^⚪ 104\nSwitched off(?![^]*Pending)/);
    expect(left.buttons.flat()).toContain(`Proxy: ${addressOf(there)}`);
    expect(await rings(pat, '103')).toMatch(/^404/);
    expect(await rings(pat, '104')).toMatch(/^404/);
  });

  test('F-SET-12 a wrong password is seen on the line: 🔴, the number and the words of the PBX', async () => {
    await openLine(olga(), '101');
    await enter(olga(), 'Password', 'another');
    await olga().press('Apply');
    const refused = await lineShows(olga(), '101', /^🔴/);
    expect(refused.text).toMatch(/^🔴 101\nNot registered: 401 Unauthorized/);
    expect((await olga().open()).buttons.flat()).toEqual(expect.arrayContaining(['🔴 101', '🟢 100', '⚪ 102']));
  });
});
