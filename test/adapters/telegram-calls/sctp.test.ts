import { describe, expect, test } from 'vitest';
import { SctpAssociation } from '../../../src/adapters/telegram/calls/sctp-association.ts';
import {
  chunkType,
  crc32c,
  decodeSctp,
  encodeSctp,
  type SctpChunk,
} from '../../../src/adapters/telegram/calls/sctp-packet.ts';
import { ManualClock } from './manual-clock.ts';
import { type Fate, Line } from './unreliable-line.ts';
import { hex, vectors } from './vectors.ts';

const tagA = 287_454_020;
const tagB = 1_432_778_632;
const tsnA = 16_777_216;
const tsnB = 33_554_432;

const known = (name: string) => {
  const vector = vectors.sctp.packets.find((packet) => packet.name.startsWith(name));
  if (!vector) throw new Error(name);
  return hex(vector.packet);
};

function association(tag: number, initialTsn: number) {
  const clock = new ManualClock();
  const sent: Buffer[] = [];
  const messages: Buffer[] = [];
  const side = new SctpAssociation({
    clock,
    tag,
    initialTsn,
    send: (packet) => sent.push(packet),
    onMessage: (message) => messages.push(message),
  });
  return { clock, sent, messages, side };
}

test('the checksum is CRC-32C', () => {
  const { input, crc } = vectors.sctp.crc32c_check;
  expect(crc32c(hex(input)).toString(16)).toBe(crc);
});

test.each(vectors.sctp.packets)('decodes and encodes to the same bytes: $name', ({ packet, name }) => {
  const decoded = decodeSctp(hex(packet));
  if (name.startsWith('bad checksum')) return expect(decoded).toBeUndefined();
  expect(decoded && encodeSctp(decoded.verificationTag, decoded.chunks)).toEqual(hex(packet));
});

describe('side A of the known association', () => {
  const start = () => {
    const made = association(tagA, tsnA);
    made.side.start();
    made.side.send(known('DATA from A: one whole').subarray(28, 28 + 278));
    made.side.receive(known('INIT ACK from B'));
    return made;
  };

  test('sends the known INIT, COOKIE ECHO and DATA, and no DATA before it stands', () => {
    const { sent, side } = start();
    expect(sent).toEqual([known('INIT from A'), known('COOKIE ECHO from A')]);
    side.receive(known('COOKIE ACK from B'));
    expect(sent.slice(2)).toEqual([known('DATA from A: one whole')]);
  });

  test('sends again what is not acknowledged, until it is', async () => {
    const { clock, sent, side } = start();
    side.receive(known('COOKIE ACK from B'));
    await clock.advance(3000);
    expect(sent.slice(2)).toEqual(Array(4).fill(known('DATA from A: one whole')));
    side.receive(known('SACK from B'));
    await clock.advance(60_000);
    expect(sent.length).toBe(6);
    expect(clock.pending).toBe(0);
  });

  test('answers a heartbeat with the same body', () => {
    const { sent, side } = start();
    side.receive(known('HEARTBEAT from B'));
    expect(sent.at(-1)).toEqual(known('HEARTBEAT ACK from A'));
  });

  test('takes DATA for the COOKIE ACK that was lost', () => {
    const { messages, side } = start();
    side.receive(dataFor(tagA, tsnB, 'x'));
    expect(side.established).toBe(true);
    expect(messages.map(String)).toEqual(['x']);
  });

  test('an ABORT makes it start over, with everything unacknowledged', async () => {
    const { clock, sent, side } = start();
    side.receive(known('COOKIE ACK from B'));
    side.receive(encodeSctp(tagA, [{ type: chunkType.abort, flags: 0, body: Buffer.alloc(0) }]));
    expect(side.established).toBe(false);
    await clock.advance(1000);
    expect(sent.at(-1)).toEqual(known('INIT from A'));
    side.receive(known('INIT ACK from B'));
    side.receive(known('COOKIE ACK from B'));
    expect(sent.at(-1)).toEqual(known('DATA from A: one whole'));
  });
});

describe('side B of the known association', () => {
  const start = () => {
    const made = association(tagB, tsnB);
    made.side.receive(known('INIT from A'));
    const [initAck] = made.sent;
    const cookie = decodeSctp(initAck ?? Buffer.alloc(0))?.chunks[0]?.body.subarray(20);
    made.side.receive(encodeSctp(tagB, [{ type: chunkType.cookieEcho, flags: 0, body: cookie ?? Buffer.alloc(0) }]));
    return made;
  };

  test('stands after the cookie came back, and acknowledges as known', () => {
    const { side, sent, messages } = start();
    expect(side.established).toBe(true);
    expect(sent.at(-1)).toEqual(known('COOKIE ACK from B'));
    side.receive(known('DATA from A: one whole'));
    expect(sent.at(-1)).toEqual(known('SACK from B'));
    expect(messages.map((message) => message.toString('hex'))).toEqual([
      vectors.sctp.packets.find(({ message }) => message)?.message,
    ]);
  });

  test('puts fragments together in whatever order they come, each once', () => {
    const { side, messages } = start();
    for (const name of ['DATA from A: last', 'DATA from A: one whole', 'DATA from A: last', 'DATA from A: first'])
      side.receive(known(name));
    side.receive(known('DATA from A: first'));
    expect(messages.length).toBe(2);
    expect(messages[1]?.toString('hex')).toBe(vectors.sctp.packets.find(({ reassembled }) => reassembled)?.reassembled);
  });

  test.each(['bad checksum', 'wrong verification tag'])('drops a packet with a %s without a word', (name) => {
    const { side, sent, messages } = start();
    const before = sent.length;
    side.receive(known(name));
    expect([sent.length, messages.length]).toEqual([before, 0]);
  });

  test('a forged cookie establishes nothing', () => {
    const { side } = association(tagB, tsnB);
    side.receive(encodeSctp(tagB, [{ type: chunkType.cookieEcho, flags: 0, body: Buffer.alloc(24) }]));
    expect(side.established).toBe(false);
  });

  test('a peer that lost its state starts again, and gets what it had not acknowledged', () => {
    const { side, sent } = start();
    side.send(Buffer.from('kept'));
    const init = decodeSctp(known('INIT from A'))?.chunks[0]?.body ?? Buffer.alloc(0);
    const renewed = Buffer.from(init);
    renewed.writeUInt32BE(77, 0);
    side.receive(encodeSctp(0, [{ type: chunkType.init, flags: 0, body: renewed }]));
    const cookie = decodeSctp(sent.at(-1) ?? Buffer.alloc(0))?.chunks[0]?.body.subarray(20) ?? Buffer.alloc(0);
    side.receive(encodeSctp(tagB, [{ type: chunkType.cookieEcho, flags: 0, body: cookie }]));
    const resent = sent.slice(-2).map((packet) => decodeSctp(packet));
    expect(resent.map((packet) => [packet?.verificationTag, packet?.chunks[0]?.type])).toContainEqual([77, 0]);
    expect(resent.some((packet) => packet?.chunks[0]?.body.subarray(12).toString() === 'kept')).toBe(true);
  });

  test('what lies too far ahead, or is too much to keep, is not acknowledged', () => {
    const { side, sent } = start();
    side.receive(dataFor(tagB, tsnA + 5000, 'far'));
    for (let tsn = tsnA + 1; tsn < tsnA + 300; tsn++) side.receive(dataFor(tagB, tsn, 'x'.repeat(1000)));
    const sack = decodeSctp(sent.at(-1) ?? Buffer.alloc(0))?.chunks[0]?.body;
    expect(sack?.readUInt32BE(0)).toBe(tsnA - 1);
    expect(sack?.readUInt32BE(4)).toBeLessThan(1100);
    expect(sack?.readUInt16BE(8)).toBe(1);
    expect(sack?.readUInt16BE(14)).toBeLessThan(135);
  });
});

const fates: [string, Fate][] = [
  ['a good line', { loss: 0, duplication: 0, maxDelayMs: 0 }],
  ['a slow line that reorders', { loss: 0, duplication: 0.2, maxDelayMs: 800 }],
  ['a line that loses 20 %, duplicates and reorders', { loss: 0.2, duplication: 0.2, maxDelayMs: 300 }],
];

describe.each(fates)('two associations over %s', (_, fate) => {
  test.each([
    ['both start', true, true],
    ['only the first starts', true, false],
    ['only the second starts', false, true],
  ])('%s: everything arrives once and in order', async (__, first, second) => {
    for (let seed = 1; seed <= 5; seed++) {
      const clock = new ManualClock();
      const ends = [newEnd(clock), newEnd(clock)] as const;
      new Line<Buffer>(clock, fate, seed, (packet) => ends[1].side.receive(packet)).carries(ends[0]);
      new Line<Buffer>(clock, fate, seed + 100, (packet) => ends[0].side.receive(packet)).carries(ends[1]);
      const messages = Array.from({ length: 40 }, (___, index) => `${index}:${'m'.repeat((index * 397) % 5000)}`);
      if (first) ends[0].side.start();
      if (second) ends[1].side.start();
      for (const message of messages) for (const { side } of ends) side.send(Buffer.from(message));
      await clock.advance(30_000);
      expect(ends.map(({ received }) => received)).toEqual([messages, messages]);
      expect(clock.pending).toBe(0);
    }
  });
});

test('garbage of any kind neither throws nor is answered without end', () => {
  const { side, sent, messages } = association(tagB, tsnB);
  side.start();
  let state = 1;
  const random = () => (state = (state * 1_103_515_245 + 12_345) & 0x7fff_ffff) / 0x7fff_ffff;
  for (let round = 0; round < 3000; round++) {
    const body = Buffer.from(Array.from({ length: Math.floor(random() * 60) }, () => Math.floor(random() * 256)));
    const chunk: SctpChunk = { type: Math.floor(random() * 12), flags: Math.floor(random() * 8), body };
    const packet = encodeSctp(random() < 0.3 ? 0 : tagB, [chunk]);
    if (random() < 0.2) packet.writeUInt16BE(Math.floor(random() * 65_536), 14);
    side.receive(random() < 0.2 ? body : packet);
  }
  expect(sent.length).toBeLessThan(3001);
  expect(messages).toEqual([]);
});

function newEnd(clock: ManualClock) {
  const received: string[] = [];
  const end = {
    received,
    send: (_packet: Buffer): void => undefined,
    side: new SctpAssociation({
      clock,
      send: (packet) => end.send(packet),
      onMessage: (message) => received.push(String(message)),
    }),
  };
  return end;
}

function dataFor(tag: number, tsn: number, text: string): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt32BE(tsn, 0);
  header.writeUInt32BE(53, 8);
  return encodeSctp(tag, [{ type: chunkType.data, flags: 3, body: Buffer.concat([header, Buffer.from(text)]) }]);
}
