import type { DialTarget } from '../../machines/model/party.ts';

/** The part of a target that rules see and rewrite (product §4, D-12). */
export interface Subject {
  readonly text: string;
  rewritten(text: string): DialTarget;
}

/**
 * Of a number: all of it. Of a SIP address: the user part as written, without a password; the host stays. Of a tel: URI: the
 * number without its parameters.
 */
export function subjectOf(target: DialTarget): Subject {
  if (target.kind === 'number') return { text: target.user, rewritten: (user) => ({ kind: 'number', user }) };
  const [scheme = ''] = /^(?:sips?:|tel:)?/i.exec(target.uri) ?? [];
  const rest = target.uri.slice(scheme.length);
  if (/^tel:/i.test(scheme)) {
    const text = rest.split(';', 1)[0] ?? '';
    return around(scheme, text, rest.slice(text.length), ';?');
  }
  const at = rest.lastIndexOf('@');
  if (at < 0) return around(scheme, '', `@${rest}`);
  const text = rest.slice(0, at).split(':', 1)[0] ?? '';
  return around(scheme, text, rest.slice(text.length));
}

const around = (before: string, text: string, after: string, separators = ''): Subject => ({
  text,
  rewritten: (next) => ({ kind: 'uri', uri: `${before}${escaped(next, separators)}${after}` }),
});

/** What a rule wrote must not change what the URI is made of (RFC 3261 §25.1); `%41` is an escape already. */
const escaped = (text: string, separators: string): string =>
  text.replaceAll(/%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-_.!~*'()&=+$,/;?]|[;?]/gu, (sign) => {
    if (/^%..$|^[;?]$/s.test(sign) && !separators.includes(sign)) return sign;
    return Array.from(Buffer.from(sign), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
  });
