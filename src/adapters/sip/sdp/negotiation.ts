import type { CodecName, RtpSession } from '../../../actors/ports/rtp-legs.ts';
import { bracketed, plainAddress } from '../net/flow.ts';
import type { Direction, Sdp, SdpMedia } from './sdp.ts';

/** Our side of a session: where we listen and what we can do, in order of preference. */
export interface LocalMedia {
  readonly host: string;
  readonly port: number;
  readonly codecs: readonly CodecName[];
  /** What we want of the stream; sendrecv unless we hold. */
  readonly direction: Direction;
}

interface OwnEncoding {
  readonly payloadType: number;
  /** As rtpmap writes it. */
  readonly encoding: string;
  readonly name: string;
  readonly clockRateHz: number;
  readonly parameters?: string;
}

const encodings: Readonly<Record<CodecName, OwnEncoding>> = {
  // RFC 7587 §7: always 48000/2, whatever is really sent.
  opus: {
    payloadType: 107,
    encoding: 'opus/48000/2',
    name: 'opus',
    clockRateHz: 48_000,
    parameters: 'useinbandfec=1;maxaveragebitrate=32000',
  },
  alaw: { payloadType: 8, encoding: 'PCMA/8000', name: 'pcma', clockRateHz: 8_000 },
  mulaw: { payloadType: 0, encoding: 'PCMU/8000', name: 'pcmu', clockRateHz: 8_000 },
  g722: { payloadType: 9, encoding: 'G722/8000', name: 'g722', clockRateHz: 8_000 },
  gsm: { payloadType: 3, encoding: 'GSM/8000', name: 'gsm', clockRateHz: 8_000 },
};

/** Key presses need an encoding per clock rate, so that they share the timestamps of the voice (RFC 4733 §2.1). */
const keyPresses: readonly OwnEncoding[] = [
  {
    payloadType: 101,
    encoding: 'telephone-event/8000',
    name: 'telephone-event',
    clockRateHz: 8_000,
    parameters: '0-16',
  },
  {
    payloadType: 102,
    encoding: 'telephone-event/48000',
    name: 'telephone-event',
    clockRateHz: 48_000,
    parameters: '0-16',
  },
];

/** The line's wishes that this installation can serve; never empty, since everybody speaks A-law. */
export const usableCodecs = (wanted: readonly string[], able: readonly CodecName[]): CodecName[] => {
  const usable = wanted.filter((name): name is CodecName => (able as readonly string[]).includes(name));
  return usable.length > 0 ? [...new Set(usable)] : able.slice(0, 1);
};

/** What we said of ourselves in an offer or answer: lines without origin and session part, and what their numbers mean. */
export interface OwnDescription {
  readonly lines: readonly string[];
  readonly direction: Direction;
  readonly encodings: readonly OwnEncoding[];
}

/**
 * An offer of all we can do. In a call that has been described before, streams keep their places and payload types their
 * meaning (RFC 3264 §8, §8.3.2).
 */
export const offerOf = (local: LocalMedia, before?: OwnDescription): OwnDescription => {
  const wanted = local.codecs.map((name) => encodings[name]);
  const keys = keyPresses.filter((key) => wanted.some((codec) => codec.clockRateHz === key.clockRateHz));
  const known = before?.encodings ?? [];
  const own = [...wanted, ...keys].flatMap((one): OwnEncoding[] => {
    const same = known.find(({ encoding }) => encoding === one.encoding);
    if (same !== undefined) return [same];
    return known.some(({ payloadType }) => payloadType === one.payloadType) ? [] : [one];
  });
  const stream = [...streamLines(local, own), `a=${local.direction}`];
  return { lines: inPlaceOf(before?.lines ?? [], stream), direction: local.direction, encodings: own };
};

/** The same description with another direction, and nothing else changed: hold, and its end (RFC 3264 §8.4). */
export const turned = (description: OwnDescription, direction: Direction): OwnDescription => ({
  ...description,
  direction,
  lines: description.lines.map((line) => (line === `a=${description.direction}` ? `a=${direction}` : line)),
});

/** Answers an offer (RFC 3264 §6). Undefined without an audio stream we can take part in. */
export const answerTo = (
  offer: Sdp,
  local: LocalMedia,
): { readonly own: OwnDescription; readonly session: RtpSession } | undefined => {
  const stream = offer.media.find(isUsable);
  const choice = stream && chosenOf(stream, local.codecs);
  if (stream === undefined || choice === undefined) return undefined;
  const direction = agreedDirection(stream, local.direction);
  const answered: OwnEncoding[] = [
    // The numbers of the offer are kept (RFC 3264 §6.1), so both directions use the same.
    { ...encodings[choice.name], payloadType: choice.payloadType },
    ...(choice.keys === undefined ? [] : [choice.keys]),
  ];
  const lines = offer.media.flatMap((media) =>
    media === stream
      ? [...streamLines(local, answered), `a=${direction}`]
      : [`m=${media.kind} 0 ${media.protocol} ${media.formats.join(' ')}`],
  );
  return { own: { lines, direction, encodings: answered }, session: sessionWith(stream, choice, choice, direction) };
};

/** What an answer to our offer means. Undefined when it names nothing that we offered. */
export const sessionFromAnswer = (answer: Sdp, offered: OwnDescription): RtpSession | undefined => {
  const stream = answer.media.find(isUsable);
  if (stream === undefined) return undefined;
  const ownOf = (name: CodecName) => offered.encodings.find(({ encoding }) => encoding === encodings[name].encoding);
  // The answerer's order counts here: the first codec is the one it will use (RFC 3264 §7).
  const name = stream.formats
    .map((format) => nameOf(stream, format))
    .find((one) => one !== undefined && ownOf(one) !== undefined);
  const choice = name && chosenOf(stream, [name]);
  const codec = name && ownOf(name);
  if (codec === undefined || choice === undefined) return undefined;
  const keys = offered.encodings.find(({ encoding }) => encoding === choice.keys?.encoding);
  const own = { payloadType: codec.payloadType, ...(keys && { keys }) };
  return sessionWith(stream, choice, own, agreedDirection(stream, offered.direction));
};

/** Streams that were refused before stay where they were. */
const inPlaceOf = (before: readonly string[], stream: readonly string[]): string[] => {
  const sections: string[][] = [];
  for (const line of before) {
    if (line.startsWith('m=')) sections.push([line]);
    else sections.at(-1)?.push(line);
  }
  const at = sections.findIndex(([media]) => !/^m=\S+ 0 /.test(media ?? ''));
  return at < 0 ? [...stream] : sections.flatMap((section, index) => (index === at ? stream : section));
};

interface Choice {
  readonly name: CodecName;
  readonly payloadType: number;
  readonly keys?: OwnEncoding;
}

const isUsable = (media: SdpMedia) =>
  media.kind === 'audio' && media.port !== 0 && /^RTP\/AVPF?$/i.test(media.protocol);

const nameOf = (stream: SdpMedia, format: string): CodecName | undefined => {
  const found = stream.encodings.get(format);
  return (Object.keys(encodings) as CodecName[]).find(
    (name) => encodings[name].name === found?.name && encodings[name].clockRateHz === found.clockRateHz,
  );
};

/** The first of our codecs that the stream has, with key presses at its clock rate, else at 8000 (what most peers offer). */
const chosenOf = (stream: SdpMedia, codecs: readonly CodecName[]): Choice | undefined => {
  for (const name of codecs) {
    const format = stream.formats.find((one) => nameOf(stream, one) === name);
    if (format === undefined) continue;
    const keys = [encodings[name].clockRateHz, 8_000]
      .map((clockRateHz) => keysAt(stream, clockRateHz))
      .find((found) => found !== undefined);
    return { name, payloadType: Number(format), ...(keys && { keys }) };
  }
  return undefined;
};

const keysAt = (stream: SdpMedia, clockRateHz: number): OwnEncoding | undefined => {
  const format = stream.formats.find((one) => {
    const found = stream.encodings.get(one);
    return found?.name === 'telephone-event' && found.clockRateHz === clockRateHz;
  });
  const own = keyPresses.find((key) => key.clockRateHz === clockRateHz);
  return format === undefined || own === undefined ? undefined : { ...own, payloadType: Number(format) };
};

const sessionWith = (
  stream: SdpMedia,
  theirs: Choice,
  ours: { readonly payloadType: number; readonly keys?: OwnEncoding },
  direction: Direction,
): RtpSession => ({
  remote: { host: plainAddress(stream.host), port: stream.port },
  codec: {
    name: theirs.name,
    sendPayloadType: theirs.payloadType,
    receivePayloadType: ours.payloadType,
    ptimeMs: stream.ptimeMs ?? 20,
  },
  ...(theirs.keys !== undefined &&
    ours.keys !== undefined && {
      telephoneEvent: {
        sendPayloadType: theirs.keys.payloadType,
        receivePayloadType: ours.keys.payloadType,
        clockRateHz: theirs.keys.clockRateHz,
      },
    }),
  direction,
});

/** Their direction seen from us, as far as we want it too (RFC 3264 §6.1). An address of zeros is the hold of RFC 2543. */
const agreedDirection = (stream: SdpMedia, wanted: Direction): Direction => {
  const isZero = /^(0\.0\.0\.0|::|\[::\])$/.test(stream.host);
  const sends = /^(sendrecv|recvonly)$/.test(stream.direction) && !isZero && /^send/.test(wanted);
  const receives = /^send/.test(stream.direction) && /recv/.test(wanted);
  if (sends) return receives ? 'sendrecv' : 'sendonly';
  return receives ? 'recvonly' : 'inactive';
};

const streamLines = (local: LocalMedia, own: readonly OwnEncoding[]): string[] => [
  `m=audio ${local.port} RTP/AVP ${own.map(({ payloadType }) => payloadType).join(' ')}`,
  ...own.flatMap(({ payloadType, encoding, parameters }) => [
    `a=rtpmap:${payloadType} ${encoding}`,
    ...(parameters === undefined ? [] : [`a=fmtp:${payloadType} ${parameters}`]),
  ]),
  'a=ptime:20',
];

/** A whole description (RFC 4566). The id stays for the life of the call, the version counts changes. */
export const describe = (local: LocalMedia, lines: readonly string[], id: string, version: number): string => {
  const host = plainAddress(bracketed(local.host));
  const address = `IN IP${host.includes(':') ? 6 : 4} ${host}`;
  return `${['v=0', `o=- ${id} ${version} ${address}`, 's=-', `c=${address}`, 't=0 0', ...lines].join('\r\n')}\r\n`;
};
