import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { UserId } from '../../src/machines/model/ids.ts';
import { hasKamailio } from '../peers/kamailio.ts';
import { settingsConversation } from '../support/settings-conversation.ts';
import { openSipHouse, passwordOf, type SipHouse } from '../support/sip-house.ts';
import { openStage, type Stage } from '../support/stage.ts';

describe.skipIf(!hasKamailio)('callback mode in the settings bot', () => {
  let stage: Stage;
  let house: SipHouse;
  beforeAll(async () => {
    house = await openSipHouse(['100', '101']);
    stage = await openStage();
  });
  afterAll(async () => {
    await stage?.close();
    await house?.close();
  });
  afterEach(() => stage.rest());

  const addLine = (login: string, owner: string) =>
    stage.addLine({
      login,
      owner: UserId(owner),
      domain: house.kamailio.domain,
      proxy: house.address('udp'),
      password: passwordOf(login),
    });

  test('AC-74 switched off in the list: the next number brings the 📞 prompt with the way back under it; Uwe’s switch does not move', async () => {
    const { chat, phone } = stage;
    const { person: uwe, phone: uwesPhone } = stage.addPerson('Uwe');
    await addLine('100', stage.olga.id);
    await addLine('101', uwe.id);
    const uwes = settingsConversation(stage, uwe);
    await uwes.open();
    const olga = settingsConversation(stage, stage.olga);
    await olga.open();

    const list = await olga.press('Switch off Callback mode');
    expect(list.buttons.flat()).toContain('Switch on Callback mode');
    expect(list.buttons.flat()).not.toContain('Switch off Callback mode');
    expect(list.text).toContain('Callback mode is off');
    stage.olga.sends('200', chat);
    const prompt = await stage.olga.waitsFor(({ text }) => text === 'Press 📞 to call 200');
    expect(prompt.buttons.flat()).toContain('Switch on Callback mode');
    expect(phone.currentCalls).toEqual([]);
    uwe.sends('200', chat);
    (await uwesPhone.rings()).decline();
    expect((await uwes.open()).buttons.flat()).toContain('Switch off Callback mode');

    expect(await stage.olga.presses(prompt, 'Switch on Callback mode')).toBeUndefined();
    await stage.olga.waitsFor(
      ({ text, buttons }) => text === prompt.text && buttons.flat().includes('Switch off Callback mode'),
    );
    stage.olga.sends('300', chat);
    (await phone.rings()).decline();
    await stage.olga.waitsFor(({ text }) => text.startsWith('300\nNot answered'));
    expect((await olga.open()).buttons.flat()).toContain('Switch off Callback mode');
  });
});
