import type { EpochMs, UserId } from '../../machines/model/ids.ts';
import type { SettingsInput } from '../../machines/model/settings.ts';

/** Something a person did, as it stands in the inbox until it is done. */
export interface InboxRow {
  /** Of its source, so that a repeat is known: `bot-<update id>`. */
  readonly id: string;
  /** A UUID; unlike the id, which its source may use again some day, of this row alone. */
  readonly key: string;
  readonly user: UserId;
  readonly input: SettingsInput;
  /** Of the person's Telegram, an IETF tag. */
  readonly language: string | undefined;
  /** First name in Telegram. */
  readonly name: string | undefined;
  /** Not to be done any more after this: of a press, whose screen may mean something else by then. */
  readonly expiresAt?: EpochMs;
}

/** How long a press waits at most to be begun (runtime §7). */
export const pressMs = 15_000;

/** What is known of a row by its being kept. */
export interface Kept {
  /** Not a repeat. */
  readonly isNew: boolean;
  /** Where the person's screen stands. */
  readonly screenMessage: number | undefined;
  /** Something he did before is still being seen to: it may stand elsewhere already. */
  readonly isMoving: boolean;
}

/** What people did in the settings bot, each once, in order for each person (runtime §7). */
export interface Inbox {
  /** Keeps it; a repeat is nothing. */
  put(row: InboxRow): Promise<Kept>;
  /**
   * Open rows, oldest first, also those of an earlier process; without those whose ids are `except`, and without those that
   * nobody can read any more: of these `unreadable` is told.
   */
  open(
    limit: number,
    except?: readonly string[],
    unreadable?: (id: string, error: unknown) => void,
  ): Promise<readonly InboxRow[]>;
  done(id: string): Promise<void>;
}
