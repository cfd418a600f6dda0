import type { SettingsMessage, SettingsTexts } from '../../../actors/ports/settings-chat.ts';
import type { Screen, SettingsNotice } from '../../../machines/model/settings-screens.ts';
import { type Language, languageOf, readPhrasebooks, type WordFiles } from '../phrasebook.ts';
import { choices } from './choices.ts';
import { type Command, commandsIn } from './commands.ts';
import { confirmations } from './confirmations.ts';
import { help } from './help.ts';
import { hosts } from './hosts.ts';
import { lines } from './lines.ts';
import { notices } from './notices.ts';
import { ownLine } from './own-line.ts';
import { ownerNotices } from './owner-notices.ts';
import { questions } from './questions.ts';
import { remark } from './remarks.ts';
import type { NoticeRendering, SayNotice, SayScreen, ScreenRendering } from './rendering.ts';
import { rules } from './rules.ts';
import { fit } from './words.ts';

export const settingsWords: WordFiles = (language) => new URL(`settings.${language}.ftl`, import.meta.url);

/** The words of the settings bot in English, Russian, Ukrainian and Spanish. */
export class FluentSettingsTexts implements SettingsTexts {
  readonly #phrasebooks: ReturnType<typeof readPhrasebooks>;

  constructor(phrasebooks = readPhrasebooks(settingsWords)) {
    this.#phrasebooks = phrasebooks;
  }

  screen(screen: Screen, language: string | undefined): SettingsMessage {
    // TypeScript does not see that the kind picks the screen and its rendering alike.
    const show = screens[screen.kind] as SayScreen<Screen>;
    const phrase = this.#phrasebooks[languageOf(language)];
    const { text, ...rest } = show(screen, phrase);
    const said = screen.remark === undefined ? text : `${remark(screen.remark, phrase)}\n\n${text}`;
    return { text: fit(said), ...rest };
  }

  notice(notice: SettingsNotice, language: string | undefined, request = 0): SettingsMessage {
    const say = saying[notice.kind] as SayNotice<SettingsNotice>;
    const { text, ...rest } = say(notice, this.#phrasebooks[languageOf(language)], request);
    return { text: fit(text), ...rest };
  }

  toast(says: 'out-of-date' | 'not-yours', language: string | undefined): string {
    return this.#phrasebooks[languageOf(language)](`toast-${says}`);
  }

  /** What Telegram lists behind the menu button of the bot (`setMyCommands`), by language. */
  commands(): Readonly<Record<Language, readonly Command[]>> {
    const { en, ru, uk, es } = this.#phrasebooks;
    return { en: commandsIn(en), ru: commandsIn(ru), uk: commandsIn(uk), es: commandsIn(es) };
  }
}

const screens: ScreenRendering<Screen> = {
  ...lines,
  ...ownLine,
  ...choices,
  ...confirmations,
  ...rules,
  ...questions,
  ...help,
  ...hosts,
};

const saying: NoticeRendering<SettingsNotice> = { ...notices, ...ownerNotices };
