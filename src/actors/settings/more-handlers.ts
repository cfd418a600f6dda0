import type { EpochMs, UserId } from '../../machines/model/ids.ts';
import { adminHandlers } from './handlers/admin.ts';
import { handOverHandlers, newOwnerPicked } from './handlers/hand-over.ts';
import { accept } from './handlers/invitations.ts';
import { acceptOffer } from './handlers/offers.ts';
import { chatPicked, recordingsChatHandlers } from './handlers/recordings-chat.ts';
import { templateHandlers } from './handlers/templates.ts';
import { importAnswer, textPresses } from './handlers/texts.ts';
import { tryAnswer, tryPress } from './handlers/try.ts';
import { userHandlers, userPicked } from './handlers/users.ts';
import { workerHandlers } from './handlers/workers.ts';
import type { Next, Saying, Visitor } from './handlers.ts';
import type { MoreParts } from './more-parts.ts';
import type { OtherHandlers } from './settings.ts';

/** All of the others but the test call. */
export interface MoreHandlers extends Omit<OtherHandlers, 'presses'> {
  readonly presses: Omit<OtherHandlers['presses'], 'test-call'>;
  /** Somebody had contact with the chat account: his invitations are accepted thereby (D-06). */
  readonly personCame: (user: UserId, at: EpochMs) => Promise<readonly Saying[]>;
}

export const moreHandlers = (parts: MoreParts): MoreHandlers => ({
  presses: {
    ...templateHandlers(parts),
    ...workerHandlers(parts),
    ...userHandlers(parts),
    ...recordingsChatHandlers(parts),
    ...handOverHandlers(parts),
    ...textPresses(parts),
    ...tryPress(parts),
  },
  answers: { ...tryAnswer(parts), ...importAnswer(parts) },
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
