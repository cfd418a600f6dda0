import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SipCallOffer, SipLegFact } from '../../../src/actors/ports/sip-calls.ts';
import { headerOf } from '../../../src/adapters/sip/wire/message.ts';
import { CallId, LineId, UserId } from '../../../src/machines/model/ids.ts';
import { eventually } from '../../support/eventually.ts';
import { requestTo, sdp, server, WiredStack } from './wired-stack.ts';

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
});

const watch = (call: CallId): SipLegFact[] => {
  const facts: SipLegFact[] = [];
  wired.calls.watch(call, (fact) => facts.push(fact));
  return facts;
};

describe('what is nobody’s', () => {
  test.each<[string, string, number]>([
    ['a request in no dialog of ours', requestTo('BYE', { to: '<sip:alice@pbx.test>;tag=no' }), 481],
    ['a CANCEL of nothing', requestTo('CANCEL'), 481],
    ['a transfer of no call', requestTo('REFER', { 'refer-to': '<sip:a@b>' }), 403],
    ['news that nobody asked for', requestTo('NOTIFY', { event: 'message-summary' }), 489],
    [
      'an unknown user',
      requestTo('INVITE', { to: '<sip:carol@pbx.test>' }, sdp()).replaceAll('sip:alice@198', 'sip:carol@198'),
      404,
    ],
    ['something required that we lack', requestTo('INVITE', { require: 'replaces, timer' }, sdp()), 420],
    ['a body of another kind', requestTo('INVITE', { 'content-type': 'text/plain' }, 'hello'), 415],
    ['a body that is no session', requestTo('INVITE', {}, 'v=0\r\n'), 488],
    ['a registration', requestTo('REGISTER'), 405],
    ['capabilities', requestTo('OPTIONS'), 200],
  ])('%s is answered', async (_name, text, status) => {
    wired.receive(text);
    await eventually(() => expect(wired.sent).toHaveLength(1));
    expect(wired.last).toMatchObject({ kind: 'response', status });
    expect(offers).toEqual([]);
  });

  test('an INVITE from a host that no line knows is refused, and soon met with silence', async () => {
    const stranger = { host: '203.0.113.9', port: 5060 };
    for (let count = 0; count < 50; count++)
      wired.receive(requestTo('INVITE', { to: '<sip:x@y>' }, sdp()).replaceAll('sip:alice@', 'sip:x@'), stranger);
    await new Promise(setImmediate);
    expect(wired.sentKinds).toEqual(Array(20).fill('403'));
    expect(wired.counters.of('silenced')).toBe(30);
    wired.time.pass(1_000);
    wired.receive(requestTo('INVITE', {}, sdp()), stranger);
    await new Promise(setImmediate);
    expect(wired.sentKinds).toHaveLength(21);
    expect(offers).toEqual([]);
  });

  test('draining, new calls are refused both ways and those asking are told', async () => {
    wired.stack.isDraining = true;
    wired.receive(requestTo('INVITE', {}, sdp()));
    wired.receive(requestTo('OPTIONS'));
    await eventually(() => expect(wired.sentKinds).toEqual(['503', '503']));
    wired.calls.invite(CallId('late'), {
      line: LineId('office'),
      user: UserId(1),
      target: { kind: 'number', user: '1' },
    });
    expect(watch(CallId('late'))).toEqual([{ type: 'party.hungUp', cause: { kind: 'shutdown' } }]);
  });

  test('a leg nobody knows ends when it is hung up, once', () => {
    wired.calls.hangUp(CallId('gone'), { kind: 'normal' });
    wired.calls.hangUp(CallId('gone'), { kind: 'busy' });
    expect(watch(CallId('gone'))).toEqual([{ type: 'party.hungUp', cause: { kind: 'normal' } }]);
  });

  test('answers go where the request says, or came from', async () => {
    const old = requestTo('OPTIONS', { via: 'SIP/2.0/UDP pbx.inside:5080;branch=z9hG4bKq' });
    wired.receive(old, { host: server.host, port: 9_999 });
    await eventually(() => expect(wired.sent).toHaveLength(1));
    expect(wired.sent[0]?.to).toEqual({ host: server.host, port: 5_080 });
    expect(headerOf(wired.last.headers, 'via')).toContain(`received=${server.host}`);
    wired.receive(requestTo('OPTIONS', { via: 'SIP/2.0/UDP pbx.inside:5080;branch=z9hG4bKr;rport' }), {
      host: server.host,
      port: 9_999,
    });
    await eventually(() => expect(wired.sent).toHaveLength(2));
    expect(wired.sent[1]?.to).toEqual({ host: server.host, port: 9_999 });
    expect(headerOf(wired.last.headers, 'via')).toContain('rport=9999');
  });
});
