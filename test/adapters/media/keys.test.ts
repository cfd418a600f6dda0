import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { KeyReceiver } from '../../../src/adapters/media/receive/key-receiver.ts';
import type { DtmfDigit } from '../../../src/machines/model/tone.ts';
import { burstsOf, levelAtDbfs, levelDbfs, sine } from '../../support/tones.ts';
import { decoded } from './support/peer.ts';
import { codecs, Studio, session } from './support/studio.ts';
import type { SentPacket } from './support/wire.ts';

let studio: Studio;
beforeEach(() => {
  studio = new Studio();
});
afterEach(() => {
  studio.engine.stop();
});

const alphabet = '0123456789*#ABCD';

/** A receiver that forgives nothing (RFC 4733 §2.3, §2.5.1): the digits, or what was wrong. */
const strictlyReceived = (sent: readonly SentPacket[], ticksPerTick: number) => {
  const digits: { digit: string; startMs: number; endMs: number }[] = [];
  const faults: string[] = [];
  let open: { timestamp: number; duration: number; ends: number; event: number } | undefined;
  let sequence: number | undefined;
  let soundEnd: number | undefined;
  for (const packet of sent) {
    if (sequence !== undefined && packet.sequence !== ((sequence + 1) & 0xffff)) faults.push('sequence');
    sequence = packet.sequence;
    if (packet.payloadType !== 101) {
      if (open !== undefined && open.ends !== 3) faults.push(`sound after ${open.ends} end packets`);
      if (open !== undefined && packet.timestamp !== (open.timestamp + open.duration) >>> 0)
        faults.push('sound begins late');
      if (open === undefined && soundEnd !== undefined && packet.timestamp !== soundEnd) faults.push('gap in sound');
      open = undefined;
      soundEnd = (packet.timestamp + ticksPerTick) >>> 0;
      continue;
    }
    if (packet.payload.length !== 4) faults.push('length');
    const [event = 99, flags = 0] = packet.payload;
    const duration = packet.payload.readUInt16BE(2);
    if ((flags & 0x40) !== 0) faults.push('reserved bit');
    if ((flags & 0x3f) !== 10) faults.push('volume');
    if (open === undefined) {
      if (!packet.marker) faults.push('no marker');
      if (soundEnd !== undefined && packet.timestamp !== soundEnd) faults.push('event begins late');
      open = { timestamp: packet.timestamp, duration: 0, ends: 0, event };
      digits.push({ digit: alphabet[event] ?? '?', startMs: packet.atMs, endMs: packet.atMs });
    } else if (packet.marker) faults.push('second marker');
    if (packet.timestamp !== open.timestamp || event !== open.event) faults.push('timestamp or event changed');
    const isEnd = (flags & 0x80) !== 0;
    if (open.ends > 0 ? !isEnd || duration !== open.duration : duration !== open.duration + ticksPerTick)
      faults.push('duration');
    if (isEnd) open.ends++;
    open.duration = duration;
    (digits.at(-1) as { endMs: number }).endMs = packet.atMs;
  }
  return { digits, faults };
};

describe('keys for a party that takes telephone-events', () => {
  test.each([['alaw', 160] as const, ['opus', 960] as const])(
    'with %s, each arrives once, as the rules say',
    (codec, ticks) => {
      const party = studio.party('party', codec, codec === 'opus' ? 48_000 : 8000);
      studio.clock.advance(100);
      for (const digit of alphabet) studio.engine.sendDtmf(party.id, digit as DtmfDigit, 'rfc2833');
      studio.clock.advance(16 * 180 + 500);
      const { digits, faults } = strictlyReceived(party.wire.sent, ticks);
      expect(faults).toEqual([]);
      expect(digits.map(({ digit }) => digit).join('')).toBe(alphabet);
      digits.forEach(({ startMs, endMs }, i) => {
        expect(endMs - startMs).toBe(80);
        const next = digits[i + 1];
        // 100 ms of tone (the packets tell what was), then at least 70 ms of none.
        if (next !== undefined) expect(next.startMs - startMs).toBeGreaterThanOrEqual(170);
      });
    },
  );

  test('64 wait, the 65th is not taken', () => {
    const party = studio.party('party', 'alaw');
    for (let i = 0; i < 70; i++) studio.engine.sendDtmf(party.id, '7', 'rfc2833');
    studio.clock.advance(70 * 180);
    expect(strictlyReceived(party.wire.sent, 160).digits.length).toBe(64);
  });

  test('while the session lets us send nothing, nothing is sent', () => {
    const party = studio.party('party', 'alaw');
    party.leg.apply(session('alaw', { direction: 'inactive' }), studio.clock.nowMs());
    studio.engine.sendDtmf(party.id, '7', 'rfc2833');
    studio.clock.advance(1000);
    expect(party.wire.sent).toEqual([]);
  });
});

describe('keys for a party that does not', () => {
  test('sound instead of the voice: both frequencies at their levels for 100 ms', () => {
    const party = studio.party('party', 'alaw');
    const { remote, codec, direction } = session('alaw');
    party.leg.apply({ remote, codec, direction }, studio.clock.nowMs());
    const other = studio.party('other', 'alaw');
    studio.engine.connect(party.id, other.id);
    studio.say(other, sine(8000, 2000, 500, -20));
    const before = party.wire.sent.length;
    studio.engine.sendDtmf(party.id, '5', 'rfc2833');
    studio.say(other, sine(8000, 2000, 500, -20));
    const pcm = decoded(party.wire.sent.slice(before), codecs.create('alaw', 8000));
    const key = pcm.subarray(80, 720);
    expect(levelAtDbfs(key, 8000, 770)).toBeCloseTo(-11 - 3.14, 0);
    expect(levelAtDbfs(key, 8000, 1336)).toBeCloseTo(-9 - 3.14, 0);
    expect(levelAtDbfs(key, 8000, 2000)).toBeLessThan(-45);
    expect(levelAtDbfs(pcm.subarray(900, 3000), 8000, 2000)).toBeCloseTo(-20, 0);
  });
});

describe('keys a party presses', () => {
  const press = (event: number, timestamp: number, copies: { end: boolean; duration: number }[]) =>
    copies.map(({ end, duration }) => ({
      payload: Buffer.from([event, (end ? 0x80 : 0) | 10, duration >> 8, duration & 255]),
      timestamp,
    }));
  const whole = [160, 320, 480, 640].map((duration) => ({ end: false, duration }));
  const ends = [1, 2, 3].map(() => ({ end: true, duration: 800 }));
  const receive = (packets: { payload: Buffer; timestamp: number }[]) => {
    const receiver = new KeyReceiver();
    return packets
      .map(({ payload, timestamp }) => receiver.receive(payload, 0, payload.length, timestamp))
      .filter((key) => key !== undefined);
  };

  test('count once each, also the same key twice', () => {
    expect(receive([...press(5, 1000, [...whole, ...ends]), ...press(5, 3000, [...whole, ...ends])])).toEqual([
      '5',
      '5',
    ]);
  });

  test('count when only the end arrives, and not again when it arrives late', () => {
    const first = press(11, 1000, ends);
    const second = press(0, 3000, whole);
    expect(receive([...first.slice(0, 1), ...second, ...first.slice(1)])).toEqual(['#', '0']);
  });

  test('the flash is told as such; unknown events and short packets are nothing', () => {
    expect(
      receive([...press(16, 1000, ends), ...press(17, 2000, ends), { payload: Buffer.of(1, 2, 3), timestamp: 5 }]),
    ).toEqual(['flash']);
  });

  const pressOnWire = (party: ReturnType<Studio['party']>, event: number) => {
    const { timestamp } = party.talker;
    for (const { payload } of press(event, timestamp, [...whole, ...ends])) {
      party.wire.deliver(party.talker.raw(101, payload, 0, timestamp));
      studio.clock.advance(20);
    }
    party.talker.timestamp = (timestamp + 7 * 160) >>> 0;
  };

  test('go on as keys to a party that takes them', () => {
    const [a, b] = [studio.party('a', 'alaw'), studio.party('b', 'mulaw')];
    studio.engine.connect(a.id, b.id);
    studio.say(a, sine(8000, 300, 500, -20));
    pressOnWire(a, 9);
    studio.say(a, sine(8000, 300, 500, -20));
    const { digits, faults } = strictlyReceived(b.wire.sent, 160);
    expect(faults).toEqual([]);
    expect(digits.map(({ digit }) => digit)).toEqual(['9']);
    expect(a.leg.statistics(studio.clock.nowMs())).toMatchObject({ keysReceived: 1, concealedMs: 0 });
  });

  test('are heard by the user', () => {
    const party = studio.party('party', 'alaw');
    const user = studio.user('user');
    studio.engine.connect(party.id, user.id);
    studio.say(party, new Int16Array(4000));
    pressOnWire(party, 1);
    studio.say(party, new Int16Array(4000));
    const bursts = burstsOf(decoded(user.wire.sent, codecs.create('opus', 8000)), 8000, -35);
    expect(bursts.length).toBe(1);
    expect(Math.abs((bursts[0]?.endMs ?? 0) - (bursts[0]?.startMs ?? 0) - 100)).toBeLessThanOrEqual(20);
    expect(levelDbfs(user.leg.frame)).toBe(-200);
  });
});
