import koffi from 'koffi';
import type { AudioCodec, RecordingCoder } from './codec.ts';
import type { OpusLibrary } from './opus-library.ts';
import { longestOpusBytes, opusHasFec, opusPacketMs, opusSettings, recordingBitrate } from './opus-packet.ts';

/** The system's libopus, or nothing where it is not installed. */
export const loadNativeOpus = (): OpusLibrary | undefined => {
  const opus = openLibrary();
  return (
    opus && {
      version: String(opus.version()),
      create: (rateHz) => createCodec(opus, rateHz),
      createRecordingCoder: (rateHz, channels) => createRecordingCoder(opus, rateHz, channels),
    }
  );
};

/** Debian and Alpine, then macOS by Homebrew. */
const fileNames = ['libopus.so.0', '/opt/homebrew/lib/libopus.0.dylib', '/usr/local/lib/libopus.0.dylib'];

const openLibrary = () => {
  for (const fileName of fileNames) {
    try {
      return bind(koffi.load(fileName));
    } catch {
      // Not here under this name.
    }
  }
  return undefined;
};

const bind = (library: ReturnType<typeof koffi.load>) => ({
  version: library.func('const char *opus_get_version_string()'),
  createEncoder: library.func(
    'void *opus_encoder_create(int32_t rate, int channels, int application, _Out_ int *error)',
  ),
  createDecoder: library.func('void *opus_decoder_create(int32_t rate, int channels, _Out_ int *error)'),
  destroyEncoder: library.func('void opus_encoder_destroy(void *state)'),
  destroyDecoder: library.func('void opus_decoder_destroy(void *state)'),
  encode: library.func(
    'int32_t opus_encode(void *state, const int16_t *pcm, int samples, uint8_t *data, int32_t maximum)',
  ),
  decode: library.func(
    'int opus_decode(void *state, const uint8_t *data, int32_t length, int16_t *pcm, int samples, int fec)',
  ),
  control: library.func('int opus_encoder_ctl(void *state, int request, ...)'),
});

type Opus = ReturnType<typeof bind>;

/** opus_defines.h */
const application = { voip: 2048 };
const request = { bitrate: 4002, vbr: 4006, complexity: 4010, inbandFec: 4012, packetLoss: 4014, dtx: 4016 };

const createCodec = (opus: Opus, rateHz: number): AudioCodec => {
  const error = [0];
  const encoder: unknown = opus.createEncoder(rateHz, 1, application.voip, error);
  const decoder: unknown = opus.createDecoder(rateHz, 1, error);
  const settings = opusSettings(rateHz);
  const set = (what: number, value: number) => opus.control(encoder, what, 'int', value);
  set(request.bitrate, settings.bitrate);
  set(request.vbr, 1);
  set(request.complexity, settings.complexity);
  set(request.inbandFec, 1);
  set(request.packetLoss, settings.expectedLossPercent.least);
  set(request.dtx, 0);
  const frameSamples = rateHz / 50;
  let freed = false;

  return {
    name: 'opus',
    rateHz,
    rtpClockHz: 48_000,
    conceals: true,
    recovers: true,
    encode(pcm, samples, out) {
      if (freed || samples > pcm.length) return 0;
      const bytes: number = opus.encode(encoder, pcm, samples, out, Math.min(out.length, longestOpusBytes));
      return Math.max(0, bytes);
    },
    decode(packet, length, pcm) {
      if (freed) return 0;
      if (packet === undefined) return Math.max(0, opus.decode(decoder, null, 0, pcm, frameSamples, 0) as number);
      // Length 0 would mean concealment to libopus.
      if (length < 1 || length > packet.length) return 0;
      return Math.max(0, opus.decode(decoder, packet, length, pcm, pcm.length, 0) as number);
    },
    decodeFec(packet, length, pcm, samples) {
      if (freed || length > packet.length || samples > pcm.length || !opusHasFec(packet, length)) return 0;
      return Math.max(0, opus.decode(decoder, packet, length, pcm, samples, 1) as number);
    },
    packetSamples: (packet, length) => (opusPacketMs(packet, length) * rateHz) / 1000,
    expectLoss(percent) {
      const { least, most } = settings.expectedLossPercent;
      if (!freed) set(request.packetLoss, Math.round(Math.min(most, Math.max(least, percent))));
    },
    setComplexity(complexity) {
      if (!freed) set(request.complexity, complexity);
    },
    free() {
      if (freed) return;
      freed = true;
      opus.destroyEncoder(encoder);
      opus.destroyDecoder(decoder);
    },
  };
};

const createRecordingCoder = (opus: Opus, rateHz: number, channels: 1 | 2): RecordingCoder => {
  const encoder: unknown = opus.createEncoder(rateHz, channels, application.voip, [0]);
  opus.control(encoder, request.bitrate, 'int', recordingBitrate(channels));
  opus.control(encoder, request.complexity, 'int', 0);
  const frameSamples = rateHz / 50;
  let freed = false;
  return {
    encode(pcm, out) {
      if (freed || pcm.length < frameSamples * channels) return 0;
      return Math.max(
        0,
        opus.encode(encoder, pcm, frameSamples, out, Math.min(out.length, longestOpusBytes)) as number,
      );
    },
    free() {
      if (freed) return;
      freed = true;
      opus.destroyEncoder(encoder);
    },
  };
};
