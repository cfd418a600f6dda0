import { isIP } from 'node:net';
/** One stream of a session description, with what it inherits from the session level (RFC 4566 §5). */
export interface SdpMedia {
  /** audio, video … */
  readonly kind: string;
  /** 0: refused or disabled. */
  readonly port: number;
  /** RTP/AVP … */
  readonly protocol: string;
  /** As written, in order of preference. */
  readonly formats: readonly string[];
  readonly host: string;
  readonly direction: Direction;
  readonly encodings: ReadonlyMap<string, Encoding>;
  /** Milliseconds per packet, where said. */
  readonly ptimeMs: number | undefined;
}

export interface Encoding {
  /** In lower case. */
  readonly name: string;
  readonly clockRateHz: number;
}

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

export interface Sdp {
  readonly media: readonly SdpMedia[];
}

const MAX_MEDIA = 16;

/** Payload types that need no rtpmap (RFC 3551 §6). */
const staticEncodings: Readonly<Record<string, Encoding>> = {
  '0': { name: 'pcmu', clockRateHz: 8_000 },
  '3': { name: 'gsm', clockRateHz: 8_000 },
  '8': { name: 'pcma', clockRateHz: 8_000 },
  // 8000 by a mistake in RFC 1890 that became the rule; the signal is sampled at 16 kHz.
  '9': { name: 'g722', clockRateHz: 8_000 },
};

/** Tolerant of what does not concern audio. Undefined when there is no usable session in it. */
export const parseSdp = (text: string): Sdp | undefined => {
  const lines = text.split(/\r?\n/).filter((line) => /^[a-z]=/.test(line));
  if (lines[0] !== 'v=0') return undefined;
  const sections: string[][] = [[]];
  for (const line of lines) {
    if (line.startsWith('m=')) sections.push([]);
    sections.at(-1)?.push(line);
  }
  const [session = [], ...streams] = sections;
  if (streams.length === 0 || streams.length > MAX_MEDIA) return undefined;
  const media = streams.map((stream) => readMedia(stream, session));
  return media.every((one) => one !== undefined) ? { media } : undefined;
};

const readMedia = (stream: readonly string[], session: readonly string[]): SdpMedia | undefined => {
  const match = /^m=([^\s]+) (\d{1,5})(?:\/\d+)? ([^\s]+) (.+)$/.exec(stream[0] ?? '');
  const [, kind, port, protocol, formats] = match ?? [];
  const connection = valueOf(stream, 'c=IN IP') ?? valueOf(session, 'c=IN IP');
  const address = /^[46] ([0-9A-Za-z.:-]+)/.exec(connection ?? '')?.[1];
  // A name would have to be looked up by the media path, which never waits; nobody sends one.
  const host = address !== undefined && isIP(address) !== 0 ? address : undefined;
  if (kind === undefined || protocol === undefined || formats === undefined || Number(port) > 65_535) return undefined;
  // A stream that is switched off needs no address.
  if (host === undefined && Number(port) !== 0) return undefined;
  const ptimeMs = Number(valueOf(stream, 'a=ptime:'));
  return {
    kind: kind.toLowerCase(),
    port: Number(port),
    protocol,
    formats: formats.trim().split(/ +/),
    host: host ?? '0.0.0.0',
    direction: directionIn(stream) ?? directionIn(session) ?? 'sendrecv',
    encodings: encodingsIn(stream),
    ptimeMs: ptimeMs >= 10 && ptimeMs <= 120 ? ptimeMs : undefined,
  };
};

const valueOf = (lines: readonly string[], prefix: string): string | undefined =>
  lines.find((line) => line.startsWith(prefix))?.slice(prefix.length);

const directionIn = (lines: readonly string[]): Direction | undefined => {
  const found = lines.map((line) => /^a=(sendrecv|sendonly|recvonly|inactive)\s*$/.exec(line)?.[1]);
  return found.find((direction) => direction !== undefined) as Direction | undefined;
};

const encodingsIn = (stream: readonly string[]): Map<string, Encoding> => {
  const encodings = new Map<string, Encoding>(Object.entries(staticEncodings));
  for (const line of stream) {
    const match = /^a=rtpmap:(\d{1,3}) ([^/\s]+)\/(\d{1,6})/.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) {
      encodings.set(match[1], { name: match[2].toLowerCase(), clockRateHz: Number(match[3]) });
    }
  }
  return encodings;
};
