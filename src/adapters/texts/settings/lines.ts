import type { SettingsButton } from '../../../actors/ports/settings-chat.ts';
import type { LineSummary, Screen } from '../../../machines/model/settings-screens.ts';
import type { Phrase } from '../phrasebook.ts';
import { dots, lineState, titled } from './line-state.ts';
import { backToLines, button, goToCalls, type ScreenRendering } from './rendering.ts';
import { brief, plain } from './words.ts';

type Lines = Extract<Screen, { kind: 'lines' | 'assigned-line' | 'former-line' }>;

/** The list, and lines of which the reader is not the owner (product §3.3). */
export const lines: ScreenRendering<Lines> = {
  lines: ({ lines: all, page = 0, callback, chatAccount }, phrase) => {
    const here = pageOf(all, page);
    return {
      text: [...aboutLines(all, here, phrase), '', phrase(callback ? 'lines-callback-on' : 'lines-callback-off')].join(
        '\n',
      ),
      buttons: [
        ...here.lines.map((line) => [button(lineLabel(line), { do: 'line', line: line.id })]),
        ...pageButtons(here),
        [button(phrase('label-new'), { do: 'new' }), button(phrase('label-import'), { do: 'import' })],
        [
          button(phrase(callback ? 'button-callback-off' : 'button-callback-on'), {
            do: 'callback',
            on: !callback,
          }),
        ],
        ...goToCalls(chatAccount, phrase),
      ],
    };
  },
  'assigned-line': ({ facts, chatAccount }, phrase) => ({
    text: [titled(facts), ...lineState(facts, phrase), phrase('line-assigned')].join('\n'),
    buttons: [...goToCalls(chatAccount, phrase), [backToLines(phrase)]],
  }),
  'former-line': ({ id, name }, phrase) => ({
    text: phrase('line-former', { name: brief(name) }),
    buttons: [[button(phrase('label-transfer-back'), { do: 'transfer-back', line: id })], [backToLines(phrase)]],
  }),
};

const lineLabel = ({ name, dot, own }: LineSummary): string => `${own ? '' : '👤 '}${dots[dot]} ${plain(name)}`;

interface Page {
  readonly lines: readonly LineSummary[];
  readonly number: number;
  readonly pages: number;
  /** Of the first line here, from 1. */
  readonly from: number;
}

/** Telegram takes 100 buttons under a message, but also counts their bytes, and a label may have 160 of them. */
const pageSize = 40;

function pageOf(all: readonly LineSummary[], wanted: number): Page {
  const pages = Math.max(Math.ceil(all.length / pageSize), 1);
  // Lines may have gone since the button was drawn.
  const number = Math.min(Math.max(Math.trunc(wanted) || 0, 0), pages - 1);
  return { lines: all.slice(number * pageSize, (number + 1) * pageSize), number, pages, from: number * pageSize + 1 };
}

function pageButtons({ number, pages }: Page): readonly (readonly SettingsButton[])[] {
  const turns = [
    ...(number > 0 ? [button(`‹ ${number}/${pages}`, { do: 'lines', page: number - 1 })] : []),
    ...(number < pages - 1 ? [button(`${number + 2}/${pages} ›`, { do: 'lines', page: number + 1 })] : []),
  ];
  return turns.length > 0 ? [turns] : [];
}

function aboutLines(all: readonly LineSummary[], here: Page, phrase: Phrase): string[] {
  if (all.length === 0) return [phrase('lines-none')];
  return [
    here.pages > 1
      ? phrase('lines-page', { from: here.from, to: here.from + here.lines.length - 1, count: all.length })
      : phrase('lines-some'),
    phrase('lines-dots'),
    ...(all.some(({ own }) => !own) ? [phrase('lines-assigned')] : []),
  ];
}
