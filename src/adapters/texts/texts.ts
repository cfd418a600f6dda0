import type { RenderedNotice, Texts } from '../../actors/ports/texts.ts';
import type { Notice } from '../../machines/model/notices.ts';
import { incoming, outgoing } from './calls.ts';
import { hints, refusals, toasts } from './hints.ts';
import { panel, recording } from './panel.ts';
import { languageOf, type Phrase, readPhrasebooks } from './phrasebook.ts';
import { quality } from './quality.ts';
import { reconnection } from './reconnection.ts';
import type { Rendering } from './rendering.ts';
import { secondCall } from './second-call.ts';

/** The product's words in English, Russian, Ukrainian and Spanish (Fluent, projectfluent.org). */
export class FluentTexts implements Texts {
  readonly #phrasebooks: ReturnType<typeof readPhrasebooks>;

  constructor(phrasebooks = readPhrasebooks()) {
    this.#phrasebooks = phrasebooks;
  }

  render(notice: Notice, language?: string): RenderedNotice {
    // TypeScript does not see that the kind picks the notice and its rendering alike.
    const say = renderings[notice.kind] as (notice: Notice, phrase: Phrase) => RenderedNotice;
    return say(notice, this.#phrasebooks[languageOf(language)]);
  }
}

const renderings: Rendering<Notice> = {
  ...outgoing,
  ...incoming,
  ...panel,
  ...recording,
  ...secondCall,
  ...reconnection,
  ...quality,
  ...refusals,
  ...hints,
  ...toasts,
};
