import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { UserPhone } from '../../sandbox/phone/phone.ts';
import type { Person } from '../../sandbox/telegram/person.ts';
import { UserId } from '../../src/machines/model/ids.ts';
import { hasBaresip } from '../peers/baresip.ts';
import { hasKamailio } from '../peers/kamailio.ts';
import { openSipHouse, passwordOf, type SipHouse } from '../support/sip-house.ts';
import { openStage, type Stage } from '../support/stage.ts';

const olgaSaysHz = 700;
const patSaysHz = 440;
const firstHint = 'To connect you, I call you.';

describe.skipIf(!hasBaresip || !hasKamailio)('how the chat account and its people reach each other', () => {
  let stage: Stage;
  let house: SipHouse;
  beforeAll(async () => {
    house = await openSipHouse(['100', '101', '200', '300']);
    stage = await openStage();
  });
  afterAll(async () => {
    await stage?.close();
    await house?.close();
  });
  afterEach(() => stage.rest());

  const addLine = (login = '100', owner = stage.olga.id, name = 'Office') =>
    stage.addLine({
      name,
      login,
      owner: UserId(owner),
      domain: house.kamailio.domain,
      proxy: house.address('udp'),
      password: passwordOf(login),
    });
  const said = (person: Person, start: string) =>
    person.conversation(stage.chat).filter(({ text, out }) => !out && text.startsWith(start));

  test('AC-76 the first number ever brings the privacy hint once, the second does not', async () => {
    const { chat } = stage;
    const { person: nina, phone } = stage.addPerson('Nina');
    await addLine('100', nina.id);
    for (const number of ['200', '300']) {
      nina.sends(number, chat);
      const call = await phone.rings();
      call.decline();
      await nina.waitsFor(({ text }) => text.startsWith(`${number}\nNot answered`));
      expect(said(nina, firstHint)).toHaveLength(1);
    }
    const [told] = said(nina, firstHint);
    expect(told?.text).toContain('Settings → Privacy and Security → Calls');
  });

  test('AC-21 privacy refuses our call: she sees the hint and the prompt, and calling us works', async () => {
    const { olga, phone, chat } = stage;
    await addLine();
    const pat = await house.telephone({ user: '200', toneHz: patSaysHz });
    // Her first number was on another day.
    olga.sends('300', chat);
    (await phone.rings()).decline();
    await olga.waitsFor(({ text }) => text.startsWith('300\nNot answered'));
    stage.later(25 * 60 * 60_000);

    olga.allowsCalls('nobody');
    try {
      olga.sends('200', chat);
      const told = await olga.waitsFor(({ text }) => text.startsWith('Your privacy settings do not let me call you.'));
      expect(told.text).toContain('Settings → Privacy and Security → Calls');
      await olga.waitsFor(({ text }) => text === 'Press 📞 to call 200');
      expect(phone.currentCalls).toEqual([]);
      const call = await phone.calls(chat);
      await pat.until('CALL_INCOMING');
      await call.connected;
      await pat.answer();
      await call.heard(patSaysHz, { forMs: 500 });
      call.hangUp();
      await pat.until('CALL_CLOSED');
    } finally {
      olga.allowsCalls('all');
    }
  });

  test('AC-74 the switch under a message turns its label over, counts from the next number, and is each person’s own', async () => {
    const { olga, phone, chat } = stage;
    await addLine();
    const { person: uwe, phone: uwesPhone } = stage.addPerson('Uwe');
    await addLine('101', uwe.id, 'Home');
    olga.sends('200', chat);
    (await phone.rings()).decline();
    const declined = await olga.waitsFor(({ text }) => text.startsWith('200\nNot answered'));
    expect(declined.buttons).toEqual([['Redial'], ['Switch off Callback mode']]);
    expect(await olga.presses(declined, 'Switch off Callback mode')).toBeUndefined();
    await olga.waitsFor(
      ({ text, buttons }) => text.startsWith('200\nNot answered') && buttons.flat().includes('Switch on Callback mode'),
    );

    olga.sends('200', chat);
    const prompt = await olga.waitsFor(({ text }) => text === 'Press 📞 to call 200');
    expect(prompt.buttons.flat()).toContain('Switch on Callback mode');
    expect(phone.currentCalls).toEqual([]);
    uwe.sends('200', chat);
    (await uwesPhone.rings()).decline();

    expect(await olga.presses(prompt, 'Switch on Callback mode')).toBeUndefined();
    await olga.waitsFor(
      ({ text, buttons }) => text === prompt.text && buttons.flat().includes('Switch off Callback mode'),
    );
    olga.sends('300', chat);
    (await phone.rings()).decline();
    await olga.waitsFor(({ text }) => text.startsWith('300\nNot answered'));
  });

  test('a press tells the language of a person’s Telegram: he is spoken to in it from then on', async () => {
    const { chat } = stage;
    const ivan = stage.addPerson('Ivan', { languageCode: 'ru' });
    await addLine('101', ivan.person.id);
    ivan.person.sends('200', chat);
    (await ivan.phone.rings()).decline();
    const english = await ivan.person.waitsFor(({ buttons }) => buttons.flat().includes('Redial'));
    expect(english.text).toContain('Not answered');
    await ivan.person.presses(english, 'Redial');
    (await ivan.phone.rings()).decline();
    const russian = await ivan.person.waitsFor(({ buttons }) => buttons.flat().includes('Перезвонить'));
    expect(russian.text).toContain('Вы не ответили');
  });

  test('AC-87 our ring is on its way and she calls: our ring stops, her call is taken, the number is dialled once', async () => {
    const { olga, phone, chat } = stage;
    await addLine();
    const tablet = new UserPhone(olga.device());
    try {
      const pat = await house.telephone({ user: '200', toneHz: patSaysHz });
      for (const device of [phone, tablet]) device.says({ frequencyHz: olgaSaysHz });
      olga.sends('200', chat);
      const ring = await phone.rings();
      const own = await tablet.calls(chat);
      await ring.ended;
      await pat.until('CALL_INCOMING');
      await own.connected;
      await pat.answer();
      await own.heard(patSaysHz, { forMs: 500 });
      own.hangUp();
      await pat.until('CALL_CLOSED');
      expect(pat.events.filter(({ type }) => type === 'CALL_INCOMING')).toHaveLength(1);
    } finally {
      tablet.close();
    }
  });

  test('AC-87 she calls five minutes after Quinn’s missed call: declined, and the hint has Redial for Quinn', async () => {
    const { olga, phone, chat } = stage;
    await addLine();
    const quinn = await house.telephone({ user: '300' });
    await quinn.dial(`sip:100@${house.kamailio.domain}`);
    const missed = await phone.rings();
    await quinn.hangUp();
    await missed.ended;
    await olga.waitsFor(({ text }) => text === 'Missed · 300');
    await stage.quiet();
    stage.later(5 * 60_000);

    const call = await phone.calls(chat);
    expect(await call.ended).toBe('busy');
    const told = await olga.waitsFor(({ text }) => text.startsWith('Send a number first'));
    expect(told.text).toBe('Send a number first, then call.\nYou missed a call: 300');
    expect(told.buttons).toEqual([['Redial']]);
    expect(await olga.presses(told, 'Redial')).toBeUndefined();
    (await phone.rings()).answer();
    await quinn.until('CALL_INCOMING');
  });

  test('a call she declined is not offered to her when she calls without a number', async () => {
    const { olga, phone, chat } = stage;
    await addLine();
    const { person: nina, phone: ninasPhone } = stage.addPerson('Nina');
    await addLine('101', nina.id, 'Home');
    const quinn = await house.telephone({ user: '300' });
    await quinn.dial(`sip:101@${house.kamailio.domain}`);
    (await ninasPhone.rings()).decline();
    await nina.waitsFor(({ text }) => text === 'Declined · 300');
    await stage.quiet();
    await stage.service.settled();
    const call = await ninasPhone.calls(chat);
    await call.ended;
    const told = await nina.waitsFor(({ text }) => text.startsWith('Send a number first'));
    expect(told).toMatchObject({ text: 'Send a number first, then call.', buttons: [] });
    expect(olga.conversation(chat).some(({ text }) => text.startsWith('Send a number first'))).toBe(false);
    expect(phone.currentCalls).toEqual([]);
  });

  test('AC-88 Cancel while the party rings: CANCEL to the party, her call ends, the message says so', async () => {
    const { olga, phone, chat } = stage;
    await addLine();
    const pat = await house.telephone({ user: '200' });
    olga.sends('200', chat);
    const call = await phone.rings();
    call.answer();
    await pat.until('CALL_INCOMING');
    await call.heard(425);
    const cancels = () => stage.service.sip.counters.totals()['sent CANCEL'] ?? 0;
    const before = cancels();
    const message = await olga.waitsFor(({ text }) => text === '200\nCalling through Office.');
    expect(await olga.presses(message, 'Cancel')).toBeUndefined();
    await pat.until('CALL_CLOSED');
    expect(await call.ended).toBe('hangup');
    await olga.waitsFor(({ text }) => text === 'Cancelled · 200');
    expect(cancels()).toBeGreaterThan(before);
  });

  test('AC-88 a person without any line is told once, with a button to the settings bot, and nothing is dialled', async () => {
    const { chat } = stage;
    const { person: nobody, phone } = stage.addPerson('Nobody');
    const before = stage.invites();
    nobody.sends('200', chat);
    const told = await nobody.waitsFor(
      ({ text }) => text === 'You have no telephone line yet. Open @siptg_bot to set one up.',
    );
    expect(told.buttons).toEqual([['Open the settings']]);
    nobody.sends('300', chat);
    const last = nobody.sends('400', chat);
    await stage.service.settled();
    expect(nobody.conversation(chat).filter(({ out }) => !out)).toHaveLength(1);
    expect(last.out).toBe(true);
    expect(phone.currentCalls).toEqual([]);
    expect(stage.invites()).toBe(before);
  });
});
