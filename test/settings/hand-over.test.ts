import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { LineBookRepository } from '../../src/db/line-book-repository.ts';
import type { LineId } from '../../src/machines/model/ids.ts';
import { hasKamailio } from '../peers/kamailio.ts';
import { type SettingsPicks, settingsPicks } from '../support/settings-picks.ts';
import { openSipHouse, passwordOf, type SipHouse } from '../support/sip-house.ts';
import { openStage, type Stage } from '../support/stage.ts';

const offered = /^Olga wants to hand a line over to you: Office\nTake makes you its owner\./;
const former = 'You handed this line over. You can take it back until the new owner changes its password.';

describe.skipIf(!hasKamailio)('Olga hands a line over', () => {
  let stage: Stage;
  let house: SipHouse;
  let olga: SettingsPicks;
  let line: LineId;
  beforeAll(async () => {
    house = await openSipHouse(['100']);
    stage = await openStage();
    olga = settingsPicks(stage, stage.olga);
  });
  afterAll(async () => {
    await stage?.close();
    await house?.close();
  });
  afterEach(() => stage.rest());

  const find = () => new LineBookRepository(stage.storage.database, stage.storage.box).find(line);
  /** Olga has offered it to Uwe, who has written to the bot before. */
  const offer = async () => {
    line = await stage.addLine({
      domain: house.kamailio.domain,
      proxy: house.address('udp'),
      password: passwordOf('100'),
      recordingsChat: '-1001',
    });
    const { person } = stage.addPerson('Uwe');
    const uwe = settingsPicks(stage, person);
    await uwe.open();
    await olga.line('🟢 Office');
    await olga.press('Transfer');
    expect(olga.keys()).toEqual(['Select user']);
    expect((await olga.picksUser(person)).text).toMatch(
      /^Uwe was offered the line; the offer is valid for 5 minutes\./,
    );
    expect(olga.keys()).toEqual([]);
    const notice = await person.waitsFor(({ text }) => offered.test(text));
    return { person, uwe, notice };
  };

  test('AC-70 F-ROL-5 Uwe presses Take: the line is his, without the chat for recordings; Olga may take it back until he changes the password', async () => {
    const { person, uwe, notice } = await offer();
    stage.later(4 * 60_000);
    await person.presses(notice, 'Take');
    await uwe.settled();
    await stage.olga.waitsFor(({ text }) => text.startsWith('Office: Uwe is the owner now.'));
    expect(await find()).toMatchObject({
      owner: person.id,
      user: person.id,
      formerOwner: stage.olga.id,
      recordingsChat: undefined,
      login: '100',
      enabled: true,
    });
    expect(uwe.label('Login')).toBe('Login: 100');

    await olga.open();
    const [label = ''] = olga
      .screen()
      .buttons.flat()
      .filter((text) => text.includes('Office'));
    const hers = await olga.press(label);
    expect(hers.text).toBe(`Office\n${former}`);
    expect(hers.buttons).toEqual([['Transfer back'], ['Back']]);

    await uwe.press('Password: ••••');
    await uwe.write('another');
    await uwe.press('Apply');
    expect(await find()).toMatchObject({ owner: person.id, formerOwner: undefined });
    const refused = await olga.press('Transfer back');
    expect(refused.text).toContain('This line is not yours; nothing was changed.');
    expect(refused.buttons.flat()).not.toContain(label);
    expect(await find()).toMatchObject({ owner: person.id });
  });

  test('AC-70 F-ROL-5 Transfer back: the line is Olga’s again, and Uwe is told', async () => {
    const { person, uwe, notice } = await offer();
    await person.presses(notice, 'Take');
    await uwe.settled();
    await olga.open();
    const [label = ''] = olga
      .screen()
      .buttons.flat()
      .filter((text) => text.includes('Office'));
    await olga.press(label);
    const back = await olga.press('Transfer back');
    expect(back.text).toMatch(/^🟢 Office\n/);
    expect(olga.label('Login')).toBe('Login: 100');
    expect(await find()).toMatchObject({ owner: stage.olga.id, user: stage.olga.id, formerOwner: undefined });
    await person.waitsFor(({ text }) => text === 'Office: Olga has taken the line back.');
    expect((await uwe.open()).buttons.flat().join()).not.toContain('Office');
  });

  test('AC-70 after 5 minutes Take is answered as expired, and nothing changes', async () => {
    const { person, uwe, notice } = await offer();
    const before = await find();
    stage.later(5 * 60_000);
    await person.presses(notice, 'Take');
    await uwe.settled();
    await person.waitsFor(({ text }) => text === 'This offer has expired; nothing was changed.');
    expect(await find()).toEqual(before);
    expect((await uwe.open()).buttons.flat().join()).not.toContain('Office');
  });

  test('AC-70 the offer is of no use to anybody but Uwe, and to him only once', async () => {
    const { person, uwe, notice } = await offer();
    const before = await find();
    const { person: mallory } = stage.addPerson('Mallory');
    const hers = settingsPicks(stage, mallory);
    await hers.open();
    expect(await mallory.pressesOldCopy(notice, 'Take')).toBe('This is not yours');
    await hers.settled();
    expect(await find()).toEqual(before);
    await person.presses(notice, 'Take');
    await person.pressesOldCopy(notice, 'Take');
    await uwe.settled();
    await person.waitsFor(({ text }) => text === 'This offer has expired; nothing was changed.');
    expect(await find()).toMatchObject({ owner: person.id, formerOwner: stage.olga.id });
  });
});
