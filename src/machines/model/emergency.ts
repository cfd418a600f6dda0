import type { DialTarget } from './party.ts';

/**
 * What people dial for help. ITU-T E.161.1: 112 and 911 where there is one number for all. Beside them what is common
 * nationally, much of it where these languages are spoken.
 */
const numbers: ReadonlySet<string> = new Set([
  '112',
  '911',
  // United Kingdom, Ireland and others; Australia; New Zealand.
  ...['999', '000', '111'],
  // Police and fire in Germany, China, Japan, Korea.
  ...['110', '119'],
  // Fire, police, ambulance and gas in Ukraine, Russia, Kazakhstan and others; ambulance in Argentina.
  ...['101', '102', '103', '104', '107'],
  // Mexico until 2017; ambulance, police, fire and civil guard in Spain; fire, police and ambulance in Chile.
  ...['066', '061', '062', '080', '085', '091', '092', '131', '132', '133'],
]);

/** Whether this asks for help from a public service, however it is written. A line's own PBX may know it as an extension. */
export function isEmergency(target: DialTarget): boolean {
  const user = target.kind === 'number' ? target.user : target.uri.replace(/^(sips?|tel):/i, '').split('@')[0];
  return user !== undefined && numbers.has(user.replaceAll(/[\s./()-]/g, ''));
}
