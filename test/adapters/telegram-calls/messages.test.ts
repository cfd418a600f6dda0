import { describe, expect, test } from 'vitest';
import { isUsableCandidate } from '../../../src/adapters/telegram/calls/candidates.ts';
import {
  MalformedMessage,
  parseMessage,
  writeCandidates,
  writeInitialSetup,
  writeMediaState,
  writeNegotiateChannels,
} from '../../../src/adapters/telegram/calls/messages.ts';
import { vectors } from './vectors.ts';

/** What the native parser makes of a message, in our reduced form. */
function reduced(message: Readonly<Record<string, unknown>>) {
  const { ufrag, pwd, fingerprints, candidates, contents, exchangeId } = message as Readonly<Record<string, never>> & {
    fingerprints?: { fingerprint: string; setup: string }[];
    candidates?: { sdpString: string }[];
    contents?: {
      type: string;
      ssrc: string;
      payloadTypes: { id: number; name: string; clockrate: number }[];
    }[];
  };
  switch (message['@type']) {
    case 'InitialSetup':
      return { type: 'InitialSetup', ufrag, pwd, ...pick(fingerprints?.[0]) };
    case 'Candidates':
      return { type: 'Candidates', sdpStrings: candidates?.map(({ sdpString }) => sdpString) };
    case 'NegotiateChannels':
      return {
        type: 'NegotiateChannels',
        exchangeId,
        audio: contents
          ?.filter(({ type }) => type === 'audio')
          .map(({ ssrc, payloadTypes }) => ({
            ssrc: Number(ssrc),
            payloadTypes: payloadTypes.map(({ id, name, clockrate }) => ({ id, name, clockRateHz: clockrate })),
          })),
      };
    default:
      return { type: message['@type'] };
  }
}

const pick = (first: { fingerprint: string; setup: string } | undefined) =>
  first && { fingerprint: first.fingerprint, setup: first.setup };

describe('messages as the native parser takes them', () => {
  // An empty list of fingerprints parses there too, but no call can come of it.
  const usable = vectors.json.native_parser.filter(({ name }) => name !== 'InitialSetup with empty fingerprints');

  test.each(usable.filter(({ accepted }) => accepted))('accepted: $name', ({ message, reserialized }) => {
    expect(parseMessage(JSON.stringify(message))).toEqual(reduced(reserialized ?? {}));
  });

  // The rest of what natives refuse concerns members that we do not read.
  test.each([
    'InitialSetup without fingerprints',
    'InitialSetup fingerprint without setup',
    'NegotiateChannels without exchangeId',
    'NegotiateChannels without ssrc',
  ])('refused: %s', (name) => {
    const known = vectors.json.native_parser.find((vector) => vector.name === name);
    expect(known?.accepted).toBe(false);
    expect(() => parseMessage(JSON.stringify(known?.message))).toThrow(MalformedMessage);
  });

  test.each(vectors.json.native_parser)('nothing but MalformedMessage is thrown: $name', ({ message }) => {
    try {
      parseMessage(JSON.stringify(message));
    } catch (error) {
      expect(error).toBeInstanceOf(MalformedMessage);
    }
  });
});

describe.each(['caller', 'callee'] as const)('a session of the web client as %s', (role) => {
  const messages = vectors.browser_peer_examples[role].flatMap(({ tx, rx }) => ((tx ?? rx) ? [tx ?? rx] : []));

  test('parses whole', () => {
    expect(messages.length).toBeGreaterThan(8);
    for (const message of messages)
      expect(parseMessage(JSON.stringify(message))).toMatchObject({ type: message?.['@type'] });
  });
});

describe('garbage', () => {
  test.each(['', 'null', '[]', '"InitialSetup"', '{', '\u0000', '{"@type":"InitialSetup"}'])(
    '%j is malformed',
    (json) => {
      expect(() => parseMessage(json)).toThrow(MalformedMessage);
    },
  );

  test.each(['{}', '{"@type":"Ping"}', '{"@type":7}'])('%s is unknown', (json) => {
    expect(parseMessage(json)).toBeUndefined();
  });

  test.each(Object.getOwnPropertyNames(Object.prototype))('a message of type %s is unknown', (type) => {
    expect(parseMessage(JSON.stringify({ '@type': type }))).toBeUndefined();
    expect(parseMessage(`{"@type":"${type}","candidates":[],"__proto__":{"@type":"Candidates"}}`)).toBeUndefined();
  });

  test('members that a message only seems to inherit are missing', () => {
    const inherited = '"__proto__":{"ufrag":"abcd","candidates":[],"exchangeId":"1"}';
    for (const type of ['InitialSetup', 'Candidates', 'NegotiateChannels'])
      expect(() => parseMessage(`{"@type":"${type}",${inherited}}`)).toThrow(MalformedMessage);
    expect(parseMessage('{"__proto__":{"@type":"MediaState"}}')).toBeUndefined();
  });

  const setup = { '@type': 'InitialSetup', ufrag: 'abcd', pwd: 'p'.repeat(24) };
  const fingerprint = { hash: 'sha-256', setup: 'actpass', fingerprint: Array(32).fill('AB').join(':') };
  test.each([
    { ...setup, fingerprints: [] },
    { ...setup, fingerprints: {} },
    { ...setup, fingerprints: [{ ...fingerprint, hash: 'sha-1' }] },
    { ...setup, fingerprints: [{ ...fingerprint, fingerprint: 'AB' }] },
    { ...setup, fingerprints: [{ ...fingerprint, setup: 1 }] },
    { ...setup, ufrag: 'a b', fingerprints: [fingerprint] },
    { ...setup, pwd: 'p'.repeat(300), fingerprints: [fingerprint] },
    { ...setup, ufrag: {}, fingerprints: [fingerprint] },
    { '@type': 'NegotiateChannels', exchangeId: {}, contents: [] },
    { '@type': 'NegotiateChannels', exchangeId: '99999999999', contents: [] },
    { '@type': 'NegotiateChannels', exchangeId: '1', contents: [{ type: 'audio', ssrc: 1.5 }] },
    { '@type': 'Candidates', candidates: 'x' },
  ])('%j is malformed', (message) => {
    expect(() => parseMessage(JSON.stringify(message))).toThrow(MalformedMessage);
  });

  test('endless lists are cut', () => {
    const candidates = Array.from({ length: 10_000 }, () => ({ sdpString: 'x' }));
    const message = parseMessage(JSON.stringify({ '@type': 'Candidates', candidates }));
    expect(message?.type === 'Candidates' && message.sdpStrings.length).toBe(64);
  });

  test('video and unknown contents are passed over', () => {
    const contents = [
      { type: 'video' },
      7,
      null,
      { type: 'application' },
      { type: 'audio', ssrc: '5', payloadTypes: [3] },
    ];
    expect(parseMessage(JSON.stringify({ '@type': 'NegotiateChannels', exchangeId: 1, contents }))).toEqual({
      type: 'NegotiateChannels',
      exchangeId: '1',
      audio: [{ ssrc: 5, payloadTypes: [] }],
    });
  });
});

describe('what we write', () => {
  test('has the members natives insist on', () => {
    const flow = vectors.json.flow.map(({ message }) => message);
    const [setup] = flow.filter((message) => message['@type'] === 'InitialSetup');
    const parsed = parseMessage(JSON.stringify(setup));
    if (parsed?.type !== 'InitialSetup') throw new Error('no InitialSetup');
    expect(JSON.parse(writeInitialSetup(parsed))).toEqual({ ...setup, renomination: false });

    const [candidates] = flow.filter((message) => message['@type'] === 'Candidates');
    const list = parseMessage(JSON.stringify(candidates));
    if (list?.type !== 'Candidates') throw new Error('no Candidates');
    expect(JSON.parse(writeCandidates(list.sdpStrings))).toEqual(candidates);

    const [state] = flow.filter((message) => message['@type'] === 'MediaState');
    expect(JSON.parse(writeMediaState(false))).toEqual(state);

    const [channels] = flow.filter((message) => message['@type'] === 'NegotiateChannels');
    const written: unknown = JSON.parse(writeNegotiateChannels('1438129139', { ssrc: 1520650124, payloadTypeId: 111 }));
    expect(channels).toMatchObject({
      exchangeId: '1438129139',
      contents: [
        { ssrc: '1520650124', payloadTypes: [{ id: 111, parameters: { minptime: '10', useinbandfec: '1' } }] },
      ],
    });
    expect(written).toEqual({
      ...channels,
      contents: [
        {
          ...(channels?.contents as object[] | undefined)?.[0],
          payloadTypes: [
            {
              id: 111,
              name: 'opus',
              clockrate: 48_000,
              channels: 2,
              feedbackTypes: [],
              parameters: { minptime: '10', useinbandfec: '1' },
            },
          ],
          rtpExtensions: [],
        },
      ],
    });
  });
});

describe('candidates', () => {
  test.each([
    'candidate:1100 1 udp 2122260223 203.0.113.100 20245 typ host generation 0 ufrag CKu8 network-cost 999',
    'candidate:1104 1 udp 41885695 203.0.113.104 20001 typ relay raddr 0.0.0.0 rport 0 generation 0',
    'candidate:1 1 UDP 1 fd00::2 48459 typ host',
    'candidate:1 1 udp 1 203.0.113.1 1 typ srflx raddr 10.0.0.1 rport 9',
  ])('usable: %s', (sdpString) => {
    expect(isUsableCandidate(sdpString)).toBe(true);
  });

  test.each([
    'candidate:3777106907 1 tcp 1518214911 192.0.2.2 9 typ host tcptype active generation 0',
    'candidate:1 2 udp 1 203.0.113.1 4000 typ host',
    'candidate:1 1 udp 1 3f1e2d.local 4000 typ host',
    'candidate:1 1 udp 1 reflector-1-2882400001.reflector 12345 typ relay',
    'candidate:1 1 udp 1 203.0.113.1 0 typ host',
    'candidate:1 1 udp 1 203.0.113.1 65536 typ host',
    'candidate:1 1 udp 1 203.0.113.1 -1 typ host',
    'candidate:1 1 udp x 203.0.113.1 4000 typ host',
    'candidate:1 1 udp 1 203.0.113.1 4000 typ magic',
    'candidate:1 1 udp 1 203.0.113.1 4000',
    'a=candidate:1 1 udp 1 203.0.113.1 4000 typ host',
    '',
    'candidate:',
    `candidate:${'1'.repeat(600)} 1 udp 1 203.0.113.1 4000 typ host`,
  ])('left out: %s', (sdpString) => {
    expect(isUsableCandidate(sdpString)).toBe(false);
  });
});
