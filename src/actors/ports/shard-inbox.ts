import type { CallId, EpochMs, LineId, UserId } from '../../machines/model/ids.ts';
import type { LineChoice } from '../../machines/model/line-choice.ts';
import type { Incarnation, ShardId } from '../../machines/model/shards.ts';
import type { IncomingMessage, PassedPress } from './conversation.ts';
import type { Deadline } from './deadlines.ts';

/** What one host tells another that owns a shard; plain JSON. */
export type Letter =
  /** Read by the host that reads the chat account. */
  | { readonly kind: 'message'; readonly message: IncomingMessage }
  /** Read by the host that reads the settings bot, and not answered yet. */
  | { readonly kind: 'press'; readonly press: PassedPress }
  /** Its job ran elsewhere. */
  | { readonly kind: 'deadline'; readonly deadline: Deadline }
  | { readonly kind: 'callback'; readonly user: UserId; readonly on: boolean }
  /** A number that was judged, and whose line is on another Worker. */
  | { readonly kind: 'dial'; readonly number: JudgedNumber }
  /** `user`: who wants the line tested, and is rung. */
  | { readonly kind: 'test-line'; readonly user: UserId; readonly line: LineId; readonly login: string };

/** What is to be dialled, and over which line. */
export interface JudgedNumber {
  readonly user: UserId;
  /** The call that comes of it. */
  readonly call: CallId;
  /** As he typed it. */
  readonly shown: string;
  readonly choice: LineChoice;
}

export interface ShardInboxRow {
  /** Of its source, so that a repeat is known: `tg-<message>`, `bot-<press>`. */
  readonly id: string;
  readonly shard: ShardId;
  readonly letter: Letter;
  /** Not to be done any more after this. */
  readonly expiresAt?: EpochMs;
}

/** Letters to the owners of shards, kept until they were done (runtime §7). */
export interface ShardInbox {
  /** Keeps it and tells all hosts; a repeat is nothing. */
  put(row: ShardInboxRow): Promise<void>;
  /**
   * Open rows of these shards, oldest first, without those whose ids are `except`. `begunBy`: who has begun it and may have
   * done it. What nobody can read any more is told and left out.
   */
  open(
    shards: readonly ShardId[],
    limit: number,
    except: readonly string[],
    unreadable: (id: string, error: unknown) => void,
  ): Promise<readonly (ShardInboxRow & { readonly begunBy: Incarnation | undefined })[]>;
  /** @returns whether nobody had begun it */
  begin(id: string, by: Incarnation): Promise<boolean>;
  done(id: string): Promise<void>;
}
