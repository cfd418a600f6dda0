import type { UserId } from '../../machines/model/ids.ts';

/** Who has which plan (product §11). */
export interface PlanBook {
  /** Of the plan file; none without one. */
  names(): readonly string[];
  /** undefined: the default plan. */
  setPlan(owner: UserId, plan: string | undefined): Promise<void>;
}
