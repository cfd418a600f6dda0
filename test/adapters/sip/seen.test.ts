import { expect, test } from 'vitest';
import { seenOf } from '../../../src/adapters/sip/seen.ts';
import { CallId } from '../../../src/machines/model/ids.ts';

const headers: [string, string][] = [
  ['from', '<sip:+4930123456@pbx.test>;tag=1'],
  ['call-id', 'x@pbx'],
];
const callOf = (dialog: string) => (dialog === 'x@pbx' ? CallId('call') : undefined);

test('of a request who looks on sees its method and whose it is, and nothing else', () => {
  const invite = { kind: 'request', method: 'INVITE', requestUri: 'sip:200@pbx.test', headers, body: 'v=0' } as const;
  expect(seenOf(true, invite, callOf)).toEqual({ isIn: true, label: 'INVITE', dialog: 'x@pbx', call: 'call' });
});

test('of a response its status and what it answers, without the peer’s words', () => {
  const busy = { kind: 'response', status: 486, reason: 'Anna is out', method: 'INVITE', headers, body: '' } as const;
  expect(seenOf(false, busy, () => undefined)).toEqual({
    isIn: false,
    label: '486 (INVITE)',
    dialog: 'x@pbx',
    call: undefined,
  });
});

test('a method that nobody knows is a stranger’s word', () => {
  const odd = { kind: 'request', method: 'X4930123456', requestUri: 'sip:a@b', headers, body: '' } as const;
  expect(seenOf(true, odd, callOf).label).toBe('another method');
});
