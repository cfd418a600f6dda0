import type { Notice } from '../../machines/model/notices.ts';
import type { Button } from './conversation.ts';

/** What a notice looks like. Buttons: rows from top to bottom; none = plain text. */
export interface RenderedNotice {
  readonly text: string;
  readonly buttons?: readonly (readonly Button[])[];
}

/** The words of the product (product §§6.1, 7, 11, 14). */
export interface Texts {
  render(notice: Notice): RenderedNotice;
}
