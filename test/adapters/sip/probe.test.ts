import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { sipProbe } from '../../../src/adapters/sip/probe.ts';
import { headerOf, parseMessage } from '../../../src/adapters/sip/wire/message.ts';
import { LineId } from '../../../src/machines/model/ids.ts';

const line = LineId('office');
const accountsAt = (proxy: string, transport: 'udp' | 'tcp' = 'udp') => ({
  settings: async () => ({
    ...{ lineId: line, login: '100', password: 's3cret', domain: 'pbx.invalid', proxy, transport },
    ...{ codecs: [], mayBePrivate: false },
  }),
});

/** Answers each datagram but the first so many. */
async function server({ drops = 0 } = {}) {
  const socket = dgram.createSocket('udp4');
  const heard: string[] = [];
  socket.on('message', (bytes, from) => {
    heard.push(bytes.toString());
    if (heard.length > drops) socket.send('SIP/2.0 404 Not Found\r\n\r\n', from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(async () => {
    socket.close();
    await once(socket, 'close');
  });
  return { heard, at: `127.0.0.1:${socket.address().port}` };
}

test('a registrar is as far as its answer to OPTIONS takes, whatever that says; nothing of the line is in it', async () => {
  const { heard, at } = await server();
  const ms = await sipProbe({ accounts: accountsAt(at) }).rttMs(line);
  expect(ms).toBeGreaterThan(0);
  expect(ms).toBeLessThan(1_000);
  expect(heard).toHaveLength(1);
  const message = parseMessage(Buffer.from(heard[0] ?? ''));
  expect(message).toMatchObject({ method: 'OPTIONS' });
  expect(message && 'headers' in message && headerOf(message.headers, 'cseq')).toBe('1 OPTIONS');
  expect(heard[0]).not.toMatch(/100|s3cret/);
});

test.each(['udp', 'tcp'] as const)(
  'over %s it is asked from the address that calls are sent from',
  async (transport) => {
    const from: (string | undefined)[] = [];
    const datagrams = dgram.createSocket('udp4').bind(0, '127.0.0.1');
    await once(datagrams, 'listening');
    datagrams.on('message', (_, { address, port }) => {
      from.push(address);
      datagrams.send('SIP/2.0 200 OK\r\n\r\n', port, address);
    });
    const streams = net.createServer((socket) => {
      from.push(socket.remoteAddress);
      socket.on('error', () => {});
    });
    streams.listen(datagrams.address().port, '127.0.0.1');
    await once(streams, 'listening');
    const accounts = accountsAt(`127.0.0.1:${datagrams.address().port}`, transport);
    expect(await sipProbe({ accounts, localHost: '127.0.0.7' }).rttMs(line)).toBeGreaterThan(0);
    expect(await sipProbe({ accounts, localHost: '0.0.0.0' }).rttMs(line)).toBeGreaterThan(0);
    expect(await sipProbe({ accounts, localHost: '::' }).rttMs(line)).toBeGreaterThan(0);
    await expect.poll(() => from).toEqual(['127.0.0.7', '127.0.0.1', '127.0.0.1']);
    datagrams.close();
    streams.close();
  },
);

test('a datagram may be lost', async () => {
  const { heard, at } = await server({ drops: 1 });
  expect(await sipProbe({ accounts: accountsAt(at) }).rttMs(line)).toBeLessThan(1_000);
  expect(heard).toHaveLength(2);
});

test('over streams it is as far as a connection takes', async () => {
  const listener = net.createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  onTestFinished(() => void listener.close());
  const { port } = listener.address() as net.AddressInfo;
  const probe = sipProbe({ accounts: accountsAt(`127.0.0.1:${port}`, 'tcp') });
  expect(await probe.rttMs(line)).toBeLessThan(1_000);
});

test('one that is not there, is not known, or may not be contacted is not measured, and hears nothing', async () => {
  const { heard, at } = await server();
  const nowhere = sipProbe({ accounts: accountsAt('127.0.0.1:1', 'tcp') });
  expect(await nowhere.rttMs(line)).toBeUndefined();
  const unknown = sipProbe({ accounts: { settings: () => Promise.reject(new Error('no such line')) } });
  expect(await unknown.rttMs(line)).toBeUndefined();
  expect(await sipProbe({ accounts: accountsAt(at), isPrivate: () => true }).rttMs(line)).toBeUndefined();
  expect(await sipProbe({ accounts: accountsAt(at), mayAct: () => false }).rttMs(line)).toBeUndefined();
  expect(heard).toEqual([]);
});
