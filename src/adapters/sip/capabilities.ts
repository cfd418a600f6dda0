import { type Header, headersOf, type SipMessage, type SipRequest } from './wire/message.ts';

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
export const supportedOptions: readonly string[] = ['100rel', 'timer', 'norefersub'];

/** What we tell peers that we understand, where it is asked out of a call. */
export const supported = '100rel, timer';

/** Tags the library claims for itself without serving them. */
const falseClaims = new Set(['outbound', 'path', 'gruu']);

/** Supported as it may be said: session timers are ours, the library does not know of them. */
export const honestSupported = (message: SipMessage): string => {
  const isSuccess = message.kind === 'response' && message.status >= 200 && message.status < 300;
  const isTimed = /^(INVITE|UPDATE)$/.test(message.method) && (message.kind === 'request' || isSuccess);
  return headersOf(message.headers, 'supported')
    .flatMap((claimed) => claimed.split(','))
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '' && !falseClaims.has(tag.toLowerCase()))
    .concat(isTimed ? ['timer'] : [])
    .join(', ');
};

/** Does a peer take UPDATE, by its Allow? */
export const isUpdateAllowed = (headers: readonly Header[]): boolean =>
  headersOf(headers, 'allow').some((value) => value.split(',').some((method) => method.trim() === 'UPDATE'));

export const acceptedBody = 'application/sdp';

/** Without parameters, in lower case. */
export const contentTypeOf = (request: SipRequest): string =>
  (request.headers.find(([name]) => name === 'content-type')?.[1] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
