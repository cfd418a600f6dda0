import { Encoder } from '@evan/opus';
import { type FilePiece, OpusFile } from '../../../src/adapters/media/record/opus-file.ts';

export interface ToneOptions {
  readonly seconds: number;
  readonly toneHz: number;
  /** Each run has a serial number of its own, as on another host. */
  readonly run?: number;
  readonly channels?: 1 | 2;
  /** False: nobody ends it, as when its process dies. */
  readonly ends?: boolean;
}

const rateHz = 16_000;
const packetSamples = rateHz / 50;

/** What the recorder tells of a tone, as fast as it can be coded. */
export function* tonePieces({
  seconds,
  toneHz,
  run = 0,
  channels = 1,
  ends = true,
}: ToneOptions): Generator<FilePiece> {
  const tags = { title: 'Pat', artist: 'Office', date: '2026-12-02T09:30:00.000Z' };
  const stream = new OpusFile(0x51505447 + run, channels, rateHz, tags);
  const encoder = new Encoder({ channels, sample_rate: rateHz, application: 'voip' });
  let at = 0;
  const packet = (amplitude: number) => {
    const pcm = new Int16Array(packetSamples * channels);
    for (let i = 0; i < packetSamples; i++) {
      pcm.fill(amplitude * Math.sin((2 * Math.PI * toneHz * at++) / rateHz), i * channels, (i + 1) * channels);
    }
    return Buffer.from(encoder.encode(pcm));
  };
  yield stream.head;
  for (let i = 0; i < seconds * 50; i++) {
    const piece = stream.add(packet(8_000));
    if (piece) yield piece;
  }
  if (ends) yield stream.end(packet(0));
}
