import { headerOf, type SipMessage } from './message.ts';
import { parametersOf, splitOutside, unquoted } from './split.ts';

/** One hop a message came through (RFC 3261 §20.42). */
export interface Via {
  /** UDP, TCP, TLS … in capitals. */
  readonly transport: string;
  readonly sentBy: { readonly host: string; readonly port: number | undefined };
  readonly parameters: Map<string, string>;
}

export const parseVia = (text: string): Via | undefined => {
  const [head = '', ...rest] = splitOutside(text, ';') ?? [];
  // Any version: a 505 has to find back, too.
  const match = /^SIP\s*\/\s*\d\.\d\s*\/\s*([^\s/]+)\s+(\[[0-9A-Fa-f:.]+\]|[^\s:[\]]+)\s*(?::\s*(\d{1,5}))?$/i.exec(
    head,
  );
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  const port = match[3] === undefined ? undefined : Number(match[3]);
  return { transport: match[1].toUpperCase(), sentBy: { host: match[2], port }, parameters: parametersOf(rest) };
};

export const writeVia = (via: Via): string => {
  const port = via.sentBy.port === undefined ? '' : `:${via.sentBy.port}`;
  const parameters = [...via.parameters].map(([name, value]) => (value === '' ? `;${name}` : `;${name}=${value}`));
  return `SIP/2.0/${via.transport} ${via.sentBy.host}${port}${parameters.join('')}`;
};

/** The topmost Via; several may share one header. */
export const topVia = (message: SipMessage): Via | undefined => {
  const [first] = splitOutside(headerOf(message.headers, 'via') ?? '', ',') ?? [];
  return first === undefined ? undefined : parseVia(first);
};

export const parseCSeq = (text: string): { readonly number: number; readonly method: string } | undefined => {
  const match = /^(\d{1,10})\s+(\S+)$/.exec(text);
  const number = Number(match?.[1]);
  // RFC 3261 §8.1.1.5: below 2³¹; some count from anywhere below 2³², which does no harm.
  return match?.[2] === undefined || number > 0xffff_ffff ? undefined : { number, method: match[2] };
};

export const tagOf = (nameAddress: string | undefined): string | undefined =>
  /;\s*tag\s*=\s*([^;,\s>]+)/i.exec((nameAddress ?? '').slice((nameAddress ?? '').lastIndexOf('>') + 1))?.[1];

/** A Digest challenge (RFC 7616 §3.3). */
export interface Challenge {
  readonly realm: string;
  readonly nonce: string;
  /** As it was sent, e.g. SHA-256-sess; undefined means MD5. */
  readonly algorithm: string | undefined;
  /** In lower case; empty when not offered (RFC 2069). */
  readonly qop: readonly string[];
  readonly opaque: string | undefined;
  stale: boolean;
}

/** All Digest challenges of one header; other schemes are skipped. Two challenges may share a header. */
export const parseChallenges = (text: string): Challenge[] => {
  const challenges: string[][] = [];
  for (const part of splitOutside(text, ',') ?? []) {
    const scheme = /^([A-Za-z0-9-]+)\s+(?=[^=\s])/.exec(part);
    if (scheme === null) challenges.at(-1)?.push(part);
    else challenges.push([scheme[1]?.toLowerCase() ?? '', part.slice(scheme[0].length)]);
  }
  return challenges.flatMap(([scheme, ...parts]) => {
    const parameters = parametersOf(parts);
    const value = (name: string) => {
      const raw = parameters.get(name);
      return raw === undefined ? undefined : unquoted(raw);
    };
    const realm = value('realm');
    const nonce = value('nonce');
    if (scheme !== 'digest' || realm === undefined || nonce === undefined) return [];
    const qop = (value('qop') ?? '').split(',').flatMap((one) => (one.trim() === '' ? [] : [one.trim().toLowerCase()]));
    return [
      {
        realm,
        nonce,
        qop,
        algorithm: value('algorithm'),
        opaque: value('opaque'),
        stale: /^true$/i.test(value('stale') ?? ''),
      },
    ];
  });
};
