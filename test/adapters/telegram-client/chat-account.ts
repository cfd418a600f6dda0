import { pino } from 'pino';
import { expect, onTestFinished } from 'vitest';
import { startTelegram } from '../../../sandbox/telegram/telegram.ts';
import type { IncomingMessage } from '../../../src/actors/ports/conversation.ts';
import {
  openTelegram,
  type TelegramAccount,
  type TelegramOptions,
} from '../../../src/adapters/telegram/client/account.ts';
import { UserId } from '../../../src/machines/model/ids.ts';
import { MemoryMailbox, MemoryPeers } from '../../fakes/memory-mailbox.ts';
import { eventually } from '../../support/eventually.ts';

export const silent = pino({ level: process.env.LOG_LEVEL ?? 'silent' });

/** A Telegram of its own with a chat account, a settings bot and two people; gone with the test. */
export async function telegram() {
  const sandbox = await startTelegram();
  onTestFinished(() => sandbox.close());
  const siptg = sandbox.addUser({ firstName: 'Telephone', username: 'siptg', phone: '15550100' });
  const anna = sandbox.addUser({ firstName: 'Anna', username: 'anna_b', phone: '15550101' });
  const bert = sandbox.addUser({ firstName: 'Bert', username: 'bert_c', phone: '15550102' });
  return { sandbox, accountId: UserId(siptg.id), anna: sandbox.person(anna.id), bert: sandbox.person(bert.id) };
}

export const proxyOf = (sandbox: { socksPort: number }) => ({ host: '127.0.0.1', port: sandbox.socksPort });

/** The chat account logged in, as the product opens it. */
export async function chatAccount(options: Partial<TelegramOptions> = {}) {
  const scene = await telegram();
  const mailbox = new MemoryMailbox();
  const peers = new MemoryPeers();
  const session = scene.sandbox.sessionString(scene.accountId);
  const open = async (more: Partial<TelegramOptions> = {}) => {
    const account = await openTelegram({
      apiId: 1,
      apiHash: 'hash',
      session,
      proxy: proxyOf(scene.sandbox),
      log: silent,
      mailbox,
      peers,
      ...options,
      ...more,
    });
    onTestFinished(() => account.close());
    return account;
  };
  return { ...scene, mailbox, peers, open, account: await open() };
}

/** Everything read from now on. Resolves when reading has begun. */
export async function reads(account: TelegramAccount, mailbox: MemoryMailbox) {
  const messages: IncomingMessage[] = [];
  const stop = account.readMessages((message) => void messages.push(message));
  await eventually(() => expect(mailbox.states.has(account.selfId)).toBe(true));
  return { messages, texts: () => messages.map(({ text }) => text), stop };
}
