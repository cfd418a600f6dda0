import { describe, expect, test } from 'vitest';
import { hasSipp, runSipp } from '../../peers/sipp.ts';
import type { Phone } from './phone.ts';
import { answering, boundPhone, sipp, talking } from './sipp-scene.ts';

describe.skipIf(!hasSipp).each(['udp', 'tcp'] as const)('within a call to sipp over %s', (transport) => {
  const ends = async ({ phone, party, call }: Awaited<ReturnType<typeof talking>>) => {
    call.hangUp();
    await party.done;
    await phone.isAtRest();
  };
  const directions = (phone: Phone) => phone.rtp.applied.map(({ session }) => session.direction);

  test('we hold it and take it back', async () => {
    const { phone, party, call } = await talking('uas_expect_hold', transport);
    await call.hold(true);
    await call.hold(false);
    expect(directions(phone)).toEqual(['sendrecv', 'sendonly', 'sendrecv']);
    await ends({ phone, party, call });
  });

  test('it does not let itself be held, and goes on hearing us', async () => {
    const { phone, party, call } = await talking('uas_refuses_hold', transport);
    await expect(call.hold(true)).rejects.toMatchObject({ name: 'RequestRefused', status: 488 });
    expect(directions(phone)).toEqual(['sendrecv']);
    const heard = call.packetsHeard;
    await call.hearsPackets(heard + 10);
    await ends({ phone, party, call });
  });

  test('it is busy with a request of its own and is held the second time', async () => {
    const { phone, party, call } = await talking('uas_hold_glare', transport);
    const startMs = performance.now();
    await call.hold(true);
    // The call is ours, and so is the longer wait.
    expect(performance.now() - startMs).toBeGreaterThan(2_090);
    expect(directions(phone)).toEqual(['sendrecv', 'sendonly']);
    await ends({ phone, party, call });
  });

  test('it has forgotten the call: so do we', async () => {
    const { phone, party, call } = await talking('uas_no_call_any_more', transport);
    await expect(call.hold(true)).rejects.toMatchObject({ status: 481 });
    expect(await call.until('party.hungUp')).toMatchObject({ cause: { kind: 'connection-lost' } });
    await party.done;
    await phone.isAtRest();
  });

  test('it gets a key', async () => {
    const all = await talking('uas_expect_dtmf_info', transport);
    await all.call.press('#');
    await ends(all);
  });

  test('it does not know INFO, and the call goes on', async () => {
    const all = await talking('uas_refuses_info', transport);
    await expect(all.call.press('5')).rejects.toMatchObject({ name: 'RequestRefused', status: 501 });
    expect(all.call.kinds).not.toContain('party.hungUp');
    await ends(all);
  });

  test('it announces reliably, with the answer only there', async () => {
    const all = await talking('uas_reliable_early_media', transport);
    expect(all.call.kinds).toEqual(['party.earlyMedia', 'party.answered']);
    await all.call.hearsPackets(10);
    await ends(all);
  });
});

describe.skipIf(!hasSipp).each(['udp', 'tcp'] as const)('within a call of sipp over %s', (transport) => {
  test('hold and resume by the caller are mirrored', async () => {
    const { phone, remote } = await boundPhone(transport);
    const caller = runSipp({ scenario: 'reinvite_hold', transport, remote, service: 'alice' });
    const call = await answering(phone);
    await caller;
    expect(phone.rtp.applied.map(({ session }) => session.direction)).toEqual([
      'sendrecv',
      'recvonly',
      'inactive',
      'sendrecv',
    ]);
    expect(call.kinds).toEqual(['party.answered', 'party.held', 'party.resumed', 'party.hungUp']);
    await phone.isAtRest();
  });

  test('keys by INFO are heard in order', async () => {
    const { phone, remote } = await boundPhone(transport);
    const caller = runSipp({ scenario: 'uac_dtmf_info', transport, remote, service: 'alice' });
    const call = await answering(phone);
    await caller;
    expect(call.facts.flatMap((fact) => (fact.type === 'key.heard' ? [fact.digit] : []))).toEqual(['1', '5', '#']);
    await phone.isAtRest();
  });

  test('a session timer is agreed on, and refreshed by UPDATE', async () => {
    const { phone, remote } = await boundPhone(transport);
    const caller = runSipp({ scenario: 'uac_update_session_timer', transport, remote, service: 'alice' });
    await answering(phone);
    await caller;
    await phone.isAtRest();
  });

  test('who requires reliable ringing gets it', async () => {
    const { phone, remote } = await boundPhone(transport);
    const caller = runSipp({ scenario: 'uac_requires_100rel', transport, remote, service: 'alice' });
    const call = await phone.nextOffer();
    call.ring();
    await expect.poll(() => phone.sip.counters.totals()['received PRACK'], { timeout: 5_000 }).toBe(1);
    call.answer();
    await call.until('party.answered');
    await caller;
    await phone.isAtRest();
  });

  test('a transfer asked for is made, and its success is told', async () => {
    const target = await sipp({ scenario: 'uas_answer_with_rtp_echo', rtpEcho: true });
    const { phone, remote } = await boundPhone(transport);
    const caller = runSipp({
      scenario: 'uac_refer',
      transport,
      remote,
      service: 'alice',
      keys: { transfer: `sip:700@127.0.0.1:${target.port}` },
    });
    const call = await answering(phone);
    const { target: asked } = await call.until('party.transfers');
    expect(asked).toEqual({ kind: 'uri', uri: `sip:700@127.0.0.1:${target.port}` });
    phone.edit({ proxy: `127.0.0.1:${target.port}` });
    const next = phone.dial(asked);
    phone.sip.calls.acceptTransfer(call.id, next.id);
    await next.until('party.answered');
    await call.until('party.hungUp');
    await caller;
    next.hangUp();
    await target.done;
    await phone.isAtRest();
  });
});
