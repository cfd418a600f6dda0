import type { EpochMs, LineId, UserId } from '../../machines/model/ids.ts';

/** What an owner may do (product §11). An option that is absent is unlimited or allowed. */
export interface Plan {
  readonly name: string;
  readonly sipAccounts?: number;
  readonly totalMsPerMonth?: number;
  readonly callMs?: number;
  readonly failedCallsPerHour?: number;
  readonly callSwitching: boolean;
  readonly recording: boolean;
  /** Without the recording right: how much of each call may be recorded. */
  readonly fragmentMs: number;
  readonly assignment: boolean;
  readonly paidWorkers: boolean;
}

/** Code and text as they are shown to the user and sent to the SIP side. */
export interface PlanRefusal {
  readonly status: 402;
  readonly reason:
    | 'SIP account has disallowed settings'
    | 'Total calls duration is exceeded'
    | 'Amount of fail calls is exceeded';
}

/** Plans and their counters, charged to the owner of the line (D-02). */
export interface Plans {
  planOf(owner: UserId): Promise<Plan>;
  /** Why no call may be made or taken on this line now; undefined: it may. */
  refusalOf(owner: UserId, line: LineId, at: EpochMs): Promise<PlanRefusal | undefined>;
  /** Counts a call that ended; a repeat of the same call changes nothing. */
  count(
    owner: UserId,
    ended: { readonly call: string; readonly at: EpochMs; readonly talkedMs: number; readonly failed: boolean },
  ): Promise<void>;
  /** Whether the owner is to be told of a reached limit: true once for each limit and period. */
  firstToldOf(owner: UserId, reason: PlanRefusal['reason'], at: EpochMs): Promise<boolean>;
}
