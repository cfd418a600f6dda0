import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { type MtServer, startMtServer } from '../../../sandbox/telegram/wire/server.ts';
import { TinyMethods } from './tiny-methods.ts';

const methods = new TinyMethods();

test('the sandbox refuses to listen where others could reach it', async () => {
  await expect(startMtServer({ methods, host: '0.0.0.0' })).rejects.toThrow('loopback');
});

test('a taken port is reported, and nothing stays open', async () => {
  const first = await startMtServer({ methods });
  await expect(startMtServer({ methods, port: first.port })).rejects.toThrow('EADDRINUSE');
  await expect(startMtServer({ methods, socksPort: first.socksPort })).rejects.toThrow('EADDRINUSE');
  await first.close();
});

test('a closed server has let go of its ports and connections', async () => {
  const server = await startMtServer({ methods });
  const sockets = [connect(server.port, server.host), connect(server.socksPort, server.host)];
  const closed = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
  await server.close();
  await Promise.all(closed);
  const again = await startMtServer({ methods, port: server.port, socksPort: server.socksPort });
  expect([again.port, again.socksPort]).toEqual([server.port, server.socksPort]);
  await again.close();
});

test('every login has a key of its own, in the layout the client reads', async () => {
  const server: MtServer = await startMtServer({ methods });
  const [one, other] = [server.sessionString('100'), server.sessionString('100')];
  expect(one).not.toBe(other);
  const bytes = Buffer.from(one.slice(1), 'base64');
  expect(one[0]).toBe('1');
  expect([bytes[0], bytes.readInt16BE(1), bytes.subarray(3, 12).toString(), bytes.readInt16BE(12)]).toEqual([
    2,
    9,
    '127.0.0.1',
    80,
  ]);
  expect(bytes.length - 14).toBe(256);
  expect(bytes[14]).toBeGreaterThan(0);
  expect(server.mtcuteSession('100').primaryDcs).toEqual(server.mtcuteDcs);
  expect(() => server.addAuthKey(Buffer.alloc(255), '100')).toThrow(RangeError);
  await server.close();
});
