import type { Screen } from '../../../machines/model/settings-screens.ts';
import { type Language, languageOf, languages } from '../phrasebook.ts';
import { backToLine, backToLines, button, type ScreenRendering } from './rendering.ts';
import { brief, plain } from './words.ts';
import { workers } from './workers.ts';

type Choices = Extract<Screen, { kind: 'templates' | 'workers' | 'languages' | 'recordings-chat' }>;

/** Lists to choose from, with `Back` (product §3.2). */
export const choices: ScreenRendering<Choices> = {
  workers,
  templates: ({ line, templates }, phrase) => {
    const shown = templates.slice(0, most);
    return {
      text: [
        phrase(templates.length > 0 ? 'templates-choose' : 'templates-none'),
        ...(templates.length > most ? [phrase('and-more', { count: templates.length - most })] : []),
      ].join('\n'),
      buttons: [
        ...shown.map(({ id, name, country }) => [
          button(`${country === undefined ? '' : `${flagOf(country)} `}${plain(name)}`, {
            do: 'template',
            line,
            template: id,
            sure: false,
          }),
        ]),
        [backToLine(line, phrase)],
      ],
    };
  },
  languages: ({ chosen }, phrase) => ({
    text: phrase('languages'),
    buttons: [
      ...languages.map((language) => [
        button(`${language === languageOf(chosen) ? '▸ ' : ''}${ownNames[language]}`, { do: 'language', language }),
      ]),
      [backToLines(phrase)],
    ],
  }),
  'recordings-chat': ({ line, title }, phrase) => ({
    text: [
      title === undefined ? phrase('recordings-personal') : phrase('recordings-chat', { chat: brief(title) }),
      phrase('recordings-choose'),
    ].join('\n'),
    buttons: [[button(phrase('label-clear'), { do: 'chat-clear', line }), backToLine(line, phrase)]],
  }),
};

/** Telegram takes 100 buttons under a message. */
const most = 90;

/** Of an ISO 3166 code of two letters (Unicode, regional indicator symbols); other names of places stay as they are. */
const flagOf = (country: string): string =>
  /^[A-Z]{2}$/.test(country)
    ? String.fromCodePoint(...Array.from(country, (letter) => 0x1_f1e6 + letter.charCodeAt(0) - 65))
    : plain(country);

/** Whoever reads a wrong language must find his own. */
const ownNames: Readonly<Record<Language, string>> = {
  en: 'English',
  ru: 'Русский',
  uk: 'Українська',
  es: 'Español',
};
