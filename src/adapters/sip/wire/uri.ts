import { URI } from 'sip.js';
import { parametersOf, splitOutside, unquoted } from './split.ts';

/**
 * A URI that is written exactly as it was read.
 *
 * The library's own writer decodes and re-encodes the user part, which throws on bytes that are not UTF-8, escapes `;` and
 * `=` that a PBX may compare literally, and turns `tel:1` into `tel://1`.
 */
export class WireUri extends URI {
  readonly #text: string;
  readonly #parts: UriParts;

  constructor(text: string, parts: UriParts) {
    super(parts.scheme, parts.user, parts.host, parts.port, { ...parts.parameters });
    this.#text = text;
    this.#parts = parts;
  }

  /** `?name=value` at the end (RFC 3261 §19.1.1). A `?` in the user part is none. */
  get hasHeaders(): boolean {
    return /^sips?$/.test(this.#parts.scheme) && this.#text.slice(this.#text.indexOf('@') + 1).includes('?');
  }

  override clone(): WireUri {
    return new WireUri(this.#text, this.#parts);
  }

  override toRaw(): string {
    return this.#text;
  }

  override toString(): string {
    return this.#text;
  }
}

interface UriParts {
  readonly scheme: string;
  readonly user: string;
  readonly host: string;
  readonly port: number | undefined;
  readonly parameters: Readonly<Record<string, string | null>>;
}

/** sip:, sips: and tel: in full; of any other scheme only that. Undefined when the text is no URI. */
export const parseUri = (text: string): WireUri | undefined => {
  const colon = text.indexOf(':');
  const scheme = text.slice(0, Math.max(colon, 0)).toLowerCase();
  if (!/^[a-z][a-z0-9+.-]*$/.test(scheme) || /[\s<>"]/.test(text)) return undefined;
  const rest = text.slice(colon + 1);
  if (scheme === 'tel') {
    const number = rest.split(';', 1)[0] ?? '';
    return number === '' ? undefined : opaque(text, scheme, number);
  }
  if (scheme !== 'sip' && scheme !== 'sips') return rest === '' ? undefined : opaque(text, scheme, 'unknown');
  // A `;` or `?` before the @ belongs to the user part (RFC 3261 §25.1, user-unreserved).
  const at = rest.indexOf('@');
  const user = at < 0 ? '' : (rest.slice(0, at).split(':', 1)[0] ?? '');
  const [target = ''] = rest.slice(at + 1).split('?', 1);
  const [hostPort = '', ...parameterParts] = target.split(';');
  const match = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)(?::(\d{1,5}))?$/.exec(hostPort);
  if (match?.[1] === undefined || (at >= 0 && user === '') || parameterParts.length > 64) return undefined;
  const parameters: Record<string, string | null> = {};
  for (const [name, value] of parametersOf(parameterParts)) parameters[name] = value === '' ? null : value;
  return new WireUri(text, {
    scheme,
    user,
    host: match[1],
    port: match[2] === undefined ? undefined : Number(match[2]),
    parameters,
  });
};

const opaque = (text: string, scheme: string, host: string) =>
  new WireUri(text, { scheme, user: '', host, port: undefined, parameters: {} });

/** A name-addr or addr-spec with its header parameters (RFC 3261 §20.10). */
export interface NameAddress {
  readonly displayName: string;
  readonly uri: WireUri;
  readonly parameters: Map<string, string>;
}

export const parseNameAddress = (text: string): NameAddress | undefined => {
  const open = bracketAt(text);
  if (open < 0) {
    const [address = '', ...rest] = splitOutside(text, ';') ?? [];
    const uri = parseUri(address);
    return uri === undefined || uri.hasHeaders ? undefined : withParameters('', uri, rest);
  }
  const close = text.indexOf('>', open);
  const uri = close < 0 ? undefined : parseUri(text.slice(open + 1, close));
  const rest = splitOutside(text.slice(close + 1), ';');
  const name = text.slice(0, open).trim();
  // An open quote ran over the bracket: the name is not a name.
  if (uri === undefined || rest === undefined || splitOutside(name, ',') === undefined) return undefined;
  return withParameters(unquoted(name), uri, rest);
};

const withParameters = (displayName: string, uri: WireUri, parts: readonly string[]): NameAddress => ({
  displayName,
  uri,
  parameters: parametersOf(parts),
});

const bracketAt = (text: string): number => {
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (isQuoted && sign === '\\') at++;
    else if (sign === '"') isQuoted = !isQuoted;
    else if (sign === '<' && !isQuoted) return at;
  }
  return -1;
};

/** Percent-escapes what a user part cannot carry as it is (RFC 3261 §25.1); bytes beyond ASCII as UTF-8. */
export const escapeUser = (user: string): string =>
  Array.from(Buffer.from(user, 'utf8'), (byte) => {
    const sign = String.fromCharCode(byte);
    return /[A-Za-z0-9\-_.!~*'()&=+$,;?/]/.test(sign) ? sign : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');

/** For display only: escapes undone where they are UTF-8, else left as they came. */
export const unescapeUser = (user: string): string => {
  try {
    return decodeURIComponent(user);
  } catch {
    return user;
  }
};
