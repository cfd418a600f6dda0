import type { Api } from 'telegram/tl/index.js';

/**
 * News of calls whose id we do not know yet: `phoneCallAccepted` can overtake the answer of requestCall. Kept only while
 * such an answer is awaited.
 */
export class UnclaimedUpdates {
  readonly #byCall = new Map<string, Api.TypePhoneCall[]>();
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

  keep(phoneCall: Api.TypePhoneCall): void {
    if (this.#awaited === 0) return;
    const id = phoneCall.id.toString();
    const kept = this.#byCall.get(id) ?? [];
    if (kept.length >= maxUpdates || (kept.length === 0 && this.#byCall.size >= maxCalls)) return;
    kept.push(phoneCall);
    this.#byCall.set(id, kept);
  }

  claim(callId: string): Api.TypePhoneCall[] {
    const kept = this.#byCall.get(callId) ?? [];
    this.#byCall.delete(callId);
    return kept;
  }
}

const maxCalls = 64;
const maxUpdates = 16;
