import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { DialogFacts } from '../../../src/actors/ports/sip-dialogs.ts';
import { CallId } from '../../../src/machines/model/ids.ts';
import { type Baresip, hasBaresip } from '../../peers/baresip.ts';
import { hasKamailio } from '../../peers/kamailio.ts';
import { hasSipp } from '../../peers/sipp.ts';
import { openSipHouse, passwordOf, type SipHouse } from '../../support/sip-house.ts';
import { olga, Phone, WatchedCall } from './phone.ts';
import { SingingRtpLegs } from './singing-rtp-legs.ts';
import { registrar, sipp } from './sipp-scene.ts';

/** What another process finds where the first one left it. */
const leftBehind = (phone: Phone, call: WatchedCall): DialogFacts => {
  const facts = JSON.parse(JSON.stringify(phone.sip.dialogs.dialogFacts(call.id))) as DialogFacts;
  phone.sip.dialogs.dropSilently(call.id);
  return facts;
};

const resumedBy = (phone: Phone, facts: DialogFacts): WatchedCall => {
  const call = new WatchedCall(phone, CallId(crypto.randomUUID()));
  phone.sip.dialogs.resumeDialog(call.id, olga, facts);
  return call;
};

describe.skipIf(!hasSipp)('a call to sipp that moves to another process', () => {
  const processAt = async (udpPort: number, { port }: { readonly port: number }) => {
    const bind = { host: '127.0.0.1', udpPort, tcpPort: 0 };
    const phone = await Phone.start({ domain: 'test.lan', proxy: `127.0.0.1:${port}` }, { bind });
    onTestFinished(() => phone.stop());
    return phone;
  };
  const leftCallAt = async (scenario: string, calls = 1) => {
    const party = await sipp({ scenario, calls, rtpEcho: true });
    const first = await processAt(0, party);
    const call = first.dial('600');
    await call.until('party.answered');
    await call.hearsPackets(10);
    const facts = leftBehind(first, call);
    await first.isAtRest();
    await first.stop();
    // sipp answers where the call came from, whatever Via says: a process that was started again where it was.
    return { second: await processAt(first.sip.addresses.udpPort, party), party, facts };
  };

  test('keeps its tags and routes, jumps ahead by 1000, and goes on', async () => {
    const { second, party, facts } = await leftCallAt('uas_call_moves_to_another_process');
    const call = resumedBy(second, facts);
    await call.until('party.answered');
    await call.hearsPackets(10);
    await call.press('5');
    call.hangUp();
    await party.done;
    await second.isAtRest();
  });

  test('replaces what the party has forgotten', async () => {
    const { second, party, facts } = await leftCallAt('uas_forgets_and_lets_itself_be_replaced', 2);
    const call = resumedBy(second, facts);
    await call.until('party.answered');
    await call.hearsPackets(10);
    call.hangUp();
    await party.done;
    await second.isAtRest();
  });

  test('answered only when the first process is gone is acknowledged and hung up', async () => {
    const party = await sipp({ scenario: 'uas_answers_a_caller_who_is_gone', pauseMs: 2_000 });
    const first = await processAt(0, party);
    const call = first.dial('600');
    await call.until('party.ringing');
    first.sip.dialogs.dropSilently(call.id);
    await first.isAtRest();
    await first.stop();
    const second = await processAt(first.sip.addresses.udpPort, await registrar());
    await second.bind();
    await party.done;
    expect(second.sip.counters.totals()).toMatchObject({ 'sent BYE': 1 });
    await second.isAtRest();
  });

  test('is over when the party has forgotten it', async () => {
    const { second, party, facts } = await leftCallAt('uas_forgets_and_lets_itself_be_replaced');
    const unreplaceable = { ...facts, peer: { ...facts.peer, supported: [] } };
    const { cause } = await resumedBy(second, unreplaceable).until('party.hungUp');
    expect(cause).toEqual({ kind: 'connection-lost', detail: '481 to re-INVITE' });
    await party.done;
    await second.isAtRest();
  });
});

describe.skipIf(!hasBaresip || !hasKamailio)('a call with a telephone that moves to another process', () => {
  const [firstHz, secondHz, patHz] = [700, 1_200, 1_000];
  let house: SipHouse;
  beforeAll(async () => {
    house = await openSipHouse(['alice', '600'], { tapped: ['600'] });
  });
  afterAll(() => house?.close());

  const processOf = async (frequencyHz: number, transport: 'udp' | 'tcp' = 'udp') => {
    const rtp = new SingingRtpLegs(frequencyHz);
    const settings = {
      password: passwordOf('alice'),
      domain: house.kamailio.domain,
      proxy: house.address(transport),
      transport,
    };
    const phone = await Phone.start(settings, { rtp });
    onTestFinished(async () => {
      await phone.stop();
      rtp.closeAll();
    });
    return { phone, rtp };
  };
  const telephone = async (transport: 'udp' | 'tcp' = 'udp'): Promise<Baresip> => {
    const pat = await house.telephone({ user: '600', toneHz: patHz, transport });
    onTestFinished(() => pat.stop());
    return pat;
  };
  const hearEachOther = async (rtp: SingingRtpLegs, frequencyHz: number) => {
    const patience = { withinMs: 15_000, forMs: 500 };
    await Promise.all([house.hearing('600').heard(frequencyHz, patience), rtp.hearing.heard(patHz, patience)]);
  };
  const called = async (phone: Phone, pat: Baresip) => {
    const call = phone.dial('600');
    await pat.until('CALL_INCOMING');
    await pat.answer();
    await call.until('party.answered');
    return call;
  };
  const calling = async (phone: Phone, pat: Baresip) => {
    await pat.dial(`sip:alice@${house.kamailio.domain}`);
    const call = await phone.nextOffer();
    call.ring();
    call.answer();
    await call.until('party.answered');
    return call;
  };

  test.each([
    ['we made', 'udp'],
    ['we took', 'udp'],
    ['we made', 'tcp'],
    ['we took', 'tcp'],
  ] as const)('that %s over %s: tones both ways, hold, and the telephone hangs up', async (which, transport) => {
    const pat = await telephone(transport);
    const first = await processOf(firstHz, transport);
    await first.phone.bind();
    const old = await (which === 'we made' ? called : calling)(first.phone, pat);
    await hearEachOther(first.rtp, firstHz);
    const facts = leftBehind(first.phone, old);
    expect(facts.routeSet).not.toEqual([]);
    await first.phone.stop();
    const second = await processOf(secondHz, transport);
    const call = resumedBy(second.phone, facts);
    await call.until('party.answered');
    await hearEachOther(second.rtp, secondHz);
    expect(pat.events.map(({ type }) => type)).not.toContain('CALL_CLOSED');
    await second.phone.bind();
    await call.hold(true);
    await call.hold(false);
    await hearEachOther(second.rtp, secondHz);
    await call.press('7');
    expect(await pat.until('CALL_DTMF_START')).toMatchObject({ param: '7' });
    await pat.hangUp();
    expect((await call.until('party.hungUp')).cause).toEqual({ kind: 'normal' });
    await second.phone.isAtRest();
  });

  test('twice: a third process goes on from what the second left', async () => {
    const pat = await telephone();
    const first = await processOf(firstHz);
    const old = await called(first.phone, pat);
    const second = await processOf(firstHz);
    const call = resumedBy(second.phone, leftBehind(first.phone, old));
    await call.until('party.answered');
    const third = await processOf(secondHz);
    const last = resumedBy(third.phone, leftBehind(second.phone, call));
    await last.until('party.answered');
    await hearEachOther(third.rtp, secondHz);
    last.hangUp();
    await pat.until('CALL_CLOSED');
    await third.phone.isAtRest();
  });

  test('is held by the telephone before and after', async () => {
    const pat = await telephone();
    const first = await processOf(firstHz);
    const old = await called(first.phone, pat);
    await pat.command('hold');
    await old.until('party.held');
    const second = await processOf(secondHz);
    const call = resumedBy(second.phone, leftBehind(first.phone, old));
    await call.until('party.answered');
    await call.until('party.held');
    await pat.command('resume');
    await call.until('party.resumed');
    await hearEachOther(second.rtp, secondHz);
    call.hangUp();
    await pat.until('CALL_CLOSED');
  });

  test('is ended at the deadline by a BYE: the telephone keeps no ghost', async () => {
    const pat = await telephone();
    const first = await processOf(firstHz);
    const facts = leftBehind(first.phone, await called(first.phone, pat));
    await first.phone.stop();
    const second = await processOf(secondHz);
    await second.phone.sip.dialogs.endDialog(facts);
    await pat.until('CALL_CLOSED');
    await second.phone.isAtRest();
  });

  test('is over when the telephone hung up while nobody listened', async () => {
    const pat = await telephone();
    const first = await processOf(firstHz);
    const facts = leftBehind(first.phone, await called(first.phone, pat));
    await pat.hangUp();
    await pat.until('CALL_CLOSED');
    const second = await processOf(secondHz);
    const { cause } = await resumedBy(second.phone, facts).until('party.hungUp');
    expect(cause).toMatchObject({ kind: 'connection-lost' });
    await second.phone.isAtRest();
  });

  test('that nobody resumed is left to the telephone', async () => {
    const pat = await telephone();
    const first = await processOf(firstHz);
    await first.phone.bind();
    leftBehind(first.phone, await called(first.phone, pat));
    await first.phone.isAtRest();
    await first.phone.stop();
    expect(pat.events.map(({ type }) => type)).not.toContain('CALL_CLOSED');
    expect(first.phone.sip.counters.totals()).not.toHaveProperty('sent BYE');
  });
});
