import type { CallId, EpochMs } from '../../machines/model/ids.ts';

/** One life of a root: what its events are replayed from. */
export interface LoggedRoot {
  /** A UUID. */
  readonly id: string;
  readonly address: string;
  /** The id of its definition. */
  readonly machine: string;
  /** Of the product, whose machine it was. */
  readonly version: string;
  /** JSON, redacted. */
  readonly input: unknown;
  readonly startedAt: EpochMs;
}

export interface LoggedEvent {
  readonly root: LoggedRoot['id'];
  /** Counted in the life of its root, from 1. Where one is missing, it was not written. */
  readonly seq: number;
  /** The call it was of; undefined: of none. */
  readonly call: CallId | undefined;
  readonly at: EpochMs;
  /** JSON, redacted. */
  readonly event: { readonly type: string };
}

/** A root, and its events in order. */
export interface RootLog {
  readonly root: LoggedRoot;
  readonly events: readonly LoggedEvent[];
}

/** The log of what machines received (for developers): appended to, never changed. */
export interface CallEvents {
  /** All of it or nothing. A root that is there already is left as it is. */
  append(roots: readonly LoggedRoot[], events: readonly LoggedEvent[]): Promise<void>;
}
