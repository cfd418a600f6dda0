import { describe, expect, test } from 'vitest';
import { hasSipp, runSipp, type SippRun } from '../../peers/sipp.ts';
import { answering, boundPhone, phoneAt, registrar, sipp, type Transport } from './sipp-scene.ts';

const called = (scenario: string, transport: Transport, rtpEcho = false): Promise<SippRun> =>
  sipp({ scenario, transport, rtpEcho, keys: { user: 'alice', pass: 'secret' } });

describe.skipIf(!hasSipp).each(['udp', 'tcp'] as const)('sipp is called over %s', (transport) => {
  test('a registrar that challenges gets the right answer', async () => {
    const { port, done } = await registrar(transport);
    const phone = await phoneAt(port, transport);
    // sipp echoes our Contact with the 600 s we asked for, and that counts before its Expires header (RFC 3261 §10.2.4).
    expect(await phone.bind()).toEqual({ lifetimeMs: 600_000 });
    await done;
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
  test('we answer, talk, and the caller hangs up', async () => {
    const { phone, remote } = await boundPhone(transport);
    const caller = runSipp({ scenario: 'uac_call', transport, remote, service: 'alice', rtpEcho: true, pauseMs: 600 });
    const call = await answering(phone);
    expect(call.offer).toMatchObject({ lineId: 'office', caller: { number: '100', name: 'sipp' } });
    await call.hearsPackets(10);
    expect(await call.until('party.hungUp')).toEqual({ type: 'party.hungUp', cause: { kind: 'normal' } });
    await caller;
    await phone.isAtRest();
  });

  test('a caller who plays is heard', async () => {
    const { phone, remote } = await boundPhone(transport);
    const caller = runSipp({ scenario: 'uac_call_rtp', transport, remote, service: 'alice' });
    const call = await answering(phone);
    await call.hearsPackets(100);
    await call.until('party.hungUp');
    await caller;
    await phone.isAtRest();
  });

  test('we hang up on the caller', async () => {
    const { phone, remote } = await boundPhone(transport);
    const caller = runSipp({ scenario: 'uac_call_remote_hangup', transport, remote, service: 'alice' });
    const call = await answering(phone);
    call.hangUp();
    await caller;
    await phone.isAtRest();
  });

  test('the caller gives up while it rings', async () => {
    const { phone, remote } = await boundPhone(transport);
    const caller = runSipp({ scenario: 'uac_cancel', transport, remote, service: 'alice' });
    const call = await phone.nextOffer();
    call.ring();
    expect(await call.until('party.hungUp')).toEqual({ type: 'party.hungUp', cause: { kind: 'cancelled' } });
    await caller;
    await phone.isAtRest();
  });

  test('a caller without an offer gets ours, and answers with the ACK', async () => {
    const { phone, remote } = await boundPhone(transport);
    const caller = runSipp({ scenario: 'uac_no_sdp_offer', transport, remote, service: 'alice' });
    await answering(phone);
    expect(phone.rtp.applied.at(-1)?.session.codec).toMatchObject({ name: 'alaw', sendPayloadType: 8 });
    await caller;
    await phone.isAtRest();
  });

  test.each(['uac_options', 'uac_prack_100rel'])('%s is answered as it should be', async (scenario) => {
    const { phone, remote } = await boundPhone(transport);
    const caller = runSipp({ scenario, transport, remote, service: 'alice' });
    if (scenario !== 'uac_options') await answering(phone);
    await caller;
    await phone.isAtRest();
  });
});
