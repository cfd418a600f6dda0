/** Where trouble goes that no call can act on: the operator's log. */
export interface Faults {
  /** `where`: the part that failed, without ids of people. */
  report(where: string, error: unknown): void;
}
