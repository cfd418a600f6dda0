import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Bot } from 'grammy';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { limitRequests } from '../../../src/adapters/bot/api-limits.ts';

/** Closes the connection on so many requests of each method, and says yes to the others. */
let cutsOff: number;
let asked: string[];
const server = createServer((request, response) => {
  const method = request.url?.split('/').at(-1) ?? '';
  asked.push(method);
  if (asked.filter((other) => other === method).length <= cutsOff) request.socket.destroy();
  else response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true,"result":true}');
});
let bot: Bot;
beforeEach(async () => {
  asked = [];
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const apiRoot = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  bot = new Bot('1:test', { client: { apiRoot } });
  limitRequests(bot);
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

test('an answer whose connection is cut off is given once more', async () => {
  cutsOff = 1;
  expect(await bot.api.answerCallbackQuery('1')).toBe(true);
  expect(asked).toEqual(['answerCallbackQuery', 'answerCallbackQuery']);
});

test('it is not given a third time, and a message not even twice: it may have arrived', async () => {
  cutsOff = 9;
  await expect(bot.api.answerCallbackQuery('1')).rejects.toThrow('Network request');
  await expect(bot.api.sendMessage(1, 'hello')).rejects.toThrow('Network request');
  expect(asked).toEqual(['answerCallbackQuery', 'answerCallbackQuery', 'sendMessage']);
});
