import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SipLegFact } from '../../../src/actors/ports/sip-calls.ts';
import { headerOf, type SipMessage } from '../../../src/adapters/sip/wire/message.ts';
import { CallId, LineId, UserId } from '../../../src/machines/model/ids.ts';
import { eventually } from '../../support/eventually.ts';
import { requestTo, responseTo, sdp, WiredStack } from './wired-stack.ts';

let wired: WiredStack;
let offered: Promise<CallId>;
beforeEach(async () => {
  wired = new WiredStack();
  await wired.boundAccount();
  offered = new Promise((resolve) => wired.calls.onOffer(({ callId }) => resolve(callId)));
});
afterEach(() => {
  if (wired.counters.of('exceptions') > 0) throw new Error('an exception reached the intake');
  wired.rtp.closeAll();
});

const dialog = { from: '<sip:100@pbx.test>;tag=bob', 'call-id': 'theirs' };

const sentOnce = (kind: string, match: (message: SipMessage) => boolean = () => true): Promise<SipMessage> =>
  eventually(() => {
    const found = wired.sent.findLast(
      ({ message }) =>
        (message.kind === 'request' ? message.method : String(message.status)) === kind && match(message),
    );
    if (found === undefined) throw new Error(`no ${kind}, only ${wired.sentKinds.join(' ')}`);
    return found.message;
  });

/** An INVITE that requires 100rel, ringing. */
const ringing = async (): Promise<{
  call: CallId;
  facts: SipLegFact[];
  prack: (cseq: number, rack?: string) => void;
}> => {
  wired.receive(requestTo('INVITE', { ...dialog, require: '100rel', supported: '100rel' }, sdp()));
  const call = await offered;
  const facts: SipLegFact[] = [];
  wired.calls.watch(call, (fact) => facts.push(fact));
  wired.calls.ring(call, UserId(1));
  const ring = await sentOnce('180');
  expect(headerOf(ring.headers, 'require')).toBe('100rel');
  const to = headerOf(ring.headers, 'to') ?? '';
  const rseq = headerOf(ring.headers, 'rseq');
  const prack = (cseq: number, rack = `${rseq} 1 INVITE`) =>
    wired.receive(requestTo('PRACK', { ...dialog, to, cseq: `${cseq} PRACK`, rack }));
  return { call, facts, prack };
};

const toPrack = (message: SipMessage) => /PRACK$/.test(headerOf(message.headers, 'cseq') ?? '');
const toInvite = (message: SipMessage) => /INVITE$/.test(headerOf(message.headers, 'cseq') ?? '');

test('required, ringing is reliable and carries the answer; the 200 waits for the PRACK', async () => {
  const { call, facts, prack } = await ringing();
  wired.calls.answer(call);
  await new Promise(setImmediate);
  expect(wired.sentKinds).not.toContain('200');
  prack(2);
  await sentOnce('200', toPrack);
  const answer = await sentOnce('200', toInvite);
  // RFC 3262 would have it left out; the library says it again, the very same.
  expect(answer.body).toBe((await sentOnce('180')).body);
  wired.receive(requestTo('ACK', { ...dialog, to: headerOf(answer.headers, 'to') ?? '' }));
  expect(facts).toEqual([{ type: 'party.answered' }]);
  expect(wired.rtp.applied).toHaveLength(1);
});

test('a PRACK to nothing is refused, before and after the answer', async () => {
  const { call, prack } = await ringing();
  prack(2, '1 1 INVITE');
  await sentOnce('481', toPrack);
  prack(3);
  await sentOnce('200', toPrack);
  wired.sent.length = 0;
  prack(4);
  await sentOnce('481', toPrack);
  wired.calls.answer(call);
  await sentOnce('200', toInvite);
  wired.sent.length = 0;
  prack(5);
  await sentOnce('481', toPrack);
});

test('a call that ends before its PRACK leaves nothing', async () => {
  const { call, facts } = await ringing();
  wired.calls.answer(call);
  wired.calls.hangUp(call, { kind: 'busy' });
  const busy = await sentOnce('486');
  const via = headerOf(busy.headers, 'via') ?? '';
  wired.receive(requestTo('ACK', { ...dialog, via, to: headerOf(busy.headers, 'to') ?? '' }));
  expect(facts).toEqual([{ type: 'party.hungUp', cause: { kind: 'busy' } }]);
  await eventually(() =>
    expect(wired.stack.accounts.all.map(({ sessions, core }) => [sessions.size, core.dialogs.size])).toEqual([[0, 0]]),
  );
});

test('offered and not required, it is not used', async () => {
  wired.receive(requestTo('INVITE', { ...dialog, supported: '100rel' }, sdp()));
  wired.calls.ring(await offered, UserId(1));
  expect(headerOf((await sentOnce('180')).headers, 'require')).toBeUndefined();
});

test('of a party we call, each reliable 18x gets its PRACK, once', async () => {
  wired.calls.invite(CallId('ours'), {
    line: LineId('office'),
    user: UserId(1),
    target: { kind: 'number', user: '6' },
  });
  const invite = await sentOnce('INVITE');
  const reliably = (rseq: number, body = '') =>
    wired.receive(
      responseTo(invite, 183, 'Progress', {
        toTag: 'a',
        body,
        headers: [
          ['contact', '<sip:6@192.0.2.9>'],
          ['require', '100rel'],
          ['rseq', String(rseq)],
        ],
      }),
    );
  reliably(7, sdp());
  expect(headerOf((await sentOnce('PRACK')).headers, 'rack')).toBe('7 1 INVITE');
  reliably(7, sdp());
  reliably(9);
  reliably(8);
  await eventually(() =>
    expect(
      wired.sent.filter(({ text }) => text.startsWith('PRACK')).map(({ message }) => headerOf(message.headers, 'rack')),
    ).toEqual(['7 1 INVITE', '8 1 INVITE']),
  );
});
