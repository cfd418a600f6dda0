import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  isGoodGroup,
  isGoodPublicValue,
  keyEmoji,
  keyFingerprint,
  secretOf,
} from '../../../sandbox/page/browser/engine/dh.js';
import { callEmoji } from '../../../sandbox/page/browser/engine/emoji.js';
import { parseMessage } from '../../../sandbox/page/browser/engine/messages.js';
import { SctpAssociation } from '../../../sandbox/page/browser/engine/sctp.js';
import { crc32c, decodeSctp, encodeSctp } from '../../../sandbox/page/browser/engine/sctp-packet.js';
import { PacketOpener, PacketSealer, ReplayWindow } from '../../../sandbox/page/browser/engine/sealed-packets.js';
import { Signaling, unpack } from '../../../sandbox/page/browser/engine/signaling.js';
import { SctpAssociation as PhoneAssociation } from '../../../sandbox/phone/sctp.ts';
import { eventually } from '../../support/eventually.ts';
import vectors from '../../vectors/telegram-calls.json' with { type: 'json' };

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
const hex = (of: Uint8Array): string => Buffer.from(of).toString('hex');

describe('the key exchange of the page', () => {
  const p = bytes(vectors.dh.p);

  test.each(vectors.dh.cases)('both sides of $name arrive at the same key and emoji', async (known) => {
    const a = secretOf(known.g, p, bytes(known.a));
    const b = secretOf(known.g, p, bytes(known.b));
    expect(hex(a.publicValue)).toBe(known.g_a);
    expect(hex(b.publicValue)).toBe(known.g_b);
    const key = a.sharedKey(b.publicValue);
    expect(hex(key)).toBe(known.key);
    expect(hex(b.sharedKey(a.publicValue))).toBe(known.key);
    expect(String(await keyFingerprint(key))).toBe(known.key_fingerprint);
    expect(await keyEmoji(key, a.publicValue)).toEqual(known.emoji);
  });

  test.each(vectors.dh.public_value_checks)('the public value $name is judged rightly', ({ value, accept }) => {
    expect(isGoodPublicValue(bytes(value), p)).toBe(accept);
  });

  test('the emoji table is the one all clients share', () => {
    expect(callEmoji).toEqual(vectors.emoji_table);
  });

  test('any other group than Telegram’s is refused', () => {
    expect([2, 3, 4, 5, 6, 7].map((g) => isGoodGroup(g, p))).toEqual([false, true, true, true, false, true]);
    expect(
      isGoodGroup(
        3,
        p.map((byte, at) => (at === 255 ? byte ^ 2 : byte)),
      ),
    ).toBe(false);
  });
});

describe('packets the page seals', () => {
  const key = bytes(vectors.signaling.key);

  test.each(['caller', 'callee'])('those of the %s are as tgcalls makes them', async (sender) => {
    const sealer = new PacketSealer(key, sender);
    const opener = new PacketOpener(key, sender);
    const known = vectors.signaling.raw_packets.filter((packet) => packet.sender === sender);
    expect(known.length).toBeGreaterThan(3);
    for (const { payload, packet } of known) {
      expect(hex(await sealer.seal(bytes(payload)))).toBe(packet);
      expect(hex((await opener.open(bytes(packet))) ?? new Uint8Array())).toBe(payload);
    }
  });

  test.each(vectors.signaling.rejects)('refused: $name', async ({ receiver, packet }) => {
    const sender = receiver === 'callee' ? 'caller' : 'callee';
    expect(await new PacketOpener(key, sender).open(bytes(packet))).toBeUndefined();
  });

  test('the replay window slides as in tgcalls', () => {
    const window = new ReplayWindow();
    for (const { counter, accept } of vectors.signaling.replay_window) expect(window.accepts(counter)).toBe(accept);
  });

  test.each(vectors.signaling.gzip)('what tgcalls gzipped is read', async ({ json, gzip }) => {
    expect(await unpack(bytes(gzip))).toBe(json);
  });

  test('zlib and plain JSON are read too; what is damaged or swells is refused', async () => {
    const swelling = gzipSync(Buffer.alloc(2 * 1024 * 1024 + 1));
    expect(await unpack(new Uint8Array(deflateSync('{"a":1}')))).toBe('{"a":1}');
    expect(await unpack(new Uint8Array(Buffer.from('{"a":1}')))).toBe('{"a":1}');
    expect(await unpack(new Uint8Array(gzipSync('{"a":1}').subarray(0, 15)))).toBeUndefined();
    expect(await unpack(new Uint8Array(swelling))).toBeUndefined();
  });
});

describe('messages and SCTP of the page', () => {
  test('the checksum is CRC-32C', () => {
    expect(crc32c(bytes(vectors.sctp.crc32c_check.input)).toString(16)).toBe(vectors.sctp.crc32c_check.crc);
  });

  test.each(vectors.sctp.packets)('$name reads and writes back, unless its checksum is bad', ({ name, packet }) => {
    const decoded = decodeSctp(bytes(packet));
    if (name.startsWith('bad checksum')) expect(decoded).toBeUndefined();
    else expect(decoded && hex(encodeSctp(decoded.tag, decoded.chunks))).toBe(packet);
  });

  test.each(vectors.json.native_parser)('$name', ({ message, accepted, reserialized }) => {
    const parsed = parseMessage(JSON.stringify(message));
    expect(parsed !== undefined).toBe(accepted);
    if (accepted) expect(parsed).toEqual(reserialized);
  });

  test('the association of the page and that of the other engine understand each other over a path that loses', async () => {
    const heard: string[] = [];
    const answers: string[] = [];
    let passed = 0;
    // Each third packet is lost, whoever sent it.
    const way = (deliver: (packet: Buffer) => void) => (packet: Uint8Array) => {
      if (++passed % 3 !== 0) queueMicrotask(() => deliver(Buffer.from(packet)));
    };
    const page = new SctpAssociation({
      send: way((packet) => phone.handle(packet)),
      receive: (message: Uint8Array) => answers.push(hex(message)),
    });
    const phone = new PhoneAssociation({
      send: way((packet) => page.handle(new Uint8Array(packet))),
      receive: (message) => heard.push(hex(message)),
    });
    page.start();
    phone.start();
    const long = new Uint8Array(3_000).fill(7);
    for (const message of [bytes('01'), long, bytes('02')]) page.send(message);
    phone.send(Buffer.from([3]));
    await eventually(() => expect([heard, answers]).toEqual([['01', hex(long), '02'], ['03']]), { timeout: 20_000 });
    page.close();
    phone.close();
  });

  test('both ends of a call read what the other says, in order', async () => {
    const key = bytes(vectors.signaling.key);
    const heard: unknown[] = [];
    const a = new Signaling(
      { key, role: 'caller' },
      { send: (packet: Uint8Array) => b.handle(packet), receive: () => {} },
    );
    const b = new Signaling(
      { key, role: 'callee' },
      {
        send: (packet: Uint8Array) => a.handle(packet),
        receive: (message: { ufrag: string }) => heard.push(message.ufrag),
      },
    );
    a.start();
    b.start();
    const fingerprints = [{ hash: 'sha-256', setup: 'actpass', fingerprint: 'AB' }];
    for (const ufrag of ['one', 'two', 'three']) {
      a.send({ '@type': 'InitialSetup', ufrag, pwd: 'p', renomination: false, fingerprints });
    }
    await eventually(() => expect(heard).toEqual(['one', 'two', 'three']));
    a.close();
    b.close();
  });
});
