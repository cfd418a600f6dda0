import type { EpochMs, UserId } from '../../machines/model/ids.ts';
import type { Picking, SettingsInput, SettingsPress } from '../../machines/model/settings.ts';
import { type AdminHandlers, adminHandlers } from './handlers/admin.ts';
import { askHandlers, fieldAnswers } from './handlers/field.ts';
import { handOverHandlers, newOwnerPicked } from './handlers/hand-over.ts';
import { hostHandlers } from './handlers/hosts.ts';
import { accept } from './handlers/invitations.ts';
import { optionHandlers } from './handlers/line-options.ts';
import { listHandlers } from './handlers/list.ts';
import { newHandlers } from './handlers/new-line.ts';
import { acceptOffer } from './handlers/offers.ts';
import { chatPicked, recordingsChatHandlers } from './handlers/recordings-chat.ts';
import { switchingHandlers } from './handlers/switching.ts';
import { templateHandlers } from './handlers/templates.ts';
import { testCallHandlers } from './handlers/test-call.ts';
import { importAnswer, textPresses } from './handlers/texts.ts';
import { tryAnswer, tryPress } from './handlers/try.ts';
import { userHandlers, userPicked } from './handlers/users.ts';
import { workerHandlers } from './handlers/workers.ts';
import type { AnswerHandlers, Next, PressHandlers, Saying, Visitor } from './handlers.ts';
import type { SettingsParts } from './parts.ts';

type Picked<Kind extends SettingsInput['kind']> = (
  visitor: Visitor,
  picking: Picking | undefined,
  input: Extract<SettingsInput, { kind: Kind }>,
) => Promise<Next>;

/** What each thing people do leads to. */
export interface HandlerTable {
  readonly presses: PressHandlers<Exclude<SettingsPress['do'], 'cancel'>>;
  readonly answers: AnswerHandlers;
  /** A choice in a picker: only the answer to the keys that are open does anything. */
  readonly picked: { readonly user: Picked<'user-picked'>; readonly chat: Picked<'chat-picked'> };
  readonly admin: AdminHandlers;
  /** `/start l_<token>` */
  readonly acceptOffer: (visitor: Visitor, token: string) => Promise<Next>;
  /** Somebody had contact with the chat account: his invitations are accepted thereby (D-06). */
  readonly personCame: (user: UserId, at: EpochMs) => Promise<readonly Saying[]>;
}

export const handlerTable = (parts: SettingsParts): HandlerTable => ({
  presses: {
    ...templateHandlers(parts),
    ...workerHandlers(parts),
    ...userHandlers(parts),
    ...recordingsChatHandlers(parts),
    ...handOverHandlers(parts),
    ...textPresses(parts),
    ...tryPress(parts),
    ...testCallHandlers(parts),
    ...listHandlers(parts),
    ...newHandlers(parts),
    ...askHandlers(parts),
    ...optionHandlers(parts),
    ...switchingHandlers(parts),
    ...hostHandlers(parts),
  },
  answers: { ...fieldAnswers(parts), ...tryAnswer(parts), ...importAnswer(parts) },
  picked: {
    user: async (visitor, picking, input) => {
      if (picking?.request !== input.request || picking.kind === 'recordings-chat')
        return { ...(picking && { picking }) };
      const follow = picking.kind === 'user' ? userPicked : newOwnerPicked;
      return withoutKeys(visitor, await follow(parts, visitor, picking.line, input));
    },
    chat: async (visitor, picking, input) => {
      if (picking?.request !== input.request || picking.kind !== 'recordings-chat')
        return { ...(picking && { picking }) };
      return withoutKeys(visitor, await chatPicked(parts, visitor, picking.line, input));
    },
  },
  admin: adminHandlers(parts),
  acceptOffer: (visitor, token) => acceptOffer(parts, visitor, token),
  personCame: async (user, at) => {
    const sayings: Saying[] = [];
    for (const offer of await parts.offers.to(user, 'user')) sayings.push(...((await accept(parts, offer, at)) ?? []));
    return sayings;
  },
});

const withoutKeys = ({ user }: Visitor, next: Next): Next => ({
  ...next,
  sayings: [{ to: user, notice: { kind: 'picked' } }, ...(next.sayings ?? [])],
});
