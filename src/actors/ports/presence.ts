import type { LineId } from '../../machines/model/ids.ts';
import type { Reachability } from '../../machines/model/registration.ts';

/** Who wants to know how lines stand at their registrars. */
export interface Presence {
  show(line: LineId, reachability: Reachability): void;
  /** It is bound for this long from now on, unless it stands otherwise before. */
  bound(line: LineId, lifetimeMs: number): void;
}
