import { describe, expect, test } from 'vitest';
import type { MessageContent, MessageRef } from '../../../src/actors/ports/conversation.ts';
import { EditSchedule } from '../../../src/adapters/telegram/conversation/edit-schedule.ts';
import { UserId } from '../../../src/machines/model/ids.ts';
import { ManualClock, settled } from './manual-clock.ts';

const panel: MessageRef = { userId: UserId(1), messageId: 10 };
const parallel: MessageRef = { userId: UserId(1), messageId: 11 };
const text = (words: string): MessageContent => ({ text: words });

function schedule(change?: (ref: MessageRef, content: MessageContent) => Promise<MessageRef>) {
  const clock = new ManualClock();
  const made: string[] = [];
  const edits = new EditSchedule(clock, async (ref, content) => {
    made.push(`${ref.messageId} ${content.text}`);
    return change ? change(ref, content) : ref;
  });
  return { clock, made, edits };
}

describe('edits', () => {
  test('the first goes out at once, and of the next five only the last, a second later', async () => {
    const { clock, made, edits } = schedule();
    const all = ['a', 'b', 'c', 'd', 'e', 'f'].map((words) => edits.edit(panel, text(words)));
    await clock.pass(999);
    expect(made).toEqual(['10 a']);
    await clock.pass(1);
    expect(made).toEqual(['10 a', '10 f']);
    expect(await Promise.all(all)).toEqual(Array.from({ length: 6 }, () => panel));
  });

  test('two messages of one chat share its second, another chat has its own', async () => {
    const { clock, made, edits } = schedule();
    const other: MessageRef = { userId: UserId(2), messageId: 20 };
    void edits.edit(panel, text('a'));
    void edits.edit(parallel, text('b'));
    void edits.edit(other, text('c'));
    await settled();
    expect(made).toEqual(['10 a', '20 c']);
    await clock.pass(1_000);
    expect(made).toEqual(['10 a', '20 c', '11 b']);
  });

  test('who still uses the name of a message that was sent anew reaches the new one', async () => {
    const { clock, made, edits } = schedule(async (ref) => ({ ...ref, messageId: ref.messageId + 100 }));
    const renamed = edits.edit(panel, text('a'));
    void edits.edit(panel, text('b'));
    await clock.pass(1_000);
    expect(await renamed).toMatchObject({ messageId: 110 });
    expect(made).toEqual(['10 a', '110 b']);
    expect(edits.nameNow(panel)).toMatchObject({ messageId: 210 });
  });

  test('removing drops also a change that has waited since before the message was sent anew', async () => {
    const { clock, made, edits } = schedule(async (ref) => ({ ...ref, messageId: ref.messageId + 100 }));
    void edits.edit(panel, text('a'));
    void edits.edit(panel, text('b'));
    await settled();
    expect(await edits.settled(panel)).toMatchObject({ messageId: 110 });
    await clock.pass(2_000);
    expect(made).toEqual(['10 a']);
  });

  test('removing drops the change that waits and waits for the one under way', async () => {
    const underWay = Promise.withResolvers<MessageRef>();
    const { clock, made, edits } = schedule(() => underWay.promise);
    void edits.edit(panel, text('a'));
    const dropped = edits.edit(panel, text('b'));
    const settling = edits.settled(panel);
    underWay.resolve({ ...panel, messageId: 99 });
    expect(await settling).toMatchObject({ messageId: 99 });
    await dropped;
    await clock.pass(5_000);
    expect(made).toEqual(['10 a']);
  });

  test('a change that fails is told to all who asked for it, and the next is made', async () => {
    let failing = true;
    const { clock, made, edits } = schedule(async (ref) => {
      if (failing) throw new Error('no');
      return ref;
    });
    await expect(edits.edit(panel, text('a'))).rejects.toThrow('no');
    failing = false;
    const next = edits.edit(panel, text('b'));
    await clock.pass(1_000);
    await next;
    expect(made).toEqual(['10 a', '10 b']);
  });
});
