import type { OwnDescription } from './negotiation.ts';
import { parseSdp } from './sdp.ts';

/** Our last description of a call, as somebody else finds it who has to go on describing it (RFC 3264 §8). */
export interface Continuation {
  /** Session id of `o=`. */
  readonly id: string;
  readonly version: number;
  readonly own: OwnDescription;
  readonly texts: { readonly local: string; readonly remote: string | undefined };
}

/** Reads what `describe` wrote. Undefined when it is none of ours: streams and payload types could not be kept. */
export const continuationOf = (text: string, remote: string | undefined): Continuation | undefined => {
  const lines = text.split(/\r?\n/).filter((line) => line !== '');
  const origin = /^o=- (\d{1,15}) (\d{1,9}) /.exec(lines.find((line) => line.startsWith('o=')) ?? '');
  const first = lines.findIndex((line) => line.startsWith('m='));
  const stream = parseSdp(text)?.media.find(({ port }) => port !== 0);
  if (origin?.[1] === undefined || first < 0 || stream === undefined) return undefined;
  const described = lines.slice(first);
  const encodings = stream.formats.flatMap((format) => {
    const encoding = attributeOf(described, `a=rtpmap:${format} `);
    const meaning = stream.encodings.get(format);
    if (encoding === undefined || meaning === undefined) return [];
    const parameters = attributeOf(described, `a=fmtp:${format} `);
    return [{ payloadType: Number(format), encoding, ...meaning, ...(parameters !== undefined && { parameters }) }];
  });
  if (encodings.length === 0) return undefined;
  return {
    id: origin[1],
    version: Number(origin[2]),
    own: { lines: described, direction: stream.direction, encodings },
    texts: { local: text, remote },
  };
};

const attributeOf = (lines: readonly string[], prefix: string): string | undefined =>
  lines.find((line) => line.startsWith(prefix))?.slice(prefix.length);
