import type { SipRequest } from './wire/message.ts';

/** What we understand, as Allow says it. */
export const allowedMethods = [
  'INVITE',
  'ACK',
  'BYE',
  'CANCEL',
  'OPTIONS',
  'INFO',
  'NOTIFY',
  'REFER',
  'UPDATE',
  'PRACK',
] as const;

export const allow = allowedMethods.join(', ');

export const isAllowed = (method: string): boolean => (allowedMethods as readonly string[]).includes(method);

/** Registered methods (RFC 3261 and extensions) that we do not serve: 405, while a made-up one gets 501. */
export const isRegistered = (method: string): boolean =>
  isAllowed(method) || ['REGISTER', 'SUBSCRIBE', 'PUBLISH', 'MESSAGE'].includes(method);

/** Option tags a peer may require of us (RFC 3261 §20.32). */
export const supportedOptions: readonly string[] = [];

/** Tags the library claims for itself without serving them. */
const falseClaims = new Set(['outbound', 'path', 'gruu']);

export const honestSupported = (claimed: string): string =>
  claimed
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '' && !falseClaims.has(tag.toLowerCase()))
    .join(', ');

export const acceptedBody = 'application/sdp';

/** Without parameters, in lower case. */
export const contentTypeOf = (request: SipRequest): string =>
  (request.headers.find(([name]) => name === 'content-type')?.[1] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
