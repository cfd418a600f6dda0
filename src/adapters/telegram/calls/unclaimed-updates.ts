/**
 * Updates of calls whose id we do not know yet: `phoneCallAccepted` and signaling can overtake the answer of requestCall.
 * Kept only while such an answer is awaited.
 */
export class UnclaimedUpdates<Update> {
  readonly #byCall = new Map<string, Update[]>();
  #awaited = 0;

  /** An answer that brings an id is awaited until the returned function is called. */
  await(): () => void {
    this.#awaited++;
    let isDone = false;
    return () => {
      if (isDone) return;
      isDone = true;
      this.#awaited--;
      if (this.#awaited === 0) this.#byCall.clear();
    };
  }

  get isAwaiting(): boolean {
    return this.#awaited > 0;
  }

  keep(callId: string, update: Update): void {
    if (this.#awaited === 0) return;
    const kept = this.#byCall.get(callId) ?? [];
    if (kept.length >= maxUpdates || (kept.length === 0 && this.#byCall.size >= maxCalls)) return;
    kept.push(update);
    this.#byCall.set(callId, kept);
  }

  claim(callId: string): Update[] {
    const kept = this.#byCall.get(callId) ?? [];
    this.#byCall.delete(callId);
    return kept;
  }
}

const maxCalls = 64;
const maxUpdates = 64;
