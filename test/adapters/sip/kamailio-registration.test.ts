import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { RegistrarUnreachable, RegistrationRefused } from '../../../src/machines/model/registration.ts';
import { hasKamailio, type Kamailio, startKamailio } from '../../peers/kamailio.ts';
import { freePort } from '../../peers/program.ts';
import { office, Phone } from './phone.ts';

const phones: Phone[] = [];
afterEach(async () => {
  for (const phone of phones.splice(0)) {
    await phone.sip.registrar.unbind(office);
    await phone.stop();
  }
});

describe.skipIf(!hasKamailio).each(['MD5', 'SHA-256'] as const)('a real registrar with %s', (algorithm) => {
  let kamailio: Kamailio;
  beforeAll(async () => {
    kamailio = await startKamailio({ users: { alice: 'secret', bob: 'hidden' }, algorithm });
  });
  afterAll(() => kamailio?.stop());

  const phoneOf = async (login: string, password: string, transport: 'udp' | 'tcp' | 'tls') => {
    const port = { udp: kamailio.udpPort, tcp: kamailio.tcpPort, tls: kamailio.tlsPort }[transport];
    const settings = { login, password, domain: kamailio.domain, proxy: `127.0.0.1:${port}`, transport };
    const phone = await Phone.start(settings, { tls: { ca: kamailio.certificate } });
    phones.push(phone);
    return phone;
  };

  test.each(['udp', 'tcp', 'tls'] as const)('binds us over %s, again and again, and lets go', async (transport) => {
    const phone = await phoneOf('alice', 'secret', transport);
    expect(await phone.bind()).toEqual({ lifetimeMs: 300_000 });
    expect(await phone.bind()).toEqual({ lifetimeMs: 300_000 });
    await phone.sip.registrar.unbind(office);
    await phone.isAtRest();
  });

  test('refuses a wrong password', async () => {
    const phone = await phoneOf('alice', 'wrong', 'udp');
    const error = await phone.bind().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RegistrationRefused);
    expect(error).toMatchObject({ sip: { status: 401 } });
    await phone.isAtRest();
  });

  test('takes an edited password with the next attempt', async () => {
    const phone = await phoneOf('alice', 'wrong', 'tcp');
    await expect(phone.bind()).rejects.toBeInstanceOf(RegistrationRefused);
    phone.edit({ password: 'secret' });
    expect(await phone.bind()).toEqual({ lifetimeMs: 300_000 });
  });

  test.each([
    ['udp', 'tcp'],
    ['tcp', 'tls'],
    ['tls', 'udp'],
  ] as const)('carries a call from %s to %s and back to silence', async (from, to) => {
    const alice = await phoneOf('alice', 'secret', from);
    const bob = await phoneOf('bob', 'hidden', to);
    await Promise.all([alice.bind(), bob.bind()]);
    const outgoing = alice.dial('bob');
    const incoming = await bob.nextOffer();
    expect(incoming.offer.caller).toEqual({ number: 'alice@pbx.test' });
    incoming.ring();
    await outgoing.until('party.ringing');
    incoming.answer();
    await Promise.all([outgoing.until('party.answered'), incoming.until('party.answered')]);
    await Promise.all([outgoing.hearsPackets(10), incoming.hearsPackets(10)]);
    incoming.hangUp();
    expect((await outgoing.until('party.hungUp')).cause).toEqual({ kind: 'normal' });
    await Promise.all([alice.isAtRest(), bob.isAtRest()]);
  });

  test('passes on that the callee is busy', async () => {
    const alice = await phoneOf('alice', 'secret', 'udp');
    const bob = await phoneOf('bob', 'hidden', 'udp');
    await bob.bind();
    const outgoing = alice.dial('bob');
    const incoming = await bob.nextOffer();
    bob.sip.calls.hangUp(incoming.id, { kind: 'busy' });
    expect((await outgoing.until('party.hungUp')).cause).toEqual({
      kind: 'busy',
      sip: { status: 486, reason: 'Busy Here' },
    });
    await Promise.all([alice.isAtRest(), bob.isAtRest()]);
  });

  test('passes on why the caller gave up', async () => {
    const alice = await phoneOf('alice', 'secret', 'udp');
    const bob = await phoneOf('bob', 'hidden', 'udp');
    await bob.bind();
    const outgoing = alice.dial('bob');
    const incoming = await bob.nextOffer();
    incoming.ring();
    await outgoing.until('party.ringing');
    alice.sip.calls.hangUp(outgoing.id, { kind: 'cancelled' });
    expect((await incoming.until('party.hungUp')).cause).toEqual({ kind: 'cancelled' });
    await Promise.all([alice.isAtRest(), bob.isAtRest()]);
  });

  test('tells that the connection broke', async () => {
    const phone = await phoneOf('alice', 'secret', 'tcp');
    await phone.bind();
    const lost = new Promise<void>((resolve) => phone.sip.registrar.watch(office, resolve));
    await kamailio.stop();
    await lost;
    await expect(phone.bind()).rejects.toBeInstanceOf(RegistrarUnreachable);
  });
});

describe.skipIf(!hasKamailio)('a registrar', () => {
  test('that is not there is unreachable', async () => {
    const phone = await Phone.start({ proxy: `127.0.0.1:${await freePort()}`, transport: 'tcp' });
    phones.push(phone);
    await expect(phone.bind()).rejects.toBeInstanceOf(RegistrarUnreachable);
  });

  test('whose certificate nobody vouches for is unreachable', async () => {
    const kamailio = await startKamailio({ users: { alice: 'secret' } });
    const proxy = `127.0.0.1:${kamailio.tlsPort}`;
    const phone = await Phone.start({ proxy, domain: kamailio.domain, transport: 'tls' });
    phones.push(phone);
    await expect(phone.bind()).rejects.toBeInstanceOf(RegistrarUnreachable);
    const trusting = await Phone.start(
      { proxy, domain: kamailio.domain, transport: 'tls' },
      { tls: { verify: false } },
    );
    phones.push(trusting);
    expect(await trusting.bind()).toEqual({ lifetimeMs: 300_000 });
    await kamailio.stop();
  });
});
