import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { SipLegFact } from '../../../src/actors/ports/sip-calls.ts';
import { headerOf, type SipMessage } from '../../../src/adapters/sip/wire/message.ts';
import { CallId, LineId, UserId } from '../../../src/machines/model/ids.ts';
import { eventually } from '../../support/eventually.ts';
import { requestTo, responseTo, sdp, WiredStack } from './wired-stack.ts';

let wired: WiredStack;
let facts: SipLegFact[];
beforeEach(async () => {
  wired = new WiredStack();
  facts = [];
  await wired.boundAccount();
});
afterEach(() => {
  vi.useRealTimers();
  if (wired.counters.of('exceptions') > 0) throw new Error('an exception reached the intake');
  wired.rtp.closeAll();
});

const sentLast = (kind: string): Promise<SipMessage> =>
  eventually(() => {
    const at = wired.sentKinds.lastIndexOf(kind);
    const found = wired.sent[at];
    if (found === undefined) throw new Error(`no ${kind}, only ${wired.sentKinds.join(' ')}`);
    return found.message;
  });

/** Our call; answers it. */
const dialled = async () => {
  const call = CallId('ours');
  wired.calls.watch(call, (fact) => facts.push(fact));
  wired.calls.invite(call, { line: LineId('office'), user: UserId(1), target: { kind: 'number', user: '600' } });
  const invite = await sentLast('INVITE');
  return (options: Parameters<typeof responseTo>[3]) =>
    wired.receive(responseTo(invite, 200, 'OK', { headers: [['contact', '<sip:600@192.0.2.9>']], ...options }));
};

/** Their call, which we answer; sends what follows. */
const answered = async () => {
  const offered = new Promise<CallId>((resolve) => wired.calls.onOffer(({ callId }) => resolve(callId)));
  const own = { from: '<sip:100@pbx.test>;tag=bob', 'call-id': 'theirs' };
  wired.receive(requestTo('INVITE', own, sdp()));
  const call = await offered;
  wired.calls.watch(call, (fact) => facts.push(fact));
  wired.calls.ring(call, UserId(1));
  await sentLast('180');
  vi.useFakeTimers();
  wired.calls.answer(call);
  await vi.advanceTimersByTimeAsync(100);
  const to = headerOf((await sentLast('200')).headers, 'to') ?? '';
  return (method: string, cseq: number, body = '') =>
    wired.receive(requestTo(method, { ...own, to, cseq: `${cseq} ${method}` }, body));
};

test('an answer without any description is hung up', async () => {
  const answers = await dialled();
  answers({ toTag: 'a' });
  await eventually(() => expect(facts.at(-1)).toMatchObject({ cause: { kind: 'peer-fault' } }));
  await sentLast('BYE');
});

test('a caller who hangs up without ever having acknowledged the answer is not hung up on 32 s later', async () => {
  const sends = await answered();
  sends('BYE', 2);
  // The library would throw from its timer, and with it end the process.
  await vi.advanceTimersByTimeAsync(33_000);
  expect(wired.sentKinds).not.toContain('BYE');
});

test('a description in the ACK that nobody waits for does no harm', async () => {
  const sends = await answered();
  sends('ACK', 1, sdp());
  await vi.advanceTimersByTimeAsync(100);
  expect(facts).toEqual([{ type: 'party.answered' }]);
  expect(wired.sentKinds).not.toContain('BYE');
});
