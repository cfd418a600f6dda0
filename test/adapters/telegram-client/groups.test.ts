import { pino } from 'pino';
import { Api, helpers } from 'telegram';
import { describe, expect, test } from 'vitest';
import { GroupLeaver } from '../../../src/adapters/telegram/client/groups.ts';

const long = helpers.returnBigInt;
const rest = { photo: new Api.ChatPhotoEmpty(), date: 1, version: 1 };
const chat = (id: number, flags: object = {}) =>
  new Api.Chat({ id: long(id), title: 'Group', participantsCount: 2, ...rest, ...flags });
const channel = (id: number, flags: object = {}) =>
  new Api.Channel({ id: long(id), accessHash: long(7), title: 'Channel', ...rest, ...flags });
const update = (...chats: Api.TypeChat[]) => new Api.Updates({ updates: [], users: [], chats, date: 1, seq: 0 });

function leaver() {
  const requests: string[] = [];
  const groups = new GroupLeaver(
    async (request) => {
      requests.push(request.className);
      throw new Error('Telegram is away');
    },
    pino({ level: 'silent' }),
  );
  return { groups, requests };
}

describe('the chat account', () => {
  test('leaves groups and channels, each once however often they are mentioned', () => {
    const { groups, requests } = leaver();
    for (let i = 0; i < 3; i++) groups.take(update(chat(1), channel(2)));
    expect(requests).toEqual(['messages.DeleteChatUser', 'channels.LeaveChannel']);
  });

  test('leaves a group it hears of by a short message only', () => {
    const { groups, requests } = leaver();
    const short = { id: 1, fromId: long(5), chatId: long(9), message: '200', pts: 1, ptsCount: 1, date: 1 };
    groups.take(new Api.UpdateShortChatMessage(short));
    expect(requests).toEqual(['messages.DeleteChatUser']);
  });

  test('stays where it is not a member, or what it made itself', () => {
    const { groups, requests } = leaver();
    groups.take(update(chat(1, { left: true }), chat(2, { creator: true }), channel(3, { left: true })));
    groups.take(update(channel(4, { creator: true }), channel(5, { min: true }), chat(6, { deactivated: true })));
    expect(requests).toEqual([]);
  });

  test.each([undefined, null, 5, 'x', {}, { chats: 5 }, { chats: [undefined, null, 5, {}] }])(
    'ignores %j',
    (object) => {
      const { groups, requests } = leaver();
      groups.take(object);
      expect(requests).toEqual([]);
    },
  );
});
