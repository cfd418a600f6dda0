import type { AnyActor, SnapshotFrom } from 'xstate';
import type { softphoneMachine } from '../../machines/softphone.ts';
import type { CallMeter, ReconnectionResult } from '../ports/call-meter.ts';
import type { ObservedRoot, RootObserver } from './hub.ts';

type Snapshot = Pick<SnapshotFrom<typeof softphoneMachine>, 'matches' | 'status'>;

/** Tells how windows of reconnections end (product §10), by how softphones stand after each of their steps. */
export class Reconnections implements RootObserver {
  readonly #meter: Pick<CallMeter, 'reconnection'>;
  readonly #watched = new WeakMap<AnyActor, { isAway: boolean; isLost: boolean }>();

  constructor(meter: Pick<CallMeter, 'reconnection'>) {
    this.#meter = meter;
  }

  wants(machine: string): boolean {
    return machine === 'softphone';
  }

  started({ machine, actor }: ObservedRoot): void {
    if (!this.wants(machine)) return;
    const seen = { isAway: false, isLost: false };
    this.#watched.set(actor, seen);
    // It is being made at this moment.
    queueMicrotask(() => {
      seen.isAway = isAway(actor.getSnapshot() as Snapshot);
      actor.subscribe({
        next: (snapshot) => this.#stands(seen, snapshot as Snapshot),
        complete: () => this.#stands(seen, actor.getSnapshot() as Snapshot),
        // It is reported by its owner.
        error: () => {},
      });
    });
  }

  received({ actor }: ObservedRoot, { type }: { readonly type: string }): void {
    const seen = this.#watched.get(actor);
    if (seen && type === 'window.lapsed') seen.isLost = true;
  }

  #stands(seen: { isAway: boolean; isLost: boolean }, snapshot: Snapshot): void {
    const wasAway = seen.isAway;
    seen.isAway = isAway(snapshot);
    if (wasAway && !seen.isAway) this.#meter.reconnection(resultOf(seen.isLost, snapshot));
    if (!seen.isAway) seen.isLost = false;
  }
}

const isAway = (snapshot: Snapshot): boolean => snapshot.matches({ withCall: 'away' });

const resultOf = (isLost: boolean, snapshot: Snapshot): ReconnectionResult => {
  if (isLost) return 'lost';
  return snapshot.matches({ withCall: 'talking' }) || snapshot.matches({ withCall: 'pair' }) ? 'won' : 'ended';
};
