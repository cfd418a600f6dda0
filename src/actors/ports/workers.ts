import type { EpochMs, UserId } from '../../machines/model/ids.ts';
import type { WorkerKind } from '../../machines/model/settings-screens.ts';

/** A process that registers lines and carries calls, as people choose it (product §3.6). */
export interface Worker {
  readonly id: string;
  readonly kind: WorkerKind;
  readonly owner: UserId | undefined;
  readonly name: string;
  readonly place: string;
  /** Of official ones: offered without *Paid Workers*. */
  readonly free: boolean;
  /** 0 to 1. */
  readonly load: number;
  readonly seenAt: EpochMs;
  /** Silent for too long, or by its owner. */
  readonly switchedOff: boolean;
}

/** Whether a plan without *Paid Workers* has it (product §3.6). */
export const isFree = ({ kind, free }: Pick<Worker, 'kind' | 'free'>): boolean => kind === 'official' && free;

export interface Workers {
  all(): Promise<readonly Worker[]>;
}
