import type { Person, PersonMessage } from '../../sandbox/telegram/person.ts';
import { PersonRepository } from '../../src/db/person-repository.ts';
import { UserId } from '../../src/machines/model/ids.ts';
import { eventually } from './eventually.ts';
import { type SettingsConversation, settingsConversation } from './settings-conversation.ts';
import type { Stage } from './stage.ts';

const bot = '@siptg_bot';

/** A person's conversation with the settings bot, with Telegram's own pickers and links in it. */
export interface SettingsPicks extends SettingsConversation {
  /** Opens the list, and a line in it: `🟢 Office`. @returns its screen */
  line(label: string): Promise<PersonMessage>;
  /** Chooses somebody with the key that is shown. @returns the screen then */
  picksUser(who: Person): Promise<PersonMessage>;
  /** Chooses a group or channel with a key. `addsBot` false: as an app does that is not Telegram's. @returns the screen then */
  picksChat(key: string, chat: string, options?: { readonly addsBot?: boolean }): Promise<PersonMessage>;
  /** Opens the bot by a link to it. @returns the screen then */
  opens(link: string): Promise<PersonMessage>;
  /** The keys below the input field, none where there are none. */
  keys(): readonly string[];
}

export function settingsPicks(stage: Stage, person: Person): SettingsPicks {
  const conversation = settingsConversation(stage, person);
  const newest = () => person.conversation(bot).findLast(({ out }) => !out)?.id;
  const heard = async (does: () => unknown) => {
    const before = newest();
    does();
    await person.waitsUntil(() => newest() !== before);
    await conversation.settled();
    return conversation.screen();
  };
  return {
    ...conversation,
    async line(label) {
      await conversation.open();
      return conversation.press(label);
    },
    picksUser: (who) => heard(() => person.picksUsers(bot, 'Select user', [who.id])),
    picksChat: (key, chat, options) => heard(() => person.picksChat(bot, key, chat, options)),
    opens: (link) => heard(() => person.starts(bot, link.split('?start=')[1])),
    keys: () => (person.keyboard(bot) ?? []).flat(),
  };
}

/** Until it is written down that the chat account has met this person. */
export async function met({ storage, chat }: Stage, { id }: Person): Promise<void> {
  const people = new PersonRepository(storage.database, UserId(chat));
  await eventually(async () => {
    if (!(await people.hasMet(UserId(id)))) throw new Error('the chat account has not met him');
  });
}
