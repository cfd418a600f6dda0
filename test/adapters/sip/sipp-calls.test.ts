import { afterEach, describe, expect, test } from 'vitest';
import { hasSipp, runSipp, type SippRun, startSipp } from '../../peers/sipp.ts';
import { Phone } from './phone.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const phoneAt = async (port: number, transport: 'udp' | 'tcp'): Promise<Phone> => {
  const phone = await Phone.start({ domain: 'test.lan', proxy: `127.0.0.1:${port}`, transport });
  cleanups.push(() => phone.stop());
  return phone;
};

const called = async (scenario: string, transport: 'udp' | 'tcp', rtpEcho = false): Promise<SippRun> => {
  const keys = { user: 'alice', pass: 'secret' };
  const run = await startSipp({ scenario, transport, rtpEcho, keys });
  cleanups.push(() => run.stop());
  return run;
};

describe.skipIf(!hasSipp).each(['udp', 'tcp'] as const)('sipp is called over %s', (transport) => {
  test('a registrar that challenges gets the right answer', async () => {
    const registrar = await startSipp({
      scenario: 'uas_register_digest',
      transport,
      keys: { user: 'alice', pass: 'secret' },
      extra: ['-deadcall_wait', '0'],
    });
    cleanups.push(() => registrar.stop());
    const phone = await phoneAt(registrar.port, transport);
    // sipp echoes our Contact with the 600 s we asked for, and that counts before its Expires header (RFC 3261 §10.2.4).
    expect(await phone.bind()).toEqual({ lifetimeMs: 600_000 });
    await registrar.done;
    await phone.isAtRest();
  });

  test('a party answers, is heard, and we hang up', async () => {
    const party = await called('uas_answer_with_rtp_echo', transport, true);
    const phone = await phoneAt(party.port, transport);
    const call = phone.dial('600');
    await call.until('party.answered');
    expect(call.kinds).toEqual(['party.ringing', 'party.answered']);
    await call.hearsPackets(10);
    call.hangUp();
    expect(call.facts.at(-1)).toEqual({ type: 'party.hungUp', cause: { kind: 'normal' } });
    await party.done;
    await phone.isAtRest();
  });

  test('a busy party is busy', async () => {
    const party = await called('uas_busy', transport);
    const phone = await phoneAt(party.port, transport);
    const { cause } = await phone.dial('600').until('party.hungUp');
    expect(cause).toEqual({ kind: 'busy', sip: { status: 486, reason: 'Busy Here' } });
    await party.done;
    await phone.isAtRest();
  });

  test('we give up on a party that only rings', async () => {
    const party = await called('uas_ring_no_answer', transport);
    const phone = await phoneAt(party.port, transport);
    const call = phone.dial('600');
    await call.until('party.ringing');
    call.hangUp();
    await party.done;
    await phone.isAtRest();
    expect(call.kinds).toEqual(['party.ringing', 'party.hungUp']);
  });

  test.each(['uas_auth_401', 'uas_auth_407'])(
    'a challenged call is repeated with credentials: %s',
    async (scenario) => {
      const party = await called(scenario, transport);
      const phone = await phoneAt(party.port, transport);
      const call = phone.dial('600');
      await call.until('party.answered');
      call.hangUp();
      await party.done;
      await phone.isAtRest();
    },
  );

  test('announcements before the answer are heard', async () => {
    const party = await called('uas_early_media', transport, true);
    const phone = await phoneAt(party.port, transport);
    const call = phone.dial('600');
    await call.until('party.earlyMedia');
    await call.hearsPackets(10);
    expect(call.kinds).toEqual(['party.earlyMedia']);
    await call.until('party.answered');
    call.hangUp();
    await party.done;
    await phone.isAtRest();
  });
});

describe.skipIf(!hasSipp).each(['udp', 'tcp'] as const)('sipp calls over %s', (transport) => {
  /** A bound line: calls are taken from the address that bound it. */
  const boundPhone = async () => {
    const registrar = await startSipp({
      scenario: 'uas_register_digest',
      keys: { user: 'alice', pass: 'secret' },
      extra: ['-deadcall_wait', '0'],
    });
    cleanups.push(() => registrar.stop());
    const phone = await phoneAt(registrar.port, 'udp');
    await phone.bind();
    const { host, udpPort, tcpPort } = phone.sip.addresses;
    return { phone, remote: { host, port: transport === 'udp' ? udpPort : tcpPort } };
  };

  const answering = async (phone: Phone) => {
    const call = await phone.nextOffer();
    call.ring();
    call.answer();
    await call.until('party.answered');
    return call;
  };

  test('we answer, talk, and the caller hangs up', async () => {
    const { phone, remote } = await boundPhone();
    const caller = runSipp({ scenario: 'uac_call', transport, remote, service: 'alice', rtpEcho: true, pauseMs: 600 });
    const call = await answering(phone);
    expect(call.offer).toMatchObject({ lineId: 'office', caller: { number: '100', name: 'sipp' } });
    await call.hearsPackets(10);
    expect(await call.until('party.hungUp')).toEqual({ type: 'party.hungUp', cause: { kind: 'normal' } });
    await caller;
    await phone.isAtRest();
  });

  test('a caller who plays is heard', async () => {
    const { phone, remote } = await boundPhone();
    const caller = runSipp({ scenario: 'uac_call_rtp', transport, remote, service: 'alice' });
    const call = await answering(phone);
    await call.hearsPackets(100);
    await call.until('party.hungUp');
    await caller;
    await phone.isAtRest();
  });

  test('we hang up on the caller', async () => {
    const { phone, remote } = await boundPhone();
    const caller = runSipp({ scenario: 'uac_call_remote_hangup', transport, remote, service: 'alice' });
    const call = await answering(phone);
    call.hangUp();
    await caller;
    await phone.isAtRest();
  });

  test('the caller gives up while it rings', async () => {
    const { phone, remote } = await boundPhone();
    const caller = runSipp({ scenario: 'uac_cancel', transport, remote, service: 'alice' });
    const call = await phone.nextOffer();
    call.ring();
    expect(await call.until('party.hungUp')).toEqual({ type: 'party.hungUp', cause: { kind: 'cancelled' } });
    await caller;
    await phone.isAtRest();
  });

  test('a caller without an offer gets ours, and answers with the ACK', async () => {
    const { phone, remote } = await boundPhone();
    const caller = runSipp({ scenario: 'uac_no_sdp_offer', transport, remote, service: 'alice' });
    await answering(phone);
    expect(phone.rtp.applied.at(-1)?.session.codec).toMatchObject({ name: 'alaw', sendPayloadType: 8 });
    await caller;
    await phone.isAtRest();
  });

  test.each(['uac_options', 'uac_prack_100rel'])('%s is answered as it should be', async (scenario) => {
    const { phone, remote } = await boundPhone();
    const caller = runSipp({ scenario, transport, remote, service: 'alice' });
    if (scenario !== 'uac_options') await answering(phone);
    await caller;
    await phone.isAtRest();
  });
});
