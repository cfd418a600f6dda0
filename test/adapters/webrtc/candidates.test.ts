import { describe, expect, test } from 'vitest';
import { formatCandidate, isLoopback, parseCandidate } from '../../../src/adapters/media/webrtc/candidates.ts';

describe('candidates we can use', () => {
  test.each([
    'candidate:1510613869 1 udp 2122063615 127.0.0.1 47151 typ host generation 0 ufrag 5bZt network-id 3',
    'a=candidate:1510613869 1 UDP 2122063615 127.0.0.1 47151 typ host',
  ])('a host candidate with what browsers add: %s', (line) => {
    expect(parseCandidate(line)).toEqual({
      foundation: '1510613869',
      priority: 2122063615,
      host: '127.0.0.1',
      port: 47151,
      type: 'host',
    });
  });

  test('a server-reflexive one tells what it stands for', () => {
    const line = 'candidate:ab/+ 1 udp 1677721855 203.0.113.5 3478 typ srflx raddr 10.0.0.1 rport 999';
    const parsed = parseCandidate(line);
    expect(parsed).toMatchObject({ type: 'srflx', related: { host: '10.0.0.1', port: 999 } });
    expect(formatCandidate(parsed!)).toBe(line);
  });

  test('IPv6 and relayed', () => {
    const line = 'candidate:1 1 udp 16777215 2001:db8::1 5000 typ relay';
    expect(formatCandidate(parseCandidate(line)!)).toBe(line);
  });
});

describe('candidates passed over', () => {
  test.each([
    ['TCP', 'candidate:1 1 tcp 1518083839 127.0.0.1 47893 typ host tcptype passive generation 0'],
    ['component 2', 'candidate:1 2 udp 1 127.0.0.1 4000 typ host'],
    ['mDNS', 'candidate:1 1 udp 1 6bd2a7f0-92b1-4b0c-9f0f-0b1f0d8c9d1e.local 4000 typ host'],
    ['a reflector', 'candidate:1 1 udp 1 reflector-1-2886729729.reflector 4000 typ relay'],
    ['a host name', 'candidate:1 1 udp 1 example.org 4000 typ host'],
    ['an unknown type', 'candidate:1 1 udp 1 127.0.0.1 4000 typ prflx'],
    ['port 0', 'candidate:1 1 udp 1 127.0.0.1 0 typ host'],
    ['a port beyond', 'candidate:1 1 udp 1 127.0.0.1 65536 typ host'],
    ['a priority beyond', 'candidate:1 1 udp 4294967296 127.0.0.1 4000 typ host'],
    ['a negative priority', 'candidate:1 1 udp -1 127.0.0.1 4000 typ host'],
    ['the unspecified address', 'candidate:1 1 udp 1 0.0.0.0 4000 typ host'],
    ['the unspecified address of IPv6', 'candidate:1 1 udp 1 :: 4000 typ host'],
    ['multicast', 'candidate:1 1 udp 1 224.0.0.1 4000 typ host'],
    ['multicast of IPv6', 'candidate:1 1 udp 1 ff02::1 4000 typ host'],
    ['broadcast', 'candidate:1 1 udp 1 255.255.255.255 4000 typ host'],
    ['no words', 'candidate:'],
    ['half of it', 'candidate:1 1 udp 1 127.0.0.1 4000'],
    ['nothing', ''],
    ['something else', 'hello'],
    ['line breaks inside the foundation', 'candidate:1\r\na=x 1 udp 1 127.0.0.1 4000 typ host'],
    ['far too long a line', `candidate:1 1 udp 1 127.0.0.1 4000 typ host ${'x'.repeat(600)}`],
  ])('%s', (_, line) => {
    expect(parseCandidate(line)).toBeUndefined();
  });
});

test.each([
  ['127.0.0.1', true],
  ['127.9.9.9', true],
  ['::1', true],
  ['0:0:0:0:0:0:0:1', true],
  ['10.127.0.1', false],
  ['::2', false],
  ['2001:db8::1', false],
  ['127.example.org', false],
])('%s is loopback: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});
