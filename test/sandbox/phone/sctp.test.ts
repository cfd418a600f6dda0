import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SctpAssociation } from '../../../sandbox/phone/sctp.ts';
import { type DataFacts, decodeData, encodeData } from '../../../sandbox/phone/sctp-chunks.ts';
import { chunkType, decodeSctp, encodeSctp } from '../../../sandbox/phone/sctp-packet.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('both sides start at once', async () => {
  const { a, b } = pair();
  a.association.start();
  b.association.start();
  a.association.send(Buffer.from('from a'));
  b.association.send(Buffer.from('from b'));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(b.received).toEqual(['from a']);
  expect(a.received).toEqual(['from b']);
});

test('one side starts alone', async () => {
  const { a, b } = pair();
  b.association.send(Buffer.from('kept until then'));
  a.association.start();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(a.received).toEqual(['kept until then']);
});

test('a side that starts later meets one that has long been calling', async () => {
  const { a, b } = pair();
  a.association.start();
  b.deaf = true;
  await vi.advanceTimersByTimeAsync(15_000);
  b.deaf = false;
  b.association.start();
  b.association.send(Buffer.from('at last'));
  await vi.advanceTimersByTimeAsync(2_000);
  expect(a.received).toEqual(['at last']);
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'messages arrive whole, once and in order over a bad path (seed %i)',
  async (seed) => {
    const random = seeded(seed);
    const { a, b } = pair((deliver) => {
      if (random() < 0.2) return;
      setTimeout(deliver, random() * 400);
      if (random() < 0.2) setTimeout(deliver, random() * 900);
    });
    const messages = Array.from({ length: 40 }, (_, index) => `${index}:`.padEnd(Math.floor(random() * 5_000), 'x'));
    a.association.start();
    b.association.start();
    for (const message of messages) {
      a.association.send(Buffer.from(message));
      b.association.send(Buffer.from(message));
    }
    await vi.advanceTimersByTimeAsync(120_000);
    expect(b.received).toEqual(messages);
    expect(a.received).toEqual(messages);
  },
);

test('what was acknowledged is not sent again', async () => {
  const { a, b } = pair();
  a.association.start();
  a.association.send(Buffer.from('once'));
  await vi.advanceTimersByTimeAsync(5_000);
  a.sent = 0;
  b.sent = 0;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(a.sent + b.sent).toBe(0);
});

test('a heartbeat is answered with the same body, under the right tag only', async () => {
  const { a, b } = pair();
  a.association.start();
  await vi.advanceTimersByTimeAsync(1_000);
  const tagOfA = decodeSctp(b.last!)!.tag;
  const body = Buffer.from('0001000c0011223344556677', 'hex');
  a.association.handle(encodeSctp(tagOfA, [{ type: chunkType.heartbeat, flags: 0, value: body }]));
  expect(decodeSctp(a.last!)!.chunks).toEqual([{ type: chunkType.heartbeatAck, flags: 0, value: body }]);
  a.sent = 0;
  a.association.handle(encodeSctp((tagOfA ^ 1) >>> 0, [{ type: chunkType.heartbeat, flags: 0, value: body }]));
  expect(a.sent).toBe(0);
});

test('a stream other than 0 and other than binary data are not for us', async () => {
  const { a, b } = pair();
  a.association.start();
  a.association.send(Buffer.from('seen'));
  await vi.advanceTimersByTimeAsync(1_000);
  const data = a.dataSent.at(-1)!;
  const later = { ...data, flags: 3, sequence: 0, payload: Buffer.from('unseen') };
  const tagOfB = decodeSctp(a.last!)!.tag;
  b.association.handle(encodeSctp(tagOfB, [encodeData({ ...later, tsn: data.tsn + 1, stream: 1 })]));
  b.association.handle(encodeSctp(tagOfB, [encodeData({ ...later, tsn: data.tsn + 2, protocol: 51 })]));
  b.association.handle(encodeSctp(tagOfB, [encodeData({ ...later, tsn: data.tsn + 3 })]));
  expect(b.received).toEqual(['seen', 'unseen']);
});

test('after an abort both meet again and nothing queued is lost', async () => {
  const { a, b } = pair();
  a.association.start();
  await vi.advanceTimersByTimeAsync(1_000);
  const tagOfA = decodeSctp(b.last!)!.tag;
  b.deaf = true;
  a.association.send(Buffer.from('unacknowledged'));
  a.association.handle(encodeSctp(tagOfA, [{ type: chunkType.abort, flags: 0, value: Buffer.alloc(0) }]));
  b.deaf = false;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(b.received).toEqual(['unacknowledged']);
});

test('a closed association is silent', async () => {
  const { a } = pair();
  a.association.start();
  a.association.close();
  a.sent = 0;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(a.sent).toBe(0);
});

interface Side {
  readonly association: SctpAssociation;
  readonly received: string[];
  readonly dataSent: DataFacts[];
  sent: number;
  last: Buffer | undefined;
  /** Packets to it are lost. */
  deaf: boolean;
}

const pair = (path: (deliver: () => void) => void = (deliver) => setTimeout(deliver, 20)): { a: Side; b: Side } => {
  const side = (other: () => Side): Side => {
    const made: Side = {
      received: [],
      dataSent: [],
      sent: 0,
      last: undefined,
      deaf: false,
      association: new SctpAssociation({
        send: (packet) => {
          made.sent++;
          made.last = packet;
          for (const chunk of decodeSctp(packet)?.chunks ?? []) {
            const data = chunk.type === chunkType.data ? decodeData(chunk) : undefined;
            if (data) made.dataSent.push(data);
          }
          if (!other().deaf) path(() => other().association.handle(packet));
        },
        receive: (message) => made.received.push(message.toString()),
      }),
    };
    return made;
  };
  const a: Side = side(() => b);
  const b: Side = side(() => a);
  return { a, b };
};

/** Mulberry32: the same path for the same seed. */
const seeded = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
};
