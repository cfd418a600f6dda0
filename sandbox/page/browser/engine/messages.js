/** The JSON messages two call engines exchange, with what natives leave out filled in. */

/** One channel the offerer will send. */

export const mediaState = (muted) => ({
  '@type': 'MediaState',
  muted,
  lowBattery: false,
  videoState: 'inactive',
  videoRotation: 0,
  screencastState: 'inactive',
});

/** As particular as the native parser: what it would discard is undefined here, what it forgives is forgiven. */
export const parseMessage = (json) => {
  try {
    const value = JSON.parse(json);
    if (!isObject(value) || typeof value['@type'] !== 'string') return undefined;
    return parsers.get(value['@type'])?.(value);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof Malformed) return undefined;
    throw error;
  }
};

const parsers = new Map(
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
  }),
);

const content = (value) => {
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

const payloadType = (value) => ({
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

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

const object = (value) => {
  if (!isObject(value)) throw new Malformed();
  return value;
};
const array = (value) => {
  if (!Array.isArray(value) || value.length > listLimit) throw new Malformed();
  return value;
};
const list = (value) => array(value).map(object);

/** Everything textual ends in a line of SDP: a line break in it would forge further lines. */
const text = (value) => {
  if (typeof value !== 'string' || /[\r\n\0]/u.test(value)) throw new Malformed();
  return value;
};
const integer = (value) => {
  if (!Number.isSafeInteger(value)) throw new Malformed();
  return value;
};

/** Decimal text or a number; an older client's signed 32 bits are read as the unsigned ones they stand for. */
const unsigned = (value) => {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value >>> 0);
  if (typeof value !== 'string' || !/^-?\d{1,10}$/u.test(value)) throw new Malformed();
  return String(Number(value) >>> 0);
};

const listLimit = 256;
