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

/** `missed`: he has stopped the bot, or it cannot be said. `away`: Telegram could not be reached, and may be later. */
export type Said = 'arrived' | 'missed' | 'away';

/**
 * What the settings bot says of itself, to people who may be doing nothing at all. Who has stopped the bot misses it.
 * `language`: where none is known of him.
 */
export const voiceOf =
  ({ chat, texts, people, faults }: VoiceParts) =>
  async ({ to, notice, request }: Saying, language?: string): Promise<Said> => {
    try {
      await chat.send(to, texts.notice(notice, (await people.language(to)) ?? language, request));
      return 'arrived';
    } catch (error) {
      const reason = error instanceof SettingsMessageNotSent ? error.reason : undefined;
      if (reason !== 'blocked') faults.report('settings notice', error);
      return reason === 'unreachable' ? 'away' : 'missed';
    }
  };
