import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { readCandidate } from '../../../sandbox/phone/candidates.ts';
import { PhoneNetwork } from '../../../sandbox/phone/network.ts';

const candidate = (address: string, port: number): string =>
  `candidate:1 1 udp 2122063615 ${address} ${port} typ host generation 0 ufrag CKu8 network-id 3`;

test.each([
  candidate('192.0.2.2', 5_000),
  candidate('fd00::2', 5_000),
  candidate('0.0.0.0', 5_000),
  candidate('127.0.0.1.example.org', 5_000),
  candidate('0b5e.local', 5_000),
  candidate('reflector-1-123.reflector', 5_000),
  candidate('127.0.0.1', 0),
  candidate('127.0.0.1', 65_536),
  'candidate:1 2 udp 2122063615 127.0.0.1 5000 typ host',
  'candidate:1 1 tcp 1518214911 127.0.0.1 9 typ host tcptype active',
  'candidate:',
  '',
])('not to be used: %s', async (line) => {
  const network = await opened();
  expect(readCandidate(line)).toBeUndefined();
  expect(network.announce(line)).toEqual([]);
  expect(await network.accept(line)).toBeUndefined();
});

test.each(['127.0.0.1', '127.3.2.1', '::1'])('a candidate on %s may be used', (address) => {
  expect(readCandidate(`a=${candidate(address, 5_000)}`)).toMatchObject({ address, port: 5_000, priority: 2122063615 });
});

test.each(['127.0.0.1', '::1'])('packets pass both ways between libwebrtc and a peer on %s', async (address) => {
  const { network, home, peer, towardsPeer } = await joined(address);
  home.send('out', towardsPeer.port, '127.0.0.1');
  const [out, from] = await heardBy(peer);
  expect(out).toBe('out');
  // What the peer sees is what was announced.
  const announced = readCandidate(network.announce(candidate(address, home.address().port))[0]!)!;
  expect({ address: from.address, port: from.port }).toEqual({ address: announced.address, port: announced.port });

  peer.send('back', from.port, from.address);
  const [back, by] = await heardBy(home);
  expect([back, by.port]).toEqual(['back', towardsPeer.port]);
});

test('nothing passes while the network is down', async () => {
  const { network, home, peer, towardsPeer } = await joined('127.0.0.1');
  network.up = false;
  home.send('lost', towardsPeer.port, '127.0.0.1');
  // A packet through the same sockets afterwards shows that the first one had its time.
  await new Promise((resolve) => home.send('also lost', towardsPeer.port, '127.0.0.1', resolve));
  await expect.poll(() => network.lost).toBe(2);
  network.up = true;
  home.send('passes', towardsPeer.port, '127.0.0.1');
  expect((await heardBy(peer))[0]).toBe('passes');
});

async function opened(): Promise<PhoneNetwork> {
  const network = await PhoneNetwork.open();
  onTestFinished(() => network.close());
  return network;
}

async function joined(address: string) {
  const network = await opened();
  const [home, peer] = [createSocket('udp4'), createSocket(address === '::1' ? 'udp6' : 'udp4')];
  onTestFinished(() => {
    home.close();
    peer.close();
  });
  home.bind(0, '127.0.0.1');
  peer.bind(0, address);
  await Promise.all([once(home, 'listening'), once(peer, 'listening')]);
  network.announce(candidate('127.0.0.1', home.address().port));
  const towardsPeer = readCandidate((await network.accept(candidate(address, peer.address().port)))!)!;
  return { network, home, peer, towardsPeer };
}

async function heardBy(socket: ReturnType<typeof createSocket>): Promise<[string, RemoteInfo]> {
  const [packet, from] = (await once(socket, 'message')) as [Buffer, RemoteInfo];
  return [packet.toString(), from];
}
