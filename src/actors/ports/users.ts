import type { UserId } from '../../machines/model/ids.ts';

/** What is remembered of a person. Unknown people have the defaults. */
export interface UserSettings {
  /** Callback mode, on by default (D-19). */
  readonly callback: boolean;
}

export interface Users {
  settings(user: UserId): Promise<UserSettings>;
  setCallback(user: UserId, on: boolean): Promise<void>;
  /** An IETF tag: what the person chose, else that of his Telegram; undefined while neither is known. */
  language(user: UserId): Promise<string | undefined>;
  /** What his Telegram speaks, as it told with something he did. */
  noteTelegramLanguage(user: UserId, language: string): Promise<void>;
}
