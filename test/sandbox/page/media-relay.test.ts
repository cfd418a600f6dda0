import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MediaRelay } from '../../../sandbox/page/media-relay.ts';
import { eventually } from '../../support/eventually.ts';

describe('the network of a page’s call', () => {
  let relay: MediaRelay;
  let peer: Socket;
  let browser: Socket;
  /** What each end got: the words and the port they seem to come from. */
  let got: { peer: (readonly [string, number])[]; browser: (readonly [string, number])[] };
  beforeEach(async () => {
    relay = await MediaRelay.open();
    got = { peer: [], browser: [] };
    const end = async (name: 'peer' | 'browser') => {
      const socket = createSocket('udp4').bind(0, '127.0.0.1');
      socket.on('message', (packet: Buffer, from: RemoteInfo) => got[name].push([packet.toString(), from.port]));
      await once(socket, 'listening');
      return socket;
    };
    peer = await end('peer');
    browser = await end('browser');
  });
  afterEach(() => {
    for (const each of [relay, peer, browser]) each.close();
  });
  const says = (from: Socket, words: string, port: number) => from.send(words, port, '127.0.0.1');

  test('each end sees one port of the other', async () => {
    const port = await relay.through(peer.address().port);
    says(browser, 'hello', port);
    await eventually(() => expect(got.peer).toEqual([['hello', relay.port]]));
    says(peer, 'welcome', relay.port);
    await eventually(() => expect(got.browser).toEqual([['welcome', port]]));
  });

  test('a port the peer has not announced gets one of its own', async () => {
    says(browser, 'hello', await relay.through(peer.address().port));
    await eventually(() => expect(got.peer).toHaveLength(1));
    const other = createSocket('udp4').bind(0, '127.0.0.1');
    await once(other, 'listening');
    says(other, 'from elsewhere', relay.port);
    await eventually(() => expect(got.browser).toHaveLength(1));
    expect(got.browser[0]?.[1]).toBe(await relay.through(other.address().port));
    other.close();
  });

  test('in a tunnel nothing passes, either way; afterwards it does again', async () => {
    const port = await relay.through(peer.address().port);
    says(browser, 'before', port);
    await eventually(() => expect(got.peer).toHaveLength(1));
    relay.up = false;
    says(browser, 'lost', port);
    says(peer, 'lost', relay.port);
    await eventually(() => expect(relay.lost).toBe(2));
    relay.up = true;
    says(browser, 'after', port);
    await eventually(() => expect(got.peer.map(([words]) => words)).toEqual(['before', 'after']));
    expect(got.browser).toEqual([]);
  });

  test('it loses as many packets as it is told', async () => {
    const port = await relay.through(peer.address().port);
    relay.lossRate = 0.5;
    for (let sent = 0; sent < 200; sent++) says(browser, 'x', port);
    await eventually(() => expect(relay.lost + got.peer.length).toBe(200));
    expect(relay.lost).toBeGreaterThan(50);
    expect(relay.lost).toBeLessThan(150);
  });

  test('a page that asks for ever more ports is refused', async () => {
    await expect(Promise.all(Array.from({ length: 17 }, (_, at) => relay.through(20_000 + at)))).rejects.toThrow(
      'too many addresses',
    );
  });
});
