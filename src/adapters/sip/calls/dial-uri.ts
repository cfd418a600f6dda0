import type { DialTarget } from '../../../machines/model/party.ts';
import { escapeUser, parseUri, type WireUri } from '../wire/uri.ts';

/** The Request-URI of a call. Undefined when the text cannot be made an address. */
export const dialUri = (target: DialTarget, domain: string): WireUri | undefined => {
  if (target.kind === 'number')
    return target.user === '' ? undefined : parseUri(`sip:${escapeUser(target.user)}@${domain}`);
  const text = /^(sips?|tel):/i.test(target.uri) ? target.uri : `sip:${target.uri}`;
  if (/[\p{Cc}<>"]/u.test(text)) return undefined;
  const at = text.lastIndexOf('@');
  if (at < 0 || /^tel:/i.test(text)) return parseUri(text);
  const colon = text.indexOf(':');
  return parseUri(`${text.slice(0, colon + 1)}${escapeRest(text.slice(colon + 1, at))}${text.slice(at)}`);
};

/** Escapes what is not escaped yet: `%41` stays, a lone `%` and a space do not. */
const escapeRest = (user: string): string =>
  user
    .split(/(%[0-9A-Fa-f]{2}|:)/)
    .map((part, index) => (index % 2 === 1 ? part : escapeUser(part)))
    .join('');
