import { statSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Baresip, hasBaresip, startBaresip } from '../../peers/baresip.ts';
import { hasKamailio, type Kamailio, startKamailio } from '../../peers/kamailio.ts';
import { office, Phone } from './phone.ts';

describe.skipIf(!hasBaresip || !hasKamailio)('a software telephone behind a real proxy', () => {
  let kamailio: Kamailio;
  const cleanups: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    kamailio = await startKamailio({ users: { alice: 'secret', '600': 'hidden' } });
  });
  afterAll(() => kamailio?.stop());
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  const proxyFor = (transport: 'udp' | 'tcp' | 'tls') =>
    `127.0.0.1:${{ udp: kamailio.udpPort, tcp: kamailio.tcpPort, tls: kamailio.tlsPort }[transport]}`;

  const telephone = async (
    transport: 'udp' | 'tcp' | 'tls',
    codecs?: readonly ('opus/48000/2' | 'PCMA/8000/1')[],
  ): Promise<Baresip> => {
    const baresip = await startBaresip({
      user: '600',
      domain: kamailio.domain,
      password: 'hidden',
      transport,
      proxy: proxyFor(transport),
      ...(codecs && { codecs }),
    });
    cleanups.push(() => baresip.stop());
    await baresip.until('REGISTER_OK');
    return baresip;
  };

  const phone = async (
    transport: 'udp' | 'tcp' | 'tls',
    codecs: readonly string[] = ['alaw', 'mulaw'],
  ): Promise<Phone> => {
    const settings = { domain: kamailio.domain, proxy: proxyFor(transport), transport, codecs };
    const started = await Phone.start(settings, { tls: { ca: kamailio.certificate } });
    cleanups.push(async () => {
      await started.sip.registrar.unbind(office);
      await started.stop();
    });
    await started.bind();
    return started;
  };

  test.each(['udp', 'tcp', 'tls'] as const)('is called over %s, heard, and hangs up', async (transport) => {
    const baresip = await telephone(transport);
    const alice = await phone(transport);
    const call = alice.dial('600');
    await baresip.until('CALL_INCOMING');
    await call.until('party.ringing');
    await baresip.answer();
    await call.until('party.answered');
    await call.hearsPackets(50);
    await baresip.hangUp();
    expect((await call.until('party.hungUp')).cause).toEqual({ kind: 'normal' });
    await alice.isAtRest();
    // It recorded what our side sent: more than an empty file.
    const heardBytes = () => Math.max(0, ...baresip.heardFiles().map((file) => statSync(file).size));
    await vi.waitFor(() => expect(heardBytes()).toBeGreaterThan(4_000), { timeout: 5_000 });
  });

  test.each(['udp', 'tls'] as const)('calls us over %s, and we hang up', async (transport) => {
    const baresip = await telephone(transport);
    const alice = await phone(transport);
    await baresip.dial(`sip:alice@${kamailio.domain}`);
    const call = await alice.nextOffer();
    expect(call.offer.caller).toEqual({ number: '600' });
    call.ring();
    await baresip.until('CALL_RINGING');
    call.answer();
    await call.until('party.answered');
    await baresip.until('CALL_ESTABLISHED');
    await call.hearsPackets(50);
    call.hangUp();
    await baresip.until('CALL_CLOSED');
    await alice.isAtRest();
  });

  test('speaks Opus with us, and key presses at its clock rate', async () => {
    const baresip = await telephone('udp', ['opus/48000/2']);
    const alice = await phone('udp', ['opus', 'alaw']);
    const call = alice.dial('600');
    await baresip.until('CALL_INCOMING');
    await baresip.answer();
    await call.until('party.answered');
    expect(alice.rtp.applied.at(-1)?.session.codec).toMatchObject({ name: 'opus', receivePayloadType: 107 });
    await call.hearsPackets(50);
    call.hangUp();
    await baresip.until('CALL_CLOSED');
    await alice.isAtRest();
  });

  test('that shares no codec with us refuses the call', async () => {
    await telephone('udp', ['opus/48000/2']);
    const alice = await phone('udp', ['alaw']);
    const { cause } = await alice.dial('600').until('party.hungUp');
    expect(cause).toMatchObject({ kind: 'rejected', sip: { status: 488 } });
    await alice.isAtRest();
  });

  test('holds the call and takes it back', async () => {
    const baresip = await telephone('udp');
    const alice = await phone('udp');
    const call = alice.dial('600');
    await baresip.until('CALL_INCOMING');
    await baresip.answer();
    await call.until('party.answered');
    const directions = () => alice.rtp.applied.map(({ session }) => session.direction);
    await baresip.command('hold');
    await vi.waitFor(() => expect(directions().at(-1)).toBe('recvonly'), { timeout: 5_000 });
    await baresip.command('resume');
    await vi.waitFor(() => expect(directions().at(-1)).toBe('sendrecv'), { timeout: 5_000 });
    call.hangUp();
    await baresip.until('CALL_CLOSED');
    await alice.isAtRest();
  });
});
