import { isIP } from 'node:net';

/** An ICE candidate as signalling carries it (RFC 8839 §5.1), component 1 and UDP understood. */
export interface IceCandidateLine {
  readonly foundation: string;
  readonly priority: number;
  /** Numeric IPv4 or IPv6. */
  readonly host: string;
  readonly port: number;
  readonly type: 'host' | 'srflx' | 'relay';
  readonly related?: { readonly host: string; readonly port: number };
}

const maxLineLength = 512;
const types: ReadonlySet<string> = new Set(['host', 'srflx', 'relay']);

/**
 * Reads `candidate:… typ …`, with or without `a=` in front.
 *
 * Answers undefined for everything we cannot use: TCP, component 2, names instead of addresses (mDNS `.local`, Telegram's
 * `reflector-…`), unknown types, nonsense. Extensions (`generation`, `ufrag`, `network-id`) are passed over: werift
 * would compare a generation with its own count, which peers do not share.
 */
export const parseCandidate = (line: string): IceCandidateLine | undefined => {
  if (line.length > maxLineLength) return undefined;
  const body = line.trim().replace(/^a=/, '');
  if (!body.startsWith('candidate:')) return undefined;
  const words = body.slice('candidate:'.length).split(/\s+/);
  const [foundation, component, transport, priorityWord, host, portWord, typ, type] = words;
  if (foundation === undefined || host === undefined || type === undefined) return undefined;
  if (!/^[\w+/]{1,64}$/.test(foundation)) return undefined;
  if (component !== '1' || transport?.toLowerCase() !== 'udp' || typ !== 'typ' || !isType(type)) return undefined;
  const priority = wholeNumber(priorityWord, 0xffff_ffff);
  const port = wholeNumber(portWord, 0xffff);
  if (priority === undefined || port === undefined || port === 0 || isIP(host) === 0 || isNowhere(host))
    return undefined;
  return { foundation, priority, host, port, type, ...relatedOf(words) };
};

/** `candidate:…` without `a=`, as Telegram's `Candidates` message wants it. */
export const formatCandidate = (candidate: IceCandidateLine): string => {
  const { foundation, priority, host, port, type, related } = candidate;
  const tail = related === undefined ? '' : ` raddr ${related.host} rport ${related.port}`;
  return `candidate:${foundation} 1 udp ${priority} ${host} ${port} typ ${type}${tail}`;
};

/** 127.0.0.0/8 and ::1. */
export const isLoopback = (host: string): boolean => /^127\.|^(?:0*:)*:?0*1$/.test(host) && isIP(host) !== 0;

const isType = (word: string): word is IceCandidateLine['type'] => types.has(word);

/** Addresses nobody can be reached at: unspecified, multicast, broadcast. */
const isNowhere = (host: string): boolean =>
  isIP(host) === 4 ? /^(?:0|22[4-9]|23\d|255)\./.test(host) : /^(?:ff[0-9a-f]{2}:|[0:]+$)/i.test(host);

const wholeNumber = (word: string | undefined, most: number): number | undefined => {
  if (word === undefined || !/^\d{1,10}$/.test(word)) return undefined;
  const value = Number(word);
  return value <= most ? value : undefined;
};

const relatedOf = (words: readonly string[]): Pick<IceCandidateLine, 'related'> => {
  const host = words[words.indexOf('raddr') + 1];
  const port = wholeNumber(words[words.indexOf('rport') + 1], 0xffff);
  if (!words.includes('raddr') || !words.includes('rport') || host === undefined || isIP(host) === 0) return {};
  return port === undefined ? {} : { related: { host, port } };
};
