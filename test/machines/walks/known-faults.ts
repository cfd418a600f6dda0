import type { Line } from './steps.ts';
import type { World } from './world.ts';

/**
 * A fault of the machines that the walks have found and go around. When it is mended, its entry goes: a test says so,
 * because the way told here is walked to the end then.
 */
export interface KnownFault {
  readonly name: string;
  /** The section, example or decision of the product that says otherwise. */
  readonly product: string;
  /** The shortest way to it. */
  readonly lines: readonly Line[];
  /** What the walk says then; a fault that hides nothing else is forgiven, and the walk goes on. */
  readonly complaint: RegExp;
  /** Where more would go wrong: the event that is not let happen. The walk ends before it. */
  readonly avoids?: (world: World, line: Line) => boolean;
}

export const knownFaults: readonly KnownFault[] = [];

export const isKnown = (complaint: string): boolean =>
  knownFaults.some((fault) => !fault.avoids && fault.complaint.test(complaint));

/** Whether something must not happen now, because it is known where it leads. */
export const isAvoided = (world: World, line: Line): boolean => knownFaults.some(({ avoids }) => avoids?.(world, line));
