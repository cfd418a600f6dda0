import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  isGoodGroup,
  isGoodPublicValue,
  keyEmoji,
  keyFingerprint,
  secretOf,
  sha256,
} from '../../../sandbox/phone/dh.ts';
import { callEmoji } from '../../../sandbox/phone/emoji.ts';
import { parseMessage } from '../../../sandbox/phone/messages.ts';
import { SctpAssociation } from '../../../sandbox/phone/sctp.ts';
import { decodeData, decodeInit, encodeData, encodeInit, encodeSack } from '../../../sandbox/phone/sctp-chunks.ts';
import { crc32c, decodeSctp, encodeSctp } from '../../../sandbox/phone/sctp-packet.ts';
import { type CallRole, PacketOpener, PacketSealer, ReplayWindow } from '../../../sandbox/phone/sealed-packets.ts';
import { unpack } from '../../../sandbox/phone/signaling.ts';
import vectors from '../../vectors/telegram-calls.json' with { type: 'json' };

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');

describe('key exchange', () => {
  const p = bytes(vectors.dh.p);

  test.each(vectors.dh.cases)('both sides of $name arrive at the same key and emoji', (known) => {
    const a = secretOf(known.g, p, bytes(known.a));
    const b = secretOf(known.g, p, bytes(known.b));
    expect(a.publicValue.toString('hex')).toBe(known.g_a);
    expect(b.publicValue.toString('hex')).toBe(known.g_b);
    expect(sha256(a.publicValue).toString('hex')).toBe(known.g_a_hash);
    const key = a.sharedKey(b.publicValue);
    expect(key.toString('hex')).toBe(known.key);
    expect(b.sharedKey(a.publicValue)).toEqual(key);
    expect(String(keyFingerprint(key))).toBe(known.key_fingerprint);
    expect(keyEmoji(key, a.publicValue)).toEqual(known.emoji);
  });

  test.each(vectors.dh.public_value_checks)('the public value $name is judged rightly', ({ value, accept }) => {
    expect(isGoodPublicValue(bytes(value), p)).toBe(accept);
  });

  test('the emoji table is the one all clients share', () => {
    expect(callEmoji).toEqual(vectors.emoji_table);
  });

  test('a group is refused unless its prime is safe and its generator fits', () => {
    expect([2, 3, 4, 5, 6, 7, 8].map((g) => isGoodGroup(g, p))).toEqual([false, true, true, true, false, true, false]);
    const even = Buffer.from(p);
    even[255]! ^= 1;
    expect(isGoodGroup(4, even)).toBe(false);
    expect(isGoodGroup(3, p.subarray(1))).toBe(false);
  });
});

describe('sealed packets', () => {
  const key = bytes(vectors.signaling.key);

  test.each(['caller', 'callee'] as const)('packets of the %s are as tgcalls makes them', (sender) => {
    const sealer = new PacketSealer(key, sender);
    const opener = new PacketOpener(key, sender);
    const known = vectors.signaling.raw_packets.filter((packet) => packet.sender === sender);
    expect(known.length).toBeGreaterThan(3);
    for (const { payload, packet } of known) {
      expect(sealer.seal(bytes(payload)).toString('hex')).toBe(packet);
      expect(opener.open(bytes(packet))?.toString('hex')).toBe(payload);
    }
  });

  test.each(vectors.signaling.rejects)('refused: $name', ({ receiver, packet }) => {
    const sender: CallRole = receiver === 'callee' ? 'caller' : 'callee';
    expect(new PacketOpener(key, sender).open(bytes(packet))).toBeUndefined();
  });

  test('a packet is opened once', () => {
    const opener = new PacketOpener(key, 'caller');
    const packet = new PacketSealer(key, 'caller').seal(Buffer.from('x'));
    expect(opener.open(packet)).toEqual(Buffer.from('x'));
    expect(opener.open(packet)).toBeUndefined();
  });

  test('the replay window slides as in tgcalls', () => {
    const window = new ReplayWindow();
    for (const { counter, accept } of vectors.signaling.replay_window) expect(window.accepts(counter)).toBe(accept);
  });
});

describe('packed JSON', () => {
  test.each(vectors.signaling.gzip)('what tgcalls gzipped is read', ({ json, gzip }) => {
    expect(unpack(bytes(gzip))).toBe(json);
  });

  test('zlib and plain JSON are read too', () => {
    expect(unpack(deflateSync('{"a":1}'))).toBe('{"a":1}');
    expect(unpack(Buffer.from('{"a":1}'))).toBe('{"a":1}');
  });

  test('a damaged or swelling payload is refused', () => {
    expect(unpack(gzipSync('{"a":1}').subarray(0, 15))).toBeUndefined();
    expect(unpack(gzipSync(Buffer.alloc(2 * 1024 * 1024)))).toHaveLength(2 * 1024 * 1024);
    expect(unpack(gzipSync(Buffer.alloc(2 * 1024 * 1024 + 1)))).toBeUndefined();
    expect(unpack(Buffer.alloc(2 * 1024 * 1024 + 1))).toBeUndefined();
  });
});

describe('SCTP packets', () => {
  const named = (name: string): string => {
    const packet = vectors.sctp.packets.find((known) => known.name.startsWith(name));
    if (!packet) throw new Error(`no vector ${name}`);
    return packet.packet;
  };

  test('the checksum is CRC-32C', () => {
    expect(crc32c(bytes(vectors.sctp.crc32c_check.input)).toString(16)).toBe(vectors.sctp.crc32c_check.crc);
  });

  test.each(vectors.sctp.packets.filter(({ name }) => !name.startsWith('bad checksum')))(
    '$name reads and writes back',
    ({ packet }) => {
      const decoded = decodeSctp(bytes(packet));
      expect(decoded && encodeSctp(decoded.tag, decoded.chunks).toString('hex')).toBe(packet);
    },
  );

  test('a bad checksum is dropped', () => {
    expect(decodeSctp(bytes(named('bad checksum')))).toBeUndefined();
  });

  test('INIT and INIT ACK say what they should', () => {
    const init = { tag: 287_454_020, tsn: 16_777_216, windowBytes: 0x20000 };
    expect(encodeSctp(0, [encodeInit(init)]).toString('hex')).toBe(named('INIT from A'));
    const ack = decodeSctp(bytes(named('INIT ACK from B')))!;
    expect(decodeInit(ack.chunks[0]!.value)).toMatchObject({
      tag: 1_432_778_632,
      tsn: 33_554_432,
      cookie: bytes('b5d3550fb53c1a99f0966acd7c48a9aca4a13d6d'),
    });
  });

  test('DATA and SACK say what they should', () => {
    const { tag, chunks } = decodeSctp(bytes(named('DATA from A: first')))!;
    const data = decodeData(chunks[0]!)!;
    expect(data).toMatchObject({ tsn: 16_777_217, sequence: 1, stream: 0, protocol: 53, flags: 2 });
    expect(encodeSctp(tag, [encodeData(data)]).toString('hex')).toBe(named('DATA from A: first'));
    const sack = encodeSack({ cumulative: 0x0100_0000, windowBytes: 0x20000, gaps: [] });
    expect(encodeSctp(0x11223344, [sack]).toString('hex')).toBe(named('SACK from B'));
  });

  test('every cut of every packet is survived', () => {
    const association = new SctpAssociation({ send: () => {}, receive: () => {} });
    for (const { packet } of vectors.sctp.packets) {
      const whole = bytes(packet);
      for (let length = 0; length <= whole.length; length++) association.handle(whole.subarray(0, length));
    }
    expect(association.established).toBe(false);
  });

  test('a message goes from JSON to SCTP as in the vector', () => {
    const { json, gzip, sealed, sctp_data_packet } = vectors.v3_chain;
    const key = bytes(vectors.signaling.key);
    expect(unpack(bytes(gzip))).toBe(json);
    expect(new PacketSealer(key, 'caller').seal(bytes(gzip)).toString('hex')).toBe(sealed);
    const chunk = encodeData({
      tsn: 0x0100_0000,
      stream: 0,
      sequence: 0,
      protocol: 53,
      flags: 3,
      payload: bytes(sealed),
    });
    expect(encodeSctp(0x55667788, [chunk]).toString('hex')).toBe(sctp_data_packet);
  });
});

describe('messages', () => {
  test.each(vectors.json.native_parser)('$name', ({ message, accepted, reserialized }) => {
    const parsed = parseMessage(JSON.stringify(message));
    expect(parsed !== undefined).toBe(accepted);
    if (accepted) expect(parsed).toEqual(reserialized);
  });

  test.each(vectors.json.flow)('a message of the $from in a real flow is understood', ({ message }) => {
    expect(parseMessage(JSON.stringify(message))).toMatchObject({ '@type': message['@type'] });
  });

  test.each([
    '',
    '{',
    'null',
    '[]',
    '"x"',
    '{"@type":5}',
    '{"@type":"constructor"}',
    '{"@type":"InitialSetup","ufrag":"a\\r\\na=x"}',
  ])('not a message: %s', (json) => {
    expect(parseMessage(json)).toBeUndefined();
  });
});
