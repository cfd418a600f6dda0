import type { UserId } from '../../machines/model/ids.ts';

/** What is remembered of a person. Unknown people have the defaults. */
export interface UserSettings {
  /** Callback mode, on by default (D-19). */
  readonly callback: boolean;
}

export interface Users {
  settings(user: UserId): Promise<UserSettings>;
  setCallback(user: UserId, on: boolean): Promise<void>;
}
