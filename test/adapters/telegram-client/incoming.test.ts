import { Api, helpers } from 'telegram';
import { describe, expect, test } from 'vitest';
import { incomingMessage } from '../../../src/adapters/telegram/client/incoming.ts';
import { UserId } from '../../../src/machines/model/ids.ts';

const long = helpers.returnBigInt;
const peer = (id: number) => new Api.PeerUser({ userId: long(id) });
const read = (fields: Partial<ConstructorParameters<typeof Api.Message>[0]>) =>
  incomingMessage(
    new Api.Message({ id: 7, peerId: peer(200), date: 5, message: '', ...fields }),
    UserId(100),
    (user) => user === UserId(300),
  );

describe('a message', () => {
  test('of text is read with the message it replies to', () => {
    const replyTo = new Api.MessageReplyHeader({ replyToMsgId: 6 });
    expect(read({ message: '+49 30 1', replyTo })).toEqual({
      userId: '200',
      messageId: 7,
      kind: 'text',
      text: '+49 30 1',
      replyTo: 6,
      sentAt: 5_000,
    });
  });

  test('with the preview of a link is still text', () => {
    const media = new Api.MessageMediaWebPage({ webpage: new Api.WebPageEmpty({ id: long(1) }) });
    expect(read({ message: 'sip:a@example.org', media })).toMatchObject({ kind: 'text', text: 'sip:a@example.org' });
  });

  test('that shares a contact gives its number', () => {
    const media = new Api.MessageMediaContact({
      phoneNumber: '+15550123',
      firstName: 'A',
      lastName: '',
      vcard: '',
      userId: long(0),
    });
    expect(read({ media })).toMatchObject({ kind: 'contact', contactPhone: '+15550123' });
  });

  test('with a picture is something else, also when digits stand below it', () => {
    expect(read({ media: new Api.MessageMediaPhoto({}), message: '200' })).toMatchObject({
      kind: 'other',
      text: '200',
    });
  });

  test.each([
    ['our own', { out: true }],
    ['in a group', { peerId: new Api.PeerChat({ chatId: long(5) }) }],
    ['in a channel', { peerId: new Api.PeerChannel({ channelId: long(5) }) }],
    ['of a bot', { peerId: peer(300) }],
    ['of Telegram, with a login code', { peerId: peer(777_000), message: 'Login code: 12345' }],
    ['to ourselves', { peerId: peer(100) }],
    ['that was scheduled', { fromScheduled: true }],
  ])('%s is ignored', (_, fields) => {
    expect(read({ message: '200', ...fields })).toBeUndefined();
  });
});
