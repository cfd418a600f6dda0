import type { CallId } from '../../machines/model/ids.ts';

/** Where trouble goes that no call can act on: the operator's log. */
export interface Faults {
  /** `where`: the part that failed, without ids of people; `call`: the call it happened to, if it was one. */
  report(where: string, error: unknown, call?: CallId): void;
}
