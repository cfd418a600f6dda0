import type { AudioCodec } from './codec.ts';

/** G.711 by tables: 256 entries to decode, 65 536 to encode. */
export const createG711 = (law: 'alaw' | 'mulaw'): AudioCodec => {
  const { decode, encode } = tables[law]();
  return {
    name: law,
    rateHz: 8000,
    rtpClockHz: 8000,
    conceals: false,
    recovers: false,
    encode(pcm, samples, out) {
      if (samples > out.length) return 0;
      for (let i = 0; i < samples; i++) out[i] = encode[(pcm[i] as number) & 0xffff] as number;
      return samples;
    },
    decode(packet, length, pcm) {
      if (packet === undefined || length > packet.length || length > pcm.length) return 0;
      for (let i = 0; i < length; i++) pcm[i] = decode[packet[i] as number] as number;
      return length;
    },
    decodeFec: () => 0,
    packetSamples: (_packet, length) => length,
    expectLoss: () => {},
    setComplexity: () => {},
    free: () => {},
  };
};

interface Tables {
  readonly decode: Int16Array;
  readonly encode: Uint8Array;
}

const once = (build: () => Tables): (() => Tables) => {
  let built: Tables | undefined;
  return () => (built ??= build());
};

/** ITU-T G.711 §3, A-law: even bits inverted, 13 bits left-aligned in 16. */
const aLawSample = (code: number): number => {
  const bits = code ^ 0x55;
  const exponent = (bits >> 4) & 7;
  const mantissa = ((bits & 15) << 4) + (exponent === 0 ? 8 : 0x108);
  const magnitude = exponent > 1 ? mantissa << (exponent - 1) : mantissa;
  return bits & 0x80 ? magnitude : -magnitude;
};

/** ITU-T G.711 §3, µ-law: all bits inverted, bias 33 in 14 bits. */
const muLawSample = (code: number): number => {
  const bits = ~code & 0xff;
  const magnitude = ((((bits & 15) << 3) + 0x84) << ((bits >> 4) & 7)) - 0x84;
  return bits & 0x80 ? -magnitude : magnitude;
};

/** The nearest code for each sample; of two equally near ones, the one named `silence` or the louder. */
const build = (sampleOf: (code: number) => number, silence: number): Tables => {
  const decode = Int16Array.from({ length: 256 }, (_, code) => sampleOf(code));
  const byLevel = [...decode.keys()].toSorted((a, b) => (decode[a] as number) - (decode[b] as number));
  const encode = new Uint8Array(65536);
  let at = 0;
  for (let sample = -32768; sample < 32768; sample++) {
    const distance = (position: number) => Math.abs((decode[byLevel[position] as number] as number) - sample);
    while (at < 255 && distance(at + 1) <= distance(at)) at++;
    encode[sample & 0xffff] = byLevel[at] as number;
  }
  encode[0] = silence;
  return { decode, encode };
};

const tables = {
  alaw: once(() => build(aLawSample, 0xd5)),
  mulaw: once(() => build(muLawSample, 0xff)),
};
