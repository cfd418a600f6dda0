import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RequestRefused } from '../../../src/actors/ports/sip-calls.ts';
import { headerOf } from '../../../src/adapters/sip/wire/message.ts';
import { CallId, LineId, UserId } from '../../../src/machines/model/ids.ts';
import { eventually } from '../../support/eventually.ts';
import { Party } from './party.ts';
import { requestTo, responseTo, sdp, WiredStack } from './wired-stack.ts';

let wired: WiredStack;
beforeEach(async () => {
  wired = new WiredStack();
  await wired.boundAccount();
});
afterEach(() => {
  if (wired.counters.of('exceptions') > 0) throw new Error('an exception reached the intake');
  wired.rtp.closeAll();
});

const statusOf = (work: Promise<void>) =>
  work.then(
    () => 'taken',
    (error: unknown) => (error instanceof RequestRefused ? error.status : error),
  );

describe('keys we send', () => {
  test('go one after the other', async () => {
    const party = await Party.called(wired);
    const sent = [wired.calls.sendInfo(party.call, '5'), wired.calls.sendInfo(party.call, '#')];
    const first = await party.reads('INFO');
    expect(headerOf(first.headers, 'content-type')).toBe('application/dtmf-relay');
    expect(first.body).toBe('Signal=5\r\nDuration=160\r\n');
    expect(await party.readsNo('INFO')).toBe(true);
    party.answers(first, 200);
    const second = await party.reads('INFO');
    expect(second.body).toContain('Signal=#');
    party.answers(second, 200);
    await Promise.all(sent);
  });

  test.each([415, 501, 302, 603])(
    '%i says that the party does not take them, and the next may be tried',
    async (status) => {
      const party = await Party.calling(wired);
      const refused = statusOf(wired.calls.sendInfo(party.call, '1'));
      party.answers(await party.reads('INFO'), status);
      expect(await refused).toBe(status);
      const next = statusOf(wired.calls.sendInfo(party.call, '2'));
      party.answers(await party.reads('INFO'), 200);
      expect(await next).toBe('taken');
      expect(wired.calls.open).toBe(1);
    },
  );

  test('no answer within 32 s is a refusal', async () => {
    const party = await Party.called(wired);
    vi.useFakeTimers();
    try {
      const sent = statusOf(wired.calls.sendInfo(party.call, '1'));
      await vi.advanceTimersByTimeAsync(32_000);
      expect(await sent).toBe(408);
    } finally {
      vi.useRealTimers();
    }
  });

  test('end with the call', async () => {
    const party = await Party.called(wired);
    const sent = [statusOf(wired.calls.sendInfo(party.call, '1')), statusOf(wired.calls.sendInfo(party.call, '2'))];
    const info = await party.reads('INFO');
    party.asks('BYE');
    party.answers(info, 481);
    expect(await Promise.all(sent)).toEqual([481, 481]);
    expect(await statusOf(wired.calls.sendInfo(CallId('none'), '1'))).toBe(481);
  });

  test('more than 64 do not wait', async () => {
    const party = await Party.called(wired);
    const sent = Array.from({ length: 65 }, () => statusOf(wired.calls.sendInfo(party.call, '1')));
    expect(await sent.at(-1)).toBe(500);
  });
});

describe('keys we hear', () => {
  test.each([
    ['application/dtmf-relay', 'Signal=5\r\nDuration=160', '5'],
    ['Application/DTMF-Relay; x=y', 'duration = 100\nsignal = d', 'D'],
    ['application/dtmf-relay', 'Signal=11\r\n', '#'],
    ['application/dtmf', '*', '*'],
    ['application/dtmf', ' 0 \r\n', '0'],
  ])('%s %j is %s', async (type, body, digit) => {
    const party = await Party.called(wired);
    party.asks('INFO', { 'content-type': type }, body);
    await party.reads('200');
    expect(party.facts.at(-1)).toEqual({ type: 'key.heard', digit });
  });

  test.each([
    ['application/dtmf-relay', 'Signal=!'],
    ['application/dtmf-relay', 'Duration=5'],
    ['application/dtmf', 'hello'],
  ])('%s %j is taken, and no key', async (type, body) => {
    const party = await Party.called(wired);
    party.asks('INFO', { 'content-type': type }, body);
    await party.reads('200');
    expect(party.kinds).toEqual(['party.answered']);
  });

  test('other contents are refused with what we take, keys of no call with 481', async () => {
    const party = await Party.called(wired);
    party.asks('INFO', { 'content-type': 'text/plain' }, '5');
    expect(headerOf((await party.reads('415')).headers, 'accept')).toBe('application/dtmf-relay, application/dtmf');
    wired.receive(requestTo('INFO', { 'content-type': 'application/dtmf' }, '5'));
    await party.reads('481');
    expect(party.kinds).toEqual(['party.answered']);
  });
});

describe('a party that transfers', () => {
  const next = CallId('next');
  const refer = (party: Party, headers: Readonly<Record<string, string>> = {}) =>
    party.asks('REFER', { 'refer-to': '<sip:700@pbx.test>', 'referred-by': '<sip:100@pbx.test>', ...headers });
  const dial = () =>
    wired.calls.invite(next, { line: LineId('office'), user: UserId(1), target: { kind: 'number', user: '700' } });
  const contact: [string, string] = ['contact', '<sip:700@192.0.2.1>'];

  test.each([
    ['<sip:700@PBX.test;user=phone>', { kind: 'number', user: '700' }],
    ['<sip:8%20(926)@pbx.test>', { kind: 'number', user: '8 (926)' }],
    [
      '"Bob" <sip:bob@other.example:5070;transport=tcp?Subject=x>',
      { kind: 'uri', uri: 'sip:bob@other.example:5070;transport=tcp' },
    ],
    ['<tel:+4930123>', { kind: 'uri', uri: 'tel:+4930123' }],
  ])('to %s', async (referTo, target) => {
    const party = await Party.called(wired);
    refer(party, { 'refer-to': referTo });
    expect(party.facts.at(-1)).toEqual({ type: 'party.transfers', target });
    expect(await party.readsNo('202')).toBe(true);
  });

  test('is told how the new call turns out: 100, then 200', async () => {
    const party = await Party.called(wired);
    refer(party);
    dial();
    wired.calls.acceptTransfer(party.call, next);
    await party.reads('202');
    const trying = await party.reads('NOTIFY');
    expect(trying.body).toBe('SIP/2.0 100 Trying\r\n');
    expect(headerOf(trying.headers, 'subscription-state')).toBe('active;expires=60');
    expect(headerOf(trying.headers, 'event')).toBe('refer');
    expect(headerOf(trying.headers, 'content-type')).toMatch(/^message\/sipfrag/);
    expect(headerOf(trying.headers, 'contact')).toContain('198.51.100.7');
    const invite = await eventually(() => {
      const found = wired.sent.findLast(({ text }) => text.startsWith('INVITE sip:700@'));
      if (found === undefined) throw new Error('not dialled');
      return found.message;
    });
    expect(headerOf(invite.headers, 'referred-by')).toBe('<sip:100@pbx.test>');
    wired.receive(responseTo(invite, 180, 'Ringing', { toTag: 'n', headers: [contact] }));
    wired.receive(responseTo(invite, 200, 'OK', { toTag: 'n', headers: [contact], body: sdp() }));
    // The final one waits for the answer to the first.
    expect(await party.readsNo('NOTIFY')).toBe(true);
    party.answers(trying, 200);
    const final = await party.reads('NOTIFY');
    expect(final.body).toBe('SIP/2.0 200 OK\r\n');
    expect(headerOf(final.headers, 'subscription-state')).toBe('terminated;reason=noresource');
    party.answers(final, 200);
    wired.calls.hangUp(next, { kind: 'normal' });
    expect(await party.readsNo('NOTIFY')).toBe(true);
  });

  test('hears of a busy target, also after it has hung up itself', async () => {
    const party = await Party.calling(wired);
    refer(party);
    wired.calls.acceptTransfer(party.call, next);
    dial();
    party.answers(await party.reads('NOTIFY'), 200);
    party.asks('BYE');
    const invite = await party.reads('INVITE');
    wired.receive(responseTo(invite, 486, 'Besetzt', { toTag: 'n' }));
    const final = await party.reads('NOTIFY');
    expect(final.body).toBe('SIP/2.0 486 Besetzt\r\n');
    expect(headerOf(final.headers, 'subscription-state')).toMatch(/^terminated/);
  });

  test('whose target rings long hears that it still does', async () => {
    const party = await Party.calling(wired);
    refer(party);
    dial();
    wired.calls.acceptTransfer(party.call, next);
    party.answers(await party.reads('NOTIFY'), 200);
    await new Promise(setImmediate);
    wired.time.pass(50_000);
    expect((await party.reads('NOTIFY')).body).toBe('SIP/2.0 100 Trying\r\n');
  });

  test('to a call that is never made hears of the failure after a minute', async () => {
    const party = await Party.calling(wired);
    refer(party);
    wired.calls.acceptTransfer(party.call, next);
    party.answers(await party.reads('NOTIFY'), 200);
    await new Promise(setImmediate);
    wired.time.pass(50_000);
    party.answers(await party.reads('NOTIFY'), 200);
    await new Promise(setImmediate);
    wired.time.pass(10_000);
    expect((await party.reads('NOTIFY')).body).toBe('SIP/2.0 500 Server Internal Error\r\n');
  });

  test('and wants no news gets none (RFC 4488)', async () => {
    const party = await Party.calling(wired);
    refer(party, { 'refer-sub': 'false' });
    wired.calls.acceptTransfer(party.call, next);
    expect(headerOf((await party.reads('202')).headers, 'refer-sub')).toBe('false');
    expect(await party.readsNo('NOTIFY')).toBe(true);
  });

  test('to somebody who waits in another call says whom the new one replaces (RFC 3891)', async () => {
    const party = await Party.calling(wired);
    refer(party, { 'refer-to': '<sip:700@pbx.test?Replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2%0d%0aX:y&Subject=x>' });
    expect(party.facts.at(-1)).toEqual({ type: 'party.transfers', target: { kind: 'number', user: '700' } });
    dial();
    wired.calls.acceptTransfer(party.call, next);
    const invite = await party.reads('INVITE');
    expect(headerOf(invite.headers, 'replaces')).toBe('a@b;to-tag=1;from-tag=2X:y');
    expect(headerOf(invite.headers, 'x')).toBeUndefined();
  });

  test('is declined, or after 10 s without a decision', async () => {
    const party = await Party.called(wired);
    refer(party);
    wired.calls.declineTransfer(party.call);
    await party.reads('603');
    refer(party);
    wired.time.pass(10_000);
    await party.reads('603');
    wired.calls.acceptTransfer(party.call, next);
    expect(await party.readsNo('202')).toBe(true);
  });

  test('twice at once is declined the second time; later ones are numbered', async () => {
    const party = await Party.called(wired);
    refer(party);
    refer(party);
    expect(headerOf((await party.reads('603')).headers, 'cseq')).toBe('12 REFER');
    wired.calls.declineTransfer(party.call);
    refer(party);
    wired.calls.acceptTransfer(party.call, next);
    expect(headerOf((await party.reads('NOTIFY')).headers, 'event')).toBe('refer;id=13');
  });

  test.each([
    ['nobody', {}, '400'],
    ['another method', { 'refer-to': '<sip:700@pbx.test;method=BYE>' }, '603'],
    ['what is no telephone', { 'refer-to': '<mailto:bob@pbx.test>' }, '603'],
  ])('to %s is refused', async (_, headers, status) => {
    const party = await Party.called(wired);
    party.asks('REFER', headers);
    await party.reads(status);
    expect(party.kinds).toEqual(['party.answered']);
  });

  test('and hangs up without a decision is answered', async () => {
    const party = await Party.called(wired);
    refer(party);
    party.asks('BYE');
    await party.reads('603');
    expect(wired.stack.server.unfinished).toBe(0);
  });

  test('without a call is forbidden to', async () => {
    wired.receive(requestTo('REFER', { 'refer-to': '<sip:700@pbx.test>' }));
    await eventually(() => expect(wired.sentKinds).toEqual(['403']));
  });
});
