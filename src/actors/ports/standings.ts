import type { EpochMs, LineId } from '../../machines/model/ids.ts';
import type { Reachability } from '../../machines/model/registration.ts';

/** How a line stands at its registrar. */
export interface Standing {
  readonly reachability: Reachability;
  /** When its binding ends, while it is reachable. */
  readonly registeredUntil: EpochMs | undefined;
}

/** How lines stand at their registrars. */
export interface Standings {
  /** Of a line of which nothing is known: off. */
  of(line: LineId): Standing;
}
