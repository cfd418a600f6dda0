import { Api } from 'telegram/tl/index.js';
import { describe, expect, test } from 'vitest';
import { keyFingerprint, sha256 } from '../../../src/adapters/telegram/calls/key-exchange.ts';
import { tlLong } from '../../../src/adapters/telegram/calls/longs.ts';
import { causeIn, type Ends, expectNothingLeft, twoEnds } from './endpoints.ts';
import { hex, vectors } from './vectors.ts';

/** A peer or server that breaks the protocol ends the one call, and nothing is left open. */
const ended = async (ends: Ends, end: 'alice' | 'bob', detail: string) => {
  ends.ring();
  await ends.clock.advance(1000);
  expect(causeIn(ends[end].facts)).toEqual({ kind: 'peer-fault', detail });
  expect(ends.relay.lastCall.discard).toMatchObject({ by: ends[end].session.selfId, reason: 'Disconnect' });
  expectNothingLeft(ends);
};

const prime = BigInt(`0x${vectors.dh.p}`);
const margin = 1n << 1984n;
const bytesOf = (value: bigint) => hex(value.toString(16).padStart(512, '0'));
const outOfRange: [string, Buffer][] = [
  ['0', bytesOf(0n)],
  ['1', bytesOf(1n)],
  ['p − 1', bytesOf(prime - 1n)],
  ['p', bytesOf(prime)],
  ['just below 2^1984', bytesOf(margin - 1n)],
  ['just above p − 2^1984', bytesOf(prime - margin + 1n)],
  ['256 bytes of ones', Buffer.alloc(256, 0xff)],
  ['no bytes', Buffer.alloc(0)],
  ['300 bytes', Buffer.alloc(300, 3)],
];

describe('key exchange', () => {
  test.each(outOfRange)('g_a of %s, hashed and confirmed as it is', async (_, gA) => {
    const ends = twoEnds();
    inUpdates(ends, 'bob', Api.PhoneCallRequested, (call) => (call.gAHash = sha256(gA)));
    inUpdates(ends, 'bob', Api.PhoneCall, (call) => {
      call.gAOrB = gA;
      // 0 and 1 make the key what they are, so that even this number would be right.
      call.keyFingerprint = tlLong(keyFingerprint(gA));
    });
    await ended(ends, 'bob', 'g_a is out of range');
  });

  test.each(outOfRange)('g_b of %s', async (_, gB) => {
    const ends = twoEnds();
    inUpdates(ends, 'alice', Api.PhoneCallAccepted, (call) => (call.gB = gB));
    await ended(ends, 'alice', 'g_b is out of range');
  });

  test('g_a that is not what was hashed', async () => {
    const ends = twoEnds();
    inUpdates(ends, 'bob', Api.PhoneCall, ({ gAOrB }) => gAOrB.writeUInt8(gAOrB.readUInt8(9) ^ 1, 9));
    await ended(ends, 'bob', 'g_a is not what was hashed');
  });

  test('another key fingerprint, told to the callee', async () => {
    const ends = twoEnds();
    inUpdates(ends, 'bob', Api.PhoneCall, (call) => (call.keyFingerprint = call.keyFingerprint.add(1)));
    await ended(ends, 'bob', 'another key fingerprint');
  });

  test('another key fingerprint, told to the caller', async () => {
    const ends = twoEnds();
    inConfirmation(ends, (call) => (call.keyFingerprint = call.keyFingerprint.add(1)));
    await ended(ends, 'alice', 'another key fingerprint');
  });
});

type Named = Api.PhoneCall | Api.PhoneCallAccepted;
const anotherAccessHash = (call: Named) => (call.accessHash = call.accessHash.add(1));
const anotherCaller = (call: Named) => (call.adminId = call.adminId.add(5));
const anotherCallee = (call: Named) => (call.participantId = call.participantId.add(5));

describe('another call is spoken of', () => {
  /** Updates find their call by its id; only in an answer can it be another one. */
  const changes: [string, (call: Named) => unknown][] = [
    ['access hash', anotherAccessHash],
    ['caller', anotherCaller],
    ['callee', anotherCallee],
  ];

  test.each(changes)('by its %s, when it is accepted', async (_, change) => {
    const ends = twoEnds();
    inUpdates(ends, 'alice', Api.PhoneCallAccepted, change);
    await ended(ends, 'alice', 'an update names another call');
  });

  test.each(changes)('by its %s, when the caller confirms', async (_, change) => {
    const ends = twoEnds();
    inUpdates(ends, 'bob', Api.PhoneCall, change);
    await ended(ends, 'bob', 'an update names another call');
  });

  test.each([...changes, ['id', (call: Named) => (call.id = call.id.add(1))] as const])(
    'by its %s, in the answer to confirmCall',
    async (_, change) => {
      const ends = twoEnds();
      inConfirmation(ends, change);
      await ended(ends, 'alice', 'an update names another call');
    },
  );

  test('by its id, when the caller confirms: it is not this one that begins', async () => {
    const ends = twoEnds();
    inUpdates(ends, 'bob', Api.PhoneCall, (call) => (call.id = call.id.add(1)));
    ends.ring();
    await ends.clock.advance(20_000);
    expect(causeIn(ends.bob.facts)).toMatchObject({ kind: 'connection-lost' });
    expectNothingLeft(ends);
  });
});

describe('a version that is not ours', () => {
  /** Ours is among them, but both sides use the first. */
  const another = (call: Named) => (call.protocol.libraryVersions = ['9.0.0', '13.0.0']);
  const none = (call: Named) => (call.protocol.libraryVersions = []);

  test.each([another, none])('is accepted', async (change) => {
    const ends = twoEnds();
    inUpdates(ends, 'alice', Api.PhoneCallAccepted, change);
    await ended(ends, 'alice', 'the peer speaks no version of ours');
  });

  test.each([another, none])('is confirmed by the caller', async (change) => {
    const ends = twoEnds();
    inUpdates(ends, 'bob', Api.PhoneCall, change);
    await ended(ends, 'bob', 'the peer speaks no version of ours');
  });

  test.each([another, none])('is in the answer to confirmCall', async (change) => {
    const ends = twoEnds();
    inConfirmation(ends, change);
    await ended(ends, 'alice', 'the peer speaks no version of ours');
  });
});

test('signaling is sealed with another key', async () => {
  const ends = twoEnds();
  ends.relay.customParameters = '{"network_signaling_nosctp":true}';
  ends.alice.session.deliver = (update, now) => {
    if (update instanceof Api.UpdatePhoneCallSignalingData) update.data = Buffer.alloc(64, 7);
    now(update);
  };
  await ended(ends, 'alice', 'signaling is not sealed with the call key');
});

/** What this end is told of calls of this kind is changed. */
function inUpdates<Kind extends Api.TypePhoneCall>(
  ends: Ends,
  end: 'alice' | 'bob',
  kind: abstract new (...args: never[]) => Kind,
  change: (call: Kind) => unknown,
): void {
  const { session } = ends[end];
  const { deliver } = session;
  session.deliver = (update, now) => {
    if (update instanceof Api.UpdatePhoneCall && update.phoneCall instanceof kind) change(update.phoneCall as Kind);
    deliver(update, now);
  };
}

/** The active call that Alice gets for her confirmCall is changed. */
function inConfirmation({ alice }: Ends, change: (call: Api.PhoneCall) => unknown): void {
  alice.session.intercept = (_, pass) => {
    const answer = pass();
    if (answer instanceof Api.phone.PhoneCall && answer.phoneCall instanceof Api.PhoneCall) change(answer.phoneCall);
    return answer;
  };
}
