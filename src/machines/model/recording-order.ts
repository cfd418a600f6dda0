import type { UserId } from './ids.ts';

/** How a call is recorded: what the line's settings and its owner's plan say, fixed when the call begins (product §8). */
export interface RecordingOrder {
  readonly user: UserId;
  readonly owner: UserId;
  /** IETF tag: what the user reads; undefined: not known. */
  readonly language: string | undefined;
  /** Bot API id of the chosen group or channel; undefined: the user's conversation with the chat account. */
  readonly chat: string | undefined;
  readonly stereo: boolean;
  /** Starts by itself when user and party first hear each other. */
  readonly automatic: boolean;
  /** Automatic, by somebody else's order, into a separate chat: the user may not stop it. */
  readonly locked: boolean;
  /** Without the recording right: how much of this call may be recorded altogether. */
  readonly limitMs: number | undefined;
}
