import { beforeEach, expect, test } from 'vitest';
import type { IncomingMessage, Press } from '../../src/actors/ports/conversation.ts';
import type { Letter } from '../../src/actors/ports/shard-inbox.ts';
import { Reception } from '../../src/actors/reception.ts';
import { FluentTexts } from '../../src/adapters/texts/texts.ts';
import { EpochMs, UserId } from '../../src/machines/model/ids.ts';

const [here, elsewhere] = [UserId('1'), UserId('2')];
const message = (userId: UserId): IncomingMessage => ({
  userId,
  messageId: 5,
  kind: 'text',
  text: '200',
  sentAt: EpochMs(0),
});
const press = (userId: UserId, said: string[] = []): Press => ({
  userId,
  action: 'key:1',
  token: 't',
  pressId: '9',
  language: 'ru',
  answer: (text) => void said.push(`answer ${text}`),
  passOn: () => void said.push('passed on'),
});

let hear: (message: IncomingMessage) => void | Promise<void>;
let feel: (press: Press) => void | Promise<void>;
let did: string[];
let passed: { id: string; letter: Letter; expiresAt: EpochMs }[];
let reception: Reception;
beforeEach(() => {
  [did, passed] = [[], []];
  reception = new Reception({
    conversation: {
      onMessage(listener) {
        hear = listener;
        did.push('reads');
        return () => void did.push('left');
      },
      onPress(listener) {
        feel = listener;
        return () => void did.push('deaf');
      },
    },
    bot: { answerPress: (pressId, text) => void did.push(`answered ${pressId} ${text}`) },
    texts: new FluentTexts(),
    clock: { now: () => EpochMs(1_000) },
    carries: (user) => user === here,
    pass: async (_, id, letter, expiresAt) => void passed.push({ id, letter, expiresAt }),
    take: {
      messageCame: async ({ userId }) => void did.push(`message of ${userId}`),
      async pressed({ userId, answer }) {
        did.push(`press of ${userId}`);
        answer('The call is over');
      },
    },
    say: (user, { kind }) => void did.push(`${user} is told ${kind}`),
  });
});

test('what concerns people of this host is done here', async () => {
  reception.read();
  await hear(message(here));
  const said: string[] = [];
  await feel(press(here, said));
  expect(did).toEqual(['reads', 'message of 1', 'press of 1']);
  expect(said).toEqual(['answer The call is over']);
  expect(passed).toEqual([]);
});

test('what concerns others goes to their host, with as long as it may wait', async () => {
  reception.read();
  await hear(message(elsewhere));
  const said: string[] = [];
  await feel(press(elsewhere, said));
  expect(did).toEqual(['reads']);
  expect(said).toEqual(['passed on']);
  const { answer: _, passOn: __, ...plain } = press(elsewhere);
  expect(passed).toEqual([
    { id: 'tg-2-5', letter: { kind: 'message', message: message(elsewhere) }, expiresAt: 61_000 },
    { id: 'bot-9', letter: { kind: 'press', press: plain }, expiresAt: 16_000 },
  ]);
  expect(JSON.parse(JSON.stringify(passed))).toEqual(passed);
});

test('what another host read is done here, and its press answered from here', async () => {
  const { answer: _, passOn: __, ...plain } = press(here);
  await reception.messagePassed(message(here), false);
  await reception.pressPassed(plain, false);
  expect(did).toEqual(['message of 1', 'press of 1', 'answered 9 The call is over']);
});

test('what comes too late is not done, and its sender is told', async () => {
  const { answer: _, passOn: __, ...plain } = press(here);
  await reception.messagePassed(message(here), true);
  await reception.pressPassed(plain, true);
  expect(did).toEqual(['1 is told tooLate', 'answered 9 Попробуйте ещё раз']);
});

test('messages are read once at a time, and again after they were left', () => {
  reception.read();
  reception.read();
  reception.leave();
  reception.read();
  reception.stop();
  expect(did).toEqual(['reads', 'left', 'reads', 'left', 'deaf']);
});
