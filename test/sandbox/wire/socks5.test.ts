import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type MtServer, startMtServer } from '../../../sandbox/telegram/wire/server.ts';
import { encodeService } from '../../../sandbox/telegram/wire/service-schema.ts';
import { TlWriter } from '../../../sandbox/telegram/wire/tl-bytes.ts';
import { TinyMethods } from './tiny-methods.ts';

let server: MtServer;
let socket: Socket;

beforeEach(async () => {
  server = await startMtServer({ methods: new TinyMethods() });
  socket = connect(server.socksPort, server.host);
  socket.on('error', () => undefined);
});
afterEach(async () => {
  socket.destroy();
  await server.close();
});

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');

/** Resolves with exactly so many bytes. */
const read = async (length: number): Promise<string> => {
  for (;;) {
    const chunk = socket.read(length) as Buffer | null;
    if (chunk) return chunk.toString('hex');
    await new Promise((resolve) => socket.once('readable', resolve));
  }
};

const ipv4 = '05 01 00 01 95 9a a7 5b 01bb';
const domain = `05 01 00 03 0b ${Buffer.from('example.org').toString('hex')} 0050`;
const ipv6 = `05 01 00 04 ${'00'.repeat(16)} 0050`;
const connectedReply = '05000001000000000000';

/** `req_pq_multi` over the intermediate transport, answered by resPQ. */
const question = (): Buffer => {
  const body = encodeService({ _: 'req_pq_multi', nonce: Buffer.alloc(16, 7) });
  const message = new TlWriter().int64(0n).int64(4n).int32(body.length).raw(body).finish();
  return Buffer.concat([bytes('eeeeeeee'), new TlWriter().int32(message.length).raw(message).finish()]);
};

test.each([
  ['an IPv4 address', ipv4],
  ['a name', domain],
  ['an IPv6 address', ipv6],
])('%s leads to the server', async (_, request) => {
  socket.write(bytes('05 01 00'));
  expect(await read(2)).toBe('0500');
  socket.write(bytes(request));
  expect(await read(10)).toBe(connectedReply);
  socket.write(question());
  expect(await read(4 + 24)).toContain('63241605');
  expect(server.transports()).toEqual(['intermediate']);
});

test('any user name and password will do', async () => {
  socket.write(bytes('05 01 02'));
  expect(await read(2)).toBe('0502');
  socket.write(bytes('01 01 61 02 6263'));
  expect(await read(2)).toBe('0100');
  socket.write(bytes(ipv4));
  expect(await read(10)).toBe(connectedReply);
});

test('a client that does not wait for replies loses nothing', async () => {
  socket.write(Buffer.concat([bytes('05 01 00'), bytes(ipv4), question()]));
  expect(await read(2)).toBe('0500');
  expect(await read(10)).toBe(connectedReply);
  expect(await read(4 + 24)).toContain('63241605');
});

test('while connections are refused, the proxy says so', async () => {
  server.faults.refuseConnections();
  socket.write(Buffer.concat([bytes('05 01 00'), bytes(ipv4)]));
  expect(await read(2)).toBe('0500');
  expect(await read(10)).toBe('05050001000000000000');
});

test('anything but CONNECT is not supported', async () => {
  socket.write(Buffer.concat([bytes('05 01 00'), bytes(ipv4.replace('05 01', '05 02'))]));
  expect(await read(2)).toBe('0500');
  expect(await read(10)).toBe('05070001000000000000');
});

test('an address of no known kind is not supported', async () => {
  socket.write(bytes('05 01 00 05 01 00 09 00'));
  expect(await read(2)).toBe('0500');
  expect(await read(10)).toBe('05080001000000000000');
});

test.each([
  ['another protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['endless bytes', Buffer.alloc(5000, 5)],
])('%s is cut off', async (_, nonsense) => {
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.resume();
  socket.write(nonsense);
  await closed;
});
