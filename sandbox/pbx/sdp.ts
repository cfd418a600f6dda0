/** What an offer or answer says about its audio (RFC 4566, RFC 3264). */
export interface Audio {
  readonly host: string;
  readonly port: number;
  /** G.711 payload types in the peer's order: 0 µ-law, 8 A-law. */
  readonly codecs: readonly (0 | 8)[];
  readonly dtmfPayloadType: number | undefined;
  readonly direction: Direction;
}

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

const mirrored: Readonly<Record<Direction, Direction>> = {
  sendrecv: 'sendrecv',
  sendonly: 'recvonly',
  recvonly: 'sendonly',
  inactive: 'inactive',
};

/** Reads the first audio section in plain RTP; undefined when there is none we could speak. */
export const parseAudio = (sdp: string): Audio | undefined => {
  const [session = '', ...sections] = sdp.split(/^(?=m=)/m);
  const section = sections.find((each) => each.startsWith('m=audio'));
  const media = /^m=audio (\d{1,5})(?:\/\d+)? RTP\/AVPF? ([\d ]+)/.exec(section ?? '');
  if (section === undefined || !media) return undefined;
  const connection = /^c=IN IP[46] (\S+)/m;
  const host = (connection.exec(section) ?? connection.exec(session))?.[1];
  const types = media[2]!.trim().split(/ +/).map(Number);
  const codecs = types.filter((type) => type === 0 || type === 8);
  const port = Number(media[1]);
  if (host === undefined || codecs.length === 0 || port === 0 || port > 65_535) return undefined;
  const dtmf = /^a=rtpmap:(\d+) telephone-event\/8000/im.exec(section)?.[1];
  const direction = /^a=(sendrecv|sendonly|recvonly|inactive)\s*$/m;
  const said = (direction.exec(section) ?? direction.exec(session))?.[1] ?? 'sendrecv';
  return {
    host,
    port,
    codecs,
    dtmfPayloadType: dtmf === undefined ? undefined : Number(dtmf),
    direction: said as Direction,
  };
};

export const answerTo = (direction: Direction): Direction => mirrored[direction];

/** An offer or answer of ours: one line of audio, 20 ms. Further sections of an offer are the caller's to refuse. */
export const formatAudio = (ours: {
  readonly host: string;
  readonly port: number;
  readonly codecs: readonly (0 | 8)[];
  readonly dtmfPayloadType: number | undefined;
  readonly direction: Direction;
  readonly version: number;
}): string => {
  const { host, port, codecs, dtmfPayloadType, direction, version } = ours;
  const family = host.includes(':') ? 'IP6' : 'IP4';
  const types = dtmfPayloadType === undefined ? codecs : [...codecs, dtmfPayloadType];
  return [
    'v=0',
    `o=- 1 ${version} IN ${family} ${host}`,
    's=demo',
    `c=IN ${family} ${host}`,
    't=0 0',
    `m=audio ${port} RTP/AVP ${types.join(' ')}`,
    ...codecs.map((codec) => (codec === 0 ? 'a=rtpmap:0 PCMU/8000' : 'a=rtpmap:8 PCMA/8000')),
    ...(dtmfPayloadType === undefined
      ? []
      : [`a=rtpmap:${dtmfPayloadType} telephone-event/8000`, `a=fmtp:${dtmfPayloadType} 0-15`]),
    'a=ptime:20',
    `a=${direction}`,
    '',
  ].join('\r\n');
};
