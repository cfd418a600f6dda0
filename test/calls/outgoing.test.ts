import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { hasBaresip } from '../peers/baresip.ts';
import { hasKamailio } from '../peers/kamailio.ts';
import { eventually } from '../support/eventually.ts';
import { heardInFile, openSipHouse, passwordOf, type SipHouse, type Transport } from '../support/sip-house.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { stopwatch } from '../support/stopwatch.ts';

const olgaSaysHz = 700;
const patSaysHz = 440;

describe.skipIf(!hasBaresip || !hasKamailio)('Olga calls Pat', () => {
  let stage: Stage;
  let house: SipHouse;
  beforeAll(async () => {
    house = await openSipHouse(['100', '200']);
    stage = await openStage({ tls: { ca: house.kamailio.certificate } });
  });
  afterAll(async () => {
    await stage?.close();
    await house?.close();
  });
  afterEach(() => stage.rest());

  const officeOver = async (transport: Transport) =>
    stage.addLine({
      domain: house.kamailio.domain,
      proxy: house.address(transport),
      password: passwordOf('100'),
      transport,
    });
  const invites = () => stage.service.sip.counters.totals()['sent INVITE'] ?? 0;

  test.each<Transport>(['udp', 'tcp', 'tls'])(
    'AC-18 Callback on: she is called within 1 s, answers, and both hear each other, over %s',
    async (transport) => {
      const { olga, phone, chat } = stage;
      await officeOver(transport);
      const pat = await house.telephone({ user: '200', transport, toneHz: patSaysHz });
      const before = invites();
      const sinceSent = stopwatch();
      phone.says({ frequencyHz: olgaSaysHz });
      olga.sends('200', chat);
      const call = await phone.rings();
      expect(sinceSent()).toBeLessThan(1_000);
      expect(invites()).toBe(before);

      const sinceAnswered = stopwatch();
      call.answer();
      await eventually(() => expect(invites()).toBeGreaterThan(before), { interval: 5 });
      expect(sinceAnswered()).toBeLessThan(300);
      await pat.until('CALL_INCOMING');
      await call.connected;
      await call.heard(425);
      const panel = await stage.panel();
      // There is no talk yet that could go on elsewhere.
      expect(await olga.presses(panel, '🔄 Reconnect')).toMatch(/^Nobody has answered yet/);

      await pat.answer();
      await pat.until('CALL_ESTABLISHED');
      expect(await stage.panel()).toEqual(panel);
      await call.heard(patSaysHz, { forMs: 1_000 });
      call.hangUp();
      await pat.until('CALL_CLOSED');
      expect(pat.heardFiles().some((file) => heardInFile(file, olgaSaysHz))).toBe(true);
      await olga.waitsFor(({ text, buttons }) => text.startsWith('Answered') && buttons.flat().includes('Redial'));
    },
  );

  test('AC-19 Callback on, she does not answer for 60 s: no INVITE was sent, the message says so and has Redial', async () => {
    const { olga, phone, chat, clock } = stage;
    await officeOver('udp');
    const before = invites();
    olga.sends('200', chat);
    const call = await phone.rings();
    clock.increment(59_999);
    expect(call.state).toBe('ringing');
    clock.increment(1);
    await call.ended;
    const message = await olga.waitsFor(({ text }) => text.includes('Not answered'));
    expect(message.text).toContain('200');
    expect(message.buttons.flat()).toContain('Redial');
    expect(invites()).toBe(before);
  });

  test('AC-20 Callback off: her call after 20 s is accepted at once and dialled; after 61 s it is declined with the hint', async () => {
    const { olga, phone, chat, clock } = stage;
    await officeOver('udp');
    await stage.setCallback(false);
    const pat = await house.telephone({ user: '200', toneHz: patSaysHz });
    phone.says({ frequencyHz: olgaSaysHz });
    olga.sends('200', chat);
    await olga.waitsFor(({ text }) => text === 'Press 📞 to call 200');
    clock.increment(20_000);
    const call = await phone.calls(chat);
    await pat.until('CALL_INCOMING');
    await call.connected;
    await pat.answer();
    await call.heard(patSaysHz, { forMs: 1_000 });
    call.hangUp();
    await pat.until('CALL_CLOSED');
    expect(pat.heardFiles().some((file) => heardInFile(file, olgaSaysHz))).toBe(true);
    await stage.quiet();

    const before = invites();
    olga.sends('200', chat);
    await olga.waitsFor(({ text }) => text === 'Press 📞 to call 200');
    clock.increment(61_000);
    await olga.waitsFor(({ text }) => text.includes('Not dialled'));
    const late = await phone.calls(chat);
    expect(await late.ended).toBe('busy');
    await olga.waitsFor(({ text }) => text.includes('Send a number first'));
    expect(invites()).toBe(before);
  });

  test('AC-32 keys 1, 2, # arrive at the party as telephone-events in order, each press acknowledged within 200 ms', async () => {
    const { olga, phone, chat } = stage;
    await officeOver('udp');
    const pat = await house.telephone({ user: '200', toneHz: patSaysHz });
    olga.sends('200', chat);
    const call = await phone.rings();
    call.answer();
    await pat.until('CALL_INCOMING');
    await pat.answer();
    await call.heard(patSaysHz);
    const panel = await stage.panel();
    for (const key of ['1', '2', '#']) {
      const sincePressed = stopwatch();
      expect(await olga.presses(panel, key)).toBeUndefined();
      expect(sincePressed()).toBeLessThan(200);
    }
    const keys = [];
    for (const _ of '12#') keys.push((await pat.until('CALL_DTMF_START')).param);
    expect(keys).toEqual(['1', '2', '#']);
    call.hangUp();
  });

  test('AC-35 the call ends: the panel is gone from both sides, and a press on a cached copy is told so', async () => {
    const { olga, phone, chat, telegram } = stage;
    await officeOver('udp');
    const pat = await house.telephone({ user: '200', toneHz: patSaysHz });
    olga.sends('200', chat);
    const call = await phone.rings();
    call.answer();
    await pat.until('CALL_INCOMING');
    await pat.answer();
    await call.heard(patSaysHz);
    const panel = await stage.panel();
    await pat.hangUp();
    await call.ended;
    await olga.waitsUntil(() => olga.conversation(chat).every(({ id }) => id !== panel.id));
    const service = telegram.person(chat);
    expect(service.conversation(olga.id).some(({ buttons }) => buttons.flat().includes('#'))).toBe(false);
    expect(await olga.pressesOldCopy(panel, '1')).toBe('The call is over');
  });
});
