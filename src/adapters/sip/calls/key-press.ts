import { type DtmfDigit, isDtmfDigit } from '../../../machines/model/tone.ts';

/** Body types of INFO that carry keys. Neither has an RFC; this is what PBXs send. */
export type KeyPressType = 'application/dtmf-relay' | 'application/dtmf';

export const isKeyPressType = (type: string): type is KeyPressType =>
  type === 'application/dtmf-relay' || type === 'application/dtmf';

/** Milliseconds a key is said to be down. */
const DURATION_MS = 160;

export const keyPressBody = (digit: DtmfDigit) => ({
  contentDisposition: 'render',
  contentType: 'application/dtmf-relay' satisfies KeyPressType,
  content: `Signal=${digit}\r\nDuration=${DURATION_MS}\r\n`,
});

/** The key in a body: `Signal=5` in any case and with spaces, or the sign alone. Undefined for a flash, or none. */
export const keyIn = (type: KeyPressType, body: string): DtmfDigit | undefined => {
  const text = type === 'application/dtmf' ? body : /^[ \t]*signal[ \t]*=([^\r\n]*)/im.exec(body)?.[1];
  const sign = (text ?? '').trim().toUpperCase();
  // Some gateways write the event numbers of RFC 4733 for all that is no digit.
  const digit = events[sign] ?? sign;
  return isDtmfDigit(digit) ? digit : undefined;
};

const events: Readonly<Record<string, DtmfDigit>> = {
  '10': '*',
  '11': '#',
  '12': 'A',
  '13': 'B',
  '14': 'C',
  '15': 'D',
};
