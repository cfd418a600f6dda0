import { type LineId, UserId } from '../../../machines/model/ids.ts';
import type { OwnedLine } from '../../../machines/model/settings.ts';
import type { LineBook } from '../../ports/line-book.ts';
import type { SettingsChat } from '../../ports/settings-chat.ts';
import type { Next, PressHandlers, Visitor } from '../handlers.ts';
import type { SettingsParts } from '../parts.ts';
import { nameOf } from '../telegram-names.ts';
import { forOwner } from './owned.ts';

type Parts = Pick<SettingsParts, 'lines' | 'screens' | 'people' | 'chat' | 'newRequest'>;
interface ChatParts {
  readonly lines: Pick<LineBook, 'isRecordingsChat' | 'callsOn'>;
  readonly chat: Pick<SettingsChat, 'leave'>;
}

/** Where recordings of a line are posted (product §3.8). */
export const recordingsChatHandlers = (parts: Parts): PressHandlers<'chat' | 'chat-clear'> => ({
  chat: (visitor, press) =>
    forOwner(parts, visitor, press.line, async ({ id: line, recordingsChat }) => {
      const request = parts.newRequest();
      const title = recordingsChat === undefined ? undefined : await titleOf(parts, recordingsChat);
      return {
        // The keys are for choosing another one, the screen is for clearing.
        ...(title !== undefined && { screen: { kind: 'recordings-chat', line, title } }),
        picking: { kind: 'recordings-chat', line, request },
        sayings: [{ to: visitor.user, notice: { kind: 'pick-chat' }, request }],
      };
    }),

  'chat-clear': (visitor, press) =>
    forOwner(parts, visitor, press.line, async (before) => {
      const { id: line } = before;
      await parts.lines.change(visitor.user, line, { recordingsChat: undefined });
      await leaveFormerChat(parts, before);
      return { screen: await parts.screens.line(visitor, line) };
    }),
});

/** The owner chose a chat: it is kept only when a message can be posted there. */
export const chatPicked = (
  parts: Parts,
  visitor: Visitor,
  of: LineId,
  picked: { readonly chat: string; readonly title: string | undefined },
): Promise<Next> =>
  forOwner(parts, visitor, of, async (before) => {
    const { id: line } = before;
    const proof = await parts.chat.prove(picked.chat);
    if (!proof.ok) {
      const refused = { kind: 'chat-refused', title: picked.title, reason: proof.reason } as const;
      return { screen: await parts.screens.line(visitor, line, refused) };
    }
    const title = proof.title ?? picked.title;
    if (title !== undefined) await parts.people.note(chatAsPerson(picked.chat), { name: nameOf(title, picked.chat) });
    await parts.lines.change(visitor.user, line, { recordingsChat: picked.chat });
    await leaveFormerChat(parts, before);
    return { screen: await parts.screens.line(visitor, line, { kind: 'chat-chosen', title }) };
  });

/**
 * The bot has no business in a chat that no line records into any more (product §3.1). While there are calls on the line it
 * stays: where theirs go was fixed when they began.
 */
export async function leaveFormerChat({ lines, chat }: ChatParts, before: OwnedLine): Promise<void> {
  const { id, recordingsChat: former } = before;
  if (former === undefined || (await lines.isRecordingsChat(former)) || (await lines.callsOn(id)) > 0) return;
  chat.leave(former);
}

/** What the chat was called when it was chosen; its id where that is not known. */
export const titleOf = async ({ people }: Pick<Parts, 'people'>, chat: string): Promise<string> =>
  (await people.name(chatAsPerson(chat))) ?? chat;

/** Ids of groups and channels are below zero in the Bot API: no person has one of them. */
const chatAsPerson = (chat: string): UserId => UserId(chat);
