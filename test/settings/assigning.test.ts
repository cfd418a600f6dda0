import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { UserPhone } from '../../sandbox/phone/phone.ts';
import type { Person } from '../../sandbox/telegram/person.ts';
import type { LineId } from '../../src/machines/model/ids.ts';
import { type Baresip, hasBaresip } from '../peers/baresip.ts';
import { hasKamailio } from '../peers/kamailio.ts';
import { met, type SettingsPicks, settingsPicks } from '../support/settings-picks.ts';
import { openSipHouse, passwordOf, type SipHouse } from '../support/sip-house.ts';
import { openStage, type Stage } from '../support/stage.ts';

const patSaysHz = 440;
const linkIn = (text: string) => /https:\S+/.exec(text)?.[0] ?? '';

describe.skipIf(!hasBaresip || !hasKamailio)('Olga gives somebody a line to talk through', () => {
  let stage: Stage;
  let house: SipHouse;
  let pat: Baresip;
  let olga: SettingsPicks;
  let line: LineId;
  const addLine = () =>
    stage.addLine({ domain: house.kamailio.domain, proxy: house.address('udp'), password: passwordOf('100') });
  beforeAll(async () => {
    house = await openSipHouse(['100', '200']);
    stage = await openStage();
    pat = await house.telephone({ user: '200', toneHz: patSaysHz });
    olga = settingsPicks(stage, stage.olga);
    line = await addLine();
  });
  afterAll(async () => {
    await pat?.stop();
    await stage?.close();
    await house?.close();
  });
  afterEach(async () => {
    await stage.rest();
    line = await addLine();
  });

  /** Pat calls the line, and this telephone rings; the others do not. */
  const calls = async (rings: UserPhone, ...others: readonly UserPhone[]) => {
    await pat.dial(`sip:100@${house.kamailio.domain}`);
    const call = await rings.rings();
    expect(others.flatMap(({ currentCalls }) => currentCalls)).toEqual([]);
    call.answer();
    await call.heard(patSaysHz);
    call.hangUp();
    await pat.until('CALL_CLOSED');
    await stage.quiet();
  };
  const stranger = (firstName: string, username?: string) => {
    const added = stage.addPerson(firstName, { stranger: true, ...(username !== undefined && { username }) });
    return { ...added, settings: settingsPicks(stage, added.person) };
  };
  /** Somebody the chat account has heard of. */
  const somebody = async (firstName: string) => {
    const added = stranger(firstName);
    added.person.sends('hello', stage.chat);
    await met(stage, added.person);
    return added;
  };
  /** The owner chooses him on the line's screen. */
  const chooses = async (who: Person) => {
    await olga.line('🟢 Office');
    await olga.press('User');
    return olga.picksUser(who);
  };

  test('AC-09 F-SET-6 Uwe never wrote: calls ring Olga; he opens the link, both are told, the next call rings him', async () => {
    const uwe = stranger('Uwe', 'uwe_example');
    const invited = await chooses(uwe.person);
    expect(invited.text).toContain('Invited: Uwe.');
    await calls(stage.phone, uwe.phone);
    expect(uwe.settings.said()).toEqual([]);

    await uwe.settings.opens(linkIn(invited.text));
    expect(uwe.settings.said()).toContainEqual(expect.stringMatching(/^You can now call .* through this line: Office/));
    expect(olga.said()).toContain('Office: Uwe has come.\nCalls on this line now ring there.');
    expect(uwe.settings.screen().buttons[0]).toEqual(['👤 🟢 Office']);
    await calls(uwe.phone, stage.phone);
  });

  test('AC-09 who has no user name cannot be called by who never met him: the link tells him to write to the chat account', async () => {
    const uwe = stranger('Udo');
    const invited = await chooses(uwe.person);
    await uwe.settings.opens(linkIn(invited.text));
    const asked = await uwe.person.waitsFor(({ text }) => text.startsWith('Write anything to the chat account'));
    expect(asked.buttons).toEqual([['Go to calls']]);
    await calls(stage.phone, uwe.phone);
    uwe.person.sends('hello', stage.chat);
    await uwe.person.waitsFor(({ text }) =>
      text.startsWith('You can now call and be called through this line: Office'),
    );
    await stage.olga.waitsFor(({ text }) => text === 'Office: Udo has come.\nCalls on this line now ring there.');
    await calls(uwe.phone, stage.phone);
  });

  test('AC-09 writing to the chat account is as good as the link, which is of no use to anybody else', async () => {
    const uwe = stranger('Ulf');
    const mallory = await somebody('Mallory');
    const link = linkIn((await chooses(uwe.person)).text);
    await mallory.settings.opens(link);
    expect(mallory.settings.said().join()).toContain('This invitation is no longer valid.');
    await calls(stage.phone, uwe.phone, mallory.phone);

    uwe.person.sends('hello', stage.chat);
    await stage.olga.waitsFor(({ text }) => text.startsWith('Office: Ulf has come.'));
    await calls(uwe.phone, stage.phone, mallory.phone);
    // He never opened the bot: it cannot write to him, and the link is used up by his having come.
    await uwe.settings.opens(link);
    expect(uwe.settings.screen().buttons[0]).toEqual(['👤 🟢 Office']);
  });

  test('AC-09 an invitation is good for 7 days', async () => {
    const uwe = stranger('Uwe');
    const link = linkIn((await chooses(uwe.person)).text);
    stage.later(7 * 24 * 3_600_000);
    await uwe.settings.opens(link);
    expect(uwe.settings.said().join()).toContain('This invitation is no longer valid.');
    expect(await stage.service.lines.find(line)).toMatchObject({ user: stage.olga.id });
  });

  test('AC-68 F-SET-6 F-ROL-1 the key comes with User and goes with the choice; Uwe is known, so his telephone rings at once; Unlink', async () => {
    const uwe = await somebody('Uwe');
    await uwe.settings.open();
    await olga.line('🟢 Office');
    expect(olga.keys()).toEqual([]);
    await olga.press('User');
    expect(olga.keys()).toEqual(['Select user']);
    const assigned = await olga.picksUser(uwe.person);
    expect(olga.keys()).toEqual([]);
    expect(assigned.text).toMatch(/^Uwe now talks through this line\.\n/);
    expect(assigned.text).toContain('\nUser: Uwe');
    await uwe.person.waitsFor(({ text }) =>
      text.startsWith('You can now call and be called through this line: Office'),
    );
    await calls(uwe.phone, stage.phone);

    const unlinked = await olga.press('Unlink');
    expect(unlinked.text).toContain('\nUser: you');
    expect(unlinked.buttons.flat()).not.toContain('Unlink');
    await uwe.person.waitsFor(({ text }) => text === 'You no longer call and are called through this line: Office');
    await calls(stage.phone, uwe.phone);
  });

  test('F-ROL-2 Uwe calls on the line and is called; Olga, whose it is, can do neither while it is his', async () => {
    const uwe = await somebody('Uwe');
    await chooses(uwe.person);
    uwe.person.sends('200', stage.chat);
    const call = await uwe.phone.rings();
    call.answer();
    await pat.until('CALL_INCOMING');
    await pat.answer();
    await call.heard(patSaysHz);
    call.hangUp();
    await stage.quiet();
    const before = stage.invites();
    stage.olga.sends('200', stage.chat);
    await stage.olga.waitsFor(({ text }) => text.startsWith('You have no telephone line yet.'));
    expect(stage.invites()).toBe(before);
    await calls(uwe.phone, stage.phone);
  });

  test('AC-10 F-ROL-2 Uwe sees neither login, password, domain nor worker, and no button changes anything', async () => {
    const uwe = await somebody('Uwe');
    await chooses(uwe.person);
    await uwe.settings.open();
    const screen = await uwe.settings.press('👤 🟢 Office');
    expect(screen.text).toMatch(
      /^🟢 Office\nRegistered until .*\nThis line is somebody else’s; you call and are called through it\.$/,
    );
    const { domain } = house.kamailio;
    const everything = JSON.stringify([screen.text, screen.buttons]);
    for (const secret of [
      'Login',
      'Domain',
      passwordOf('100'),
      '••••',
      domain,
      house.address('udp'),
      'Worker',
      'This host',
    ]) {
      expect(everything).not.toContain(secret);
    }
    expect(screen.buttons).toEqual([['Go to calls'], ['Back']]);
  });
});
