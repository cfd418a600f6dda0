/** The peer's transport, from its InitialSetup; `setup` already settled to the role it really takes. */

/**
 * One section of a description, as the peer would have written it. Audio flows one way in a section: libwebrtc sends
 * in ours and receives in the peer's, so each exchange of messages is one offer and answer.
 */

/** The peer's description, written from its messages. Leaves out `sdes:mid`: natives send no MID in their RTP. */
export const writeRemote = (version, transport, sections) =>
  lines([
    'v=0',
    `o=- 1 ${version} IN IP4 127.0.0.1`,
    's=-',
    't=0 0',
    `a=group:BUNDLE ${sections.map(({ mid }) => mid).join(' ')}`,
    'a=ice-options:trickle',
    ...sections.flatMap((section) =>
      (section.kind === 'data' ? dataLines(section.mid) : audioLines(section)).concat(
        `a=ice-ufrag:${transport.ufrag}`,
        `a=ice-pwd:${transport.pwd}`,
        `a=fingerprint:${transport.hash} ${transport.fingerprint}`,
        `a=setup:${transport.setup}`,
      ),
    ),
  ]);

/** What InitialSetup says of a local description. @throws Error when libwebrtc left something out */
export const readTransport = (sdp) => {
  const [hash, fingerprint] = attribute(sdp, 'fingerprint').split(' ');
  return {
    '@type': 'InitialSetup',
    ufrag: attribute(sdp, 'ice-ufrag'),
    pwd: attribute(sdp, 'ice-pwd'),
    renomination: false,
    fingerprints: [{ hash: hash ?? '', setup: attribute(sdp, 'setup'), fingerprint: fingerprint ?? '' }],
  };
};

/** The mid of the last section: the one an offer has just added. */
export const lastMid = (sdp) => attribute(sdp.slice(sdp.lastIndexOf('\nm=')), 'mid');

export const withSetup = (sdp, setup) => sdp.replace(/a=setup:\w+/gu, `a=setup:${setup}`);

/**
 * libwebrtc picks SSRC and payload type id when it writes an offer; the message with ours has long been sent by then.
 * The last section is rewritten to what was announced, with Opus as its only codec.
 */
export const withAnnounced = (sdp, { ssrc, payloadTypes, rtpExtensions }) => {
  const start = sdp.lastIndexOf('\nm=') + 1;
  const id = payloadTypes[0]?.id ?? 111;
  const kept = sdp
    .slice(start)
    .split('\r\n')
    .filter((line) => !/^a=(?:rtpmap|fmtp|rtcp-fb|extmap|ssrc-group):/u.test(line))
    .map((line) => line.replace(/^(m=audio \d+ \S+ ).*$/u, `$1${id}`).replace(/^a=ssrc:\d+/u, `a=ssrc:${ssrc}`));
  while (kept.at(-1) === '') kept.pop();
  return sdp.slice(0, start) + lines([...kept, ...codecLines(payloadTypes.slice(0, 1), rtpExtensions)]);
};

const dataLines = (mid) => [
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
  'c=IN IP4 0.0.0.0',
  `a=mid:${mid}`,
  'a=sctp-port:5000',
  'a=max-message-size:262144',
];

const audioLines = ({ mid, direction, content }) => {
  // A section always names a codec, also while nothing flows in it.
  const payloadTypes = content && content.payloadTypes.length > 0 ? content.payloadTypes : [opus(111)];
  return [
    `m=audio 9 UDP/TLS/RTP/SAVPF ${payloadTypes.map(({ id }) => id).join(' ')}`,
    'c=IN IP4 0.0.0.0',
    `a=mid:${mid}`,
    'a=rtcp-mux',
    'a=rtcp-rsize',
    `a=${direction}`,
    ...codecLines(payloadTypes, content?.rtpExtensions ?? []),
    ...(content && direction === 'sendonly'
      ? [`a=ssrc:${content.ssrc} cname:peer`, `a=ssrc:${content.ssrc} msid:peer peer`]
      : []),
  ];
};

const codecLines = (payloadTypes, extensions) => [
  ...payloadTypes.flatMap(({ id, name, clockrate, channels, parameters, feedbackTypes }) => {
    const format = Object.entries(parameters).map(([key, value]) => (key === '' ? value : `${key}=${value}`));
    return [
      `a=rtpmap:${id} ${name}/${clockrate}${channels > 1 ? `/${channels}` : ''}`,
      ...(format.length > 0 ? [`a=fmtp:${id} ${format.join(';')}`] : []),
      ...feedbackTypes.map(({ type, subtype }) => `a=rtcp-fb:${id} ${type}${subtype ? ` ${subtype}` : ''}`),
    ];
  }),
  ...extensions.map(({ id, uri }) => `a=extmap:${id} ${uri}`),
];

/** Opus as natives announce it. */
export const opus = (id) => ({
  id,
  name: 'opus',
  clockrate: 48_000,
  channels: 2,
  feedbackTypes: [{ type: 'transport-cc', subtype: '' }],
  parameters: { minptime: '10', useinbandfec: '1' },
});

const attribute = (sdp, name) => {
  const value = new RegExp(`^a=${name}:(.*)$`, 'mu').exec(sdp)?.[1];
  if (value === undefined) throw new Error(`libwebrtc described no ${name}`);
  return value.trim();
};

const lines = (all) => `${all.join('\r\n')}\r\n`;
