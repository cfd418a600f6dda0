import { readFileSync } from 'node:fs';
import { FluentBundle, FluentDateTime, FluentResource } from '@fluent/bundle';

export const languages = ['en', 'ru', 'uk', 'es'] as const;
export type Language = (typeof languages)[number];

/** Says the message of this id of a .ftl file. Numbers and dates are written the way the language does. */
export type Phrase = (id: string, values?: Readonly<Record<string, string | number | Date>>) => string;

/** The languages of the product, each read from its .ftl file beside this one. */
export const readPhrasebooks = (): Readonly<Record<Language, Phrase>> => ({
  en: phrasebook('en'),
  ru: phrasebook('ru'),
  uk: phrasebook('uk'),
  es: phrasebook('es'),
});

/** The language of an IETF tag such as `ru-RU`: its first subtag counts, English where we have none of it. */
export function languageOf(tag: string | undefined): Language {
  const primary = tag?.split(/[-_]/, 1)[0]?.toLowerCase();
  return languages.find((language) => language === primary) ?? 'en';
}

function phrasebook(language: Language): Phrase {
  // Isolation marks would stand around each number: invisible, but they break copying it and automation that reads it.
  const bundle = new FluentBundle(language, { useIsolating: false });
  bundle.addResource(new FluentResource(readFileSync(new URL(`${language}.ftl`, import.meta.url), 'utf8')));
  return (id, values = {}) => {
    const pattern = bundle.getMessage(id)?.value;
    if (pattern == null) throw new Error(`${language}.ftl has no ${id}`);
    const args = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        // The reader's time zone is not known to Telegram bots.
        value instanceof Date ? new FluentDateTime(value, { dateStyle: 'long', timeZone: 'UTC' }) : value,
      ]),
    );
    // A value that is missing leaves its name in the text: better than no message.
    return bundle.formatPattern(pattern, args, []);
  };
}
