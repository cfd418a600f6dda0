import { readFileSync } from 'node:fs';
import { FluentBundle, FluentDateTime, FluentResource } from '@fluent/bundle';

export const languages = ['en', 'ru', 'uk', 'es'] as const;
export type Language = (typeof languages)[number];

/** Says the message of this id of a .ftl file. Numbers and dates are written the way the language does. */
export type Phrase = (id: string, values?: Readonly<Record<string, string | number | Date>>) => string;

/** Where some of the product's words are: a .ftl file for each language. */
export type WordFiles = (language: Language) => URL;

/** The words of the conversation with the chat account, and those that all conversations share. */
export const callWords: WordFiles = (language) => new URL(`${language}.ftl`, import.meta.url);

/** The languages of the product. No message may be in two of the files. */
export const readPhrasebooks = (...files: readonly WordFiles[]): Readonly<Record<Language, Phrase>> => {
  const read = (language: Language) =>
    phrasebook(
      language,
      [callWords, ...files].map((file) => file(language)),
    );
  return { en: read('en'), ru: read('ru'), uk: read('uk'), es: read('es') };
};

/** The language of an IETF tag such as `ru-RU`: its first subtag counts, English where we have none of it. */
export function languageOf(tag: string | undefined): Language {
  const primary = tag?.split(/[-_]/, 1)[0]?.toLowerCase();
  return languages.find((language) => language === primary) ?? 'en';
}

function phrasebook(language: Language, files: readonly URL[]): Phrase {
  // Isolation marks would stand around each number: invisible, but they break copying it and automation that reads it.
  const bundle = new FluentBundle(language, { useIsolating: false });
  for (const file of files) {
    const [trouble] = bundle.addResource(new FluentResource(readFileSync(file, 'utf8')));
    if (trouble) throw trouble;
  }
  return (id, values = {}) => {
    const pattern = bundle.getMessage(id)?.value;
    if (pattern == null) throw new Error(`no word ${id} in ${language}`);
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
