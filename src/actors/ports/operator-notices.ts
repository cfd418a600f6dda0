import type { UserId } from '../../machines/model/ids.ts';

/** Something the operator says to an owner. */
export interface OperatorNotice {
  readonly id: string;
  readonly to: UserId;
  /** 1 to 3000 characters. */
  readonly text: string;
}

/** What the operator says to owners, kept until it is said. */
export interface OperatorNotices {
  /** undefined: to everybody who owns a line. @returns to how many */
  put(to: UserId | undefined, text: string): Promise<number>;
  /** Oldest first. */
  open(limit: number): Promise<readonly OperatorNotice[]>;
  done(id: string): Promise<void>;
}
