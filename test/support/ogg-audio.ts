import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasProgram } from '../peers/program.ts';
import { levelAtDbfs, readWav } from './tones.ts';

/** Debian's opus-tools: libopusfile and libogg judge our files, not our own code. */
export const hasOpusTools = hasProgram('opusdec', 'opus-tools') && hasProgram('opusinfo', 'opus-tools');

/** What foreign tools say of an Ogg/Opus file, `info` and its `status`, and how it sounds. @throws Error when it cannot be decoded */
export const judgeOggOpus = (bytes: Buffer) => {
  const folder = mkdtempSync(join(tmpdir(), 'siptg-ogg-'));
  try {
    const [path, wav] = [join(folder, 'file.ogg'), join(folder, 'file.wav')];
    writeFileSync(path, bytes);
    const info = spawnSync('opusinfo', [path], { encoding: 'utf8' });
    const decoding = spawnSync('opusdec', ['--quiet', '--rate', '48000', path, wav], { encoding: 'utf8' });
    if (decoding.status !== 0) throw new Error(decoding.stderr);
    return { info: info.stdout + info.stderr, status: info.status, ...readWav(wav) };
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** A file as it should be. @throws Error when anything is wrong with it */
export const readOggOpus = (bytes: Buffer) => {
  const { info, channels, rateHz } = judgeOggOpus(bytes);
  if (/warning|error|hole|invalid/i.test(info)) throw new Error(info);
  return { channels, rateHz, seconds: (channels[0]?.length ?? 0) / rateHz };
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
