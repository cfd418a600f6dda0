import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { RpcError } from '../../sandbox/telegram/wire/contract.ts';
import { PeerRepository } from '../../src/db/mailbox-repository.ts';
import { UserId } from '../../src/machines/model/ids.ts';
import { hasBaresip } from '../peers/baresip.ts';
import { hasKamailio } from '../peers/kamailio.ts';
import { eventually } from '../support/eventually.ts';
import { openSipHouse, passwordOf, type SipHouse } from '../support/sip-house.ts';
import { openStage, type Stage } from '../support/stage.ts';

const patSaysHz = 440;

describe.skipIf(!hasBaresip || !hasKamailio)('people the chat account has nothing to do with', () => {
  let stage: Stage;
  let house: SipHouse;
  const alerts: string[] = [];
  beforeAll(async () => {
    const log = new Writable({
      write(line: Buffer, _, done) {
        alerts.push(String(line));
        done();
      },
    });
    house = await openSipHouse(['100', '101', '200']);
    stage = await openStage({ log: pino({ level: 'error' }, log) });
  });
  afterAll(async () => {
    await stage?.close();
    await house?.close();
  });
  afterEach(() => stage.rest());

  const addLine = (login = '100') =>
    stage.addLine({
      login,
      domain: house.kamailio.domain,
      proxy: house.address('udp'),
      password: passwordOf(login),
    });

  test('AC-36 a press with another person’s id, or forged, is “not your call”, and nothing is sent', async () => {
    const { olga, phone, chat } = stage;
    await addLine();
    const { person: uwe } = stage.addPerson('Uwe');
    const pat = await house.telephone({ user: '200', toneHz: patSaysHz });
    olga.sends('200', chat);
    const call = await phone.rings();
    call.answer();
    await pat.until('CALL_INCOMING');
    await pat.answer();
    await call.heard(patSaysHz);
    const panel = await stage.panel();
    const { markup } = panel.copy;
    const [key] = (markup?.kind === 'inline' ? markup.rows.flat() : []).filter(({ text }) => text === '1');
    const data = key?.kind === 'callback' ? key.data : '';
    expect(data).toMatch(/^key:1:/);
    // Whoever sees the buttons can press them: in a forwarded copy, or with data a manipulated app sends.
    expect(await uwe.pressesOldCopy(panel, '1')).toBe('not your call');
    expect(await uwe.pressesOldCopy(panel, '🔄 Reconnect')).toBe('not your call');
    expect(await uwe.forgesPress(panel, data)).toBe('not your call');
    expect(await olga.forgesPress(panel, data.replace('key:1', 'key:2'))).toBe('not your call');
    // Keys arrive in order: had one of those been sent, it would stand before this one.
    expect(await olga.presses(panel, '9')).toBeUndefined();
    expect((await pat.until('CALL_DTMF_START')).param).toBe('9');
    expect(call.state).toBe('connected');
    call.hangUp();
    await pat.until('CALL_CLOSED');
  });

  test('AC-60 invited to a group, the chat account leaves and writes nothing there', async () => {
    const { olga, phone, chat, telegram } = stage;
    await addLine();
    const group = telegram.world.addChat({ kind: 'group', title: 'Group', creatorId: olga.id, members: [chat] });
    olga.sends('200', group.id);
    await eventually(() => expect(group.members.has(chat)).toBe(false));
    // Read after what was written in the group.
    olga.sends('thanks!', chat);
    await olga.waitsFor(({ text }) => text.startsWith('Send me a phone number'));
    const words = olga.conversation(group.id).filter(({ action }) => !action);
    expect(words.map(({ fromId, text }) => [fromId, text])).toEqual([[olga.id, '200']]);
    expect(phone.currentCalls).toEqual([]);
  });

  test('AC-61 after PEER_FLOOD nobody is contacted first for 24 h, conversations go on, the operator is alerted', async () => {
    const { olga, phone, chat, telegram, service, storage } = stage;
    await addLine();
    const line = await addLine('101');
    const { person: uwe, phone: uwesPhone } = stage.addPerson('Uwe', { stranger: true });
    const { accessHash } = telegram.world.directory.user(uwe.id);
    const peers = new PeerRepository(storage.database);
    // Seen somewhere, as in a group; he never wrote.
    await peers.remember(UserId(chat), UserId(uwe.id), { accessHash: String(accessHash), met: false });
    await stage.cli('line', 'set', line, '--user', uwe.id);
    const pat = await house.telephone({ user: '200', toneHz: patSaysHz });
    telegram.faults.wire.failMethod('phone.requestCall', new RpcError(400, 'PEER_FLOOD'));
    const callsUwe = async () => {
      await pat.dial(`sip:101@${house.kamailio.domain}`);
      return String((await pat.until('CALL_CLOSED')).param);
    };
    // Our 503, as a proxy passes it on (RFC 3261 §16.7).
    expect(await callsUwe()).toBe('500 Service Unavailable');
    await eventually(() => expect(alerts.some((line) => line.includes('PEER_FLOOD'))).toBe(true));
    // Telegram would let it through now; we do not try.
    expect(await callsUwe()).toBe('500 Service Unavailable');
    await service.settled();
    expect(telegram.world.calls.all().filter(({ participantId }) => participantId === uwe.id)).toEqual([]);
    expect(uwesPhone.currentCalls).toEqual([]);

    olga.sends('200', chat);
    const call = await phone.rings();
    call.answer();
    await pat.until('CALL_INCOMING');
    await pat.answer();
    await call.heard(patSaysHz, { forMs: 500 });
    await stage.panel();
    call.hangUp();
    await pat.until('CALL_CLOSED');
  });
});
