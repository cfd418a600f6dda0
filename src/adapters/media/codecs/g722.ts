import koffi from 'koffi';
import type { AudioCodec } from './codec.ts';

/** G.722 at 64 kb/s by the system's libspandsp, or nothing where it is not installed. */
export const loadG722 = (): { version: string; create: () => AudioCodec } | undefined => {
  try {
    const spandsp = bind(koffi.load('libspandsp.so.2'));
    return { version: 'libspandsp 2', create: () => createCodec(spandsp) };
  } catch {
    return undefined;
  }
};

const bind = (library: ReturnType<typeof koffi.load>) => ({
  initEncoder: library.func('void *g722_encode_init(void *state, int bitrate, int options)'),
  initDecoder: library.func('void *g722_decode_init(void *state, int bitrate, int options)'),
  freeEncoder: library.func('int g722_encode_free(void *state)'),
  freeDecoder: library.func('int g722_decode_free(void *state)'),
  encode: library.func('int g722_encode(void *state, uint8_t *data, const int16_t *pcm, int samples)'),
  decode: library.func('int g722_decode(void *state, int16_t *pcm, const uint8_t *data, int length)'),
});

const bitrate = 64_000;
const samplesPerByte = 2;

const createCodec = (spandsp: ReturnType<typeof bind>): AudioCodec => {
  const encoder: unknown = spandsp.initEncoder(null, bitrate, 0);
  const decoder: unknown = spandsp.initDecoder(null, bitrate, 0);
  let freed = false;
  return {
    name: 'g722',
    rateHz: 16_000,
    rtpClockHz: 8000,
    conceals: false,
    recovers: false,
    encode(pcm, samples, out) {
      if (freed || samples > pcm.length || samples / samplesPerByte > out.length) return 0;
      return spandsp.encode(encoder, out, pcm, samples) as number;
    },
    decode(packet, length, pcm) {
      if (freed || packet === undefined || length > packet.length || length * samplesPerByte > pcm.length) return 0;
      return spandsp.decode(decoder, pcm, packet, length) as number;
    },
    decodeFec: () => 0,
    packetSamples: (_packet, length) => length * samplesPerByte,
    expectLoss: () => {},
    setComplexity: () => {},
    free() {
      if (freed) return;
      freed = true;
      spandsp.freeEncoder(encoder);
      spandsp.freeDecoder(decoder);
    },
  };
};
