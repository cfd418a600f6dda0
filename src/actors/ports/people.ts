import type { UserId } from '../../machines/model/ids.ts';

/** Who people are to us. */
export interface People {
  /** First name, as Telegram or a picker told it. */
  name(user: UserId): Promise<string | undefined>;
  note(user: UserId, about: { readonly name?: string; readonly language?: string }): Promise<void>;
  /** What he chose, else that of his Telegram. */
  language(user: UserId): Promise<string | undefined>;
  setLanguage(user: UserId, language: string): Promise<void>;
  callback(user: UserId): Promise<boolean>;
  /** Whether the chat account may write to and call him (D-06). */
  hasMet(user: UserId): Promise<boolean>;
}
