import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SipCallOffer, SipLegFact } from '../../../src/actors/ports/sip-calls.ts';
import { headerOf, type SipMessage } from '../../../src/adapters/sip/wire/message.ts';
import type { HangupCause } from '../../../src/machines/model/hangup-cause.ts';
import { CallId, LineId, UserId } from '../../../src/machines/model/ids.ts';
import { eventually } from '../../support/eventually.ts';
import { requestTo, responseTo, sdp, server, WiredStack } from './wired-stack.ts';

let wired: WiredStack;
let offers: SipCallOffer[];
beforeEach(async () => {
  wired = new WiredStack();
  offers = [];
  await wired.boundAccount();
  wired.calls.onOffer((offer) => offers.push(offer));
});
afterEach(() => {
  if (wired.counters.of('exceptions') > 0) throw new Error('an exception reached the intake');
  wired.rtp.closeAll();
});

const watch = (call: CallId): SipLegFact[] => {
  const facts: SipLegFact[] = [];
  wired.calls.watch(call, (fact) => facts.push(fact));
  return facts;
};

const sentLast = (kind: string): Promise<SipMessage> =>
  eventually(() => {
    const found = wired.sent.findLast(
      ({ message }) => (message.kind === 'request' ? message.method : String(message.status)) === kind,
    );
    if (found === undefined) throw new Error(`no ${kind}, only ${wired.sentKinds.join(' ')}`);
    return found.message;
  });

describe('a call we make', () => {
  const call = CallId('ours');
  let facts: SipLegFact[];
  let invite: SipMessage;
  const dial = async (user = '600') => {
    wired.calls.invite(call, { line: LineId('office'), user: UserId(1), target: { kind: 'number', user } });
    facts = watch(call);
    invite = await sentLast('INVITE');
  };
  const contact = ['contact', '<sip:600@192.0.2.9>'] as [string, string];
  const answer = (status: number, reason: string, options: Parameters<typeof responseTo>[3] = {}) =>
    wired.receive(responseTo(invite, status, reason, { headers: [contact], ...options }));

  test('goes to the line’s proxy with the number escaped (AC-73)', async () => {
    await dial('8 (926) 123-45-67');
    expect(invite).toMatchObject({ requestUri: 'sip:8%20(926)%20123-45-67@pbx.test' });
    expect(wired.sent.at(-1)?.to).toMatchObject(server);
    expect(headerOf(invite.headers, 'contact')).toMatch(/^<sip:[0-9a-f]{16}@198\.51\.100\.7:5060>$/);
    expect(headerOf(invite.headers, 'supported')).toBe('100rel, timer');
    expect(headerOf(invite.headers, 'via')).toMatch(/^SIP\/2\.0\/UDP 198\.51\.100\.7:5060;branch=z9hG4bK[^;]+;rport$/);
  });

  test('plays the latest of several branches before the answer, and the answering one after it', async () => {
    await dial();
    answer(183, 'Progress', { toTag: 'a', body: sdp('8', 'sendrecv', 41_000) });
    await eventually(() => expect(facts.at(-1)?.type).toBe('party.earlyMedia'));
    answer(183, 'Progress', { toTag: 'b', body: sdp('0', 'sendrecv', 42_000) });
    await eventually(() => expect(wired.rtp.applied.at(-1)?.session.remote.port).toBe(42_000));
    answer(200, 'OK', { toTag: 'a', body: sdp('8', 'sendrecv', 41_000) });
    await eventually(() => expect(facts.at(-1)?.type).toBe('party.answered'));
    expect(wired.rtp.applied.map(({ session }) => session.remote.port)).toEqual([41_000, 42_000, 41_000]);
    await sentLast('ACK');
  });

  test.each([
    [false, server.host],
    [true, '10.0.0.9'],
  ])(
    'a route that a peer wrote leads into a private network only where the server may be private (%s)',
    async (mayBePrivate, to) => {
      wired = new WiredStack({ isPrivate: (address) => address.startsWith('10.'), mayBePrivate });
      await wired.boundAccount();
      await dial();
      answer(200, 'OK', { toTag: 'a', body: sdp(), headers: [contact, ['record-route', '<sip:10.0.0.9;lr>']] });
      await sentLast('ACK');
      expect(wired.sent.findLast(({ message }) => message.kind === 'request')?.to.host).toBe(to);
    },
  );

  test('a second branch that answers too is hung up', async () => {
    await dial();
    answer(200, 'OK', { toTag: 'a', body: sdp() });
    await sentLast('ACK');
    answer(200, 'OK', { toTag: 'b', body: sdp() });
    expect(headerOf((await sentLast('BYE')).headers, 'to')).toContain('tag=b');
    expect(facts.map(({ type }) => type)).toEqual(['party.answered']);
  });

  test('rings although the 180 has no Contact, or not even a To tag', async () => {
    await dial();
    wired.receive(responseTo(invite, 180, 'Ringing'));
    expect(facts).toEqual([{ type: 'party.ringing' }]);
    wired.receive(responseTo(invite, 180, 'Ringing', { toTag: 'a' }));
    await eventually(() => expect(facts).toHaveLength(2));
    wired.receive(responseTo(invite, 200, 'OK', { toTag: 'a', body: sdp() }));
    await eventually(() => expect(facts.at(-1)?.type).toBe('party.answered'));
  });

  test('a refusal keeps its status and its words', async () => {
    await dial();
    answer(404, 'Kein Anschluss', { toTag: 'a' });
    await eventually(() => expect(facts).toHaveLength(1));
    expect(facts[0]).toEqual({
      type: 'party.hungUp',
      cause: { kind: 'rejected', sip: { status: 404, reason: 'Kein Anschluss' } },
    });
    expect(wired.rtp.openLegs).toBe(0);
  });

  test('a proxy and a server may challenge in turn', async () => {
    await dial();
    answer(407, 'Who', { headers: [['proxy-authenticate', 'Digest realm="p", nonce="1", qop="auth"']], toTag: 'a' });
    invite = await eventually(async () => {
      const next = await sentLast('INVITE');
      expect(headerOf(next.headers, 'proxy-authorization')).toContain('realm="p"');
      return next;
    });
    answer(401, 'Who', {
      headers: [['www-authenticate', 'Digest realm="s", nonce="2", algorithm=SHA-256']],
      toTag: 'a',
    });
    invite = await eventually(async () => {
      const next = await sentLast('INVITE');
      expect(headerOf(next.headers, 'authorization')).toContain('realm="s"');
      expect(headerOf(next.headers, 'proxy-authorization')).toContain('realm="p"');
      return next;
    });
    expect(headerOf(invite.headers, 'cseq')).toBe('3 INVITE');
    // A third one is the end.
    answer(401, 'No', { headers: [['www-authenticate', 'Digest realm="s", nonce="3"']], toTag: 'a' });
    await eventually(() =>
      expect(facts.at(-1)).toMatchObject({ type: 'party.hungUp', cause: { kind: 'rejected', sip: { status: 401 } } }),
    );
  });

  test('of several challenges the strongest known one is answered', async () => {
    await dial();
    const headers: [string, string][] = [
      ['www-authenticate', 'Digest realm="r", nonce="1", algorithm=MD5'],
      ['www-authenticate', 'Digest realm="r", nonce="2", algorithm=UNKNOWN-9'],
      ['www-authenticate', 'Digest realm="r", nonce="3", algorithm=SHA-256'],
    ];
    answer(401, 'Who', { headers, toTag: 'a' });
    await eventually(async () => {
      expect(headerOf((await sentLast('INVITE')).headers, 'authorization')).toContain('algorithm=SHA-256');
    });
  });

  test('a 302 within the domain is followed once; another one ends the call', async () => {
    await dial();
    answer(302, 'Moved', { headers: [['contact', '<sip:700@pbx.test>']], toTag: 'a' });
    invite = await eventually(async () => {
      const next = await sentLast('INVITE');
      expect(next).toMatchObject({ requestUri: 'sip:700@pbx.test' });
      return next;
    });
    answer(302, 'Moved', { headers: [['contact', '<sip:800@pbx.test>']], toTag: 'b' });
    await eventually(() => expect(facts.at(-1)).toMatchObject({ cause: { kind: 'rejected', sip: { status: 302 } } }));
  });

  test('a 302 to elsewhere ends the call', async () => {
    await dial();
    answer(302, 'Moved', { headers: [['contact', '<sip:900@premium.example>']], toTag: 'a' });
    await eventually(() => expect(facts.at(-1)).toMatchObject({ cause: { kind: 'rejected', sip: { status: 302 } } }));
  });

  test('hung up before it was sent, it is never sent', async () => {
    wired.calls.invite(call, { line: LineId('office'), user: UserId(1), target: { kind: 'number', user: '600' } });
    wired.calls.hangUp(call, { kind: 'cancelled' });
    expect(watch(call)).toEqual([{ type: 'party.hungUp', cause: { kind: 'cancelled' } }]);
    await eventually(() => expect(wired.rtp.openLegs).toBe(0));
    await new Promise(setImmediate);
    expect(wired.sent).toEqual([]);
  });

  test('a CANCEL says when the call was answered elsewhere, and carries the branch of the INVITE', async () => {
    await dial();
    answer(180, 'Ringing', { toTag: 'a' });
    await eventually(() => expect(facts).toHaveLength(1));
    wired.calls.hangUp(call, { kind: 'answered-elsewhere' });
    const cancel = await sentLast('CANCEL');
    expect(headerOf(cancel.headers, 'via')).toBe(headerOf(invite.headers, 'via'));
    expect(headerOf(cancel.headers, 'reason')).toBe('SIP;cause=200;text="Call completed elsewhere"');
    expect(facts.map(({ type }) => type)).toEqual(['party.ringing', 'party.hungUp']);
  });

  test('a CANCEL that is never answered leaves nothing behind after 32 s', async () => {
    await dial();
    answer(180, 'Ringing', { toTag: 'a' });
    wired.calls.hangUp(call, { kind: 'cancelled' });
    await sentLast('CANCEL');
    wired.time.pass(1_000);
    // It rings on.
    answer(180, 'Ringing', { toTag: 'a' });
    const [account] = wired.stack.accounts.all;
    expect(account?.sessions.size).toBe(1);
    wired.time.pass(33_000);
    expect(account?.sessions.size).toBe(0);
    expect(wired.stack.client.unfinished).toBe(0);
  });

  test('answered while we cancel, it is acknowledged and hung up', async () => {
    await dial();
    answer(180, 'Ringing', { toTag: 'a' });
    wired.calls.hangUp(call, { kind: 'cancelled' });
    answer(200, 'OK', { toTag: 'a', body: sdp() });
    await sentLast('ACK');
    await sentLast('BYE');
    expect(facts.filter(({ type }) => type === 'party.hungUp')).toHaveLength(1);
  });

  test('a BYE that overtakes the processing of the 200 ends the call', async () => {
    await dial();
    answer(200, 'OK', { toTag: 'a', body: sdp() });
    const from = headerOf(invite.headers, 'from') ?? '';
    const callId = headerOf(invite.headers, 'call-id') ?? '';
    wired.receive(requestTo('BYE', { from: '<sip:600@pbx.test>;tag=a', to: from, 'call-id': callId }));
    await eventually(() => expect(facts.map(({ type }) => type)).toEqual(['party.answered', 'party.hungUp']));
    expect(headerOf((await sentLast('200')).headers, 'cseq')).toBe('1 BYE');
  });

  test('an answer without a common codec is hung up as not acceptable', async () => {
    await dial();
    answer(200, 'OK', { toTag: 'a', body: sdp('18') });
    await eventually(() => expect(facts.at(-1)).toMatchObject({ cause: { kind: 'rejected', sip: { status: 488 } } }));
    await sentLast('BYE');
  });

  test('what cannot be an address is not dialled', async () => {
    wired.calls.invite(call, {
      line: LineId('office'),
      user: UserId(1),
      target: { kind: 'uri', uri: 'sip:a@b\r\nX: y' },
    });
    facts = watch(call);
    await eventually(() => expect(facts).toHaveLength(1));
    expect(facts[0]).toMatchObject({ cause: { kind: 'rejected', sip: { status: 484 } } });
    expect(wired.sent).toEqual([]);
  });
});

describe('a call we are offered', () => {
  const from = '<sip:100@pbx.test>;tag=bob';
  const offered = async (headers: Readonly<Record<string, string>> = {}, body = sdp()): Promise<CallId> => {
    wired.receive(requestTo('INVITE', { from, 'call-id': 'theirs', ...headers }, body));
    return eventually(() => {
      const offer = offers.at(-1);
      if (offer === undefined) throw new Error(`no offer, only ${wired.sentKinds.join(' ')}`);
      return offer.callId;
    });
  };
  const established = async (): Promise<{ call: CallId; to: string; facts: SipLegFact[] }> => {
    const call = await offered();
    const facts = watch(call);
    wired.calls.ring(call, UserId(1));
    wired.calls.answer(call);
    const to = headerOf((await sentLast('200')).headers, 'to') ?? '';
    expect(facts).toEqual([]);
    wired.receive(requestTo('ACK', { from, to, 'call-id': 'theirs' }));
    expect(facts).toEqual([{ type: 'party.answered' }]);
    return { call, to, facts };
  };

  test('is answered 480 when nobody takes it within a second', async () => {
    const call = await offered();
    const facts = watch(call);
    expect(wired.sentKinds).toEqual(['100']);
    wired.time.pass(1_001);
    expect((await sentLast('480')).kind).toBe('response');
    expect(facts).toEqual([{ type: 'party.hungUp', cause: { kind: 'no-answer' } }]);
  });

  test('that is rung is not, and the Call-ID of SIP is not ours', async () => {
    const call = await offered();
    expect(call).not.toBe('theirs');
    wired.calls.ring(call, UserId(1));
    await sentLast('180');
    wired.time.pass(60_000);
    expect(wired.sentKinds).not.toContain('480');
  });

  test.each<[HangupCause, string]>([
    [{ kind: 'busy' }, '486'],
    [{ kind: 'no-answer' }, '480'],
    [{ kind: 'rejected', sip: { status: 402, reason: 'Limit' } }, '402'],
  ])('F-INC-4 is refused for %j with %s', async (cause, status) => {
    const call = await offered();
    wired.calls.hangUp(call, cause);
    await sentLast(status);
    expect(watch(call)).toEqual([{ type: 'party.hungUp', cause }]);
  });

  test('a repeated INVITE is one offer', async () => {
    const text = requestTo('INVITE', {}, sdp());
    wired.receive(text);
    wired.receive(text);
    wired.receive(text);
    await eventually(() => expect(wired.sentKinds).toEqual(['100', '100', '100']));
    expect(offers).toHaveLength(1);
  });

  test('an INVITE that comes by two ways rings once', async () => {
    const headers = { from, 'call-id': 'theirs' };
    wired.receive(requestTo('INVITE', headers, sdp()));
    wired.receive(requestTo('INVITE', headers, sdp()));
    await sentLast('482');
    expect(offers).toHaveLength(1);
  });

  test('a caller who was served elsewhere says so', async () => {
    const via = `SIP/2.0/UDP ${server.host};branch=z9hG4bKsame;rport`;
    const call = await offered({ via });
    const facts = watch(call);
    wired.calls.ring(call, UserId(1));
    await sentLast('180');
    wired.receive(
      requestTo('CANCEL', { via, from, 'call-id': 'theirs', reason: 'SIP;cause=200;text="Call completed elsewhere"' }),
    );
    await sentLast('487');
    expect(facts).toEqual([{ type: 'party.hungUp', cause: { kind: 'answered-elsewhere' } }]);
    expect(wired.rtp.openLegs).toBe(0);
  });

  test('a caller may end it by BYE while it rings', async () => {
    const call = await offered();
    const facts = watch(call);
    wired.calls.ring(call, UserId(1));
    const to = headerOf((await sentLast('180')).headers, 'to') ?? '';
    wired.receive(requestTo('BYE', { from, to, 'call-id': 'theirs', cseq: '2 BYE' }));
    await sentLast('487');
    expect(facts).toEqual([{ type: 'party.hungUp', cause: { kind: 'cancelled' } }]);
  });

  test('no common codec is 488, and nobody hears of it', async () => {
    wired.receive(requestTo('INVITE', {}, sdp('18')));
    await sentLast('488');
    expect(offers).toEqual([]);
  });

  test('answered and not acknowledged, it waits', async () => {
    const { call, facts } = await established();
    wired.calls.hangUp(call, { kind: 'normal' });
    wired.calls.hangUp(call, { kind: 'busy' });
    expect(facts).toEqual([{ type: 'party.answered' }, { type: 'party.hungUp', cause: { kind: 'normal' } }]);
    expect((await sentLast('BYE')).kind).toBe('request');
  });

  test('questions in the call are answered', async () => {
    const { to } = await established();
    const ask = async (method: string, cseq: number, headers: Readonly<Record<string, string>>, body = '') => {
      wired.sent.length = 0;
      wired.receive(requestTo(method, { from, to, 'call-id': 'theirs', cseq: `${cseq} ${method}`, ...headers }, body));
      await eventually(() => expect(wired.sent).not.toEqual([]));
      return wired.last;
    };
    expect(
      await ask('INFO', 2, { 'content-type': 'application/dtmf-relay' }, 'Signal=1\r\nDuration=160'),
    ).toMatchObject({ status: 200 });
    expect(await ask('INFO', 3, { 'content-type': 'application/media_control+xml' }, '<x/>')).toMatchObject({
      status: 415,
    });
    expect(await ask('UPDATE', 5, {})).toMatchObject({ status: 200, body: '' });
    expect(await ask('UPDATE', 6, {}, sdp('8', 'sendonly'))).toMatchObject({ status: 200 });
    expect(wired.rtp.applied.at(-1)?.session.direction).toBe('recvonly');
    expect(await ask('UPDATE', 7, {}, sdp('18'))).toMatchObject({ status: 488 });
    expect(await ask('NOTIFY', 8, { event: 'refer', 'subscription-state': 'active' })).toMatchObject({ status: 200 });
    expect(await ask('OPTIONS', 9, {})).toMatchObject({ status: 200 });
    // The re-INVITE that cannot be served leaves the call as it was.
    expect(await ask('INVITE', 10, {}, sdp('18'))).toMatchObject({ status: 488 });
    expect(wired.calls.open).toBe(1);
  });

  test('a challenged request in the call leaves the next one its own CSeq', async () => {
    await established();
    const [account] = wired.stack.accounts.all;
    const [session] = account?.sessions ?? [];
    await session?.info({
      requestOptions: { body: { contentDisposition: 'render', contentType: 'text/plain', content: 'x' } },
    });
    const info = await sentLast('INFO');
    wired.receive(responseTo(info, 401, 'Who', { headers: [['www-authenticate', 'Digest realm="r", nonce="1"']] }));
    await eventually(async () => expect(headerOf((await sentLast('INFO')).headers, 'cseq')).toBe('2 INFO'));
    wired.receive(responseTo(await sentLast('INFO'), 200, 'OK'));
    await session?.bye();
    expect(headerOf((await sentLast('BYE')).headers, 'cseq')).toBe('3 BYE');
  });
});
