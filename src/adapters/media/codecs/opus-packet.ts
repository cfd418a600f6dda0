import { usualComplexity } from './codec.ts';

/** Bytes an Opus packet of ours may take: 20 ms at the highest rate, and far below any MTU. */
export const longestOpusBytes = 1275;

/** Milliseconds of sound in an Opus packet by its table-of-contents byte (RFC 6716 §3.1); 0 when malformed. */
export const opusPacketMs = (packet: Uint8Array, length: number): number => {
  if (length < 1) return 0;
  const toc = packet[0] as number;
  const frames = frameCount(toc & 3, packet, length);
  const totalMs = frames * frameMs(toc >> 3);
  return totalMs > 120 ? 0 : totalMs;
};

/**
 * The packet carries the one before it at low quality (in-band FEC, RFC 6716 §4.2.4). Without this look, libopus would
 * conceal and call it recovered.
 */
export const opusHasFec = (packet: Uint8Array, length: number): boolean => {
  if (length < 2) return false;
  const toc = packet[0] as number;
  const configuration = toc >> 3;
  // Only SILK has it; packets of more than one frame of different lengths are not looked into.
  if (configuration >= 16 || (toc & 3) > 1) return false;
  const silkFrames = Math.max(1, frameMs(configuration) / 20);
  return (((packet[1] as number) >> (7 - silkFrames)) & 1) === 1;
};

const frameCount = (code: number, packet: Uint8Array, length: number): number => {
  if (code === 0) return 1;
  if (code < 3) return 2;
  return length < 2 ? 0 : (packet[1] as number) & 63;
};

const silkMs = [10, 20, 40, 60] as const;
const hybridMs = [10, 20] as const;
const celtMs = [2.5, 5, 10, 20] as const;

const frameMs = (configuration: number): number => {
  if (configuration < 12) return silkMs[configuration & 3] as number;
  if (configuration < 16) return hybridMs[configuration & 1] as number;
  return celtMs[configuration & 3] as number;
};

/** Bits per second of recordings (product §8). */
export const recordingBitrate = (channels: 1 | 2): number => (channels === 1 ? 24_000 : 40_000);

/** What every Opus coder of ours is set to, native or not. */
export const opusSettings = (rateHz: number) => ({
  complexity: usualComplexity,
  bitrate: rateHz === 8000 ? 24_000 : 28_000,
  /** Redundancy is only coded when loss is expected; below 5 % libopus spends nothing on it. */
  expectedLossPercent: { least: 5, most: 20 },
});
