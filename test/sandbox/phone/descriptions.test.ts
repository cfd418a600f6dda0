import { expect, onTestFinished, test } from 'vitest';
import { readCandidate } from '../../../sandbox/phone/candidates.ts';
import { PeerDescriptions } from '../../../sandbox/phone/peer-descriptions.ts';
import { readTransport, writeRemote } from '../../../sandbox/phone/sdp.ts';
import { createPeerConnection, type DataChannel, type PeerConnection } from '../../../sandbox/phone/webrtc.ts';

test('a caller that restarts ICE is followed with new credentials', async () => {
  const [caller, callee] = [connection(), connection()];
  const channel = caller.createDataChannel('data');
  const received = Promise.withResolvers<DataChannel>();
  callee.ondatachannel = (event) => received.resolve(event.channel);
  const descriptions = new PeerDescriptions(callee, 'callee', {});

  let version = 0;
  const negotiate = async (): Promise<string> => {
    const offer = await caller.createOffer();
    await caller.setLocalDescription(offer);
    const answer = await descriptions.meet(readTransport(offer.sdp));
    const [fingerprint] = answer!.fingerprints;
    const transport = { ...fingerprint!, ufrag: answer!.ufrag, pwd: answer!.pwd };
    const sdp = writeRemote(++version, transport, [{ kind: 'data', mid: '0' }]);
    await caller.setRemoteDescription({ type: 'answer', sdp });
    return answer!.ufrag;
  };
  const described = Promise.withResolvers<void>();
  pass(caller, callee, 'base', described.promise);
  pass(callee, caller, '0', described.promise);

  const first = await negotiate();
  described.resolve();
  await expect.poll(() => channel.readyState, { timeout: 10_000 }).toBe('open');
  (caller as PeerConnection & { restartIce(): void }).restartIce();
  const second = await negotiate();
  expect(second).not.toBe(first);

  await expect.poll(() => [caller.connectionState, callee.connectionState]).toEqual(['connected', 'connected']);
  const heard = Promise.withResolvers<unknown>();
  (await received.promise).onmessage = ({ data }) => heard.resolve(data);
  channel.send('still there');
  expect(await heard.promise).toBe('still there');
});

test('the same InitialSetup again changes nothing', async () => {
  const [caller, callee] = [connection(), connection()];
  caller.createDataChannel('data');
  const setup = readTransport((await caller.createOffer()).sdp);
  const descriptions = new PeerDescriptions(callee, 'callee', {});
  expect(await descriptions.meet(setup)).toMatchObject({ fingerprints: [{ setup: 'passive' }] });
  expect(await descriptions.meet(setup)).toBeUndefined();
});

test('an InitialSetup without fingerprint is not enough', async () => {
  const descriptions = new PeerDescriptions(connection(), 'callee', {});
  const setup = { '@type': 'InitialSetup', ufrag: 'abcd', pwd: 'x'.repeat(24), renomination: false } as const;
  expect(await descriptions.meet({ ...setup, fingerprints: [] })).toBeUndefined();
  expect(descriptions.peerKnown).toBe(false);
});

function connection(): PeerConnection {
  const made = createPeerConnection();
  onTestFinished(() => made.close());
  return made;
}

/** Hands over the loopback candidates of one to the other, who can take them only when `described`. */
function pass(from: PeerConnection, to: PeerConnection, sdpMid: string, described: Promise<void>): void {
  from.onicecandidate = async ({ candidate }) => {
    if (!candidate || !readCandidate(candidate.candidate)) return;
    await described;
    await to.addIceCandidate({ candidate: candidate.candidate, sdpMid, sdpMLineIndex: 0 });
  };
}
