import type { LineId, UserId } from '../../machines/model/ids.ts';

/** A SIP account of ours as the actors see it; credentials stay with the port SipAccounts. */
export interface Line {
  readonly id: LineId;
  readonly name: string;
  readonly owner: UserId;
  /** Who talks through it. */
  readonly user: UserId;
  readonly enabled: boolean;
}

export interface Lines {
  enabled(): Promise<readonly Line[]>;
  /** Lines on which this person calls and is called, switched off ones too. */
  ofUser(user: UserId): Promise<readonly Line[]>;
  find(line: LineId): Promise<Line | undefined>;
}
