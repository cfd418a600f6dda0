import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dominantFrequencyHz, levelAtDbfs, levelDbfs, sine } from '../../support/tones.ts';
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

const rateHz = 48_000;
const voice = sine(rateHz, 500, 20, -12);

const joined = () => {
  const user = studio.user('user', rateHz);
  const party = studio.party('party', 'opus', rateHz);
  studio.engine.connect(user.id, party.id);
  return { user, party };
};
type User = ReturnType<Studio['user']>;
type Party = ReturnType<Studio['party']>;

/** The user talks; what she said, coded, by its hex. */
const talk = (user: User, ms: number, lost: (packet: number) => boolean = () => false) => {
  const said = new Set<string>();
  for (let i = 0; i < ms / 20; i++) {
    studio.clock.advance(3);
    const packet = user.talker.packet(voice);
    if (!lost(i)) {
      user.wire.deliver(packet);
      said.add(packet.subarray(12).toString('hex'));
    }
    studio.clock.advance(17);
  }
  return said;
};
const untouched = (sent: readonly SentPacket[], said: Set<string>) =>
  sent.filter(({ payload }) => said.has(payload.toString('hex')));
const since = (party: Party, packets: number) => party.wire.sent.slice(packets);

const expectUnbroken = (sent: readonly SentPacket[]) => {
  sent.forEach((packet, i) => {
    const before = sent[i - 1];
    if (before === undefined) return;
    expect(packet.ssrc).toBe(before.ssrc);
    expect((packet.sequence - before.sequence) & 0xffff).toBe(1);
    expect((packet.timestamp - before.timestamp) >>> 0).toBe(960);
  });
};

describe('two legs that both speak Opus', () => {
  test('B-8 get each other’s packets untouched after half a second, in one unbroken stream of ours', () => {
    const { user, party } = joined();
    const first = talk(user, 400);
    expect(untouched(party.wire.sent, first).length).toBe(0);
    talk(user, 300);
    const before = party.wire.sent.length;
    const said = talk(user, 2000);
    const sent = since(party, before);
    // The last ones wait their turn in the jitter buffer, and so did those said before.
    expect(untouched(sent, said).length).toBeGreaterThanOrEqual(96);
    expect(sent.every(({ payloadType }) => payloadType === 96)).toBe(true);
    expect(sent[0]?.ssrc).not.toBe(user.talker.ssrc);
    expectUnbroken(party.wire.sent);
  });

  test('a beep is mixed in at its first frame; half a second after it packets pass again; the stream has no gap', () => {
    const { user, party } = joined();
    talk(user, 1500);
    const before = party.wire.sent.length;
    studio.engine.playTone(party.id, 'limit-warning');
    const during = talk(user, 400);
    expect(untouched(since(party, before), during).length).toBe(0);
    const still = talk(user, 440);
    expect(untouched(since(party, before), still).length).toBe(0);
    talk(user, 300);
    const back = party.wire.sent.length;
    const after = talk(user, 1000);
    expect(untouched(since(party, back), after).length).toBeGreaterThanOrEqual(46);
    expectUnbroken(party.wire.sent);
    const pcm = decoded(since(party, before), codecs.create('opus', rateHz));
    expect(levelAtDbfs(pcm.subarray(0, 9600), rateHz, 1400)).toBeGreaterThan(-30);
    for (let at = 2400; at + 2400 <= pcm.length; at += 2400) {
      expect(levelDbfs(pcm.subarray(at, at + 2400)), `at ${at / 48} ms`).toBeGreaterThan(-22);
    }
  });

  test('only the side with the tone is mixed', () => {
    const { user, party } = joined();
    talk(user, 1500);
    const before = party.wire.sent.length;
    studio.engine.playTone(user.id, 'second-call');
    const said = talk(user, 2000);
    expect(untouched(since(party, before), said).length).toBeGreaterThanOrEqual(96);
  });

  test('a key takes its place, by either method', () => {
    const { user, party } = joined();
    for (const method of ['inband', 'rfc2833'] as const) {
      talk(user, 1500);
      const before = party.wire.sent.length;
      studio.engine.sendDtmf(party.id, '5', method);
      const said = talk(user, 180);
      expect(untouched(since(party, before), said).length).toBe(0);
      const events = since(party, before).filter(({ payloadType }) => payloadType === 101);
      expect(events.length).toBe(method === 'inband' ? 0 : 7);
    }
  });

  test('what is lost on the way in is told as lost', () => {
    const { user, party } = joined();
    talk(user, 1500);
    const before = party.wire.sent.length;
    talk(user, 2000, (packet) => packet === 30 || packet === 60 || packet === 61);
    const sent = since(party, before);
    const jumps = sent.flatMap(({ sequence, timestamp }, i) => {
      const last = sent[i - 1];
      if (last === undefined) return [];
      const jump = (sequence - last.sequence) & 0xffff;
      expect((timestamp - last.timestamp) >>> 0).toBe(jump * 960);
      return jump === 1 ? [] : [jump];
    });
    expect(jumps).toEqual([2, 3]);
  });

  test('a recorder listens without touching them', () => {
    const { user, party } = joined();
    talk(user, 1500);
    expect(levelDbfs(user.leg.frame)).toBe(-200);
    const recording = studio.record(user, party, true);
    // The decoder knows what came before: the first frame is whole.
    talk(user, 20);
    const first = user.leg.frame.slice(0, 960);
    expect(levelDbfs(first.subarray(0, 240))).toBeGreaterThan(-15);
    expect(levelDbfs(first.subarray(720))).toBeGreaterThan(-15);
    const before = party.wire.sent.length;
    const said = talk(user, 2000);
    expect(untouched(since(party, before), said).length).toBeGreaterThanOrEqual(96);
    studio.recordings.stop(recording);
    expect(dominantFrequencyHz(user.leg.frame.subarray(0, 960), rateHz)).toBeCloseTo(500, -2);
    talk(user, 100);
    expect(levelDbfs(user.leg.frame)).toBe(-200);
  });

  test('another length of packets than the peer wants is coded anew', () => {
    const { user, party } = joined();
    party.leg.apply(session('opus', {}, 40), studio.clock.nowMs());
    const said = talk(user, 2000);
    expect(untouched(party.wire.sent, said).length).toBe(0);
  });

  test('a hold ends it, and time has gone on when it is over', () => {
    const { user, party } = joined();
    talk(user, 1500);
    const last = party.wire.sent.at(-1) as SentPacket;
    const count = party.wire.sent.length;
    party.leg.apply(session('opus', { direction: 'inactive' }), studio.clock.nowMs());
    talk(user, 1000);
    expect(party.wire.sent.length).toBe(count);
    party.leg.apply(session('opus'), studio.clock.nowMs());
    talk(user, 1500);
    const next = party.wire.sent[count] as SentPacket;
    expect((next.sequence - last.sequence) & 0xffff).toBe(1);
    const silentMs = ((next.timestamp - last.timestamp) >>> 0) / 48;
    expect(Math.abs(silentMs - 1020)).toBeLessThanOrEqual(40);
    expectUnbroken(party.wire.sent.slice(count));
  });

  test('clocks that differ do not break the stream when it is mixed again', () => {
    const { user, party } = joined();
    // 2000 ppm fast: ten minutes of a bad clock in one.
    for (let i = 0; i < 3000; i++) {
      user.wire.deliver(user.talker.packet(voice));
      studio.clock.advance(19.96);
    }
    expect(user.leg.statistics(studio.clock.nowMs()).delayMs).toBeLessThan(120);
    const before = party.wire.sent.length;
    studio.engine.playTone(party.id, 'limit-warning');
    talk(user, 1500);
    expectUnbroken(party.wire.sent.slice(before - 50));
  });
});

test('an Opus and an A-law leg are never passed through', () => {
  const user = studio.user('user');
  const party = studio.party('party', 'alaw');
  studio.engine.connect(user.id, party.id);
  studio.say(user, sine(8000, 1000, 1500, -12));
  const pcm = decoded(party.wire.sent, codecs.create('alaw', 8000));
  expect(Math.abs(levelDbfs(pcm.subarray(-4000)) + 12)).toBeLessThan(0.5);
});
