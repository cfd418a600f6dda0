import { Api, helpers } from 'telegram';
import { returnBigInt } from 'telegram/Helpers.js';
import { describe, expect, test } from 'vitest';
import { RpcError } from '../../../sandbox/telegram/wire/contract.ts';
import { openTelegram } from '../../../src/adapters/telegram/client/account.ts';
import { UserId } from '../../../src/machines/model/ids.ts';
import { MemoryMailbox } from '../../fakes/memory-mailbox.ts';
import { eventually } from '../../support/eventually.ts';
import { chatAccount, proxyOf, reads, silent, telegram } from './chat-account.ts';

const until = (holds: () => void, timeoutMs = 10_000) => eventually(holds, { timeout: timeoutMs, interval: 20 });

describe('messages to the chat account', () => {
  test('arrive once, in order, with what they are', async () => {
    const { account, anna, mailbox } = await chatAccount();
    const { messages } = await reads(account, mailbox);
    const first = anna.sends('+49 30 12345', '@siptg');
    anna.sharesContact({ phone: '15559999', firstName: 'Pat' }, '@siptg');
    anna.replies(first, '1234');
    await until(() => expect(messages).toHaveLength(3));
    expect(messages).toMatchObject([
      { userId: anna.id, kind: 'text', text: '+49 30 12345' },
      { userId: anna.id, kind: 'contact', contactPhone: '15559999' },
      { userId: anna.id, kind: 'text', text: '1234', replyTo: messages[0]?.messageId },
    ]);
  });

  test('that are edited or deleted later change nothing', async () => {
    const { account, anna, mailbox } = await chatAccount();
    const { texts } = await reads(account, mailbox);
    const sent = anna.sends('200', '@siptg');
    anna.edits(sent, '300');
    anna.deletes(sent);
    anna.sends('last', '@siptg');
    await until(() => expect(texts()).toContain('last'));
    expect(texts()).toEqual(['200', 'last']);
  });

  test('sent while the connection was dropped arrive once', async () => {
    const { sandbox, account, anna, mailbox } = await chatAccount();
    const { texts } = await reads(account, mailbox);
    anna.sends('before', '@siptg');
    await until(() => expect(texts()).toEqual(['before']));
    sandbox.faults.wire.dropSockets();
    anna.sends('while away', '@siptg');
    await until(() => expect(texts()).toContain('while away'));
    anna.sends('after', '@siptg');
    await until(() => expect(texts()).toContain('after'));
    expect(texts()).toEqual(['before', 'while away', 'after']);
  });

  test('sent during an outage of half a minute arrive once', { timeout: 60_000 }, async () => {
    const { sandbox, account, anna, mailbox } = await chatAccount();
    const { texts } = await reads(account, mailbox);
    sandbox.faults.wire.refuseConnections(30_000);
    sandbox.faults.wire.dropSockets();
    anna.sends('early in it', '@siptg');
    await until(() => expect(account.state).toBe('connecting'));
    anna.sends('late in it', '@siptg');
    await until(() => expect(texts()).toEqual(['early in it', 'late in it']), 50_000);
    anna.sends('after', '@siptg');
    await until(() => expect(texts()).toEqual(['early in it', 'late in it', 'after']));
  });

  test('whose updates were lost, doubled, swapped, or only counted arrive once', async () => {
    const { sandbox, account, anna, mailbox } = await chatAccount();
    const { texts } = await reads(account, mailbox);
    anna.sends('1', '@siptg');
    await until(() => expect(texts()).toEqual(['1']));
    sandbox.faults.world.updates.lose = 1;
    anna.sends('2', '@siptg');
    sandbox.faults.world.updates.duplicate = 1;
    anna.sends('3', '@siptg');
    sandbox.faults.world.updates.reorder = 1;
    anna.sends('4', '@siptg');
    anna.sends('5', '@siptg');
    sandbox.faults.world.updatesTooLong = 1;
    anna.sends('6', '@siptg');
    await until(() => expect(texts()).toEqual(['1', '2', '3', '4', '5', '6']));
  });

  test('in the short form arrive with their sender, known or not', async () => {
    const { sandbox, account, anna, bert, mailbox } = await chatAccount();
    sandbox.faults.world.shortMessages = 'always';
    const { messages } = await reads(account, mailbox);
    anna.sends('unknown', '@siptg');
    anna.sends('known', '@siptg');
    bert.sends('somebody else', '@siptg');
    await until(() => expect(messages).toHaveLength(3));
    const from = (id: string) => messages.filter(({ userId }) => userId === id).map(({ text }) => text);
    expect(from(anna.id)).toEqual(['unknown', 'known']);
    expect(from(bert.id)).toEqual(['somebody else']);
    await expect(account.inputUser(UserId(bert.id))).resolves.toBeInstanceOf(Api.InputUser);
  });

  test('sent while nobody read are told at the next start, each once over both', async () => {
    const { sandbox, account, anna, open, mailbox, accountId } = await chatAccount();
    const before = await reads(account, mailbox);
    anna.sends('before', '@siptg');
    await until(() => expect(before.texts()).toEqual(['before']));
    await until(() => expect(mailbox.states.get(accountId)?.pts).toBe(sandbox.world.messaging.box(accountId).pts));
    await account.close();
    for (let i = 0; i < 150; i++) anna.sends(`missed ${i}`, '@siptg');
    const after = await reads(await open(), mailbox);
    await until(() => expect(after.texts()).toHaveLength(150));
    expect(after.texts()[0]).toBe('missed 0');
    expect(before.texts()).toEqual(['before']);
  });

  test('of bots, of Telegram itself and in groups are not told, and groups are left', async () => {
    const { sandbox, account, accountId, anna, mailbox } = await chatAccount();
    const { texts } = await reads(account, mailbox);
    const bot = sandbox.addBot({ firstName: 'Bot', username: 'other_bot' });
    sandbox.world.messaging.note(bot.id, accountId, { text: '110' });
    sandbox.world.logins.sendCode('15550100');
    const group = sandbox.world.addChat({ kind: 'group', title: 'Group', creatorId: anna.id, members: [accountId] });
    anna.sends('112', group.id);
    await until(() => expect(group.members.has(accountId)).toBe(false));
    anna.sends('last', '@siptg');
    await until(() => expect(texts()).toContain('last'));
    expect(texts()).toEqual(['last']);
  });

  test('a listener that fails is given the message again', { timeout: 20_000 }, async () => {
    const { account, anna } = await chatAccount();
    const taken: string[] = [];
    let failures = 1;
    account.readMessages(async ({ text = '' }) => {
      if (failures-- > 0) throw new Error('the database is away');
      taken.push(text);
    });
    anna.sends('200', '@siptg');
    await until(() => expect(taken).toEqual(['200']), 15_000);
  });
});

describe('requests', () => {
  test('that are not answered end in time, and are not repeated after a reconnection', async () => {
    const { sandbox, account, anna, mailbox } = await chatAccount();
    const { texts } = await reads(account, mailbox);
    sandbox.faults.wire.stalled = true;
    const peer = new Api.InputPeerSelf();
    const request = new Api.messages.SendMessage({
      peer,
      message: 'x',
      randomId: helpers.generateRandomLong(),
      noWebpage: true,
    });
    // Less by what it waited for its turn.
    await expect(account.invoke(request, 500)).rejects.toMatchObject({
      name: 'TelegramTimeout',
      message: expect.stringMatching(/ in (500|[1-4]?\d?\d(\.\d+)?) ms$/) as string,
    });
    sandbox.faults.wire.stalled = false;
    sandbox.faults.wire.dropSockets();
    anna.sends('after', '@siptg');
    await until(() => expect(texts()).toEqual(['after']));
    const own = [...sandbox.world.messaging.box(account.selfId).messages.values()].map(({ text }) => text);
    expect(own).toEqual(['after']);
  });

  test('during an outage fail in time and work again afterwards', async () => {
    const { sandbox, account } = await chatAccount();
    sandbox.faults.wire.refuseConnections(2_000);
    sandbox.faults.wire.dropSockets();
    await expect(account.invoke(new Api.help.GetNearestDc(), 300)).rejects.toMatchObject({ name: 'TelegramTimeout' });
    await expect(account.invoke(new Api.help.GetConfig(), 8_000)).resolves.toBeInstanceOf(Api.Config);
  });

  test('of a host that may not act never leave, but for the end of a call', async () => {
    let mayAct = true;
    const { account } = await chatAccount({ mayAct: () => mayAct });
    mayAct = false;
    await expect(account.invoke(new Api.help.GetConfig())).rejects.toMatchObject({ name: 'TelegramUnreachable' });
    const peer = new Api.InputPhoneCall({ id: returnBigInt(1), accessHash: returnBigInt(2) });
    const reason = new Api.PhoneCallDiscardReasonHangup();
    const discard = new Api.phone.DiscardCall({ peer, duration: 0, reason, connectionId: returnBigInt(0) });
    await expect(account.invoke(discard)).rejects.toMatchObject({ errorMessage: 'CALL_PEER_INVALID' });
    mayAct = true;
    await expect(account.invoke(new Api.help.GetConfig())).resolves.toBeInstanceOf(Api.Config);
  });

  test('that Telegram wants to wait are told so at once, with the seconds', async () => {
    const { sandbox, account } = await chatAccount();
    sandbox.faults.wire.floodWait('help.getConfig', 7);
    // Had it been waited for, the answer would have come.
    await expect(account.invoke(new Api.help.GetConfig())).rejects.toMatchObject({ seconds: 7 });
  });

  test('answers and updates that share a container with an error are not lost', async () => {
    const { sandbox, account } = await chatAccount();
    sandbox.faults.wire.errorsInContainers = true;
    sandbox.faults.wire.failMethod('help.getNearestDc', new RpcError(400, 'NO'), Number.POSITIVE_INFINITY);
    const all = Array.from({ length: 20 }, (_, i) =>
      i % 2 ? account.invoke(new Api.help.GetConfig(), 3_000) : account.invoke(new Api.help.GetNearestDc(), 3_000),
    );
    const outcomes = await Promise.allSettled(all);
    for (const [i, outcome] of outcomes.entries()) {
      if (i % 2) expect(outcome.status).toBe('fulfilled');
      else expect(outcome).toMatchObject({ reason: { errorMessage: 'NO' } });
    }
  });

  test('about somebody unknown are refused, about those met before a restart they work', async () => {
    const { account, open, anna, mailbox } = await chatAccount();
    const { texts } = await reads(account, mailbox);
    anna.sends('hello', '@siptg');
    await until(() => expect(texts()).toEqual(['hello']));
    await account.close();
    const again = await open();
    await expect(again.inputUser(UserId(anna.id))).resolves.toBeInstanceOf(Api.InputUser);
    await expect(again.inputUser(UserId('987654321'))).rejects.toMatchObject({ name: 'UnknownUser' });
  });
});

describe('call updates', () => {
  test('reach the listener in order', async () => {
    const { sandbox, account, accountId, anna } = await chatAccount();
    await account.invoke(new Api.help.GetConfig());
    const seen: string[] = [];
    account.onCallUpdate((update) => {
      seen.push(update instanceof Api.UpdatePhoneCall ? update.phoneCall.className : update.className);
    });
    const protocol = { udpP2p: true, udpReflector: true, minLayer: 65, maxLayer: 92, libraryVersions: ['9.0.0'] };
    const device = sandbox.person(anna.id).device();
    const call = device.requestCall(accountId, Buffer.alloc(32), protocol);
    device.discardCall(call.id, 'missed', 0);
    await until(() => expect(seen).toEqual(['PhoneCallRequested', 'PhoneCallDiscarded']));
  });
});

describe('the login', () => {
  test.each(['SESSION_REVOKED', 'AUTH_KEY_UNREGISTERED', 'AUTH_KEY_DUPLICATED', 'key-forgotten'] as const)(
    'that was lost (%s) is told, and requests fail at once',
    async (how) => {
      const { sandbox, account, accountId } = await chatAccount();
      const states: string[] = [];
      account.onState((state) => states.push(state));
      sandbox.mtproto.revoke(accountId, how);
      account.invoke(new Api.help.GetConfig()).catch(() => {});
      await until(() => expect(account.state).toBe('login lost'), 15_000);
      expect(states.at(-1)).toBe('login lost');
      await expect(account.invoke(new Api.help.GetConfig())).rejects.toMatchObject({ name: 'LoginLost' });
    },
  );

  test('that is not accepted from the start is refused when opening', async () => {
    const { sandbox, accountId } = await telegram();
    const session = sandbox.sessionString(accountId);
    sandbox.mtproto.revoke(accountId, 'key-forgotten');
    const opening = openTelegram({
      apiId: 1,
      apiHash: 'hash',
      session,
      proxy: proxyOf(sandbox),
      log: silent,
      mailbox: new MemoryMailbox(),
    });
    await expect(opening).rejects.toMatchObject({ name: 'LoginLost' });
  });

  test('one single −404 is not believed', async () => {
    const { sandbox, account } = await chatAccount();
    sandbox.faults.wire.transportErrors(-404);
    await account.invoke(new Api.help.GetNearestDc(), 500).catch(() => {});
    await until(() => expect(account.state).toBe('connected'));
    await expect(account.invoke(new Api.help.GetConfig())).resolves.toBeInstanceOf(Api.Config);
  });

  test('without a network opening fails in the time given, and nothing dials on', async () => {
    const { sandbox, accountId } = await telegram();
    sandbox.faults.wire.refuseConnections(60_000);
    const opening = openTelegram({
      apiId: 1,
      apiHash: 'hash',
      session: sandbox.sessionString(accountId),
      proxy: proxyOf(sandbox),
      log: silent,
      mailbox: new MemoryMailbox(),
      openTimeoutMs: 1_500,
    });
    await expect(opening).rejects.toMatchObject({ name: 'TelegramUnreachable' });
    sandbox.faults.wire.reset();
    // The library dials once a second; two seconds without a connection are proof enough.
    const dials = until(() => expect(sandbox.mtproto.transports()).not.toEqual([]), 2_500);
    await expect(dials).rejects.toThrow('not deeply equal');
  });
});

describe('a client that is stuck', () => {
  test('with a connection that answers nothing is replaced, again when the new one is no better', {
    timeout: 60_000,
  }, async () => {
    const { sandbox, account, anna, mailbox } = await chatAccount();
    const { texts } = await reads(account, mailbox);
    const states: string[] = [];
    account.onState((state) => states.push(state));
    sandbox.faults.wire.stalled = true;
    anna.sends('during the silence', '@siptg');
    await Promise.allSettled(Array.from({ length: 6 }, () => account.invoke(new Api.help.GetConfig(), 100)));
    await until(() => expect(states).toContain('connecting'), 7_000);
    sandbox.faults.wire.stalled = false;
    await until(() => expect(texts()).toEqual(['during the silence']), 40_000);
  });

  test('is replaced, and messages go on arriving once', { timeout: 60_000 }, async () => {
    const { sandbox, account, anna, mailbox } = await chatAccount({ patienceMs: 1_000 });
    const { texts } = await reads(account, mailbox);
    anna.sends('before', '@siptg');
    await until(() => expect(texts()).toEqual(['before']));
    sandbox.faults.wire.refuseConnections(8_000);
    sandbox.faults.wire.dropSockets();
    anna.sends('away', '@siptg');
    await until(() => expect(texts()).toEqual(['before', 'away']), 40_000);
    await until(() => expect(account.state).toBe('connected'));
  });
});
