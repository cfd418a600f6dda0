import { pino } from 'pino';
import { Api, helpers } from 'telegram';
import { describe, expect, test } from 'vitest';
import type { MailboxState } from '../../../src/actors/ports/mailbox.ts';
import { MailboxReader } from '../../../src/adapters/telegram/client/mailbox-reader.ts';
import { UserId } from '../../../src/machines/model/ids.ts';
import { MemoryMailbox } from '../../fakes/memory-mailbox.ts';
import { ManualClock, settled } from './manual-clock.ts';

const account = UserId(100);
const long = helpers.returnBigInt;

const message = (id: number) =>
  new Api.Message({ id, peerId: new Api.PeerUser({ userId: long(200) }), date: 1_000 + id, message: `text ${id}` });
const newMessage = (id: number, pts: number) => new Api.UpdateNewMessage({ message: message(id), pts, ptsCount: 1 });
const container = (updates: Api.TypeUpdate[], seq = 0) =>
  new Api.Updates({ updates, users: [], chats: [], date: 2_000, seq });
const state = (pts: number) => new Api.updates.State({ pts, qts: 0, date: 2_000, seq: 1, unreadCount: 0 });

interface Telegram {
  pts: number;
  /** Message ids by the pts they made. */
  readonly messages: Map<number, number>;
  /** Throws it once. */
  error?: unknown;
  sliceAt?: number;
  asked: MailboxState[];
}

async function reading(stored?: MailboxState, telegram: Telegram = { pts: 10, messages: new Map(), asked: [] }) {
  const clock = new ManualClock();
  const mailbox = new MemoryMailbox();
  if (stored) mailbox.states.set(account, stored);
  const delivered: number[] = [];
  const refusing = new Set<number>();
  const reader = new MailboxReader({
    account,
    mailbox,
    clock,
    log: pino({ level: 'silent' }),
    askState: async () => state(telegram.pts),
    askDifference: async (from) => {
      telegram.asked.push(from);
      const { error } = telegram;
      delete telegram.error;
      if (error) throw error;
      const to = Math.min(
        telegram.pts,
        telegram.sliceAt !== undefined && from.pts < telegram.sliceAt ? telegram.sliceAt : telegram.pts,
      );
      const missed = [...telegram.messages].filter(([pts]) => pts > from.pts && pts <= to).map(([, id]) => message(id));
      if (from.pts === to) return new Api.updates.DifferenceEmpty({ date: 2_000, seq: 1 });
      const rest = { newMessages: missed, newEncryptedMessages: [], otherUpdates: [], chats: [], users: [] };
      return to < telegram.pts
        ? new Api.updates.DifferenceSlice({ ...rest, intermediateState: state(to) })
        : new Api.updates.Difference({ ...rest, state: state(to) });
    },
    knows: (user) => user === '200',
    deliver: async ({ id }) => {
      if (refusing.has(id)) throw new Error('not now');
      delivered.push(id);
    },
    others() {},
  });
  reader.start();
  await settled();
  const saved = () => mailbox.states.get(account)?.pts;
  return { clock, mailbox, telegram, reader, delivered, refusing, saved };
}

describe('reading the mailbox', () => {
  test('begins with what arrives from now on when nothing was stored', async () => {
    const { delivered, saved, telegram } = await reading(undefined, {
      pts: 10,
      messages: new Map([[9, 5]]),
      asked: [],
    });
    expect(telegram.asked.map(({ pts }) => pts)).toEqual([10]);
    expect(delivered).toEqual([]);
    expect(saved()).toBe(10);
  });

  test('brings what was sent since the stored state, slice by slice', async () => {
    const messages = new Map([
      [8, 1],
      [9, 2],
      [10, 3],
    ]);
    const { delivered, saved } = await reading(
      { pts: 7, qts: 0, date: 1 },
      { pts: 10, messages, asked: [], sliceAt: 9 },
    );
    expect(delivered).toEqual([1, 2, 3]);
    expect(saved()).toBe(10);
  });

  test('passes on messages in order and saves the state behind them', async () => {
    const { reader, delivered, saved } = await reading();
    reader.take(container([newMessage(1, 11), newMessage(2, 12)]));
    reader.take(new Api.UpdateShortMessage({ id: 3, userId: long(200), message: 'x', pts: 13, ptsCount: 1, date: 5 }));
    await settled();
    expect(delivered).toEqual([1, 2, 3]);
    expect(saved()).toBe(13);
  });

  test('a message that is told twice is passed on once', async () => {
    const { reader, delivered } = await reading();
    reader.take(container([newMessage(1, 11)]));
    reader.take(container([newMessage(1, 11)]));
    await settled();
    expect(delivered).toEqual([1]);
  });

  test('messages that overtook each other are put in order without asking', async () => {
    const { reader, delivered, telegram } = await reading();
    reader.take(container([newMessage(2, 12)]));
    reader.take(container([newMessage(1, 11)]));
    await settled();
    expect(delivered).toEqual([1, 2]);
    expect(telegram.asked).toHaveLength(1);
  });

  test('a gap that stays open for half a second is filled by asking', async () => {
    const { clock, reader, delivered, telegram } = await reading();
    telegram.pts = 12;
    telegram.messages.set(11, 1).set(12, 2);
    reader.take(container([newMessage(2, 12)]));
    await clock.pass(499);
    expect(delivered).toEqual([]);
    await clock.pass(1);
    await settled();
    expect(delivered).toEqual([1, 2]);
  });

  test('our own sending and deleting moves the state on and makes no gap', async () => {
    const { clock, reader, delivered, telegram, saved } = await reading();
    reader.take(new Api.UpdateShortSentMessage({ id: 5, pts: 11, ptsCount: 1, date: 5, out: true }));
    reader.take(new Api.messages.AffectedMessages({ pts: 13, ptsCount: 2 }));
    reader.take(container([newMessage(1, 14)]));
    await clock.pass(1_000);
    expect(delivered).toEqual([1]);
    expect(telegram.asked).toHaveLength(1);
    expect(saved()).toBe(14);
  });

  test('a channel’s numbers are not mistaken for ours', async () => {
    const { clock, reader, telegram } = await reading();
    const inChannel = new Api.UpdateNewChannelMessage({ message: message(9), pts: 99_999, ptsCount: 1 });
    reader.take(container([inChannel]));
    await clock.pass(1_000);
    expect(telegram.asked).toHaveLength(1);
  });

  test('a short message of somebody unknown, “too long” and a reconnection each make it ask', async () => {
    const { reader, telegram } = await reading();
    reader.take(new Api.UpdateShortMessage({ id: 3, userId: long(999), message: 'x', pts: 11, ptsCount: 1, date: 5 }));
    await settled();
    reader.take(new Api.UpdatesTooLong());
    await settled();
    reader.recover('connected');
    await settled();
    expect(telegram.asked).toHaveLength(4);
  });

  test('every three minutes it asks, since the last update of all may have been lost', async () => {
    const { clock, delivered, telegram } = await reading();
    telegram.pts = 11;
    telegram.messages.set(11, 1);
    await clock.pass(180_000);
    await settled();
    expect(delivered).toEqual([1]);
  });

  test('an update that arrives while it asks is passed on after the answer, once', async () => {
    const { reader, delivered, telegram } = await reading();
    telegram.pts = 11;
    telegram.messages.set(11, 1);
    reader.recover('connected');
    reader.take(container([newMessage(1, 11), newMessage(2, 12)]));
    await settled();
    expect(delivered).toEqual([1, 2]);
  });

  test('when asking fails it asks again after 1, 2, 4 seconds', async () => {
    const { clock, reader, telegram, delivered } = await reading();
    telegram.pts = 11;
    telegram.messages.set(11, 1);
    telegram.error = new Error('timeout');
    reader.recover('connected');
    await settled();
    telegram.error = new Error('timeout');
    await clock.pass(1_000);
    await clock.pass(1_999);
    expect(delivered).toEqual([]);
    await clock.pass(1);
    await settled();
    expect(delivered).toEqual([1]);
  });

  test('a place Telegram does not know any more is given up for the present one', async () => {
    const error = Object.assign(new Error('x'), { errorMessage: 'PERSISTENT_TIMESTAMP_INVALID' });
    const { saved } = await reading({ pts: 3, qts: 0, date: 1 }, { pts: 10, messages: new Map(), asked: [], error });
    expect(saved()).toBe(10);
  });

  test('a refused message is given again, its place is not saved before, and the others do not come twice', async () => {
    const { clock, reader, delivered, refusing, telegram, saved } = await reading();
    refusing.add(2);
    telegram.pts = 13;
    telegram.messages.set(11, 1).set(12, 2).set(13, 3);
    reader.take(container([newMessage(1, 11), newMessage(2, 12), newMessage(3, 13)]));
    await settled();
    expect(delivered).toEqual([1, 3]);
    expect(saved()).toBe(11);
    refusing.clear();
    await clock.pass(5_000);
    await settled();
    expect(delivered).toEqual([1, 3, 2]);
    expect(saved()).toBe(13);
  });

  test('a stopped reader takes and asks nothing', async () => {
    const { clock, reader, delivered, telegram } = await reading();
    reader.stop();
    reader.take(container([newMessage(1, 11)]));
    reader.recover('connected');
    await clock.pass(600_000);
    expect(delivered).toEqual([]);
    expect(telegram.asked).toHaveLength(1);
  });

  test.each([undefined, null, 7, 'text', {}, [], new Api.UpdateShort({ update: new Api.UpdateConfig(), date: 1 })])(
    'ignores %s',
    async (object) => {
      const { reader, delivered } = await reading();
      reader.take(object);
      await settled();
      expect(delivered).toEqual([]);
    },
  );
});
