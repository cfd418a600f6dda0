import { expect, test } from 'vitest';
import { SteppedClock } from '../../../sandbox/telegram/world/clock.ts';
import type { BoxEvent } from '../../../sandbox/telegram/world/events.ts';
import { World } from '../../../sandbox/telegram/world/world.ts';

function scene() {
  const world = new World({ clock: new SteppedClock() });
  const olga = world.directory.addUser({ firstName: 'Olga' }).id;
  const uwe = world.directory.addUser({ firstName: 'Uwe' }).id;
  const events: BoxEvent[] = [];
  world.events.watch((event) => {
    if ('pts' in event) events.push(event);
  });
  const counts = () => events.map(({ type, userId, pts, ptsCount }) => [type, userId, pts, ptsCount]);
  return { world, messaging: world.messaging, olga, uwe, events, counts };
}

test('every side has its own copy, numbered and counted for itself', () => {
  const { messaging, olga, uwe, events, counts } = scene();
  messaging.send(olga, olga, { text: 'note to myself' });
  const { message, pts } = messaging.send(olga, uwe, { text: 'hello' });
  expect(message).toMatchObject({ id: 2, peerId: uwe, out: true });
  expect(pts).toBe(3);
  expect(messaging.copyOf(message.gid, uwe)).toMatchObject({ id: 1, peerId: olga, out: false, text: 'hello' });
  expect(counts()).toEqual([
    ['message', olga, 2, 1],
    ['message', olga, 3, 1],
    ['message', uwe, 2, 1],
  ]);
  expect(messaging.box(uwe).since(1)).toEqual(events.slice(2));
});

test('an answer names the question by the id it has on each side', () => {
  const { messaging, olga, uwe } = scene();
  messaging.send(olga, olga, { text: 'shifts the numbers' });
  const question = messaging.send(olga, uwe, { text: 'when?' }).message;
  const theirs = messaging.copyOf(question.gid, uwe);
  const answer = messaging.send(uwe, olga, { text: 'now' }, { replyToId: theirs?.id ?? 0 }).message;
  expect(answer.replyToId).toBe(1);
  expect(messaging.copyOf(answer.gid, olga)?.replyToId).toBe(question.id);
});

test('edits reach all copies; an edit that removes the buttons leaves none', () => {
  const { messaging, olga, uwe } = scene();
  const rows = [[{ kind: 'callback' as const, text: 'B', data: 'b' }]];
  const { message } = messaging.send(olga, uwe, { text: 'one', markup: { kind: 'inline', rows } });
  const edited = messaging.edit(message, { text: 'two', markup: undefined });
  expect(edited.message).not.toHaveProperty('markup');
  expect(messaging.copyOf(message.gid, uwe)).toMatchObject({ text: 'two', editDate: expect.any(Number) });
  messaging.delete(olga, [message.id], true);
  expect(() => messaging.edit(message, { text: 'three' })).toThrow('MESSAGE_ID_INVALID');
});

test('a deletion counts as many as it removes, on the other side only with revoke', () => {
  const { messaging, olga, uwe, events, counts } = scene();
  const ids = ['a', 'b', 'c'].map((text) => messaging.send(olga, uwe, { text }).message.id);
  events.length = 0;
  expect(messaging.delete(olga, [ids[0] ?? 0, 99], false)).toEqual({ pts: 5, ptsCount: 1 });
  expect(messaging.box(uwe).messages.size).toBe(3);
  messaging.delete(olga, ids, true);
  expect(counts()).toEqual([
    ['delete', olga, 5, 1],
    ['delete', olga, 7, 2],
    ['delete', uwe, 6, 2],
  ]);
  expect([...messaging.box(uwe).messages.values()]).toMatchObject([{ text: 'a' }]);
});

test('the same random id of the same account is one message; other accounts have their own', () => {
  const { world, messaging, olga, uwe } = scene();
  const first = messaging.send(olga, uwe, { text: 'once' }, { randomId: 5n });
  expect(messaging.send(olga, uwe, { text: 'once' }, { randomId: 5n })).toBe(first);
  messaging.send(uwe, olga, { text: 'mine' }, { randomId: 5n });
  expect(messaging.box(uwe).messages.size).toBe(2);
  world.faults.refuseRepeatedRandomIds = true;
  expect(() => messaging.send(olga, uwe, { text: 'once' }, { randomId: 5n })).toThrow('500 RANDOM_ID_DUPLICATE');
});

test('reading is told to both sides, once', () => {
  const { messaging, olga, uwe, events, counts } = scene();
  for (const text of ['a', 'b']) messaging.send(olga, uwe, { text });
  expect(messaging.box(uwe).unread(olga)).toBe(2);
  events.length = 0;
  messaging.read(uwe, olga, 1);
  expect(messaging.box(uwe).unread(olga)).toBe(1);
  messaging.read(uwe, olga, 0);
  messaging.read(uwe, olga, 0);
  expect(counts().map(([type, userId]) => [type, userId])).toEqual([
    ['read', uwe],
    ['read', olga],
    ['read', uwe],
    ['read', olga],
  ]);
  expect(events.at(-1)).toMatchObject({ side: 'outbox', maxId: 2 });
});

test('the same seed makes the same world', () => {
  const facts = (seed: string) => {
    const world = new World({ seed, clock: new SteppedClock() });
    const bot = world.directory.addBot({ username: 'some_bot' });
    return [bot.bot?.token, bot.accessHash, world.ids.digits(5)];
  };
  expect(facts('a')).toEqual(facts('a'));
  expect(facts('a')).not.toEqual(facts('b'));
});

test('people cannot share ids or usernames', () => {
  const { world } = scene();
  world.directory.addUser({ id: '7', firstName: 'A', username: 'same_name' });
  expect(() => world.directory.addUser({ id: '7', firstName: 'B' })).toThrow('exists already');
  expect(() => world.directory.addUser({ firstName: 'B', username: 'SAME_name' })).toThrow('is taken');
  expect(() => world.directory.addUser({ id: '-1', firstName: 'B' })).toThrow('not a user id');
});
