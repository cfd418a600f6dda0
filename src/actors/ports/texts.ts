import type { Notice } from '../../machines/model/notices.ts';
import type { Button } from './conversation.ts';

/** What a notice looks like. Buttons: rows from top to bottom; none = plain text. */
export interface RenderedNotice {
  readonly text: string;
  readonly buttons?: readonly (readonly Button[])[];
}

/** The words of the product (product §§5–11, 14). */
export interface Texts {
  /** `language`: IETF tag as Telegram tells it (`ru`, `es-MX`); English where it is unknown or absent (product §14.4). */
  render(notice: Notice, language?: string): RenderedNotice;
}
