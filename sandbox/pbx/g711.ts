/** ITU-T G.711: A-law (payload type 8) and µ-law (payload type 0). Samples are 16 bits. */

const decodeALaw = (byte: number): number => {
  const value = byte ^ 0x55;
  const exponent = (value >> 4) & 7;
  const mantissa = ((value & 15) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
  return (value & 0x80) === 0 ? -magnitude : magnitude;
};

const decodeMuLaw = (byte: number): number => {
  const value = ~byte & 0xff;
  const magnitude = (((value & 15) << 3) + 0x84) << ((value >> 4) & 7);
  return (value & 0x80) === 0 ? magnitude - 0x84 : 0x84 - magnitude;
};

const tableOf = (decode: (byte: number) => number): Int16Array => Int16Array.from({ length: 256 }, (_, n) => decode(n));
const decoders = { 0: tableOf(decodeMuLaw), 8: tableOf(decodeALaw) } as const;

/** For each 16-bit sample the code whose value is nearest: the laws are monotonic, so a walk along the sorted codes finds them. */
const encoderFor = (decoder: Int16Array): Uint8Array => {
  const codes = [...decoder.keys()].sort((a, b) => decoder[a]! - decoder[b]!);
  const table = new Uint8Array(65_536);
  let at = 0;
  for (let sample = -32_768; sample <= 32_767; sample++) {
    const distance = (n: number): number => Math.abs(decoder[codes[n]!]! - sample);
    while (at + 1 < codes.length && distance(at + 1) <= distance(at)) at++;
    table[sample & 0xffff] = codes[at]!;
  }
  return table;
};
const encoders = { 0: encoderFor(decoders[0]), 8: encoderFor(decoders[8]) } as const;

export type G711 = 0 | 8;

export const decodeG711 = (codec: G711, bytes: Uint8Array): Int16Array =>
  Int16Array.from(bytes, (byte) => decoders[codec][byte]!);

export const encodeG711 = (codec: G711, samples: Int16Array): Buffer =>
  Buffer.from(Uint8Array.from(samples, (sample) => encoders[codec][sample & 0xffff]!));
