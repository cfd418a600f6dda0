import type { Person, PersonMessage } from '../../sandbox/telegram/person.ts';
import type { Stage } from './stage.ts';

/** A person's conversation with the settings bot, step by step: each step ends when the bot has seen to it. */
export interface SettingsConversation {
  /** Opens the list of lines. */
  open(): Promise<PersonMessage>;
  /** The newest message with buttons. @throws when there is none */
  screen(): PersonMessage;
  /** Presses on the screen. @returns the screen then */
  press(label: string): Promise<PersonMessage>;
  /** Sends a text message. @returns the screen then */
  write(text: string): Promise<PersonMessage>;
  /** The button of this field, with its value: `Domain: pbx.test`. */
  label(field: string): string | undefined;
  /** Everything the bot has said that is there now, oldest first. */
  said(): string[];
  /** Until the bot has seen to what people did so far. */
  settled(): Promise<void>;
}

const bot = '@siptg_bot';

export function settingsConversation({ service }: Stage, person: Person): SettingsConversation {
  const settled = () => service.settings.settled();
  const fromBot = () => person.conversation(bot).filter(({ out }) => !out);
  const screen = () => {
    // Keys below the input field are buttons too, but no screen.
    const newest = fromBot().findLast(({ buttons, copy }) => buttons.length > 0 && copy.markup?.kind === 'inline');
    if (!newest) throw new Error('the settings bot shows no buttons');
    return newest;
  };
  const then = async () => {
    await settled();
    return screen();
  };
  const write = async (text: string) => {
    const before = fromBot().length === 0 ? undefined : fromBot().at(-1)?.id;
    person.sends(text, bot);
    // Only when the bot has said something is it known to have heard.
    await person.waitsUntil(() => fromBot().at(-1)?.id !== before);
    return then();
  };
  return {
    open: () => write('/softphone'),
    screen,
    async press(label) {
      await person.presses(screen(), label);
      return then();
    },
    write,
    label: (field) =>
      screen()
        .buttons.flat()
        .find((text) => text === field || text.startsWith(`${field}: `)),
    said: () => fromBot().map(({ text }) => text),
    settled,
  };
}
