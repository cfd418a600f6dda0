/** The JSON messages two call engines exchange, with what natives leave out filled in. */
export type CallMessage = InitialSetup | NegotiateChannels | Candidates | MediaState;

export interface InitialSetup {
  readonly '@type': 'InitialSetup';
  readonly ufrag: string;
  readonly pwd: string;
  readonly renomination: boolean;
  readonly fingerprints: readonly Fingerprint[];
}

export interface Fingerprint {
  readonly hash: string;
  readonly setup: string;
  readonly fingerprint: string;
}

export interface NegotiateChannels {
  readonly '@type': 'NegotiateChannels';
  readonly exchangeId: string;
  readonly contents: readonly Content[];
}

/** One channel the offerer will send. */
export interface Content {
  readonly type: 'audio' | 'video';
  /** Decimal, unsigned 32 bits. */
  readonly ssrc: string;
  readonly payloadTypes: readonly PayloadType[];
  readonly rtpExtensions: readonly RtpExtension[];
  readonly ssrcGroups?: readonly { readonly semantics: string; readonly ssrcs: readonly string[] }[];
}

export interface PayloadType {
  readonly id: number;
  readonly name: string;
  readonly clockrate: number;
  readonly channels: number;
  readonly feedbackTypes: readonly { readonly type: string; readonly subtype: string }[];
  readonly parameters: Readonly<Record<string, string>>;
}

export interface RtpExtension {
  readonly id: number;
  readonly uri: string;
}

export interface Candidates {
  readonly '@type': 'Candidates';
  readonly candidates: readonly { readonly sdpString: string }[];
}

export interface MediaState {
  readonly '@type': 'MediaState';
  readonly muted: boolean;
  readonly lowBattery: boolean;
  readonly videoState: string;
  readonly videoRotation: number;
  readonly screencastState: string;
}

export const mediaState = (muted: boolean): MediaState => ({
  '@type': 'MediaState',
  muted,
  lowBattery: false,
  videoState: 'inactive',
  videoRotation: 0,
  screencastState: 'inactive',
});

/** As particular as the native parser: what it would discard is undefined here, what it forgives is forgiven. */
export const parseMessage = (json: string): CallMessage | undefined => {
  try {
    const value: unknown = JSON.parse(json);
    if (!isObject(value) || typeof value['@type'] !== 'string') return undefined;
    return parsers.get(value['@type'])?.(value);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof Malformed) return undefined;
    throw error;
  }
};

const parsers = new Map<string, (value: JsonObject) => CallMessage>(
  Object.entries({
    InitialSetup: (value) => ({
      '@type': 'InitialSetup',
      ufrag: text(value['ufrag']),
      pwd: text(value['pwd']),
      renomination: value['renomination'] === true,
      fingerprints: list(value['fingerprints']).map((entry) => ({
        hash: text(entry['hash']),
        setup: text(entry['setup']),
        fingerprint: text(entry['fingerprint']),
      })),
    }),
    NegotiateChannels: (value) => ({
      '@type': 'NegotiateChannels',
      exchangeId: unsigned(value['exchangeId']),
      contents: list(value['contents'] ?? []).map(content),
    }),
    Candidates: (value) => ({
      '@type': 'Candidates',
      candidates: list(value['candidates']).map((entry) => ({ sdpString: text(entry['sdpString']) })),
    }),
    MediaState: (value) => ({
      '@type': 'MediaState',
      muted: value['muted'] === true,
      lowBattery: value['lowBattery'] === true,
      videoState: typeof value['videoState'] === 'string' ? value['videoState'] : 'inactive',
      videoRotation: typeof value['videoRotation'] === 'number' ? value['videoRotation'] : 0,
      screencastState: typeof value['screencastState'] === 'string' ? value['screencastState'] : 'inactive',
    }),
  } satisfies Record<string, (value: JsonObject) => CallMessage>),
);

const content = (value: JsonObject): Content => {
  if (value['type'] !== 'audio' && value['type'] !== 'video') throw new Malformed();
  const groups = list(value['ssrcGroups'] ?? []).map((group) => ({
    semantics: text(group['semantics']),
    ssrcs: array(group['ssrcs']).map(unsigned),
  }));
  return {
    type: value['type'],
    ssrc: unsigned(value['ssrc']),
    payloadTypes: list(value['payloadTypes'] ?? []).map(payloadType),
    rtpExtensions: list(value['rtpExtensions'] ?? []).map((entry) => ({
      id: integer(entry['id']),
      uri: text(entry['uri']),
    })),
    ...(groups.length > 0 && { ssrcGroups: groups }),
  };
};

const payloadType = (value: JsonObject): PayloadType => ({
  id: integer(value['id']),
  name: text(value['name']),
  clockrate: integer(value['clockrate']),
  channels: value['channels'] === undefined ? 0 : integer(value['channels']),
  feedbackTypes: list(value['feedbackTypes'] ?? []).map((entry) => ({
    type: text(entry['type']),
    subtype: text(entry['subtype']),
  })),
  parameters: Object.fromEntries(
    Object.entries(object(value['parameters'] ?? {})).map(([name, parameter]) => [name, text(parameter)]),
  ),
});

class Malformed extends Error {}

type JsonObject = Record<string, unknown>;
const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const object = (value: unknown): JsonObject => {
  if (!isObject(value)) throw new Malformed();
  return value;
};
const array = (value: unknown): unknown[] => {
  if (!Array.isArray(value) || value.length > listLimit) throw new Malformed();
  return value;
};
const list = (value: unknown): JsonObject[] => array(value).map(object);

/** Everything textual ends in a line of SDP: a line break in it would forge further lines. */
const text = (value: unknown): string => {
  if (typeof value !== 'string' || /[\r\n\0]/u.test(value)) throw new Malformed();
  return value;
};
const integer = (value: unknown): number => {
  if (!Number.isSafeInteger(value)) throw new Malformed();
  return value as number;
};

/** Decimal text or a number; an older client's signed 32 bits are read as the unsigned ones they stand for. */
const unsigned = (value: unknown): string => {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value >>> 0);
  if (typeof value !== 'string' || !/^-?\d{1,10}$/u.test(value)) throw new Malformed();
  return String(Number(value) >>> 0);
};

const listLimit = 256;
