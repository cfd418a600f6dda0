import type { EpochMs, LineId } from '../../machines/model/ids.ts';
import type { Reachability } from '../../machines/model/registration.ts';

/** How lines stand at their registrars. */
export interface Standings {
  of(line: LineId): { readonly reachability: Reachability; readonly registeredUntil: EpochMs | undefined };
}
