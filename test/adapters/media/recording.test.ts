import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type RecordingId, VoiceLegId } from '../../../src/machines/model/ids.ts';
import { hasOpusTools, judgeOggOpus } from '../../support/ogg-audio.ts';
import { burstsOf, dominantFrequencyHz, levelAtDbfs, levelDbfs, sine } from '../../support/tones.ts';
import { Studio } from './support/studio.ts';

let studio: Studio;
beforeEach(() => {
  studio = new Studio();
});
afterEach(() => {
  studio.engine.stop();
});

type Party = ReturnType<Studio['party']>;
type User = ReturnType<Studio['user']>;
const left = sine(8000, 600, 20, -12);
const right = sine(8000, 1100, 20, -12);

const talk = (user: User, party: Party, ms: number) => {
  for (let i = 0; i < ms / 20; i++) {
    user.wire.deliver(user.talker.packet(left));
    party.wire.deliver(party.talker.packet(right));
    studio.clock.advance(20);
  }
};

const joined = () => {
  const user = studio.user('user');
  const party = studio.party('party', 'alaw');
  studio.engine.connect(user.id, party.id);
  talk(user, party, 400);
  return { user, party };
};

const whole = (recording: RecordingId) => {
  studio.recordings.stop(recording);
  return judgeOggOpus(studio.file(recording));
};

describe.skipIf(!hasOpusTools)('a recording', () => {
  test('in stereo has the user left, the party right, and its exact length', () => {
    const { user, party } = joined();
    const recording = studio.record(user, party, true);
    talk(user, party, 5340);
    const { info, status, rateHz, channels } = whole(recording);
    expect(status).toBe(0);
    expect(info).not.toMatch(/warning|error|hole|invalid/i);
    expect(info).toContain('TITLE=Pat Party ☎');
    expect(info).toContain('ARTIST=Office');
    expect(info).toContain('DATE=2026-03-04T05:06:07.000Z');
    expect(channels.length).toBe(2);
    const [userSide, partySide] = channels as [Int16Array, Int16Array];
    expect(userSide.length / rateHz).toBeCloseTo(5.34, 3);
    const middle = (pcm: Int16Array) => pcm.subarray(48_000, 240_000);
    // Coded twice at little more than 20 kbit/s, a sine loses a decibel or two.
    expect(Math.abs(levelDbfs(middle(userSide)) + 12)).toBeLessThan(2.5);
    expect(dominantFrequencyHz(middle(userSide), rateHz)).toBeCloseTo(600, 0);
    expect(levelAtDbfs(middle(userSide), rateHz, 1100)).toBeLessThan(-30);
    expect(Math.abs(levelDbfs(middle(partySide)) + 12)).toBeLessThan(2.5);
    expect(dominantFrequencyHz(middle(partySide), rateHz)).toBeCloseTo(1100, 0);
    expect(levelAtDbfs(middle(partySide), rateHz, 600)).toBeLessThan(-30);
    // Both from the first moment to the last.
    for (const pcm of channels) {
      expect(levelDbfs(pcm.subarray(0, 2400))).toBeGreaterThan(-16);
      expect(levelDbfs(pcm.subarray(-2400))).toBeGreaterThan(-16);
    }
    expect(studio.pieces.get(recording)?.at(-1)?.endMs).toBe(5340);
  });

  test('in mono has both, 3 dB lower each, at about 24 kbit/s', () => {
    const { user, party } = joined();
    const recording = studio.record(user, party, false);
    talk(user, party, 8000);
    const { info, rateHz, channels } = whole(recording);
    expect(info).not.toMatch(/warning|error|hole|invalid/i);
    expect(channels.length).toBe(1);
    const middle = (channels[0] as Int16Array).subarray(48_000, 340_000);
    expect(Math.abs(levelDbfs(middle) + 12)).toBeLessThan(2.5);
    const moment = middle.subarray(0, 9600);
    expect(Math.abs(levelAtDbfs(moment, rateHz, 600) + 15)).toBeLessThan(3);
    expect(Math.abs(levelAtDbfs(moment, rateHz, 1100) + 15)).toBeLessThan(3);
    expect(studio.file(recording).length * 8).toBeLessThan(8 * 30_000);
    expect(studio.file(recording).length * 8).toBeGreaterThan(8 * 10_000);
  });

  test('one with a limit is told when it is full, and is no longer than that; pauses do not count', () => {
    const { user, party } = joined();
    const recording = studio.record(user, party, false, 3_000);
    talk(user, party, 2_000);
    studio.recordings.pause(recording);
    talk(user, party, 2_000);
    studio.recordings.resume(recording, user.id);
    talk(user, party, 980);
    expect(studio.full).toEqual([]);
    talk(user, party, 2_000);
    expect(studio.full).toEqual([recording]);
    const { channels, rateHz } = whole(recording);
    expect((channels[0]?.length ?? 0) / rateHz).toBeCloseTo(3, 3);
  });

  test('a pause leaves no gap, and another voice leg goes on in the same file', () => {
    const { user, party } = joined();
    const recording = studio.record(user, party, true);
    talk(user, party, 2000);
    studio.recordings.pause(recording);
    studio.engine.remove(user.id);
    studio.clock.advance(7000);
    const again = studio.user('again');
    studio.engine.connect(again.id, party.id);
    talk(again, party, 400);
    studio.recordings.resume(recording, again.id);
    talk(again, party, 3000);
    const { info, channels, rateHz } = whole(recording);
    expect(info).not.toMatch(/warning|error|hole|invalid/i);
    const [userSide] = channels as [Int16Array];
    expect(userSide.length / rateHz).toBeCloseTo(5, 3);
    for (const at of [0.5, 1.5, 2.5, 4.5]) {
      const pcm = userSide.subarray(at * rateHz, (at + 0.4) * rateHz);
      expect(dominantFrequencyHz(pcm, rateHz)).toBeCloseTo(600, 0);
    }
  });

  test('a tone for one side is not in it; the tone of consent is, and both hear it', () => {
    const { user, party } = joined();
    const recording = studio.record(user, party, true);
    studio.engine.playTone(user.id, 'second-call');
    studio.engine.playTone(user.id, 'consent');
    studio.engine.playTone(party.id, 'consent');
    const sentBefore = party.wire.sent.length;
    studio.clock.advance(16_500);
    expect(party.wire.sent.length).toBeGreaterThan(sentBefore);
    const { channels, rateHz } = whole(recording);
    for (const pcm of channels) {
      expect(Math.abs(levelAtDbfs(pcm.subarray(4800, 19_200), rateHz, 1400) + 18 + 3.14)).toBeLessThan(1.5);
      const bursts = burstsOf(pcm.subarray(rateHz), rateHz, -35).map(({ startMs }) => startMs + 1000);
      expect(bursts.length).toBe(1);
      expect(Math.abs((bursts[0] ?? 0) - 15_000)).toBeLessThanOrEqual(40);
      expect(levelAtDbfs(pcm, rateHz, 425)).toBeLessThan(-60);
    }
  });

  test('one that was cut off plays as far as it was written', () => {
    const { user, party } = joined();
    const recording = studio.record(user, party, false);
    talk(user, party, 5000);
    const file = studio.file(recording);
    const inTheMiddleOfAPage = judgeOggOpus(file.subarray(0, file.length - 700));
    expect((inTheMiddleOfAPage.channels[0] as Int16Array).length / 48_000).toBeGreaterThan(3.9);
    const atAPage = judgeOggOpus(file);
    expect(Math.abs((atAPage.channels[0] as Int16Array).length / 48_000 - 5)).toBeLessThan(0.04);
  });

  test('time in which the thread was blocked is silence', () => {
    const { user, party } = joined();
    const recording = studio.record(user, party, false);
    talk(user, party, 2000);
    studio.clock.stall(1000);
    talk(user, party, 2000);
    const { channels, rateHz } = whole(recording);
    expect(Math.abs((channels[0] as Int16Array).length / rateHz - 5)).toBeLessThanOrEqual(0.04);
  });

  test.each(['g722', 'opus'] as const)('a party with %s is recorded at 16 kHz', (codec) => {
    const rate = codec === 'opus' ? 48_000 : 16_000;
    const user = studio.user('user', 48_000);
    const party = studio.party('party', codec, rate);
    studio.engine.connect(user.id, party.id);
    studio.say(party, sine(rate, 5000, 400, -12), rate);
    const recording = studio.record(user, party, true);
    studio.say(party, sine(rate, 5000, 2000, -12), rate);
    const { info, channels, rateHz } = whole(recording);
    expect(info).toMatch(/16000/);
    expect(dominantFrequencyHz((channels[1] as Int16Array).subarray(24_000, 72_000), rateHz)).toBeCloseTo(5000, -1);
  });
});

describe('a recording without', () => {
  test('a voice leg has silence on that side', () => {
    const party = studio.party('party', 'alaw');
    const recording = studio.record({ id: VoiceLegId('nobody') }, party, true);
    studio.say(party, sine(8000, 900, 1000, -12));
    studio.recordings.stop(recording);
    expect(studio.pieces.get(recording)?.at(-1)?.endMs).toBe(1000);
    studio.clock.advance(100);
    studio.recordings.pause(recording);
    studio.recordings.resume(recording, VoiceLegId('nobody'));
    studio.recordings.stop(recording);
  });
});
