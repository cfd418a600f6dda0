import { randomBytes } from 'node:crypto';
import { CustomFile } from 'telegram/client/uploads.js';
import { returnBigInt } from 'telegram/Helpers.js';
import { describe, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { Api, Raw } from '../wire/gramjs-client.ts';
import { gramJsAccount, mtcuteAccount, stage } from './stage.ts';

type AnyUpdate = { className: string; message?: { id: number; message: string } | string; pts?: number };

async function gramJsScene() {
  const scene = await stage();
  const client = await gramJsAccount(scene.telegram, scene.account.id);
  const updates: AnyUpdate[] = [];
  client.addEventHandler((update) => updates.push(update as never), new Raw({}));
  const newTexts = () =>
    updates.flatMap(({ className, message }) =>
      className === 'UpdateNewMessage' && typeof message === 'object' ? message.message : [],
    );
  return { ...scene, client, updates, newTexts };
}

const named = (name: string, bytes: Buffer) => new CustomFile(name, bytes.length, '', bytes);

describe('GramJS', () => {
  test('sends, edits and deletes; both sides number their messages for themselves', async () => {
    const { client, olga, account, telegram } = await gramJsScene();
    olga.sends('one', olga.id);
    const first = await client.sendMessage('olga_p', { message: '**bold** words', parseMode: 'md' });
    const [copy] = olga.conversation(account.id);
    expect(first).toMatchObject({ message: 'bold words', out: true });
    expect(copy).toMatchObject({ text: 'bold words', out: false, entities: [{ type: 'bold', offset: 0, length: 4 }] });
    expect(copy?.id).not.toBe(first.id);

    await client.editMessage('olga_p', { message: first.id, text: 'other words' });
    expect(olga.conversation(account.id)).toMatchObject([{ text: 'other words', editDate: expect.any(Number) }]);
    await expect(client.editMessage('olga_p', { message: first.id, text: 'other words' })).rejects.toMatchObject({
      errorMessage: 'MESSAGE_NOT_MODIFIED',
    });
    await client.deleteMessages('olga_p', [first.id], { revoke: true });
    expect(olga.conversation(account.id)).toEqual([]);
    expect(telegram.person(account.id).conversation(olga.id)).toEqual([]);
  });

  test('gets both forms of answer to sendMessage right, with reply and silence', async () => {
    const { client, olga, account, telegram } = await gramJsScene();
    for (const form of ['updates', 'short'] as const) {
      telegram.faults.world.sendMessageAnswer = form;
      const question = olga.sends(`question ${form}`, account.id);
      const theirs = telegram.person(account.id).conversation(olga.id).at(-1)?.id ?? 0;
      const sent = await client.sendMessage('olga_p', { message: form, replyTo: theirs, silent: true });
      expect(sent).toMatchObject({ message: form, out: true });
      const got = olga.conversation(account.id).at(-1);
      expect(got).toMatchObject({ text: form, silent: true, replyToId: question.id });
    }
  });

  test('knows who wrote from the users that come with an update', async () => {
    const { client, olga, account } = await gramJsScene();
    const senders: Promise<unknown>[] = [];
    client.addEventHandler((update) => {
      if (!(update instanceof Api.UpdateNewMessage)) return;
      senders.push(client.getEntity((update.message as InstanceType<typeof Api.Message>).peerId));
    }, new Raw({}));
    olga.sends('hello', account.id);
    await eventually(() => expect(senders).toHaveLength(1));
    expect(await senders[0]).toMatchObject({ username: 'olga_p' });
  });

  test('a short update from a stranger has no sender that could be resolved', async () => {
    const { telegram, client, olga, account, updates } = await gramJsScene();
    telegram.faults.world.shortMessages = 'always';
    olga.sends('short', account.id);
    await eventually(() => expect(updates.map(({ className }) => className)).toContain('UpdateShortMessage'));
    await expect(client.getInputEntity(olga.id)).rejects.toThrow('PEER_ID_INVALID');
    telegram.faults.world.shortMessages = 'never';
    olga.sends('full', account.id);
    await eventually(async () => expect(await client.getInputEntity(olga.id)).toBeDefined());
  });

  test('messages sent while it was away come with getDifference, and updatesTooLong says that there are some', async () => {
    const { telegram, client, olga, account, updates, newTexts } = await gramJsScene();
    const before = await client.invoke(new Api.updates.GetState());
    telegram.faults.world.updates.lose = 1;
    telegram.faults.world.updatesTooLong = 0;
    olga.sends('lost', account.id);
    telegram.faults.world.updatesTooLong = 1;
    olga.sends('hinted at', account.id);
    await eventually(() => expect(updates.map(({ className }) => className)).toContain('UpdatesTooLong'));
    expect(newTexts()).toEqual([]);
    telegram.faults.world.differenceLimit = 1;
    const since = (pts: number) =>
      client.invoke(new Api.updates.GetDifference({ pts, date: before.date, qts: before.qts }));
    const slice = await since(before.pts);
    if (!(slice instanceof Api.updates.DifferenceSlice)) throw new Error(slice.className);
    expect(slice.newMessages).toMatchObject([{ message: 'lost' }]);
    const rest = await since(slice.intermediateState.pts);
    if (!(rest instanceof Api.updates.Difference)) throw new Error(rest.className);
    expect(rest.newMessages).toMatchObject([{ message: 'hinted at' }]);
    expect(rest.users).toEqual(expect.arrayContaining([expect.objectContaining({ username: 'olga_p' })]));
    expect((await since(rest.state.pts)).className).toBe('updates.DifferenceEmpty');
    telegram.world.messaging.box(account.id).forgetLog();
    expect((await since(before.pts)).className).toBe('updates.DifferenceTooLong');
    await expect(since(rest.state.pts + 1)).rejects.toMatchObject({ errorMessage: 'PERSISTENT_TIMESTAMP_INVALID' });
  });

  test('a message whose answer was lost is sent again and arrives once', async () => {
    const { telegram, client, olga, account } = await gramJsScene();
    const peer = await client.getInputEntity('olga_p');
    telegram.faults.wire.loseAnswers('messages.sendMessage');
    await client.sendMessage(peer, { message: 'once' });
    expect(olga.conversation(account.id).map(({ text }) => text)).toEqual(['once']);
  });

  test('voice and large files go up and come down unchanged', async () => {
    const { client, olga, account, telegram } = await gramJsScene();
    const voice = randomBytes(300_000);
    const sent = await client.sendFile('olga_p', {
      file: named('v.ogg', voice),
      voiceNote: true,
      caption: 'listen',
      attributes: [new Api.DocumentAttributeAudio({ voice: true, duration: 3 })],
    });
    const [got] = olga.conversation(account.id);
    expect(got).toMatchObject({ text: 'listen', file: { kind: 'voice', durationSeconds: 3 } });
    expect(got?.file?.bytes.equals(voice)).toBe(true);
    expect(Buffer.from((await client.downloadMedia(sent)) ?? '').equals(voice)).toBe(true);

    const large = randomBytes(11 * 1024 * 1024);
    await client.sendFile('olga_p', { file: named('b.bin', large), forceDocument: true, workers: 4 });
    const file = olga.conversation(account.id).at(-1)?.file;
    expect(file).toMatchObject({ kind: 'document', fileName: 'b.bin' });
    expect(file?.bytes.equals(large)).toBe(true);

    telegram.world.documents.expireReferences();
    await expect(client.downloadMedia(sent)).rejects.toMatchObject({ errorMessage: 'FILE_REFERENCE_EXPIRED' });
  });

  test('presses a bot’s button itself', async () => {
    const { telegram, client, account } = await gramJsScene();
    const bot = telegram.addBot({ username: 'press_bot' });
    telegram.person(account.id).starts(bot.id);
    const rows = [[{ kind: 'callback' as const, text: 'Yes', data: 'y' }]];
    telegram.world.messaging.send(bot.id, account.id, { text: 'Well?', markup: { kind: 'inline', rows } });
    telegram.world.events.watch((event) => {
      if (event.type !== 'callbackQuery') return;
      telegram.world.inline.answerCallback(bot.id, event.queryId, { text: 'ok', alert: true, cacheSeconds: 0 });
    });
    const [message] = await client.getMessages('press_bot', { limit: 1 });
    const answer = await message?.click({ text: 'Yes' });
    expect(answer).toMatchObject({ message: 'ok', alert: true });
  });

  test('the limits of messages are those of the service', async () => {
    const { client, olga } = await gramJsScene();
    const send = (message: string) => client.sendMessage('olga_p', { message });
    await expect(send('x'.repeat(4097))).rejects.toMatchObject({ errorMessage: 'MESSAGE_TOO_LONG' });
    olga.blocks('@gateway');
    await expect(send('x')).rejects.toMatchObject({ errorMessage: 'USER_IS_BLOCKED' });
    await expect(client.getEntity('nobody_here')).rejects.toThrow('nobody_here');
    await expect(client.invoke(new Api.help.GetSupport())).rejects.toMatchObject({
      errorMessage: 'METHOD_NOT_IN_SANDBOX_help.getSupport',
    });
  });

  test('finds dialogs, people and contacts, and sees whom it may call', async () => {
    const { client, olga, uwe, account } = await gramJsScene();
    olga.sends('first', account.id);
    uwe.sends('second', account.id);
    olga.allowsCalls('nobody');
    const dialogs = async () =>
      Array.from(await client.getDialogs({}), ({ title, unreadCount }) => `${title} ${unreadCount}`);
    expect(await dialogs()).toEqual(['Uwe 1', 'Olga 1']);
    await client.markAsRead('olga_p');
    expect(await dialogs()).toEqual(['Uwe 1', 'Olga 0']);
    const full = await client.invoke(new Api.users.GetFullUser({ id: 'olga_p' }));
    expect(full.fullUser).toMatchObject({ phoneCallsAvailable: false, phoneCallsPrivate: true });
    const contact = new Api.InputPhoneContact({
      clientId: returnBigInt(1),
      phone: '+15550101',
      firstName: 'O',
      lastName: '',
    });
    await client.invoke(new Api.contacts.ImportContacts({ contacts: [contact] }));
    const contacts = await client.invoke(new Api.contacts.GetContacts({ hash: returnBigInt(0) }));
    expect(contacts).toMatchObject({ users: [{ username: 'olga_p', contact: true, phone: '15550101' }] });
  });

  test('leaves a group it was added to', async () => {
    const { telegram, client, olga, account, updates } = await gramJsScene();
    const group = telegram.world.addChat({ kind: 'group', title: 'Party', creatorId: olga.id });
    telegram.world.addToChat(group.id, olga.id, account.id);
    await eventually(() => expect(updates.map(({ className }) => className)).toContain('UpdateNewMessage'));
    const chatId = await client.getEntity(Number(group.id)).then((chat) => (chat as InstanceType<typeof Api.Chat>).id);
    await client.invoke(new Api.messages.DeleteChatUser({ chatId, userId: new Api.InputUserSelf() }));
    expect(group.members.has(account.id)).toBe(false);
    expect(olga.conversation(group.id).at(-1)?.action).toEqual({ kind: 'chatUserLeft', userId: account.id });
  });
});

describe('mtcute, another client on another layer', () => {
  test('sends, receives, uploads, downloads, and reads the history', async () => {
    const { telegram, olga, account } = await stage();
    const client = await mtcuteAccount(telegram, account.id);
    const texts: string[] = [];
    client.onNewMessage.add((message) => {
      texts.push(`${message.sender.displayName}: ${message.text}`);
    });
    for (const form of ['updates', 'short'] as const) {
      telegram.faults.world.sendMessageAnswer = form;
      expect(await client.sendText('olga_p', `from mtcute ${form}`)).toMatchObject({ text: `from mtcute ${form}` });
    }
    olga.sends('hi mtcute', account.id);
    await eventually(() => expect(texts).toEqual(['Olga: hi mtcute']));
    const bytes = randomBytes(200_000);
    const sent = await client.sendMedia('olga_p', {
      type: 'document',
      file: new Uint8Array(bytes),
      fileName: 'x.bin',
    });
    expect(olga.conversation(account.id).at(-1)?.file?.bytes.equals(bytes)).toBe(true);
    if (sent.media?.type !== 'document') throw new Error('no document came back');
    expect(Buffer.from(await client.downloadAsBuffer(sent.media)).equals(bytes)).toBe(true);
    const dialogs = [];
    for await (const dialog of client.iterDialogs()) dialogs.push(dialog.peer.displayName);
    expect(dialogs).toEqual(['Olga']);
    const history = await client.getHistory('olga_p');
    expect(history.map(({ text }) => text)).toEqual(['', 'hi mtcute', 'from mtcute short', 'from mtcute updates']);
  });

  test('recovers by itself what was lost on the way, from the log', async () => {
    const { telegram, olga, account } = await stage();
    const client = await mtcuteAccount(telegram, account.id);
    const texts: string[] = [];
    client.onNewMessage.add((message) => {
      texts.push(message.text);
    });
    telegram.faults.world.updates.lose = 1;
    olga.sends('lost', account.id);
    olga.sends('shows the gap', account.id);
    await eventually(() => expect(texts.toSorted()).toEqual(['lost', 'shows the gap']));
    telegram.faults.world.updates.duplicate = 1;
    olga.sends('twice', account.id);
    telegram.faults.world.updatesTooLong = 1;
    olga.sends('hinted at', account.id);
    await eventually(() => expect(texts).toContain('hinted at'));
    expect(texts.filter((text) => text === 'twice')).toHaveLength(1);
  });
});
