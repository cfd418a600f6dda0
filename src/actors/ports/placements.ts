import type { LineId, UserId } from '../../machines/model/ids.ts';

/** A line on Auto whose Worker is to be chosen. */
export interface DueLine {
  readonly id: LineId;
  /** Counts its changes. */
  readonly version: number;
  readonly owner: UserId;
  readonly template: string | undefined;
  /** Where it is registered, as measurements name it. */
  readonly registrar: string;
  /** The Worker it is on now. */
  readonly carrier: string;
}

/**
 * On which Worker each line on Auto is. One host at a time chooses, the owner of `main/lead`: for every other one nothing is due,
 * and nothing is changed.
 */
export interface Placements {
  /**
   * Lines that are switched on and were applied since their Worker was chosen, unless a call is in progress on them; and those
   * whose Worker is none of `well`, where this host itself was seen without a gap for 15 s: after an outage of the database
   * everybody looks silent.
   * @returns at most 5 000 of them
   */
  due(well: readonly string[]): Promise<readonly DueLine[]>;
  /**
   * Keeps the choice, and tells every host.
   * @returns those that were not changed meanwhile; none when another host chooses by now
   */
  place(lines: readonly DueLine[], worker: string): Promise<readonly LineId[]>;
}
