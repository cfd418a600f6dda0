import type { EpochMs, LineId } from '../../../src/machines/model/ids.ts';
import type { Reachability } from '../../../src/machines/model/registration.ts';
import { SaidStandings } from '../settings/standings.ts';

/** A host's own lines; who watches is told of what the test says, as `LineActors` tell. */
export class OwnLines extends SaidStandings {
  readonly #watchers = new Set<(line: LineId, reachability: Reachability) => void>();
  readonly #lines = new Map<LineId, Reachability>();

  override stand(line: LineId, reachability: Reachability, registeredUntil?: EpochMs): void {
    super.stand(line, reachability, registeredUntil);
    this.#lines.set(line, reachability);
    for (const watcher of this.#watchers) watcher(line, reachability);
  }

  /** A refresh: nothing is announced. */
  prolong(line: LineId, registeredUntil: EpochMs): void {
    super.stand(line, { state: 'reachable' }, registeredUntil);
  }

  watch(watcher: (line: LineId, reachability: Reachability) => void): () => void {
    this.#watchers.add(watcher);
    for (const [line, reachability] of this.#lines) watcher(line, reachability);
    return () => this.#watchers.delete(watcher);
  }
}
