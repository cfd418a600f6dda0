/** Call progress tones of product §12; frequencies and cadences belong to the media adapter's table. */
export type ToneName =
  | 'ringback'
  | 'busy'
  | 'congestion'
  | 'second-call'
  | 'reconnection'
  | 'back-on-line'
  | 'limit-warning'
  | 'key-feedback'
  | 'consent';

/** One key of the keypad (RFC 4733 events 0–15). */
export type DtmfDigit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '*' | '#' | 'A' | 'B' | 'C' | 'D';

export const isDtmfDigit = (text: string): text is DtmfDigit => /^[0-9*#A-D]$/.test(text);

/** A key, or a pause before the next: `,` of 2 s, `w` of 0.5 s (product §7). */
export type DtmfStep = DtmfDigit | ',' | 'w';

/** Keys and pauses of a reply to the keypad; undefined: it holds something else, or more than 64 of them. */
export const readDtmf = (text: string): readonly DtmfStep[] | undefined => {
  const keys = text.replaceAll(/\s/g, '');
  if (!/^[0-9*#A-Da-d,wW]{1,64}$/.test(keys)) return undefined;
  return keys.split('').map((step) => (/w/i.test(step) ? 'w' : (step.toUpperCase() as DtmfStep)));
};

/** How a key press reaches the party (product §7): RFC 4733 events, SIP INFO, or the two frequencies in the voice. */
export type DtmfMethod = (typeof dtmfMethods)[number];
export const dtmfMethods = ['rfc2833', 'info', 'inband'] as const;
