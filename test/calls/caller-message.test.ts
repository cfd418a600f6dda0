import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { UserPhone } from '../../sandbox/phone/phone.ts';
import { hasBaresip } from '../peers/baresip.ts';
import { hasKamailio } from '../peers/kamailio.ts';
import { openSipHouse, passwordOf, type SipHouse } from '../support/sip-house.ts';
import { openStage, type Stage } from '../support/stage.ts';

const patSaysHz = 440;
const quinnSaysHz = 1_250;
/** What phone automation reads out of the notification (docs: Android phone book). */
const contract = /^📞 (\S+)(?:\n(?!▸ )(.+))?/u;

describe.skipIf(!hasBaresip || !hasKamailio)('Olga sees who calls', () => {
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

  const addLine = (login = '100', name = 'Office') =>
    stage.addLine({
      name,
      login,
      domain: house.kamailio.domain,
      proxy: house.address('udp'),
      password: passwordOf(login),
    });
  const uri = (login: string) => `sip:${login}@${house.kamailio.domain}`;
  const callerMessages = () =>
    stage.olga.conversation(stage.chat).filter(({ text, out }) => !out && text.startsWith('📞'));

  test('AC-30 Telegram wants 5 s before the caller message: the ring starts anyway, the message follows', async () => {
    const { olga, phone, telegram } = stage;
    await addLine();
    const pat = await house.telephone({ user: '200' });
    telegram.faults.wire.floodWait('messages.sendMessage', 5);
    const began = performance.now();
    await pat.dial(uri('100'));
    const call = await phone.rings();
    await pat.until('CALL_RINGING');
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(callerMessages()).toEqual([]);
    const message = await olga.waitsFor(({ text }) => text.startsWith('📞'), 15_000);
    expect(performance.now() - began).toBeGreaterThan(5_000);
    expect(message.text).toBe('📞 200');
    expect(call.state).toBe('ringing');
    await pat.hangUp();
    await call.ended;
  });

  test('AC-31 two lines ring at once: the second waits silently, the first caller gives up, the second rings', async () => {
    const { olga, phone } = stage;
    await addLine();
    await addLine('101', 'Home');
    const pat = await house.telephone({ user: '200', toneHz: patSaysHz });
    const quinn = await house.telephone({ user: '300', toneHz: quinnSaysHz });
    const rings: string[] = [];
    const unsubscribe = phone.onRing(({ id }) => rings.push(id));
    await pat.dial(uri('100'));
    const call = await phone.rings();
    await pat.until('CALL_RINGING');
    await quinn.dial(uri('101'));
    await quinn.until('CALL_RINGING');
    await olga.waitsFor(({ text }) => text === '📞 300\n▸ Home');
    expect(rings).toHaveLength(1);
    expect(olga.conversation(stage.chat).some(({ buttons }) => buttons.flat().includes('Switch'))).toBe(false);

    await pat.hangUp();
    await olga.waitsFor(({ text }) => text.startsWith('Missed · 200'));
    expect(call.state).toBe('ringing');
    call.answer();
    await quinn.until('CALL_ESTABLISHED');
    await call.heard(quinnSaysHz, { forMs: 500 });
    unsubscribe();
    call.hangUp();
    await quinn.until('CALL_CLOSED');
  });

  test('AC-77 both devices ring, one answers, the other stops; one caller message with sound', async () => {
    const { olga, phone, chat } = stage;
    await addLine();
    const tablet = new UserPhone(olga.device());
    const shown: { text: string; silent: boolean }[] = [];
    const unwatch = olga.watch((event) => {
      if (event.type === 'message' && event.message.text.startsWith('📞')) shown.push(event.message);
    });
    try {
      const pat = await house.telephone({ user: '200', displayName: 'Pat', toneHz: patSaysHz });
      await pat.dial(uri('100'));
      const [onPhone, onTablet] = await Promise.all([phone.rings(), tablet.rings()]);
      expect([onPhone.peerId, onTablet.peerId]).toEqual([chat, chat]);
      onTablet.answer();
      await onPhone.ended;
      await pat.until('CALL_ESTABLISHED');
      await onTablet.heard(patSaysHz, { forMs: 500 });
      expect(phone.currentCalls).toEqual([]);
      expect(shown).toMatchObject([{ text: '📞 200\nPat', silent: false }]);
      await pat.hangUp();
      await onTablet.ended;
    } finally {
      unwatch();
      tablet.close();
    }
  });

  test.each([
    { has: 'name', displayName: 'Pat Smith', lines: 1, text: '📞 200\nPat Smith', read: ['200', 'Pat Smith'] },
    { has: 'neither name nor line', displayName: undefined, lines: 1, text: '📞 200', read: ['200', undefined] },
    {
      has: 'name and line',
      displayName: 'Pat Smith',
      lines: 2,
      text: '📞 200\nPat Smith\n▸ Office',
      read: ['200', 'Pat Smith'],
    },
    { has: 'line', displayName: undefined, lines: 2, text: '📞 200\n▸ Office', read: ['200', undefined] },
  ])('AC-78 with $has, phone automation reads number and name; afterwards nothing starts it again', async (example) => {
    const { displayName, lines, text, read } = example;
    const { olga, phone } = stage;
    await addLine();
    if (lines === 2) await addLine('101', 'Home');
    const pat = await house.telephone({ user: '200', ...(displayName && { displayName }) });
    await pat.dial(uri('100'));
    const call = await phone.rings();
    const message = await olga.waitsFor((one) => one.text.startsWith('📞'));
    expect(message.text).toBe(text);
    const [, number, name] = contract.exec(message.text) ?? [];
    expect([number, name]).toEqual(read);

    await pat.hangUp();
    await call.ended;
    const outcome = await olga.waitsFor((one) => one.text.startsWith('Missed · '));
    expect(outcome.buttons.flat()).toContain('Redial');
    expect(outcome.text).not.toMatch(contract);
    await olga.waitsUntil(() => callerMessages().length === 0);
    const since = olga.conversation(stage.chat).filter(({ id, out, action }) => id > message.id && !out && !action);
    expect(since).toEqual([outcome]);
    await pat.stop();
  });
});
