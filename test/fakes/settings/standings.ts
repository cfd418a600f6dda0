import type { Standings } from '../../../src/actors/ports/standings.ts';
import type { EpochMs, LineId } from '../../../src/machines/model/ids.ts';
import type { Reachability } from '../../../src/machines/model/registration.ts';

type Standing = ReturnType<Standings['of']>;

/** Lines stand as the test says; the others are off. */
export class SaidStandings implements Standings {
  readonly #standings = new Map<LineId, Standing>();

  stand(line: LineId, reachability: Reachability, registeredUntil?: EpochMs): void {
    this.#standings.set(line, { reachability, registeredUntil });
  }

  of(line: LineId): Standing {
    return this.#standings.get(line) ?? { reachability: { state: 'off' }, registeredUntil: undefined };
  }
}
