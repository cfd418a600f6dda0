import { createSocket } from 'node:dgram';
import dns from 'node:dns';
import names from 'node:dns/promises';
import { connect, createServer, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LoopbackOnly, loopbackOnly } from './loopback-only.ts';

/** RFC 5737: leads nowhere, should the guard fail. */
const elsewhere = '192.0.2.1';
let network: LoopbackOnly;
beforeEach(() => {
  network = loopbackOnly();
});
afterEach(() => network.end());

const udp = async (use: (socket: ReturnType<typeof createSocket>) => void) => {
  const socket = createSocket('udp4').on('error', () => {});
  try {
    use(socket);
  } finally {
    socket.close();
  }
};

test.each<readonly [string, string, () => unknown]>([
  ['TCP', elsewhere, () => connect(5060, elsewhere)],
  ['TCP', elsewhere, () => connect({ port: 5060, host: elsewhere })],
  ['TCP', elsewhere, () => new Socket().connect(5060, elsewhere)],
  ['TCP', 'pbx.example.org', () => connect({ port: 5060, host: 'pbx.example.org' })],
  ['TCP', '2001:db8::1', () => connect({ port: 5060, host: '2001:db8::1' })],
  ['TCP', elsewhere, () => connectTls({ port: 5061, host: elsewhere })],
  ['TCP', elsewhere, () => fetch(`http://${elsewhere}/`)],
  ['UDP', elsewhere, () => udp((socket) => socket.send('x', 5060, elsewhere))],
  ['UDP', elsewhere, () => udp((socket) => socket.send(Buffer.from('x'), 0, 1, 5060, elsewhere))],
  ['UDP', elsewhere, () => udp((socket) => socket.connect(5060, elsewhere))],
  ['DNS', 'pbx.invalid', () => names.lookup('pbx.invalid')],
  ['DNS', '_sip._udp.pbx.invalid', () => new names.Resolver().resolveSrv('_sip._udp.pbx.invalid')],
  ['DNS', 'pbx.invalid', () => dns.lookup('pbx.invalid', () => {})],
])('who wants to reach elsewhere by %s is stopped and told of: %s', async (how, host, reach) => {
  await expect(async () => {
    await reach();
  }).rejects.toThrow(/wants to reach|fetch failed/);
  expect(network.elsewhere()).toEqual([`${how} ${host}`]);
  expect(network.elsewhere()).toEqual([]);
});

test('this machine is reached as always', async () => {
  const server = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address() as { port: number };
  for (const host of ['127.0.0.1', 'localhost', undefined]) {
    const socket = connect({ port, ...(host && { host }) });
    expect(await new Promise((done) => socket.once('data', (data) => done(String(data))))).toBe('hello');
  }
  await udp((socket) => socket.send('x', 9, '127.0.0.1'));
  server.close();
  expect(network.elsewhere()).toEqual([]);
});
