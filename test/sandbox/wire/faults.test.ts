import type { TelegramClient } from '@mtcute/node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RpcError } from '../../../sandbox/telegram/wire/contract.ts';
import { Faults } from '../../../sandbox/telegram/wire/faults.ts';
import { type MtServer, startMtServer } from '../../../sandbox/telegram/wire/server.ts';
import { eventually } from '../../support/eventually.ts';
import { mtcute } from './mtcute-client.ts';
import { TinyMethods } from './tiny-methods.ts';

let methods: TinyMethods;
let server: MtServer;
let client: TelegramClient;
let texts: string[];

beforeEach(async () => {
  methods = new TinyMethods();
  server = await startMtServer({ methods });
  client = await mtcute(server);
  await client.importSession(server.mtcuteSession('100'), true);
  texts = [];
  client.onRawUpdate.add(({ update }) => {
    if (update._ === 'updateNewMessage' && update.message._ === 'message') texts.push(update.message.message);
  });
  await client.getMe();
});
afterEach(async () => {
  await client.destroy();
  await server.close();
});

const country = () => client.call({ _: 'help.getNearestDc' }).then((dc) => dc.country);

test('a method fails as often as it was told, others not at all', async () => {
  server.faults.failMethod('help.getNearestDc', new RpcError(400, 'PEER_ID_INVALID'), 2);
  await expect(country()).rejects.toThrow('PEER_ID_INVALID');
  expect((await client.getMe()).id).toBe(100);
  await expect(country()).rejects.toThrow('PEER_ID_INVALID');
  expect(await country()).toBe('DE');
});

test('a method that always fails works again after a reset', async () => {
  server.faults.failMethod('*', new RpcError(400, 'PEER_ID_INVALID'), Number.POSITIVE_INFINITY);
  await expect(country()).rejects.toThrow('PEER_ID_INVALID');
  await expect(client.call({ _: 'help.getConfig' })).rejects.toThrow('PEER_ID_INVALID');
  server.faults.reset();
  expect(await country()).toBe('DE');
});

test('updates caused by a request overtake its delayed answer', async () => {
  const order: string[] = [];
  methods.answers.set('help.getNearestDc', () => {
    methods.say('effect');
    return { _: 'nearestDc', country: 'DE', this_dc: 2, nearest_dc: 2 };
  });
  server.faults.delayAnswers('help.getNearestDc', 100);
  client.onRawUpdate.add(({ update }) => void order.push(update._));
  await client.startUpdatesLoop();
  order.push(await country());
  expect(order).toEqual(['updateNewMessage', 'DE']);
});

test('a stalled server reads and says nothing, and pushes nothing', async () => {
  await client.startUpdatesLoop();
  const received = methods.requests.length;
  server.faults.stalled = true;
  server.faults.dropSockets();
  await eventually(() => expect(server.transports()).toEqual([]));
  const pending = country();
  methods.say('in the stall');
  // The transport is known as soon as something was read.
  await eventually(() => expect(server.transports()).toContain('intermediate'));
  expect(methods.requests).toHaveLength(received);
  server.faults.stalled = false;
  server.faults.dropSockets('100');
  server.faults.dropSockets();
  expect(await pending).toBe('DE');
  await eventually(() => expect(texts).toEqual(['in the stall']));
});

test('a flooded transport is told so and recovers', async () => {
  server.faults.transportErrors(-429);
  expect(await country()).toBe('DE');
});

test('updates can come twice, late and in the wrong order', async () => {
  await client.startUpdatesLoop();
  const raw: string[] = [];
  const [session] = [...methods.sessions].filter(({ userId }) => userId === '100');
  const status = (id: bigint) => ({
    _: 'updateShort',
    update: { _: 'updateUserStatus', user_id: id, status: { _: 'userStatusEmpty' } },
    date: 1,
  });
  client.onRawUpdate.add(({ update }) => {
    if (update._ === 'updateUserStatus') raw.push(String(update.userId));
  });
  server.faults.duplicateUpdates();
  session?.push(status(1n));
  await eventually(() => expect(raw).toEqual(['1', '1']));
  server.faults.swapUpdates();
  session?.push(status(2n));
  session?.push(status(3n));
  await eventually(() => expect(raw.slice(2)).toEqual(['3', '2']));
  server.faults.updateDelayMs = 50;
  session?.push(status(4n));
  server.faults.updateDelayMs = 0;
  session?.push(status(5n));
  await eventually(() => expect(raw.slice(4)).toEqual(['5', '4']));
});

test('only the sockets of the named user are dropped', async () => {
  const before = server.transports().length;
  server.faults.dropSockets('nobody');
  expect(await country()).toBe('DE');
  expect(server.transports()).toHaveLength(before);
});

test('whoever asks before a flood wait is over is told how much of it is left', () => {
  let nowMs = 0;
  const faults = new Faults({ dropSockets: () => {}, rotateSalts: () => {}, nowMs: () => nowMs });
  const told = () => faults.takeRequestFault('messages.sendMessage').error?.message;
  faults.floodFor('messages.sendMessage', 5);
  expect(told()).toBe('420 FLOOD_WAIT_5');
  nowMs = 3_500;
  expect(told()).toBe('420 FLOOD_WAIT_2');
  expect(faults.takeRequestFault('help.getConfig').error).toBeUndefined();
  nowMs = 5_000;
  expect(told()).toBeUndefined();
});
