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

/** How a key press reaches the party (product §7): RFC 4733 events, SIP INFO, or the two frequencies in the voice. */
export type DtmfMethod = 'rfc2833' | 'info' | 'inband';
