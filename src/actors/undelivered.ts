import type { DeliveryFault } from '../machines/model/recording-faults.ts';
import type { Delivery } from './ports/recording-delivery.ts';
import type { Texts } from './ports/texts.ts';
import type { Users } from './ports/users.ts';

/** What the owner is told with a recording that its destination refused: in his language (product §14.4). */
export const undelivered =
  ({ texts, users }: { texts: Texts; users: Pick<Users, 'language'> }) =>
  async ({ title, owner }: Delivery, why: DeliveryFault): Promise<string> => {
    // The file does not wait for the database.
    const language = await users.language(owner).catch(() => undefined);
    return texts.render({ kind: 'recordingUndeliverable', title, why }, language).text;
  };
