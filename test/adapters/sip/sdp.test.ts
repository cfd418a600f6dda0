import { describe, expect, test } from 'vitest';
import type { RtpSession } from '../../../src/actors/ports/rtp-legs.ts';
import { Descriptions } from '../../../src/adapters/sip/sdp/descriptions.ts';
import { usableCodecs } from '../../../src/adapters/sip/sdp/negotiation.ts';
import { parseSdp } from '../../../src/adapters/sip/sdp/sdp.ts';

const ours = (codecs: Parameters<typeof usableCodecs>[0] = ['opus', 'alaw', 'mulaw']) => {
  const applied: RtpSession[] = [];
  const descriptions = new Descriptions({
    id: '7',
    codecs: usableCodecs(codecs, ['opus', 'alaw', 'mulaw', 'g722', 'gsm']),
    address: () => ({ host: '198.51.100.7', port: 30_000 }),
    apply: (session) => applied.push(session),
    onAgreed: () => {},
  });
  return { descriptions, applied };
};

const theirs = (lines: readonly string[], connection = 'c=IN IP4 192.0.2.9') =>
  ['v=0', 'o=- 1 1 IN IP4 192.0.2.9', 's=-', connection, 't=0 0', ...lines, ''].join('\r\n');

const answerTo = async (offer: string, codecs?: readonly string[]) => {
  const { descriptions, applied } = ours(codecs);
  await descriptions.setDescription(offer);
  const { body } = await descriptions.getDescription();
  return { lines: body.trim().split('\r\n'), session: applied[0] };
};

test('an offer names the line’s codecs in its order, and key presses at each clock rate', async () => {
  const { body } = await ours().descriptions.getDescription();
  expect(body.split('\r\n')).toEqual([
    'v=0',
    'o=- 7 1 IN IP4 198.51.100.7',
    's=-',
    'c=IN IP4 198.51.100.7',
    't=0 0',
    'm=audio 30000 RTP/AVP 107 8 0 101 102',
    'a=rtpmap:107 opus/48000/2',
    'a=fmtp:107 useinbandfec=1;maxaveragebitrate=32000',
    'a=rtpmap:8 PCMA/8000',
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:101 telephone-event/8000',
    'a=fmtp:101 0-16',
    'a=rtpmap:102 telephone-event/48000',
    'a=fmtp:102 0-16',
    'a=ptime:20',
    'a=sendrecv',
    '',
  ]);
});

test('without Opus there are no key presses at 48 kHz', async () => {
  const { body } = await ours(['g722', 'gsm', 'alaw']).descriptions.getDescription();
  expect(body).toContain('m=audio 30000 RTP/AVP 9 3 8 101\r\n');
  expect(body).not.toContain('48000');
});

test('codecs that nobody here can code are left out; with none left the first we can do is offered', () => {
  expect(usableCodecs(['speex', 'mulaw', 'mulaw'], ['alaw', 'mulaw'])).toEqual(['mulaw']);
  expect(usableCodecs(['speex'], ['alaw', 'mulaw'])).toEqual(['alaw']);
});

test('an answer gives their numbers for what we send and ours for what we receive', async () => {
  const { descriptions, applied } = ours();
  await descriptions.getDescription();
  await descriptions.setDescription(
    theirs([
      'm=audio 40000 RTP/AVP 96 97',
      'a=rtpmap:96 OPUS/48000/2',
      'a=rtpmap:97 telephone-event/48000',
      'a=ptime:40',
    ]),
  );
  expect(applied).toEqual([
    {
      remote: { host: '192.0.2.9', port: 40_000 },
      codec: { name: 'opus', sendPayloadType: 96, receivePayloadType: 107, ptimeMs: 40 },
      telephoneEvent: { sendPayloadType: 97, receivePayloadType: 102, clockRateHz: 48_000 },
      direction: 'sendrecv',
    },
  ]);
});

test('answering, the line’s preference wins and the offer’s numbers stay', async () => {
  const offer = theirs([
    'm=audio 40000 RTP/AVP 0 8 111 100',
    'a=rtpmap:111 opus/48000/2',
    'a=rtpmap:100 telephone-event/8000',
    'a=sendrecv',
  ]);
  const { lines, session } = await answerTo(offer, ['alaw', 'opus']);
  expect(lines).toContain('m=audio 30000 RTP/AVP 8 100');
  expect(session?.codec).toMatchObject({ name: 'alaw', sendPayloadType: 8, receivePayloadType: 8 });
  expect(session?.telephoneEvent).toEqual({ sendPayloadType: 100, receivePayloadType: 100, clockRateHz: 8_000 });
});

test('Opus is answered with key presses at 8 kHz when nothing else is offered', async () => {
  const offer = theirs([
    'm=audio 40000 RTP/AVP 111 101',
    'a=rtpmap:111 opus/48000/2',
    'a=rtpmap:101 telephone-event/8000',
  ]);
  expect((await answerTo(offer)).session?.telephoneEvent?.clockRateHz).toBe(8_000);
});

test('every other stream is refused in its place', async () => {
  const offer = theirs(['m=video 5000 RTP/AVP 31', 'm=audio 40000 RTP/AVP 8', 'm=image 6000 udptl t38']);
  const { lines } = await answerTo(offer);
  expect(lines.filter((line) => line.startsWith('m='))).toEqual([
    'm=video 0 RTP/AVP 31',
    'm=audio 30000 RTP/AVP 8',
    'm=image 0 udptl t38',
  ]);
});

describe('directions are mirrored', () => {
  test.each([
    ['sendrecv', 'sendrecv'],
    ['sendonly', 'recvonly'],
    ['recvonly', 'sendonly'],
    ['inactive', 'inactive'],
  ])('%s is answered %s', async (offered, answered) => {
    const { lines, session } = await answerTo(theirs(['m=audio 40000 RTP/AVP 8', `a=${offered}`]));
    expect(lines.at(-1)).toBe(`a=${answered}`);
    expect(session?.direction).toBe(answered);
  });

  test('the old hold, an address of zeros, means that we only listen', async () => {
    const { session } = await answerTo(theirs(['m=audio 40000 RTP/AVP 8'], 'c=IN IP4 0.0.0.0'));
    expect(session?.direction).toBe('recvonly');
  });

  test('direction and address of the session count where the stream has none', async () => {
    const offer = theirs(['a=sendonly', 'm=audio 40000 RTP/AVP 8', 'c=IN IP6 2001:db8::9']);
    const { session } = await answerTo(offer);
    expect(session).toMatchObject({ direction: 'recvonly', remote: { host: '2001:db8::9' } });
  });
});

test('no common codec, encrypted audio, and no audio are refused', async () => {
  for (const lines of [
    ['m=audio 40000 RTP/AVP 18'],
    ['m=audio 40000 RTP/SAVP 8'],
    ['m=audio 0 RTP/AVP 8'],
    ['m=video 5000 RTP/AVP 31'],
  ]) {
    await expect(answerTo(theirs(lines))).rejects.toThrow('no common codec');
  }
});

test('the version grows only when something changed', async () => {
  const { descriptions } = ours();
  const versions: (string | undefined)[] = [];
  for (const offer of [
    theirs(['m=audio 40000 RTP/AVP 8']),
    theirs(['m=audio 40002 RTP/AVP 8']),
    theirs(['m=audio 1 RTP/AVP 0']),
  ]) {
    await descriptions.setDescription(offer);
    versions.push(/o=- 7 (\d+)/.exec((await descriptions.getDescription()).body)?.[1]);
  }
  expect(versions).toEqual(['1', '1', '2']);
});

test('a description without audio address, with a broken stream, or of another kind is none', () => {
  expect(parseSdp('v=0\r\nm=audio 1 RTP/AVP 0\r\n')).toBeUndefined();
  expect(parseSdp('v=0\r\nc=IN IP4 1.2.3.4\r\nm=audio x RTP/AVP 0\r\n')).toBeUndefined();
  expect(parseSdp('v=0\r\nc=IN IP4 1.2.3.4\r\nm=audio 70000 RTP/AVP 0\r\n')).toBeUndefined();
  expect(parseSdp('v=1\r\nc=IN IP4 1.2.3.4\r\nm=audio 1 RTP/AVP 0\r\n')).toBeUndefined();
  expect(parseSdp('hello')).toBeUndefined();
});
