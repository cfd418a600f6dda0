import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { StreamFramer } from '../../../src/adapters/sip/wire/framer.ts';
import { type Header, headerOf } from '../../../src/adapters/sip/wire/message.ts';
import { CallId, LineId, UserId } from '../../../src/machines/model/ids.ts';
import { eventually } from '../../support/eventually.ts';
import { processorMs } from '../../support/processor-time.ts';
import { requestTo, responseTo, sdp, server, WiredStack } from './wired-stack.ts';

/** A small repeatable generator (mulberry32): a failure names its seed. */
const randomFrom = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
};

const morsels = [
  '\r\n',
  '\r\n\r\n',
  '\0',
  '"',
  '<',
  '>',
  ';',
  ',',
  ':',
  '@',
  '%',
  '%00',
  '%E4',
  '\\',
  ' ',
  '\t',
  '=',
  '?',
  '*',
  'SIP/2.0',
  'sip:',
  'tel:',
  ';tag=',
  'branch=',
  'Content-Length: 99999999999',
  'Content-Length: -1',
  'l: 7',
  '4294967296',
  '__proto__',
  'constructor',
  'Require: x',
  'Replaces: a;to-tag=b;from-tag=c',
  'Contact: *',
  'a'.repeat(300),
  ';'.repeat(100),
  ','.repeat(100),
  '"'.repeat(99),
  '<'.repeat(99),
  '\xff\xfe',
  'm=audio 0 RTP/AVP 0',
  'c=IN IP4 0.0.0.0',
];

const mutated = (text: string, random: () => number): string => {
  const pick = (length: number) => Math.floor(random() * length);
  for (let count = 1 + pick(4); count > 0; count--) {
    const at = pick(text.length);
    const end = Math.min(text.length, at + pick(12));
    const kind = pick(5);
    if (kind === 0) text = text.slice(0, at) + text.slice(end);
    else if (kind === 1) text = text.slice(0, at) + (morsels[pick(morsels.length)] ?? '') + text.slice(at);
    else if (kind === 2) text = text.slice(0, at) + String.fromCharCode(pick(256)) + text.slice(at + 1);
    else if (kind === 3) text = text.slice(0, at) + text.slice(at, end).repeat(1 + pick(20)) + text.slice(end);
    else text = text.slice(0, end) + text.slice(at);
  }
  return text;
};

const folder = join(import.meta.dirname, '..', '..', 'rfc4475');
const torture = readdirSync(folder)
  .filter((name) => name.endsWith('.dat'))
  .map((name) => readFileSync(join(folder, name)).toString('latin1'));

/** A call that alice has answered; requests in it have these headers. */
const establishedCall = async (wired: WiredStack): Promise<Readonly<Record<string, string>>> => {
  const from = '<sip:100@pbx.test>;tag=fuzz';
  const callId = crypto.randomUUID();
  wired.calls.onOffer(({ callId: call }) => {
    wired.calls.ring(call, UserId(1));
    wired.calls.answer(call);
  });
  wired.receive(requestTo('INVITE', { from, 'call-id': callId }, sdp()));
  const answer = await eventually(() => {
    const found = wired.sent.find(({ message }) => message.kind === 'response' && message.status === 200);
    if (found === undefined) throw new Error('no answer');
    return found.message;
  });
  const to = headerOf(answer.headers, 'to') ?? '';
  wired.receive(requestTo('ACK', { from, to, 'call-id': callId }));
  return { from, to, 'call-id': callId };
};

test.each([1, 2, 3, 4])('no mutated message gets an exception out of the adapter (seed %i)', async (seed) => {
  const random = randomFrom(seed);
  const wired = new WiredStack();
  await wired.boundAccount();
  const dialog = await establishedCall(wired);
  wired.calls.onOffer(({ callId }) => {
    const draw = random();
    if (draw < 0.5) wired.calls.hangUp(callId, { kind: 'busy' });
    else if (draw < 0.75) wired.calls.ring(callId, UserId(1));
  });
  let sequence = 2;
  const inDialog = (method: string, headers: Readonly<Record<string, string>> = {}, body = '') =>
    requestTo(method, { ...dialog, cseq: `${sequence++} ${method}`, ...headers }, body);
  const answered = (): string => {
    const requests = wired.sent.flatMap(({ message }) => (message.kind === 'request' ? [message] : []));
    const request = requests[Math.floor(random() * requests.length)] ?? requests[0];
    if (request === undefined) return '';
    const status = [100, 180, 183, 200, 302, 401, 407, 486, 503][Math.floor(random() * 9)] ?? 200;
    const headers: Header[] = [
      ['contact', '<sip:x@192.0.2.1>'],
      ['www-authenticate', 'Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256'],
    ];
    return responseTo(request, status, 'Some', { toTag: 'z', headers, body: status < 300 ? sdp() : '' });
  };
  const makers: readonly (() => string)[] = [
    () => requestTo('INVITE', {}, sdp()),
    () => requestTo('INVITE', { 'p-asserted-identity': '"A" <tel:+1>', privacy: 'id' }),
    () => inDialog('INVITE', {}, sdp('0 8', random() < 0.5 ? 'sendonly' : 'sendrecv')),
    () => inDialog('ACK', {}),
    () => inDialog('INFO', { 'content-type': 'application/dtmf-relay' }, 'Signal=1'),
    () => inDialog('UPDATE', {}, sdp()),
    () => inDialog('REFER', { 'refer-to': '<sip:600@pbx.test?Replaces=a%3Bto-tag%3Db>' }),
    () => inDialog('NOTIFY', { event: 'refer', 'subscription-state': 'active' }),
    () => requestTo('OPTIONS'),
    answered,
    answered,
    answered,
    () => torture[Math.floor(random() * torture.length)] ?? '',
  ];
  for (let count = 0; count < 2_000; count++) {
    if (count % 100 === 0) {
      const target = { kind: 'number' as const, user: '600' };
      wired.calls.invite(CallId(`ours ${count}`), { line: LineId('office'), user: UserId(1), target });
    }
    const text = makers[Math.floor(random() * makers.length)]?.() ?? '';
    wired.receive(
      random() < 0.8 ? mutated(text, random) : text,
      random() < 0.95 ? server : { host: '203.0.113.9', port: 5060 },
    );
    if (count % 20 === 0) {
      await new Promise(setImmediate);
      wired.time.pass(300);
    }
  }
  await new Promise(setImmediate);
  wired.time.pass(120_000);
  expect(wired.counters.of('exceptions')).toBe(0);
  // The mutations did reach calls, and not only the first check.
  for (const name of ['sent 180', 'sent 486', 'sent 200', 'sent 488', 'sent 603', 'sent ACK']) {
    expect([name, wired.counters.of(name)]).not.toEqual([name, 0]);
  }
  wired.rtp.closeAll();
});

test('no stream of mutated messages gets an exception out of the framer', () => {
  const random = randomFrom(99);
  for (let round = 0; round < 300; round++) {
    let isBroken = false;
    const framer = new StreamFramer({
      onMessage: () => {},
      onPing: () => {},
      onPong: () => {},
      onBroken: () => {
        isBroken = true;
      },
    });
    const bytes = Buffer.from(mutated(torture.join('') + '\r\n\r\n', random), 'latin1');
    for (let at = 0; at < bytes.length && !isBroken; ) {
      const length = 1 + Math.floor(random() * 400);
      framer.push(bytes.subarray(at, at + length));
      at += length;
    }
  }
});

test('garbage of the largest size costs little', async () => {
  const wired = new WiredStack();
  await wired.boundAccount();
  const garbage = () => [
    `INVITE sip:alice@198.51.100.7 SIP/2.0\r\n${'Via: SIP/2.0/UDP 1.2.3.4;branch=z9hG4bKx\r\n'.repeat(1_500)}\r\n`,
    requestTo('INVITE', { contact: `"${'\\"'.repeat(30_000)}` }),
    requestTo('INVITE', { from: `${'<'.repeat(60_000)}` }),
    requestTo('INVITE', { contact: ','.repeat(60_000) }),
    requestTo('INVITE', { via: `SIP/2.0/UDP ${' '.repeat(30_000)};${';'.repeat(30_000)}` }),
    requestTo('INVITE', {}, `v=0\r\n${'m=audio 1 RTP/AVP 0\r\n'.repeat(2_000)}`),
  ];
  const slowestMs = () => Math.max(...garbage().map((text) => processorMs(() => wired.receive(text))));
  // Each is new to the transaction memory. The best of some, because the first ones are not compiled yet.
  expect(Math.min(...Array.from({ length: 8 }, slowestMs))).toBeLessThan(20);
  expect(wired.counters.of('exceptions')).toBe(0);
});
