import type { CodecName } from '../../../actors/ports/rtp-legs.ts';
import type { AudioCodec, RecordingCoder } from './codec.ts';
import { createG711 } from './g711.ts';
import { loadG722 } from './g722.ts';
import { loadGsm } from './gsm.ts';
import { loadBundledOpus } from './opus-bundled.ts';
import { loadNativeOpus } from './opus-native.ts';

/** The codecs this installation has. Each thread loads its own. */
export interface CodecLibrary {
  /** Best first; what is not here is never offered. */
  readonly names: readonly CodecName[];
  /** What was found, for the operator: `libopus 1.3.1`, `@evan/opus`, … */
  readonly versions: { readonly opus: string; readonly g722?: string; readonly gsm?: string };
  /** `rateHz` of the PCM matters to Opus only: the others have one. */
  create(name: CodecName, rateHz: number): AudioCodec;
  createRecordingCoder(rateHz: number, channels: 1 | 2): RecordingCoder;
}

/** @throws Error when neither the system nor the npm package has Opus: no Telegram call can be made then */
export const loadCodecs = (): CodecLibrary => {
  const opus = loadNativeOpus() ?? loadBundledOpus();
  if (opus === undefined) throw new Error('no Opus: install libopus0 or the npm package @evan/opus');
  const g722 = loadG722();
  const gsm = loadGsm();
  const creators: { [name in CodecName]?: (rateHz: number) => AudioCodec } = {
    opus: (rateHz) => opus.create(rateHz),
    ...(g722 && { g722: g722.create }),
    alaw: () => createG711('alaw'),
    mulaw: () => createG711('mulaw'),
    ...(gsm && { gsm: gsm.create }),
  };
  return {
    names: Object.keys(creators) as CodecName[],
    versions: { opus: opus.version, ...(g722 && { g722: g722.version }), ...(gsm && { gsm: gsm.version }) },
    create(name, rateHz) {
      const create = creators[name];
      if (create === undefined) throw new Error(`codec ${name} is not installed`);
      return create(rateHz);
    },
    createRecordingCoder: (rateHz, channels) => opus.createRecordingCoder(rateHz, channels),
  };
};

/** The PCM rate a codec forces on its leg; Opus takes whatever its counterpart has. */
export const fixedRateHz: Readonly<Record<CodecName, number | undefined>> = {
  opus: undefined,
  g722: 16_000,
  alaw: 8000,
  mulaw: 8000,
  gsm: 8000,
};
