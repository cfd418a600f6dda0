import { FluentTexts } from '../../src/adapters/texts/texts.ts';
import type { Toast } from '../../src/machines/model/notices.ts';

const texts = new FluentTexts();

/** What the bot answers to a press, as the product has it answer. */
export const toast = (says: Toast, language: string | undefined): string =>
  texts.render({ kind: 'toast', says }, language).text;
