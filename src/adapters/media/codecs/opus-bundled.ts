import { createRequire } from 'node:module';
import type { AudioCodec, RecordingCoder } from './codec.ts';
import type { OpusLibrary } from './opus-library.ts';
import { opusPacketMs, opusSettings, recordingBitrate } from './opus-packet.ts';

/**
 * Opus from the npm package: serves where the system has no libopus. It neither conceals nor decodes the in-band
 * redundancy, and its rate is fixed at creation like libopus'.
 */
export const loadBundledOpus = (): OpusLibrary | undefined => {
  try {
    const evan = createRequire(import.meta.url)('@evan/opus') as EvanOpus;
    return {
      version: '@evan/opus',
      create: (rateHz) => createCodec(evan, rateHz),
      createRecordingCoder: (rateHz, channels) => createRecordingCoder(evan, rateHz, channels),
    };
  } catch {
    return undefined;
  }
};

/** The part of the package that is used; its own types name options that its code does not have. */
interface EvanOpus {
  readonly Encoder: new (
    options: object,
  ) => {
    encode(pcm: Uint8Array): Uint8Array;
    bitrate: number;
    complexity: number;
    vbr: boolean;
    dtx: boolean;
    inband_fec: boolean;
    packet_loss: number;
  };
  readonly Decoder: new (options: object) => { decode(packet: Uint8Array): Uint8Array };
}

const createCodec = (evan: EvanOpus, rateHz: number): AudioCodec => {
  const settings = opusSettings(rateHz);
  const encoder = new evan.Encoder({ channels: 1, sample_rate: rateHz, application: 'voip' });
  const decoder = new evan.Decoder({ channels: 1, sample_rate: rateHz });
  encoder.bitrate = settings.bitrate;
  encoder.complexity = settings.complexity;
  encoder.vbr = true;
  encoder.dtx = false;
  encoder.inband_fec = true;
  encoder.packet_loss = settings.expectedLossPercent.least;

  return {
    name: 'opus',
    rateHz,
    rtpClockHz: 48_000,
    conceals: false,
    recovers: false,
    encode(pcm, samples, out) {
      if (samples > pcm.length) return 0;
      try {
        const packet = encoder.encode(new Uint8Array(pcm.buffer, pcm.byteOffset, samples * 2));
        if (packet.length > out.length) return 0;
        out.set(packet);
        return packet.length;
      } catch {
        return 0;
      }
    },
    decode(packet, length, pcm) {
      if (packet === undefined || length < 1 || length > packet.length) return 0;
      try {
        const bytes = decoder.decode(packet.subarray(0, length));
        const samples = bytes.length >> 1;
        if (samples > pcm.length) return 0;
        new Uint8Array(pcm.buffer, pcm.byteOffset, samples * 2).set(bytes.subarray(0, samples * 2));
        return samples;
      } catch {
        return 0;
      }
    },
    decodeFec: () => 0,
    packetSamples: (packet, length) => (opusPacketMs(packet, length) * rateHz) / 1000,
    expectLoss(percent) {
      const { least, most } = settings.expectedLossPercent;
      encoder.packet_loss = Math.round(Math.min(most, Math.max(least, percent)));
    },
    setComplexity(complexity) {
      encoder.complexity = complexity;
    },
    free: () => {},
  };
};

const createRecordingCoder = (evan: EvanOpus, rateHz: number, channels: 1 | 2): RecordingCoder => {
  const encoder = new evan.Encoder({ channels, sample_rate: rateHz, application: 'voip' });
  encoder.bitrate = recordingBitrate(channels);
  encoder.complexity = 0;
  const frameBytes = (rateHz / 50) * channels * 2;
  return {
    encode(pcm, out) {
      if (pcm.byteLength < frameBytes) return 0;
      try {
        const packet = encoder.encode(new Uint8Array(pcm.buffer, pcm.byteOffset, frameBytes));
        if (packet.length > out.length) return 0;
        out.set(packet);
        return packet.length;
      } catch {
        return 0;
      }
    },
    free: () => {},
  };
};
