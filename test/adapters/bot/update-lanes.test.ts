import type { Update } from 'grammy/types';
import { expect, test } from 'vitest';
import { UpdateLanes } from '../../../src/adapters/bot/update-lanes.ts';
import { eventually } from '../../support/eventually.ts';

const from = (id: number) => ({ id, is_bot: false, first_name: 'Olga' });
const said = (id: number, person: number): Update => ({
  update_id: id,
  message: {
    message_id: id,
    date: 0,
    chat: { id: person, type: 'private', first_name: 'Olga' },
    from: from(person),
    text: '',
  },
});
const pressed = (id: number, person: number): Update => ({
  update_id: id,
  callback_query: { id: String(id), from: from(person), chat_instance: '1', inline_message_id: 'x', data: '1' },
});

/** Updates are taken when the test says so. */
function lanes() {
  const begun = new Map<number, PromiseWithResolvers<boolean>>();
  const all = new UpdateLanes((update) => {
    const taking = Promise.withResolvers<boolean>();
    begun.set(update.update_id, taking);
    return taking.promise;
  });
  const ends = async (id: number, isDone = true) => {
    await eventually(() => expect(begun.has(id)).toBe(true));
    begun.get(id)?.resolve(isDone);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { all, begun, ends };
}

test('only what lies below the oldest update that is not done may be forgotten', async () => {
  const { all, ends } = lanes();
  all.accept([said(5, 1), pressed(6, 1), said(7, 2)]);
  expect(all.nextOffset()).toBe(0);
  await ends(6);
  await ends(7);
  expect(all.nextOffset()).toBe(0);
  await ends(5);
  expect(all.nextOffset()).toBe(8);
});

test('what is told again while it is known is not taken again, also when it was done since it was asked for', async () => {
  const { all, begun, ends } = lanes();
  all.accept([said(5, 1), said(6, 2)]);
  await ends(6);
  expect(all.nextOffset()).toBe(0);
  await ends(5);
  begun.clear();
  all.accept([said(5, 1), said(6, 2), said(7, 3)]);
  await eventually(() => expect([...begun.keys()]).toEqual([7]));
  expect(all.nextOffset()).toBe(7);
});

test('one person’s updates are taken in order, but a press on a panel waits for no message', async () => {
  const { all, begun, ends } = lanes();
  all.accept([said(5, 1), said(6, 1), pressed(7, 1), pressed(8, 1), said(9, 2)]);
  await eventually(() => expect(new Set(begun.keys())).toEqual(new Set([5, 7, 9])));
  await ends(7);
  await eventually(() => expect(begun.has(8)).toBe(true));
  expect(begun.has(6)).toBe(false);
  await ends(5);
  await eventually(() => expect(begun.has(6)).toBe(true));
});

test('what was left to the next reader is never forgotten', async () => {
  const { all, ends } = lanes();
  all.accept([said(5, 1), said(6, 2)]);
  await ends(5, false);
  await ends(6);
  await all.settled();
  expect(all.isBusy).toBe(false);
  expect(all.nextOffset()).toBe(0);
});

test('identifiers that begin anew, as after a quiet week, are followed', async () => {
  const { all, ends } = lanes();
  all.accept([said(900, 1)]);
  await ends(900);
  expect(all.nextOffset()).toBe(901);
  all.accept([said(20, 1)]);
  await ends(20);
  expect(all.nextOffset()).toBe(21);
});
