import type { LineId, UserId } from '../../machines/model/ids.ts';
import type { QuietHours } from '../../machines/model/settings.ts';
import type { DtmfMethod } from '../../machines/model/tone.ts';

/** A SIP account of ours as the actors see it; credentials stay with the port SipAccounts. */
export interface Line {
  readonly id: LineId;
  readonly name: string;
  readonly owner: UserId;
  /** Who talks through it. */
  readonly user: UserId;
  readonly enabled: boolean;
  /** The Worker whose hosts register it. */
  readonly carrier: string;
  /** Another one: it is to be registered anew. */
  readonly revision: number;
  /** Checked rules (product §4); empty: none. */
  readonly dialRules: string;
  /** In order of preference. */
  readonly dtmfMethods: readonly DtmfMethod[];
  /** Whether calls are recorded by themselves. */
  readonly recording: boolean;
  readonly recordingStereo: boolean;
  /** Bot API chat id; undefined: the user's conversation with the chat account. */
  readonly recordingsChat: string | undefined;
  /** Nobody is rung then. */
  readonly quietHours: QuietHours | undefined;
}

export interface Lines {
  enabled(): Promise<readonly Line[]>;
  /** Lines on which this person calls and is called, switched off ones too, but no drafts. */
  ofUser(user: UserId): Promise<readonly Line[]>;
  find(line: LineId): Promise<Line | undefined>;
}
