import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { __tlReaderMap, __tlWriterMap } from '@mtcute/node/utils.js';
import { TlBinaryReader, TlBinaryWriter } from '@mtcute/tl-runtime';
import { describe, expect, test } from 'vitest';
import { installedLayers, type Layer } from '../../../sandbox/telegram/wire/layers.ts';
import { TlDecodeError, TlReader, TlWriter } from '../../../sandbox/telegram/wire/tl-bytes.ts';
import { gzipPackedId } from '../../../sandbox/telegram/wire/tl-decode.ts';
import { typeFromText } from '../../../sandbox/telegram/wire/tl-schema.ts';
import { TlSamples } from './tl-samples.ts';

const layers = installedLayers();
const layer = (number: number): Layer => {
  const found = layers.get(number);
  if (!found) throw new Error(`layer ${number} is not installed`);
  return found;
};
const load = createRequire(import.meta.url);

test('the layers of GramJS and mtcute are installed', () => {
  expect([...layers.keys()]).toEqual([193, 227]);
});

describe.each([193, 227])('layer %i', (number) => {
  const { schema } = layer(number);
  const samples = new TlSamples(schema);

  test('everything that is written is read back the same', () => {
    for (const combinator of schema.byId.values()) {
      const sample = samples.of(combinator);
      const reader = new TlReader(layer(number).encode(sample, { kind: 'any' }));
      expect(layer(number).decode(reader)).toEqual(sample);
      expect(reader.remaining).toBe(0);
    }
  });

  test('every cut of a large object is refused, none is taken for whole', () => {
    const message = schema.constructors.get('message');
    if (!message) throw new Error('no message');
    const bytes = layer(number).encode(samples.of(message), { kind: 'any' });
    for (let length = 0; length < bytes.length; length += 1)
      expect(() => layer(number).decode(new TlReader(bytes.subarray(0, length)))).toThrow(TlDecodeError);
  });
});

test('GramJS reads and writes every object of its layer the way we do', () => {
  const { BinaryReader } = load('telegram/extensions') as typeof import('telegram/extensions/index.js');
  const { tlobjects } = load('telegram/tl/AllTLObjects') as { tlobjects: object };
  // It leaves out `error`, `true` and `null`.
  const objects = everyConstructor(193).filter(({ bytes }) => bytes.readUInt32LE() in tlobjects);
  expect(objects.length).toBeGreaterThan(1300);
  for (const { name, bytes } of objects) {
    const reader = new BinaryReader(bytes);
    const object = reader.tgReadObject() as { getBytes(): Buffer };
    expect([name, reader.tellPosition()]).toEqual([name, bytes.length]);
    expect([name, object.getBytes()]).toEqual([name, bytes]);
  }
});

test('mtcute reads and writes every object of its layer the way we do', () => {
  // It has no readers for what only clients send.
  const objects = everyConstructor(227).filter(({ bytes }) => bytes.readUInt32LE() in __tlReaderMap);
  expect(objects.length).toBeGreaterThan(1000);
  for (const { name, bytes } of objects) {
    const reader = new TlBinaryReader(__tlReaderMap, new Uint8Array(bytes));
    const object = reader.object() as { _: string };
    expect([name, reader.pos]).toEqual([name, bytes.length]);
    expect([name, Buffer.from(TlBinaryWriter.serializeObject(__tlWriterMap, object))]).toEqual([name, bytes]);
  }
});

const everyConstructor = (number: number) => {
  const { schema } = layer(number);
  const samples = new TlSamples(schema);
  return [...schema.constructors.values()].map((one) => ({
    name: one.name,
    bytes: layer(number).encode(samples.of(one), { kind: 'any' }),
  }));
};

test('fields that share a flag bit are all written when one of them is set', () => {
  // config: suggested_lang_code, lang_pack_version and base_lang_pack_version are all flags.2
  const config = layer(193).encode({ _: 'config', suggested_lang_code: 'de' }, { kind: 'any' });
  expect(layer(193).decode(new TlReader(config))).toMatchObject({
    suggested_lang_code: 'de',
    lang_pack_version: 0,
    base_lang_pack_version: 0,
  });
});

test('fields a layer lacks are dropped, and new required ones are defaulted', () => {
  const bytes = layer(193).encode({ _: 'peerUser', user_id: 5n, invented: 'x' }, { kind: 'any' });
  expect(layer(193).decode(new TlReader(bytes))).toEqual({ _: 'peerUser', user_id: 5n });
  const state = layer(227).encode({ _: 'updates.state', pts: 3 }, { kind: 'any' });
  expect(layer(227).decode(new TlReader(state))).toEqual({
    _: 'updates.state',
    pts: 3,
    qts: 0,
    date: 0,
    seq: 0,
    unread_count: 0,
  });
});

test('an answer is written as its method declares', () => {
  const users = layer(193).encodeResult('users.getUsers', [{ _: 'userEmpty', id: 1n }]);
  expect(layer(193).decode(new TlReader(users), typeFromText('Vector<User>'))).toEqual([{ _: 'userEmpty', id: 1n }]);
  const ids = layer(193).encodeResult('contacts.getContactIDs', [1, 2]);
  expect(ids.toString('hex')).toBe('15c4b51c020000000100000002000000');
  expect(layer(193).encodeResult('phone.receivedCall', true).toString('hex')).toBe('b5757299');
});

test.each([
  ['a number for a long', { _: 'peerUser', user_id: 5 }, /peerUser\.user_id: a signed long/],
  ['an unsigned long', { _: 'peerUser', user_id: 1n << 63n }, /peerUser\.user_id/],
  ['an object of another type', { _: 'updateNewMessage', message: { _: 'peerUser', user_id: 5n } }, /Message expected/],
  ['a missing object that every layer has', { _: 'updateNewMessage', pts: 1 }, /updateNewMessage\.message: required/],
  ['a fraction for an int', { _: 'updatePts', pts: 1.5 }, /this layer has no updatePts|an int/],
  ['an object of no layer', { _: 'nothingLikeThis' }, /this layer has no nothingLikeThis/],
])('%s is refused with the path to it', (_, value, problem) => {
  expect(() => layer(193).encode(value, { kind: 'any' })).toThrow(problem);
});

test('a packed object is read wherever an object may stand', () => {
  const user = layer(193).encode({ _: 'inputUserSelf' }, { kind: 'any' });
  const packed = new TlWriter().int32(gzipPackedId).bytes(gzipSync(user)).finish();
  expect(layer(193).decode(new TlReader(packed), typeFromText('InputUser'))).toEqual({ _: 'inputUserSelf' });
  const broken = new TlWriter().int32(gzipPackedId).bytes(Buffer.from('nonsense')).finish();
  expect(() => layer(193).decode(new TlReader(broken))).toThrow(TlDecodeError);
});

test('a vector longer than what follows is refused before it is built', () => {
  const bytes = new TlWriter().int32(0x1cb5c415).int32(0x7fffffff).int32(0).finish();
  expect(() => layer(193).decode(new TlReader(bytes), typeFromText('Vector<int>'))).toThrow(TlDecodeError);
});
