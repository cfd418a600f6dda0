import { beforeEach, describe, expect, test } from 'vitest';
import type { IncomingMessage, Press } from '../../src/actors/ports/conversation.ts';
import type { Letter } from '../../src/actors/ports/shard-inbox.ts';
import { Reception } from '../../src/actors/reception.ts';
import { FluentTexts } from '../../src/adapters/texts/texts.ts';
import { EpochMs, UserId } from '../../src/machines/model/ids.ts';
import { ShardId } from '../../src/machines/model/shards.ts';

const [here, elsewhere] = [UserId('1'), UserId('2')];
const there = ShardId('hel/s0');
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
let passed: { id: string; letter: Letter; expiresAt: EpochMs; to?: ShardId }[];
/** Whose calls are over another Worker; whose keypads stand here. */
let away: Set<UserId>;
let keypads: Set<UserId>;
let reception: Reception;
beforeEach(() => {
  [did, passed] = [[], []];
  [away, keypads] = [new Set(), new Set()];
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
    isHome: (user) => user === here,
    awayAt: async (user) => (away.has(user) ? there : undefined),
    pass: async (_, id, letter, expiresAt, to) => void passed.push({ id, letter, expiresAt, ...(to && { to }) }),
    take: {
      messageCame: async ({ userId }) => void did.push(`message of ${userId}`),
      async pressed({ userId, answer }) {
        did.push(`press of ${userId}`);
        answer('The call is over');
      },
      isForAnother: ({ action, userId }) => action.startsWith('key:') && !keypads.has(userId),
      isForKeypad: async ({ replyTo, userId }) => replyTo !== undefined && keypads.has(userId),
    },
    say: (user, { kind }) => void did.push(`${user} is told ${kind}`),
  });
});

test('what concerns people of this host is done here', async () => {
  reception.read();
  keypads.add(here);
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

describe('of somebody who has a call over another Worker', () => {
  const reply = (userId: UserId): IncomingMessage => ({ ...message(userId), replyTo: 3 });
  const { replyTo: _, ...judgedAnew } = reply(here);
  beforeEach(() => {
    away.add(here);
    reception.read();
  });

  test('a press for that call goes on to there, whoever read it, and is answered from there', async () => {
    const said: string[] = [];
    await feel(press(here, said));
    const { answer: __, passOn: ___, ...plain } = press(here);
    await reception.pressPassed({ ...plain, pressId: '10' }, false);
    expect(said).toEqual(['passed on']);
    expect(did).toEqual(['reads']);
    expect(passed).toEqual([
      { id: 'bot-9-away', letter: { kind: 'press', press: plain }, expiresAt: 16_000, to: there },
      {
        id: 'bot-10-away',
        letter: { kind: 'press', press: { ...plain, pressId: '10' } },
        expiresAt: 16_000,
        to: there,
      },
    ]);
  });

  test('a press that begins something is done here, and a number is judged here', async () => {
    await feel({ ...press(here), action: 'redial' });
    await hear(message(here));
    expect(did).toEqual(['reads', 'press of 1', 'message of 1']);
    expect(passed).toEqual([]);
  });

  test('a reply goes on to there, for it may be keys; one that is none comes back without what it replies to', async () => {
    await hear(reply(here));
    expect(passed).toEqual([
      { id: 'tg-1-5-away', letter: { kind: 'message', message: reply(here) }, expiresAt: 61_000, to: there },
    ]);
    passed = [];
    // There.
    keypads.add(elsewhere);
    await reception.messagePassed(reply(elsewhere), false);
    keypads.clear();
    await reception.messagePassed(reply(elsewhere), false);
    expect(did).toEqual(['reads', 'message of 2']);
    expect(passed).toMatchObject([{ id: 'tg-2-5-back', letter: { message: { ...judgedAnew, userId: elsewhere } } }]);
    expect(passed[0]).not.toHaveProperty('letter.message.replyTo');
  });

  test('when that call is over, its press is answered here', async () => {
    away.clear();
    await feel(press(here));
    expect(did).toEqual(['reads', 'press of 1', 'answered 9 The call is over']);
  });
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
