import type { Button } from '../../actors/ports/conversation.ts';
import type { RenderedNotice } from '../../actors/ports/texts.ts';
import { type Action, formatAction } from '../../machines/model/actions.ts';
import type { Notice } from '../../machines/model/notices.ts';
import type { Phrase } from './phrasebook.ts';

/** How each kind of some notices is said. */
export type Rendering<Some extends Notice> = {
  readonly [Kind in Some['kind']]: (notice: Extract<Some, { kind: Kind }>, phrase: Phrase) => RenderedNotice;
};

export const button = (label: string, action: Action): Button => ({ label, action: formatAction(action) });

export const redialButton = (phrase: Phrase): Button => button(phrase('button-redial'), { kind: 'redial' });
export const cancelButton = (phrase: Phrase): Button => button(phrase('button-cancel'), { kind: 'cancel' });

/** Offers the other position of the switch. */
export const callbackButton = (phrase: Phrase, { on }: { on: boolean }): Button =>
  button(phrase(on ? 'button-callback-off' : 'button-callback-on'), { kind: 'callback', on: !on });
