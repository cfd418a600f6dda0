import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { composeMusic } from '../../../src/adapters/media/graph/music.ts';
import { readWave } from '../../../src/adapters/media/graph/wave-file.ts';
import { dominantFrequencyHz, levelDbfs, sine, writeWav } from '../../support/tones.ts';
import { decoded } from './support/peer.ts';
import { codecs, Studio, session } from './support/studio.ts';

describe('hold music', () => {
  let studio: Studio;
  beforeEach(() => {
    studio = new Studio();
  });
  afterEach(() => {
    studio.engine.stop();
  });
  const heardBy = (party: ReturnType<Studio['party']>) => decoded(party.wire.sent, codecs.create('alaw', 8000));
  const newest = (party: ReturnType<Studio['party']>, ms: number) => heardBy(party).slice(-ms * 8);

  test('plays to a held party as loud as a quiet voice, without a click at either end', () => {
    const party = studio.party('party', 'alaw');
    party.leg.apply(session('alaw', { direction: 'sendonly' }), studio.clock.nowMs());
    studio.clock.advance(100);
    studio.engine.playMusic(party.id);
    studio.engine.playMusic(party.id);
    studio.clock.advance(30_000);
    const pcm = heardBy(party).subarray(800);
    expect(Math.abs(levelDbfs(pcm) + 24)).toBeLessThan(1.5);
    const steps = pcm.map((sample, i) => Math.abs(sample - (pcm[i - 1] ?? sample)));
    expect(steps.reduce((most, step) => Math.max(most, step))).toBeLessThan(6000);
    // Nowhere does it fall silent, also not where the loop begins anew.
    for (let at = 0; at + 8000 <= pcm.length; at += 4000) {
      expect(levelDbfs(pcm.subarray(at, at + 8000))).toBeGreaterThan(-36);
    }
    studio.engine.hear(party.id, undefined);
    studio.clock.advance(200);
    expect(levelDbfs(newest(party, 100))).toBeLessThan(-60);
  });

  test('is nothing to a party that hears somebody', () => {
    const [party, other] = [studio.party('party', 'alaw'), studio.party('other', 'alaw')];
    studio.engine.connect(party.id, other.id);
    studio.engine.playMusic(party.id);
    studio.clock.advance(1000);
    expect(levelDbfs(newest(party, 500))).toBeLessThan(-60);
  });

  test('ends with a connection and with a tone', () => {
    const [party, other] = [studio.party('party', 'alaw'), studio.party('other', 'alaw')];
    studio.engine.playMusic(party.id);
    studio.clock.advance(1000);
    studio.engine.connect(party.id, other.id);
    studio.say(other, sine(8000, 1000, 600, -12));
    expect(dominantFrequencyHz(newest(party, 300), 8000)).toBeCloseTo(1000, -1);
    expect(Math.abs(levelDbfs(newest(party, 300)) + 12)).toBeLessThan(0.5);
    studio.engine.hear(party.id, undefined);
    studio.engine.playMusic(party.id);
    studio.clock.advance(500);
    expect(levelDbfs(newest(party, 400))).toBeGreaterThan(-36);
    studio.engine.playTone(party.id, 'reconnection');
    studio.clock.advance(2000);
    expect(levelDbfs(newest(party, 1000))).toBeLessThan(-60);
  });

  test('does not clip', () => {
    const music = composeMusic();
    expect(music.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)).toBeLessThan(20_000);
    expect(music.length % 320).toBe(0);
  });
});

describe('a WAV file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'siptg-music-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, content: Buffer) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  test.each([8000, 16_000, 44_100, 48_000])('of %i Hz in stereo is music at 16 kHz', async (rateHz) => {
    const path = join(folder, 'tone.wav');
    writeWav(path, [sine(rateHz, 1000, 1000, -12), sine(rateHz, 1000, 1000, -12)], rateHz);
    const pcm = await readWave(path, 16_000);
    expect(Math.abs(pcm.length - 16_000)).toBeLessThanOrEqual(1);
    expect(dominantFrequencyHz(pcm, 16_000)).toBeCloseTo(1000, 0);
    expect(Math.abs(levelDbfs(pcm.subarray(1600, 14_400)) + 12)).toBeLessThan(0.2);
  });

  test('that is none, or cannot be played, is refused with the reason', async () => {
    await expect(readWave(join(folder, 'absent.wav'), 16_000)).rejects.toThrow('ENOENT');
    await expect(readWave(file('text.wav', Buffer.from('la la la la la la')), 16_000)).rejects.toThrow(
      'not a WAV file',
    );
    writeWav(join(folder, 'good.wav'), [sine(8000, 1000, 100, -12)], 8000);
    const good = readFileSync(join(folder, 'good.wav'));
    const changed = (at: number, value: number) => {
      const copy = Buffer.from(good);
      copy.writeUInt16LE(value, at);
      return file('changed.wav', copy);
    };
    await expect(readWave(changed(34, 24), 16_000)).rejects.toThrow('24 bits');
    await expect(readWave(changed(22, 6), 16_000)).rejects.toThrow('6 channels');
    await expect(readWave(changed(24, 10), 16_000)).rejects.toThrow('10 Hz');
    await expect(readWave(file('short.wav', good.subarray(0, 40)), 16_000)).rejects.toThrow('no data');
    await expect(readWave(file('empty.wav', good.subarray(0, 44)), 16_000)).rejects.toThrow('it is empty');
  });
});
