import net from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { Flow } from '../../../src/adapters/sip/net/flow.ts';
import { Sockets } from '../../../src/adapters/sip/net/sockets.ts';
import { StreamFramer } from '../../../src/adapters/sip/wire/framer.ts';
import { eventually } from '../../support/eventually.ts';
import { SteppedTime } from './stepped-time.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const framed = () => {
  const seen: string[] = [];
  const framer = new StreamFramer({
    onMessage: (bytes) => seen.push(bytes.toString()),
    onPing: () => seen.push('ping'),
    onPong: () => seen.push('pong'),
    onBroken: (detail) => seen.push(`broken: ${detail}`),
  });
  return { seen, push: (text: string) => framer.push(Buffer.from(text)) };
};

const message = (body: string) => `MESSAGE sip:a SIP/2.0\r\nl: ${body.length}\r\n\r\n${body}`;

test('messages are found however the stream is cut', () => {
  const text = `\r\n\r\n${message('one')}\r\n${message('')}${message('three')}`;
  for (let size = 1; size < text.length; size++) {
    const { seen, push } = framed();
    for (let at = 0; at < text.length; at += size) push(text.slice(at, at + size));
    expect(seen.filter((one) => one.startsWith('MESSAGE'))).toEqual([message('one'), message(''), message('three')]);
  }
});

test('a double line end is a ping, a single one a pong', () => {
  const { seen, push } = framed();
  push('\r\n\r\n');
  push('\r\n');
  expect(seen).toEqual(['ping', 'pong']);
});

test.each(['l: -1', 'l: 1\r\nContent-Length: 2', 'l: 99999999', 'l: x'])('after %j nobody can read on', (header) => {
  const { seen, push } = framed();
  push(`MESSAGE sip:a SIP/2.0\r\n${header}\r\n\r\n`);
  expect(seen.at(-1)).toBe('broken: unusable Content-Length');
});

test('a header without an end is given up at 64 KiB', () => {
  const { seen, push } = framed();
  push('a'.repeat(65_000));
  expect(seen).toEqual([]);
  push('a'.repeat(1_000));
  expect(seen).toEqual(['broken: header too long']);
});

const openSockets = async (time: SteppedTime) => {
  const closed: Flow[] = [];
  const received: string[] = [];
  const bind = { host: '127.0.0.1', udpPort: 0, tcpPort: 0 };
  const sockets = await Sockets.open(bind, {}, time, {
    onMessage: (bytes) => received.push(bytes.toString()),
    onClosed: (flow) => closed.push(flow),
  });
  cleanups.push(() => sockets.close());
  return { sockets, closed, received };
};

/** A server that keeps what it hears. */
const listener = async () => {
  const heard: string[] = [];
  const connections: net.Socket[] = [];
  const tcp = net.createServer((socket) => {
    connections.push(socket);
    socket.on('data', (chunk) => heard.push(chunk.toString()));
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    for (const socket of connections) socket.destroy();
    tcp.close();
  });
  const address = tcp.address();
  return {
    heard,
    connections,
    remote: { host: '127.0.0.1', port: typeof address === 'object' ? (address?.port ?? 0) : 0 },
  };
};

test('an idle connection is pinged, and closed when a peer that used to answer does not', async () => {
  const time = new SteppedTime();
  const { sockets, closed } = await openSockets(time);
  const { heard, connections, remote } = await listener();
  const flow = await sockets.connect('TCP', remote, 'pbx', 'alice');
  time.pass(25_000);
  await eventually(() => expect(heard).toEqual(['\r\n\r\n']));
  // It never answered so far: no reason to give up.
  time.pass(40_000);
  expect(flow.isOpen).toBe(true);
  connections[0]?.write('\r\n');
  await eventually(() => expect(time.pending).toBe(1));
  await new Promise((resolve) => setImmediate(resolve));
  await eventually(() => {
    time.pass(36_000);
    expect(flow.isOpen).toBe(false);
  });
  await eventually(() => expect(closed).toEqual([flow]));
});

test('an account has one connection to a peer, and each account its own', async () => {
  const { sockets } = await openSockets(new SteppedTime());
  const { remote } = await listener();
  const flows = await Promise.all([
    sockets.connect('TCP', remote, 'pbx', 'alice'),
    sockets.connect('TCP', remote, 'pbx', 'alice'),
    sockets.connect('TCP', remote, 'pbx', 'bob'),
  ]);
  expect(flows[0]).toBe(flows[1]);
  expect(flows[2]).not.toBe(flows[0]);
  expect(await sockets.connect('TCP', remote, 'pbx', 'alice')).toBe(flows[0]);
  sockets.release('alice');
  expect(flows.map(({ isOpen }) => isOpen)).toEqual([false, false, true]);
  expect(await sockets.connect('TCP', remote, 'pbx', 'alice')).not.toBe(flows[0]);
});

test('a peer that stops reading is dropped before it costs much', async () => {
  const { sockets } = await openSockets(new SteppedTime());
  const { connections, remote } = await listener();
  const flow = await sockets.connect('TCP', remote, 'pbx', 'alice');
  await eventually(() => expect(connections).toHaveLength(1));
  connections[0]?.pause();
  let isRefused = false;
  for (let count = 0; count < 2_000 && !isRefused; count++) {
    flow.send(Buffer.alloc(60_000)).catch(() => {
      isRefused = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(isRefused).toBe(true);
  expect(flow.isOpen).toBe(false);
});

test('a connection that cannot be made is an error', async () => {
  const { sockets } = await openSockets(new SteppedTime());
  const { remote } = await listener();
  for (const cleanup of cleanups.splice(1)) await cleanup();
  await expect(sockets.connect('TCP', remote, 'pbx', 'alice')).rejects.toThrow('ECONNREFUSED');
});
