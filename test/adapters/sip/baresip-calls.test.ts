import { statSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Baresip, hasBaresip, startBaresip } from '../../peers/baresip.ts';
import { hasKamailio, type Kamailio, startKamailio } from '../../peers/kamailio.ts';
import { eventually } from '../../support/eventually.ts';
import { office, Phone, type WatchedCall } from './phone.ts';

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
    await eventually(() => expect(heardBytes()).toBeGreaterThan(4_000));
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

  const talking = async (): Promise<{ baresip: Baresip; alice: Phone; call: WatchedCall }> => {
    const baresip = await telephone('udp');
    const alice = await phone('udp');
    const call = alice.dial('600');
    await baresip.until('CALL_INCOMING');
    await baresip.answer();
    await call.until('party.answered');
    await call.hearsPackets(10);
    return { baresip, alice, call };
  };
  const directions = (alice: Phone) => alice.rtp.applied.map(({ session }) => session.direction);

  test('holds the call and takes it back', async () => {
    const { baresip, alice, call } = await talking();
    await baresip.command('hold');
    await call.until('party.held');
    expect(directions(alice).at(-1)).toBe('recvonly');
    await baresip.command('resume');
    await call.until('party.resumed');
    expect(directions(alice).at(-1)).toBe('sendrecv');
    call.hangUp();
    await baresip.until('CALL_CLOSED');
    await alice.isAtRest();
  });

  test('is held: it falls silent and hears what we play, until we take it back', async () => {
    const { baresip, alice, call } = await talking();
    await call.hold(true);
    expect(directions(alice).at(-1)).toBe('sendonly');
    await eventually(
      async () => {
        const before = call.packetsHeard;
        // Ten packets' time.
        await call.sends(10);
        expect(call.packetsHeard).toBe(before);
      },
      { timeout: 5_000 },
    );
    await call.hold(false);
    await call.hearsPackets(call.packetsHeard + 10);
    call.hangUp();
    await baresip.until('CALL_CLOSED');
    await alice.isAtRest();
  });

  test('holds us while we hold it, and both take back', async () => {
    const { baresip, alice, call } = await talking();
    await call.hold(true);
    await baresip.command('hold');
    await call.until('party.held');
    expect(directions(alice).at(-1)).toBe('inactive');
    await call.hold(false);
    expect(directions(alice).at(-1)).toBe('recvonly');
    await baresip.command('resume');
    await call.until('party.resumed');
    expect(directions(alice).at(-1)).toBe('sendrecv');
    call.hangUp();
    await baresip.until('CALL_CLOSED');
    await alice.isAtRest();
  });

  test('takes a key by INFO', async () => {
    const { baresip, alice, call } = await talking();
    await call.press('5');
    expect(await baresip.until('CALL_DTMF_START')).toMatchObject({ param: '5' });
    call.hangUp();
    await baresip.until('CALL_CLOSED');
    await alice.isAtRest();
  });

  test('hears what became of the transfer it asked for', async () => {
    const { baresip, alice, call } = await talking();
    await baresip.command('transfer', `sip:nobody@${kamailio.domain}`);
    const { target } = await call.until('party.transfers');
    expect(target).toEqual({ kind: 'number', user: 'nobody' });
    const next = alice.dial(target);
    alice.sip.calls.acceptTransfer(call.id, next.id);
    const { cause } = await next.until('party.hungUp');
    expect(cause).toMatchObject({ kind: 'rejected', sip: { status: 404 } });
    await baresip.until('TRANSFER_FAILED');
    // It hangs up by itself then.
    await call.until('party.hungUp');
    await alice.isAtRest();
  });
});
