import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { KeepAlive } from '../../../src/adapters/sip/keep-alive.ts';
import { SipRegistrar } from '../../../src/adapters/sip/registrar.ts';
import { type Header, headerOf, headersOf, type SipMessage } from '../../../src/adapters/sip/wire/message.ts';
import { LineId } from '../../../src/machines/model/ids.ts';
import { type Binding, RegistrarUnreachable, RegistrationRefused } from '../../../src/machines/model/registration.ts';
import { eventually } from '../../support/eventually.ts';
import { responseTo, WiredStack } from './wired-stack.ts';

const office = LineId('office');
let wired: WiredStack;
let registrar: SipRegistrar;
let keepAlive: KeepAlive;

const setUp = (setup: ConstructorParameters<typeof WiredStack>[0] = {}) => {
  wired = new WiredStack(setup);
  keepAlive = new KeepAlive(wired.stack);
  registrar = new SipRegistrar(wired.stack, wired.accounts, keepAlive);
};
beforeEach(() => setUp());
afterEach(() => {
  keepAlive.close();
  if (wired.counters.of('exceptions') > 0) throw new Error('an exception reached the intake');
});

const bind = (signal = new AbortController().signal) => {
  const outcome: { binding?: Binding; error?: unknown } = {};
  const done = registrar.bind(office, signal).then(
    (binding) => {
      outcome.binding = binding;
    },
    (error: unknown) => {
      outcome.error = error;
    },
  );
  return { outcome, done };
};

/** The REGISTER with this many before it. */
const register = (index = 0): Promise<SipMessage> =>
  eventually(() => {
    const found = wired.sent.filter(({ message }) => message.kind === 'request' && message.method === 'REGISTER')[
      index
    ];
    if (found === undefined) throw new Error('no REGISTER');
    return found.message;
  });

const answer = (request: SipMessage, status: number, headers: readonly Header[] = []) =>
  wired.receive(responseTo(request, status, `Reason ${status}`, { toTag: 'r', headers }));

const contactOf = (request: SipMessage) => headerOf(request.headers, 'contact') ?? '';

test('the granted lifetime is that of our own binding among several', async () => {
  const { outcome, done } = bind();
  const request = await register();
  expect(contactOf(request)).toMatch(/^<sip:[0-9a-f]{16}@198\.51\.100\.7:5060>;expires=600$/);
  const own = contactOf(request).replace('600', '120').replace('198.51.100.7', '10.0.0.1');
  answer(request, 200, [['contact', `<sip:other@192.0.2.7>;expires=900, ${own}`]]);
  await done;
  expect(outcome).toEqual({ binding: { lifetimeMs: 120_000 } });
});

test('a registrar that lists no Contact of ours is believed by its Expires header', async () => {
  const { outcome, done } = bind();
  answer(await register(), 200, [
    ['contact', '<sip:other@192.0.2.7>;expires=900'],
    ['expires', '90'],
  ]);
  await done;
  expect(outcome).toEqual({ binding: { lifetimeMs: 90_000 } });
});

test('the Call-ID stays and the CSeq grows from attempt to attempt', async () => {
  const first = bind();
  const one = await register();
  answer(one, 200);
  await first.done;
  const second = bind();
  const two = await register(1);
  answer(two, 200);
  await second.done;
  expect(headerOf(two.headers, 'call-id')).toBe(headerOf(one.headers, 'call-id'));
  expect([one, two].map((request) => headerOf(request.headers, 'cseq'))).toEqual(['1 REGISTER', '2 REGISTER']);
});

describe('the answer is no', () => {
  test.each([401, 403, 404, 405, 600])('%i is a refusal', async (status) => {
    const { outcome, done } = bind();
    answer(await register(), status);
    await done;
    expect(outcome.error).toBeInstanceOf(RegistrationRefused);
    expect(outcome.error).toMatchObject({ sip: { status, reason: `Reason ${status}` } });
  });

  test.each([408, 480, 500, 503])('%i is an outage', async (status) => {
    const { outcome, done } = bind();
    answer(await register(), status, [['retry-after', '77 (busy);duration=3']]);
    await done;
    expect(outcome.error).toBeInstanceOf(RegistrarUnreachable);
    if (status !== 408) expect(outcome.error).toMatchObject({ retryAfterMs: 77_000 });
  });

  test('a wrong password is refused at the second challenge', async () => {
    const { outcome, done } = bind();
    const challenge: Header[] = [['www-authenticate', 'Digest realm="r", nonce="1", qop="auth"']];
    answer(await register(), 401, challenge);
    answer(await register(1), 401, [['www-authenticate', 'Digest realm="r", nonce="2", qop="auth"']]);
    await done;
    expect(outcome.error).toMatchObject({ sip: { status: 401 } });
  });

  test('a stale nonce is no wrong password', async () => {
    const { outcome, done } = bind();
    answer(await register(), 401, [['www-authenticate', 'Digest realm="r", nonce="1", qop="auth"']]);
    answer(await register(1), 401, [['www-authenticate', 'Digest realm="r", nonce="2", qop="auth", stale=true']]);
    answer(await register(2), 200);
    await done;
    expect(outcome.binding).toBeDefined();
  });
});

test('silence is an outage after 32 s', async () => {
  const { outcome, done } = bind();
  await register();
  wired.time.pass(31_900);
  await Promise.resolve();
  expect(outcome).toEqual({});
  wired.time.pass(200);
  await done;
  expect(outcome.error).toBeInstanceOf(RegistrarUnreachable);
});

test('of two addresses the second is tried when the first is silent, and stays the first choice', async () => {
  const addresses = async () => ['192.0.2.1', '192.0.2.2'].map((address) => ({ address, ttlS: 60 }));
  setUp({ proxy: 'pbx.test:5060', resolver: { addresses, services: async () => [] } });
  const { outcome, done } = bind();
  await register();
  wired.time.pass(16_100);
  await eventually(() => expect(wired.sent.at(-1)?.to.host).toBe('192.0.2.2'));
  const second = wired.sent.at(-1)?.message;
  if (second !== undefined) answer(second, 200);
  await done;
  expect(outcome.binding).toBeDefined();
  wired.sent.length = 0;
  const again = bind();
  answer(await register(), 200);
  await again.done;
  expect(wired.sent[0]?.to.host).toBe('192.0.2.2');
});

describe('a server in a private network', () => {
  const isPrivate = (address: string) => address.startsWith('10.');
  const leadingTo = (...found: readonly string[]) => ({
    addresses: async () => found.map((address) => ({ address, ttlS: 60 })),
    services: async () => [],
  });

  test('is not contacted, whatever its name led to when it was entered', async () => {
    setUp({ proxy: 'pbx.test:5060', resolver: leadingTo('10.0.0.9'), isPrivate });
    const { outcome, done } = bind();
    await done;
    expect(outcome.error).toBeInstanceOf(RegistrarUnreachable);
    expect(wired.sent).toEqual([]);
  });

  test('is not contacted by its address either', async () => {
    setUp({ proxy: '10.0.0.9:5060', isPrivate });
    await bind().done;
    expect(wired.sent).toEqual([]);
  });

  test('is passed over where its name has another address', async () => {
    setUp({ proxy: 'pbx.test:5060', resolver: leadingTo('10.0.0.9', '192.0.2.2'), isPrivate });
    const { done } = bind();
    answer(await register(), 200);
    await done;
    expect(wired.sent.map(({ to }) => to.host)).toEqual(['192.0.2.2']);
  });

  test('is contacted for a line of the operator', async () => {
    setUp({ proxy: 'pbx.test:5060', resolver: leadingTo('10.0.0.9'), isPrivate, mayBePrivate: true });
    const { done } = bind();
    answer(await register(), 200);
    await done;
    expect(wired.sent.map(({ to }) => to.host)).toEqual(['10.0.0.9']);
  });
});

test('too brief a lifetime is asked for again, longer', async () => {
  const { outcome, done } = bind();
  answer(await register(), 423, [['min-expires', '1800']]);
  const second = await register(1);
  expect(contactOf(second)).toContain('expires=1800');
  answer(second, 200, [['contact', contactOf(second)]]);
  await done;
  expect(outcome).toEqual({ binding: { lifetimeMs: 1_800_000 } });
});

test('a redirection is followed once, to the same proxy', async () => {
  const { outcome, done } = bind();
  answer(await register(), 302, [['contact', '<sip:other.test>']]);
  const second = await register(1);
  expect(second).toMatchObject({ requestUri: 'sip:other.test' });
  answer(second, 302, [['contact', '<sip:third.test>']]);
  await done;
  expect(outcome.error).toBeInstanceOf(RegistrationRefused);
});

test('behind NAT the address that the registrar saw is registered at once, and the wrong one removed', async () => {
  setUp({ advertisedHost: undefined });
  const { outcome, done } = bind();
  const first = await register();
  const seen = (request: SipMessage) =>
    responseTo(request, 200, 'OK', { toTag: 'r' }).replace(/;rport\r\n/, ';rport=40001;received=203.0.113.5\r\n');
  wired.receive(seen(first));
  const second = await register(1);
  expect(headersOf(second.headers, 'contact')).toEqual([
    expect.stringMatching(/@203\.0\.113\.5:40001>;expires=600$/),
    contactOf(first).replace('600', '0'),
  ]);
  wired.receive(seen(second));
  await done;
  expect(outcome.binding).toBeDefined();
  const again = bind();
  wired.receive(seen(await register(2)));
  await again.done;
  expect(wired.sent).toHaveLength(3);
});

test('aborted, it ends at once with the reason given', async () => {
  const abort = new AbortController();
  const { outcome, done } = bind(abort.signal);
  const request = await register();
  abort.abort(new Error('left'));
  await done;
  expect(outcome.error).toMatchObject({ message: 'left' });
  answer(request, 200);
});

test('a bound UDP line keeps its way open every 20 s until it is unbound; unbinding waits 2 s at most', async () => {
  const pings: string[] = [];
  vi.spyOn(wired.stack, 'transmit').mockImplementation((_flow, bytes) => {
    if (bytes.toString() === '\r\n\r\n') pings.push(bytes.toString());
  });
  const { done } = bind();
  answer(await register(), 200);
  await done;
  wired.time.pass(61_000);
  expect(pings).toHaveLength(3);
  let isUnbound = false;
  const unbinding = registrar.unbind(office).then(() => {
    isUnbound = true;
  });
  const request = await register(1);
  expect(contactOf(request)).toContain('expires=0');
  wired.time.pass(1_900);
  await Promise.resolve();
  expect(isUnbound).toBe(false);
  wired.time.pass(200);
  await unbinding;
  wired.time.pass(60_000);
  expect(pings).toHaveLength(3);
});

describe('a host that may not act', () => {
  let mayAct: boolean;
  beforeEach(() => {
    mayAct = false;
    setUp({ mayAct: () => mayAct });
  });

  test('binds nothing, and binds when it may again', async () => {
    const { outcome, done } = bind();
    await done;
    expect(outcome.error).toBeInstanceOf(RegistrarUnreachable);
    expect(wired.sent).toEqual([]);
    mayAct = true;
    bind();
    await register();
  });

  test('repeats no REGISTER that it sent while it might', async () => {
    mayAct = true;
    bind();
    await register();
    mayAct = false;
    wired.time.pass(10_000);
    expect(wired.sentKinds).toEqual(['REGISTER']);
    mayAct = true;
    wired.time.pass(4_000);
    expect(wired.sentKinds).toEqual(['REGISTER', 'REGISTER']);
  });
});

test('a line that another host carries now is forgotten without a word', async () => {
  const { done } = bind();
  answer(await register(), 200, [['expires', '600']]);
  await done;
  registrar.forget(office);
  wired.time.pass(600_000);
  expect(wired.sentKinds).toEqual(['REGISTER']);
});
