import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasProgram } from '../peers/program.ts';
import { levelAtDbfs, readWav } from './tones.ts';

/** Debian's opus-tools: libopusfile and libogg judge our files, not our own code. */
export const hasOpusTools = hasProgram('opusdec', 'opus-tools') && hasProgram('opusinfo', 'opus-tools');

/** An Ogg/Opus file as foreign tools read it. @throws Error when they find anything wrong with it */
export const readOggOpus = (bytes: Buffer) => {
  const folder = mkdtempSync(join(tmpdir(), 'siptg-ogg-'));
  try {
    const [path, wav] = [join(folder, 'file.ogg'), join(folder, 'file.wav')];
    writeFileSync(path, bytes);
    const info = spawnSync('opusinfo', [path], { encoding: 'utf8' });
    const decoding = spawnSync('opusdec', ['--quiet', '--rate', '48000', path, wav], { encoding: 'utf8' });
    const said = info.stdout + info.stderr;
    if (decoding.status !== 0 || /warning|error|hole|invalid/i.test(said)) throw new Error(said + decoding.stderr);
    const { channels, rateHz } = readWav(wav);
    const samples = channels[0] ?? new Int16Array();
    return { channels, rateHz, seconds: samples.length / rateHz };
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** In which tenths of a second a frequency is there, as a share of them all; the first and the last are left out. */
export const shareWith = ({ channels, rateHz }: ReturnType<typeof readOggOpus>, frequencyHz: number): number => {
  const samples = channels[0] ?? new Int16Array();
  const block = rateHz / 10;
  const levels = Array.from({ length: Math.floor(samples.length / block) }, (_, i) =>
    levelAtDbfs(samples.subarray(i * block, (i + 1) * block), rateHz, frequencyHz),
  ).slice(1, -1);
  return levels.filter((level) => level > -40).length / Math.max(1, levels.length);
};
