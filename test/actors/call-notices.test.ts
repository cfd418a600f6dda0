import { expect, test } from 'vitest';
import { CallNotices } from '../../src/actors/call-notices.ts';
import type { Conversation, MessageRef } from '../../src/actors/ports/conversation.ts';
import { EditSchedule } from '../../src/adapters/telegram/conversation/edit-schedule.ts';
import type { CallLabel } from '../../src/machines/model/call-label.ts';
import { CallId, EpochMs, UserId } from '../../src/machines/model/ids.ts';
import type { Notice, RecordingState } from '../../src/machines/model/notices.ts';
import { ManualClock } from '../adapters/telegram-client/manual-clock.ts';

const olga = UserId('1');
const label: CallLabel = {
  call: CallId('c1'),
  direction: 'outgoing',
  number: '200',
  lineName: 'Office',
  startedAt: EpochMs(0),
};
const panel = (recording: RecordingState): Notice => ({ kind: 'panel', label, recording });

/** A conversation whose changes are rationed as Telegram's are; every change sends the message anew. */
function openChat() {
  const clock = new ManualClock();
  const began = clock.now();
  const told: string[] = [];
  let nextId = 0;
  const note = (what: string) => told.push(`${(clock.now() - began) / 1_000} s ${what}`);
  const send = (text: string): MessageRef => {
    note(text);
    return { userId: olga, messageId: ++nextId };
  };
  const edits = new EditSchedule(clock, async (_, { text }) => send(`change ${text}`));
  const conversation: Conversation = {
    onMessage: () => () => {},
    onPress: () => () => {},
    say: async (_, text) => send(text),
    sayWithButtons: async (_, { text }) => send(text),
    edit: (ref, content) => edits.edit(ref, content),
    remove: async (ref) => void note(`remove ${(await edits.settled(ref)).messageId}`),
  };
  const texts = {
    render: (notice: Notice) => ({ text: notice.kind === 'panel' ? `${notice.recording}` : notice.kind }),
  };
  const faults = { report: (_: string, error: unknown) => expect.fail(String(error)) };
  const notices = new CallNotices(conversation, texts, { now: () => EpochMs(0) }, faults, {
    hints: { isDue: async () => true },
    lines: { ofUser: async () => [] },
    callLog: { lastMissed: async () => undefined },
    users: { language: async () => undefined },
  });
  return { clock, told, notices };
}

test('of several states of a message the newest wins, and a caller is announced at once meanwhile', async () => {
  const { clock, told, notices } = openChat();
  notices.show(olga, label.call, 'status', { kind: 'dialled', label });
  notices.show(olga, label.call, 'panel', panel('start'));
  await clock.pass(500);
  // The party answers, the line records by itself, and somebody else calls.
  notices.show(olga, label.call, 'status', { kind: 'dialled', label, progress: 'talking' });
  notices.show(olga, label.call, 'panel', panel('pending'));
  notices.show(olga, label.call, 'panel', panel('stop'));
  notices.show(olga, CallId('c2'), 'caller', { kind: 'caller', caller: { number: '300' }, lineName: undefined });
  await clock.pass(5_000);
  expect(told).toEqual(['0 s dialled', '0 s start', '0.5 s change dialled', '0.5 s caller', '1.5 s change stop']);
});

test('a message that is removed does not come back by a change that waited', async () => {
  const { clock, told, notices } = openChat();
  notices.show(olga, label.call, 'panel', panel('start'));
  notices.show(olga, label.call, 'panel', panel('pending'));
  notices.show(olga, label.call, 'panel', panel('stop'));
  await clock.pass(0);
  notices.unshow(olga, label.call, 'panel');
  await clock.pass(5_000);
  expect(told).toEqual(['0 s start', '0 s change pending', '0 s remove 2']);
});

test('a reply to a keypad that is just being changed waits for its new name', async () => {
  const { clock, notices } = openChat();
  notices.show(olga, label.call, 'panel', panel('start'));
  notices.show(olga, label.call, 'panel', panel('pending'));
  notices.show(olga, label.call, 'panel', panel('stop'));
  await clock.pass(0);
  const asked = notices.keypadCall(olga, 3);
  await clock.pass(1_000);
  expect(await asked).toBe(label.call);
  await notices.settled();
  await notices.told(olga);
});
