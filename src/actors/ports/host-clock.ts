/** Time by which a host judges whether it still may act, and timers; to be replaced in tests. */
export interface HostClock {
  /** Milliseconds that never run backwards. Stands still while a virtual machine is suspended. */
  monotonicMs(): number;
  /** Milliseconds since the Unix epoch. Goes on during a suspension, and jumps when it is set. */
  wallMs(): number;
  /** Calls once, later. Returns the cancellation. */
  after(delayMs: number, call: () => void): () => void;
}
