import koffi from 'koffi';
import type { AudioCodec } from './codec.ts';

/** GSM 06.10 full rate by the system's libgsm, or nothing where it is not installed. */
export const loadGsm = (): { version: string; create: () => AudioCodec } | undefined => {
  try {
    const gsm = bind(koffi.load('libgsm.so.1'));
    return { version: 'libgsm 1', create: () => createCodec(gsm) };
  } catch {
    return undefined;
  }
};

const bind = (library: ReturnType<typeof koffi.load>) => ({
  create: library.func('void *gsm_create()'),
  destroy: library.func('void gsm_destroy(void *state)'),
  encode: library.func('void gsm_encode(void *state, const int16_t *pcm, uint8_t *frame)'),
  decode: library.func('int gsm_decode(void *state, const uint8_t *frame, int16_t *pcm)'),
});

/** RFC 3551 §4.5.8: 33 bytes are 160 samples. */
const frameBytes = 33;
const frameSamples = 160;

const createCodec = (gsm: ReturnType<typeof bind>): AudioCodec => {
  const encoder: unknown = gsm.create();
  const decoder: unknown = gsm.create();
  let freed = false;
  const framesIn = (length: number) => (length % frameBytes === 0 ? length / frameBytes : 0);
  return {
    name: 'gsm',
    rateHz: 8000,
    rtpClockHz: 8000,
    conceals: false,
    recovers: false,
    encode(pcm, samples, out) {
      const frames = Math.floor(samples / frameSamples);
      if (freed || samples > pcm.length || frames * frameBytes > out.length) return 0;
      for (let frame = 0; frame < frames; frame++) {
        const from = frame * frameSamples;
        gsm.encode(encoder, pcm.subarray(from, from + frameSamples), out.subarray(frame * frameBytes));
      }
      return frames * frameBytes;
    },
    decode(packet, length, pcm) {
      if (freed || packet === undefined || length > packet.length) return 0;
      const frames = framesIn(length);
      if (frames * frameSamples > pcm.length) return 0;
      for (let frame = 0; frame < frames; frame++) {
        // A wrong magic nibble (not 0xD) is refused.
        if (gsm.decode(decoder, packet.subarray(frame * frameBytes), pcm.subarray(frame * frameSamples)) !== 0)
          return 0;
      }
      return frames * frameSamples;
    },
    decodeFec: () => 0,
    packetSamples: (_packet, length) => framesIn(length) * frameSamples,
    expectLoss: () => {},
    setComplexity: () => {},
    free() {
      if (freed) return;
      freed = true;
      gsm.destroy(encoder);
      gsm.destroy(decoder);
    },
  };
};
