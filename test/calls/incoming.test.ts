import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { UserPhone } from '../../sandbox/phone/phone.ts';
import { hasBaresip } from '../peers/baresip.ts';
import { hasKamailio } from '../peers/kamailio.ts';
import { hasSipp, startSipp } from '../peers/sipp.ts';
import { heardInFile, openSipHouse, passwordOf, type SipHouse, type Transport } from '../support/sip-house.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { stopwatch } from '../support/stopwatch.ts';

const anna = '+79261234567';
const olgaSaysHz = 700;
const annaSaysHz = 440;

describe.skipIf(!hasBaresip || !hasKamailio || !hasSipp)('somebody calls Olga', () => {
  let stage: Stage;
  let house: SipHouse;
  beforeAll(async () => {
    house = await openSipHouse(['100', anna]);
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
  /** A sipp scenario that calls the line where it is registered, over UDP. */
  const sippCalls = async (scenario: string) => {
    const { host, udpPort } = stage.service.sip.addresses;
    return startSipp({ scenario, remote: { host, port: udpPort }, service: '100', keys: { from_user: '4930123' } });
  };
  const callerMessages = () => stage.olga.conversation(stage.chat).filter(({ text }) => text.startsWith('📞'));

  test.each<Transport>(['udp', 'tcp', 'tls'])(
    'AC-27 the chat shows exactly two lines with the ring; she answers, the panel appears, both hear each other, over %s',
    async (transport) => {
      const { olga, phone, chat } = stage;
      await officeOver(transport);
      const caller = await house.telephone({ user: anna, displayName: 'Anna', transport, toneHz: annaSaysHz });
      phone.says({ frequencyHz: olgaSaysHz });
      await caller.dial(`sip:100@${house.kamailio.domain}`);
      const call = await phone.rings();
      const sinceRang = stopwatch();
      const message = await olga.waitsFor(({ text }) => text.startsWith('📞'));
      expect(sinceRang()).toBeLessThan(300);
      expect(message.text).toBe(`📞 ${anna}\nAnna`);
      expect(message.silent).toBe(false);
      await caller.until('CALL_RINGING');

      call.answer();
      await caller.until('CALL_ESTABLISHED');
      await stage.panel();
      await call.connected;
      await call.heard(annaSaysHz, { forMs: 1_000 });
      await caller.hangUp();
      await call.ended;
      await caller.until('CALL_CLOSED');
      expect(caller.heardFiles().some((file) => heardInFile(file, olgaSaysHz))).toBe(true);
      const outcome = await olga.waitsFor(({ text }) => text.startsWith('Answered'));
      expect(outcome.text).toContain(anna);
      expect(olga.conversation(chat).filter(({ text }) => text.startsWith('📞'))).toEqual([]);
    },
  );

  test('her phone rings for Anna, and she calls the chat account herself: our ring stops, her call answers Anna', async () => {
    const { olga, phone, chat } = stage;
    await officeOver('udp');
    const tablet = new UserPhone(olga.device());
    try {
      tablet.says({ frequencyHz: olgaSaysHz });
      const caller = await house.telephone({ user: anna, displayName: 'Anna', toneHz: annaSaysHz });
      await caller.dial(`sip:100@${house.kamailio.domain}`);
      const ring = await phone.rings();
      await caller.until('CALL_RINGING');
      const own = await tablet.calls(chat);
      await ring.ended;
      await caller.until('CALL_ESTABLISHED');
      await stage.panel();
      await own.heard(annaSaysHz, { forMs: 1_000 });
      own.hangUp();
      await caller.until('CALL_CLOSED');
      expect(caller.heardFiles().some((file) => heardInFile(file, olgaSaysHz))).toBe(true);
      await olga.waitsFor(({ text }) => text.startsWith('Answered'));
    } finally {
      tablet.close();
    }
  });

  test('AC-28 a hidden caller is a hidden number, and cannot be called back', async () => {
    const { olga, phone } = stage;
    await officeOver('udp');
    const caller = await sippCalls('uac_anonymous');
    const call = await phone.rings();
    const message = await olga.waitsFor(({ text }) => text.startsWith('📞'));
    expect(message.text).toBe('📞 Hidden number');
    expect(message.buttons).toEqual([]);
    await caller.done;
    await call.ended;
    const outcome = await olga.waitsFor(({ text }) => text.startsWith('Missed'));
    expect(outcome.text).toBe('Missed · Hidden number');
    expect(outcome.buttons).toEqual([]);
  });

  test('AC-29 she declines: 486', async () => {
    const { olga, phone } = stage;
    await officeOver('udp');
    const caller = await sippCalls('uac_busy');
    (await phone.rings()).decline();
    await caller.done;
    await olga.waitsFor(({ text }) => text.startsWith('Declined · 4930123'));
  });

  test('AC-29 she is busy in another Telegram call: 486 and a missed-call message', async () => {
    const { olga, phone } = stage;
    await officeOver('udp');
    phone.busy = true;
    try {
      const caller = await sippCalls('uac_busy');
      await caller.done;
      const missed = await olga.waitsFor(({ text }) => text.startsWith('Missed · 4930123'));
      expect(missed.silent).toBe(false);
      expect(missed.buttons.flat()).toContain('Redial');
    } finally {
      phone.busy = false;
    }
  });

  test('AC-29 the caller gives up: the ring stops, missed-call message', async () => {
    const { olga, phone } = stage;
    await officeOver('udp');
    const caller = await sippCalls('uac_cancel');
    const call = await phone.rings();
    expect(await call.ended).toBe('missed');
    await caller.done;
    const missed = await olga.waitsFor(({ text }) => text.startsWith('Missed · 4930123'));
    expect(missed.silent).toBe(false);
    expect(callerMessages()).toEqual([]);
  });

  test('AC-29 another telephone took it: answered elsewhere, not missed', async () => {
    const { olga, phone } = stage;
    await officeOver('udp');
    const caller = await sippCalls('uac_cancel_elsewhere');
    const call = await phone.rings();
    await call.ended;
    await caller.done;
    const told = await olga.waitsFor(({ text }) => text.startsWith('Answered elsewhere · 4930123'));
    expect(told.silent).toBe(true);
  });
});
