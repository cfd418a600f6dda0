import type { LegId } from '../../machines/model/ids.ts';

/** How the sound of a leg was, told once when the leg is over. */
export interface LegQuality {
  readonly leg: LegId;
  /** Of sound that came. */
  readonly heardMs: number;
  /** The worse direction's share of packets that were lost or too late, 0 to 1. */
  readonly loss: number;
  readonly jitterMs: number;
  /** The worse direction's estimated mean opinion score, 1 to 4.5 (ITU-T G.107). */
  readonly mos: number;
}
