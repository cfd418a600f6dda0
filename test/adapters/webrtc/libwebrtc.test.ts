import { afterEach, describe, expect, test } from 'vitest';
import type { TransportParameters } from '../../../src/adapters/media/webrtc/webrtc-transport.ts';
import { LibwebrtcPeer, opusPayloadType, ourSsrc } from './libwebrtc-peer.ts';
import { connected, Leg } from './pair.ts';

const open: { leg: Leg; peer: LibwebrtcPeer }[] = [];
afterEach(() => {
  for (const { leg, peer } of open.splice(0)) {
    leg.transport.close();
    peer.close();
  }
});

type DtlsRole = 'client' | 'server';

const call = async (ourRole: 'caller' | 'callee', ourDtlsRole: DtlsRole) => {
  const leg = new Leg(ourRole);
  const peer = new LibwebrtcPeer(ourRole === 'caller' ? 'callee' : 'caller');
  open.push({ leg, peer });
  echoTo(leg);
  // TCP, IPv6 and the candidates of other interfaces come along: it is for the leg to pass them over.
  peer.onCandidate = (line) => leg.transport.addCandidate(line);
  const ours = await leg.transport.open();
  if (ourRole === 'caller') {
    const theirs = await peer.answer(ours, ourDtlsRole === 'client' ? 'passive' : 'active');
    leg.tellCandidatesTo((line) => void peer.addCandidate(line));
    await leg.transport.setRemote(theirs, ourDtlsRole);
  } else {
    const theirs = await peer.offer();
    await leg.transport.setRemote(theirs, ourDtlsRole);
    await answerTo(leg, peer, ours, ourDtlsRole);
  }
  return { leg, peer };
};

const answerTo = async (leg: Leg, peer: LibwebrtcPeer, ours: TransportParameters, ourDtlsRole: DtlsRole) => {
  await peer.takeAnswer(ours, ourDtlsRole === 'client' ? 'active' : 'passive');
  leg.tellCandidatesTo((line) => void peer.addCandidate(line));
};

/** Sends the peer's own Opus back to it, as our stream. */
const echoTo = (leg: Leg): void => {
  const scratch = Buffer.alloc(2000);
  leg.transport.onRtp = (packet, length) => {
    leg.rtp.push(Buffer.from(packet.subarray(0, length)));
    const hasExtension = (packet[0]! & 0x10) !== 0;
    const offset = 12 + (hasExtension ? 4 + packet.readUInt16BE(14) * 4 : 0);
    packet.copy(scratch, 0, 0, 12);
    scratch.writeUInt8(0x80, 0);
    scratch.writeUInt32BE(ourSsrc, 8);
    packet.copy(scratch, 12, offset, length);
    leg.transport.sendRtp(scratch, 12 + length - offset);
  };
};

describe.each([
  ['caller', 'client'],
  ['caller', 'server'],
  ['callee', 'server'],
  ['callee', 'client'],
] as const)('libwebrtc, we being %s and DTLS %s', (ourRole, ourDtlsRole) => {
  test('connects, hears its own tone through us, and talks on the data channel', async () => {
    const { leg, peer } = await call(ourRole, ourDtlsRole);
    await connected(leg);
    await expect.poll(() => peer.state, { timeout: 5000 }).toBe('connected');

    peer.play(440);
    await expect.poll(() => leg.rtp.length, { timeout: 5000 }).toBeGreaterThan(50);
    expect(leg.rtp.every((packet) => (packet[1]! & 0x7f) === opusPayloadType)).toBe(true);
    await expect.poll(() => peer.packetsReceived(), { timeout: 5000 }).toBeGreaterThan(50);
    await expect.poll(() => peer.shareOf(440), { timeout: 8000 }).toBeGreaterThan(0.9);

    await expect.poll(() => [leg.has('channelOpen'), peer.channelState], { timeout: 5000 }).toEqual([true, 'open']);
    leg.transport.sendText('{"@type":"MediaState","muted":false}');
    peer.sendText('grüße');
    peer.sendBinary(Buffer.from('binary is passed over'));
    peer.sendText('');
    await expect.poll(() => peer.texts, { timeout: 5000 }).toEqual(['{"@type":"MediaState","muted":false}']);
    await expect.poll(() => leg.texts, { timeout: 5000 }).toEqual(['grüße', '']);

    // Sender and receiver reports decrypt as well.
    await expect.poll(() => leg.rtcp.length, { timeout: 8000 }).toBeGreaterThan(0);
    expect(leg.rtcp[0]![1]).toBeGreaterThanOrEqual(200);
    expect(leg.failures).toEqual([]);
    expect(leg.transport.rejectedPackets).toMatchObject({ malformed: 0, unauthenticated: 0, replayed: 0 });
  });
});

test('libwebrtc restarts ICE in a call and the audio goes on', async () => {
  const { leg, peer } = await call('callee', 'server');
  await connected(leg);
  peer.play(440);
  await expect.poll(() => leg.rtp.length, { timeout: 5000 }).toBeGreaterThan(20);
  const before = await leg.transport.open();

  const renewed = await peer.offer({ iceRestart: true });
  const ours = await leg.transport.setRemote(renewed, 'server');
  expect(ours.ufrag).not.toBe(before.ufrag);
  expect(ours.fingerprint).toBe(before.fingerprint);
  await answerTo(leg, peer, ours, 'server');

  const told = leg.rtp.length;
  await expect.poll(() => leg.rtp.length, { timeout: 5000 }).toBeGreaterThan(told + 100);
  const sequences = leg.rtp.map((packet) => packet.readUInt16BE(2));
  const gaps = sequences.filter((sequence, nth) => nth > 0 && ((sequence - sequences[nth - 1]!) & 0xffff) !== 1);
  expect(gaps).toEqual([]);
  await expect.poll(() => peer.shareOf(440), { timeout: 8000 }).toBeGreaterThan(0.9);
  // Its own checks are answered under the new fragment: it stays connected beyond the life of the old pair.
  expect(peer.state).toBe('connected');
  expect(leg.failures).toEqual([]);

  peer.sendText('after');
  leg.transport.sendText('after it');
  await expect.poll(() => peer.texts, { timeout: 5000 }).toEqual(['after it']);
  await expect.poll(() => leg.texts, { timeout: 5000 }).toEqual(['after']);
});

test('libwebrtc that refuses our certificate leaves us unconnected', async () => {
  const leg = new Leg('callee');
  const peer = new LibwebrtcPeer('caller');
  open.push({ leg, peer });
  peer.onCandidate = (line) => leg.transport.addCandidate(line);
  const ours = await leg.transport.open();
  await leg.transport.setRemote(await peer.offer(), 'server');
  await answerTo(leg, peer, { ...ours, fingerprint: ours.fingerprint.replace(/^../, 'AA') }, 'server');
  await expect.poll(() => peer.state, { timeout: 8000 }).toBe('failed');
  expect(leg.rtp).toEqual([]);
});

test('when libwebrtc hangs up, its DTLS good-bye is told as the end', async () => {
  const { leg, peer } = await call('callee', 'server');
  await connected(leg);
  await expect.poll(() => peer.state, { timeout: 5000 }).toBe('connected');
  peer.close();
  await expect.poll(() => leg.has('closed'), { timeout: 5000 }).toBe(true);
  expect(leg.failures).toEqual([]);
});
