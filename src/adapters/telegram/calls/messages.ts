/** A signaling message of the peer, reduced to what a voice call uses. */
export type PeerMessage = InitialSetup | Candidates | NegotiateChannels | { readonly type: 'MediaState' };

/** ICE and DTLS parameters. */
export interface InitialSetup {
  readonly type: 'InitialSetup';
  readonly ufrag: string;
  readonly pwd: string;
  /** SHA-256, upper-case hex with colons. */
  readonly fingerprint: string;
  /** DTLS role as SDP writes it (RFC 4145): `active`, `passive`, `actpass`. */
  readonly setup: string;
}

export interface Candidates {
  readonly type: 'Candidates';
  readonly sdpStrings: readonly string[];
}

/** Offer or answer of one exchange; the answer bears the offer's id. */
export interface NegotiateChannels {
  readonly type: 'NegotiateChannels';
  readonly exchangeId: string;
  /** Audio only: other kinds are not for us, and leaving them out of the answer refuses them. */
  readonly audio: readonly AudioChannel[];
}

export interface AudioChannel {
  /** Unsigned 32-bit. */
  readonly ssrc: number;
  readonly payloadTypes: readonly PayloadType[];
}

export interface PayloadType {
  readonly id: number;
  readonly name: string;
  readonly clockRateHz: number;
}

/** A known type of message that lacks what it cannot be without. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
  readonly messageType: string;
  constructor(messageType: string, detail: string) {
    super(`${messageType}: ${detail}`);
    this.messageType = messageType;
  }
}

/**
 * Reads what a peer sent. Undefined for types we do not know: clients ignore those, and newer ones send them.
 * @throws MalformedMessage
 */
export function parseMessage(json: string): PeerMessage | undefined {
  let message: unknown;
  try {
    message = JSON.parse(json);
  } catch {
    throw new MalformedMessage('signaling', 'not JSON');
  }
  if (!isRecord(message)) throw new MalformedMessage('signaling', 'not an object');
  switch (message['@type']) {
    case 'InitialSetup':
      return readInitialSetup(message);
    case 'Candidates':
      return readCandidates(message);
    case 'NegotiateChannels':
      return readNegotiateChannels(message);
    case 'MediaState':
      return { type: 'MediaState' };
    default:
      return undefined;
  }
}

/** Natives refuse the message when one of these members is missing. */
export const writeInitialSetup = ({ ufrag, pwd, fingerprint, setup }: Omit<InitialSetup, 'type'>): string =>
  JSON.stringify({
    '@type': 'InitialSetup',
    ufrag,
    pwd,
    renomination: false,
    fingerprints: [{ hash: 'sha-256', setup, fingerprint }],
  });

/** Without `exchangeId`, `ufrag` and `sdpMid`: web clients drop candidates whose extras they cannot match. */
export const writeCandidates = (sdpStrings: readonly string[]): string =>
  JSON.stringify({ '@type': 'Candidates', candidates: sdpStrings.map((sdpString) => ({ sdpString })) });

/**
 * Opus and nothing else, without header extensions: transport-cc would oblige us to send its feedback.
 * Numbers as decimal strings and parameters as strings, because natives discard the message otherwise.
 */
export const writeNegotiateChannels = (
  exchangeId: string,
  audio: { readonly ssrc: number; readonly payloadTypeId: number } | undefined,
): string =>
  JSON.stringify({
    '@type': 'NegotiateChannels',
    exchangeId,
    contents: audio ? [opusContent(audio.ssrc, audio.payloadTypeId)] : [],
  });

/** `videoState` and `videoRotation` go together: the native parser reads one through the other. */
export const writeMediaState = (muted: boolean): string =>
  JSON.stringify({
    '@type': 'MediaState',
    muted,
    lowBattery: false,
    videoState: 'inactive',
    videoRotation: 0,
    screencastState: 'inactive',
  });

const opusContent = (ssrc: number, id: number) => ({
  type: 'audio',
  ssrc: String(ssrc),
  payloadTypes: [
    {
      id,
      name: 'opus',
      clockrate: 48_000,
      channels: 2,
      feedbackTypes: [],
      parameters: { minptime: '10', useinbandfec: '1' },
    },
  ],
  rtpExtensions: [],
});

function readInitialSetup(message: Json): InitialSetup {
  const type = 'InitialSetup';
  const { ufrag, pwd, fingerprints } = message;
  if (!isToken(ufrag) || !isToken(pwd)) throw new MalformedMessage(type, 'ufrag or pwd');
  // Only the first counts, as in the native engine.
  const first: unknown = Array.isArray(fingerprints) ? fingerprints[0] : undefined;
  if (!isRecord(first)) throw new MalformedMessage(type, 'no fingerprint');
  const { hash, setup, fingerprint } = first;
  if (typeof hash !== 'string' || hash.toLowerCase() !== 'sha-256') throw new MalformedMessage(type, 'hash');
  if (!isToken(setup)) throw new MalformedMessage(type, 'setup');
  if (typeof fingerprint !== 'string' || !sha256Hex.test(fingerprint)) throw new MalformedMessage(type, 'fingerprint');
  return { type, ufrag, pwd, setup, fingerprint: fingerprint.toUpperCase() };
}

function readCandidates({ candidates }: Json): Candidates {
  const type = 'Candidates';
  if (!Array.isArray(candidates)) throw new MalformedMessage(type, 'no list');
  const sdpStrings = candidates
    .slice(0, maxListed)
    .map((candidate: unknown) => (isRecord(candidate) ? candidate.sdpString : undefined))
    .filter((sdpString) => typeof sdpString === 'string');
  return { type, sdpStrings };
}

function readNegotiateChannels({ exchangeId, contents }: Json): NegotiateChannels {
  const type = 'NegotiateChannels';
  const id = uint32(exchangeId);
  if (id === undefined) throw new MalformedMessage(type, 'exchangeId');
  const listed: unknown[] = Array.isArray(contents) ? contents.slice(0, maxListed) : [];
  const audio = listed
    .filter(isRecord)
    .filter((content) => content.type === 'audio')
    .map(readAudio);
  // As it was written, because the answer must bear the same; natives write it without a sign.
  return { type, exchangeId: String(exchangeId), audio };
}

function readAudio(content: Json): AudioChannel {
  const ssrc = uint32(content.ssrc);
  if (ssrc === undefined) throw new MalformedMessage('NegotiateChannels', 'ssrc');
  const listed: unknown[] = Array.isArray(content.payloadTypes) ? content.payloadTypes.slice(0, maxListed) : [];
  const payloadTypes = listed.filter(isRecord).flatMap(({ id, name, clockrate }) => {
    const isUsable = typeof id === 'number' && Number.isInteger(id) && id >= 0 && id <= 127;
    return isUsable && typeof name === 'string' && typeof clockrate === 'number'
      ? [{ id, name, clockRateHz: clockrate }]
      : [];
  });
  return { ssrc, payloadTypes };
}

/** Natives accept numbers and negative values too, and read them as unsigned. */
function uint32(value: unknown): number | undefined {
  const isDecimal = typeof value === 'string' ? /^-?\d{1,10}$/.test(value) : Number.isInteger(value);
  if (!isDecimal) return undefined;
  const number = Number(value);
  return number >= -(2 ** 31) && number < 2 ** 32 ? number >>> 0 : undefined;
}

type Json = Readonly<Record<string, unknown>>;
const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** Printable, without spaces: these end up in STUN attributes. */
const isToken = (value: unknown): value is string => typeof value === 'string' && /^[\x21-\x7e]{1,256}$/.test(value);
const sha256Hex = /^([0-9a-f]{2}:){31}[0-9a-f]{2}$/i;
const maxListed = 64;
