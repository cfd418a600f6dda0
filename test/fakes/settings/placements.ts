import type { DueLine, Placements } from '../../../src/actors/ports/placements.ts';
import type { LineId } from '../../../src/machines/model/ids.ts';

/** Lines on Auto, as the owner of `main/lead` sees them. */
export class ListedPlacements implements Placements {
  /** Was applied, and not placed since. */
  readonly applied = new Set<LineId>();
  readonly #lines: DueLine[];
  /** What was asked for and done, in order. */
  readonly placed: string[] = [];

  constructor(...lines: readonly DueLine[]) {
    this.#lines = [...lines];
  }

  carrierOf(id: LineId): string | undefined {
    return this.#lines.find((line) => line.id === id)?.carrier;
  }

  async due(well: readonly string[]): Promise<readonly DueLine[]> {
    return this.#lines.filter(({ id, carrier }) => this.applied.has(id) || !well.includes(carrier));
  }

  async place(lines: readonly DueLine[], worker: string): Promise<readonly LineId[]> {
    const placed = lines.filter(({ id, version }) =>
      this.#lines.some((line) => line.id === id && line.version === version),
    );
    for (const line of placed) {
      this.applied.delete(line.id);
      this.placed.push(`${line.id} on ${worker}`);
      this.#lines[this.#lines.findIndex(({ id }) => id === line.id)] = {
        ...line,
        carrier: worker,
        version: line.version + 1,
      };
    }
    return placed.map(({ id }) => id);
  }
}
