import type { Faults } from '../ports/faults.ts';
import type { People } from '../ports/people.ts';
import { type SettingsChat, SettingsMessageNotSent, type SettingsTexts } from '../ports/settings-chat.ts';
import type { Saying } from './handlers.ts';

export interface VoiceParts {
  readonly chat: Pick<SettingsChat, 'send'>;
  readonly texts: Pick<SettingsTexts, 'notice'>;
  readonly people: Pick<People, 'language'>;
  readonly faults: Faults;
}

/**
 * What the settings bot says of itself, to people who may be doing nothing at all. Who has stopped the bot misses it.
 * `language`: where none is known of him. @returns whether it arrived
 */
export const voiceOf =
  ({ chat, texts, people, faults }: VoiceParts) =>
  async ({ to, notice, request }: Saying, language?: string): Promise<boolean> => {
    try {
      await chat.send(to, texts.notice(notice, (await people.language(to)) ?? language, request));
      return true;
    } catch (error) {
      if (!(error instanceof SettingsMessageNotSent && error.reason === 'blocked'))
        faults.report('settings notice', error);
      return false;
    }
  };
