import { createCipheriv, createDecipheriv } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { TlDecodeError } from '../../../sandbox/telegram/wire/tl-bytes.ts';
import { Transport } from '../../../sandbox/telegram/wire/transport.ts';

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const small = bytes('01020304 05060708');
const large = Buffer.alloc(127 * 4, 9);

/** length ‖ seq ‖ payload ‖ crc, as the full transport wants it. */
const fullFrame = (payload: Buffer, seq: number): Buffer => {
  const frame = Buffer.alloc(payload.length + 12);
  frame.writeUInt32LE(frame.length, 0);
  frame.writeUInt32LE(seq, 4);
  payload.copy(frame, 8);
  frame.writeUInt32LE(crc32(frame.subarray(0, -4)), frame.length - 4);
  return frame;
};

const streams: readonly (readonly [string, Buffer])[] = [
  ['abridged', Buffer.concat([bytes('ef 02'), small, bytes('7f 7f0000'), large])],
  ['intermediate', Buffer.concat([bytes('eeeeeeee 08000000'), small, bytes('fc010000'), large])],
  ['full', Buffer.concat([fullFrame(small, 0), fullFrame(large, 1)])],
];

test.each(streams)('%s frames are found whole or byte by byte', (name, stream) => {
  const atOnce = new Transport();
  expect(atOnce.feed(stream)).toEqual([small, large]);
  expect(atOnce.name).toBe(name);
  const slowly = new Transport();
  expect([...stream].flatMap((byte) => slowly.feed(Buffer.from([byte])))).toEqual([small, large]);
});

test.each(streams)('%s answers are framed like the requests', (name, stream) => {
  const server = new Transport();
  server.feed(stream);
  const back = Buffer.concat([server.wrap(small), server.wrap(large)]);
  const tag = { abridged: bytes('ef'), intermediate: bytes('eeeeeeee') }[name] ?? Buffer.alloc(0);
  expect(Buffer.concat([tag, back])).toEqual(stream);
});

test('a quick ack bit is no part of the length', () => {
  expect(new Transport().feed(Buffer.concat([bytes('ef 82'), small]))).toEqual([small]);
  expect(new Transport().feed(Buffer.concat([bytes('eeeeeeee 08000080'), small]))).toEqual([small]);
});

test('padded frames keep their padding, and answers get some', () => {
  const server = new Transport();
  const padded = Buffer.concat([small, bytes('aabbcc')]);
  expect(server.feed(Buffer.concat([bytes('dddddddd 0b000000'), padded]))).toEqual([padded]);
  const lengths = new Set(Array.from({ length: 200 }, () => server.wrap(small).readUInt32LE()));
  expect(Math.min(...lengths)).toBe(8);
  expect(Math.max(...lengths)).toBe(8 + 15);
});

test('an obfuscated stream is decrypted, and the way back encrypted with the reversed secrets', () => {
  const header = Buffer.from(Array.from({ length: 64 }, (_, index) => index + 1));
  bytes('efefefef').copy(header, 56);
  const secrets = header.subarray(8, 56);
  const reversed = Buffer.from(secrets).reverse();
  const toServer = createCipheriv('aes-256-ctr', secrets.subarray(0, 32), secrets.subarray(32));
  const toClient = createDecipheriv('aes-256-ctr', reversed.subarray(0, 32), reversed.subarray(32));
  const sealed = toServer.update(header);
  const stream = Buffer.concat([
    header.subarray(0, 56),
    sealed.subarray(56),
    toServer.update(bytes('02')),
    toServer.update(small),
  ]);
  const server = new Transport();
  expect([...stream].flatMap((byte) => server.feed(Buffer.from([byte])))).toEqual([small]);
  expect(server.name).toBe('obfuscated abridged');
  expect(toClient.update(server.wrap(small))).toEqual(Buffer.concat([bytes('02'), small]));
});

test.each([
  ['a wrong checksum', Buffer.concat([fullFrame(small, 0).subarray(0, -1), bytes('00')])],
  ['a repeated sequence number', Buffer.concat([fullFrame(small, 0), fullFrame(small, 0)])],
  ['a frame shorter than its head', bytes('08000000 00000000 00000000')],
  ['a frame of gigabytes', bytes('eeeeeeee ffffff7f')],
  ['64 random bytes', Buffer.alloc(64, 0x55)],
])('%s ends the connection', (_, stream) => {
  expect(() => new Transport().feed(stream)).toThrow(TlDecodeError);
});
