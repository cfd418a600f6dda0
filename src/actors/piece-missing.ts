import type { Delivery } from './ports/recording-delivery.ts';
import type { Texts } from './ports/texts.ts';
import type { Users } from './ports/users.ts';

/** What is said under a recording that was interrupted: in the language of the user, as all of the caption (product §14.4). */
export const pieceMissing =
  ({ texts, users }: { texts: Texts; users: Pick<Users, 'language'> }) =>
  async ({ user }: Pick<Delivery, 'user'>): Promise<string> => {
    const language = await users.language(user).catch(() => undefined);
    return texts.render({ kind: 'recordingPieceMissing' }, language).text;
  };
