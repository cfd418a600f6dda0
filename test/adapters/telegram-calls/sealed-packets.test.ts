import { deflateSync, gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { packed, unpacked } from '../../../src/adapters/telegram/calls/compression.ts';
import { PacketOpener, PacketSealer, ReplayWindow } from '../../../src/adapters/telegram/calls/sealed-packets.ts';
import { hex, vectors } from './vectors.ts';

const key = hex(vectors.signaling.key);

describe.each(['caller', 'callee'] as const)('packets sent by the %s', (sender) => {
  const known = vectors.signaling.raw_packets.filter((packet) => packet.sender === sender);

  test('are sealed as Telegram seals them', () => {
    const sealer = new PacketSealer(key, sender);
    expect(known.map(({ payload }) => sealer.seal(hex(payload)).toString('hex'))).toEqual(
      known.map(({ packet }) => packet),
    );
  });

  test('open once', () => {
    const opener = new PacketOpener(key, sender);
    for (const { packet, payload } of known) {
      expect(opener.open(hex(packet))).toEqual({ kind: 'payload', payload: hex(payload) });
      expect(opener.open(hex(packet))).toEqual({ kind: 'replay' });
    }
  });
});

test.each(vectors.signaling.rejects)('refused: $name', ({ receiver, packet }) => {
  const opener = new PacketOpener(key, receiver === 'callee' ? 'caller' : 'callee');
  expect(opener.open(hex(packet))).toEqual({ kind: 'forged' });
});

test('a packet larger than any engine sends is refused unread', () => {
  const sealed = new PacketSealer(key, 'caller').seal(Buffer.alloc(131_072));
  expect(new PacketOpener(key, 'caller').open(sealed)).toEqual({ kind: 'forged' });
});

test('counters are accepted as in the native engine', () => {
  const window = new ReplayWindow();
  const { replay_window: known } = vectors.signaling;
  expect(known.map(({ counter }) => ({ counter, accept: window.accept(counter) }))).toEqual(known);
});

describe('compression', () => {
  test.each(vectors.signaling.gzip)('gzip of the native engine: $json', ({ json, gzip }) => {
    expect(unpacked(hex(gzip))).toBe(json);
    expect(gunzipSync(packed(json)).toString()).toBe(json);
  });

  test('zlib and plain text are accepted too', () => {
    expect(unpacked(deflateSync('{"a":1}'))).toBe('{"a":1}');
    expect(unpacked(Buffer.from('{"a":1}'))).toBe('{"a":1}');
  });

  test.each([
    ['a gzip bomb', /larger than/, gzipSync(Buffer.alloc(3 * 1024 * 1024))],
    ['a zlib bomb', /larger than/, deflateSync(Buffer.alloc(3 * 1024 * 1024))],
    ['too much plain text', /too large/, Buffer.alloc(2 * 1024 * 1024 + 1, 0x20)],
    ['damaged gzip', /unexpected end/, Buffer.from('1f8b0800000000', 'hex')],
  ])('%s is refused', (_, reason, data) => {
    expect(() => unpacked(data)).toThrow(reason);
  });

  test('2 MiB are accepted', () => {
    expect(unpacked(gzipSync(Buffer.alloc(2 * 1024 * 1024, 0x20))).length).toBe(2 * 1024 * 1024);
  });
});
