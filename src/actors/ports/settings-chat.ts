import type { UserId } from '../../machines/model/ids.ts';
import type { SettingsPress } from '../../machines/model/settings.ts';
import type { Screen, SettingsNotice } from '../../machines/model/settings-screens.ts';

/** A button of the settings bot's own conversation: reports a press, or opens an https address. */
export type SettingsButton =
  | { readonly label: string; readonly press: SettingsPress }
  | { readonly label: string; readonly url: string };

/** A key below the input field that opens a picker of Telegram's. */
export interface PickerKey {
  readonly label: string;
  readonly picks: 'user' | 'group' | 'channel';
  readonly request: number;
}

/** What a message of the settings bot looks like; plain text. */
export interface SettingsMessage {
  readonly text: string;
  readonly buttons?: readonly (readonly SettingsButton[])[];
  /** Shows these keys; an empty list takes them away. */
  readonly keys?: readonly PickerKey[];
}

/** The words of the settings bot (product §§2–4); languages as in `Texts`. */
export interface SettingsTexts {
  screen(screen: Screen, language: string | undefined): SettingsMessage;
  /** `request`: of the keys of a picker. */
  notice(notice: SettingsNotice, language: string | undefined, request?: number): SettingsMessage;
  /** The answer to a press that does nothing: at most 200 characters. */
  toast(says: 'out-of-date' | 'not-yours', language: string | undefined): string;
}

/** The message was not delivered; `blocked`: the person has stopped the bot. */
export class SettingsMessageNotSent extends Error {
  override readonly name = 'SettingsMessageNotSent';
  readonly reason: 'blocked' | 'gone' | 'unreachable' | 'refused';
  constructor(reason: SettingsMessageNotSent['reason'], options: ErrorOptions = {}) {
    super(`message of the settings bot was not sent: ${reason}`, options);
    this.reason = reason;
  }
}

/** The settings bot's own conversations with people. Every call ends within 30 s. */
export interface SettingsChat {
  /** Without @. */
  readonly username: string;
  /** @returns the message's id @throws SettingsMessageNotSent */
  send(user: UserId, message: SettingsMessage): Promise<number>;
  /** Changes it where it stands. @throws SettingsMessageNotSent `gone` when it is there no more or cannot be changed */
  edit(user: UserId, messageId: number, message: SettingsMessage): Promise<void>;
  /** What is gone already is no error. @throws SettingsMessageNotSent */
  remove(user: UserId, messageId: number): Promise<void>;
  /** Of somebody who has written to the bot, without @; undefined: he has none, or Telegram does not say. */
  usernameOf(user: UserId): Promise<string | undefined>;
  /** Posts a test message into a chat chosen for recordings and deletes it. `reason`: as Telegram said it. */
  prove(
    chat: string,
  ): Promise<
    { readonly ok: true; readonly title: string | undefined } | { readonly ok: false; readonly reason: string }
  >;
  /** Leaves a chat that recordings came into. Nobody waits for it; where it cannot be done, it stays. */
  leave(chat: string): void;
}
