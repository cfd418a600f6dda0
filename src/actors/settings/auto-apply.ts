import { appliesAt, autoApplyKind, lineAddressPrefix } from '../../machines/model/auto-apply.ts';
import { LineId } from '../../machines/model/ids.ts';
import type { OwnedLine } from '../../machines/model/settings.ts';
import type { Deadline, Deadlines } from '../ports/deadlines.ts';
import type { LineBook, NewEdits } from '../ports/line-book.ts';
import type { Visitor } from './handlers.ts';

/** Edits that nobody applies apply by themselves, also when this process is gone by then. */
export class AutoApply {
  readonly #lines: Pick<LineBook, 'edit' | 'apply' | 'find'>;
  readonly #deadlines: Pick<Deadlines, 'set' | 'clear'>;

  constructor(parts: {
    readonly lines: Pick<LineBook, 'edit' | 'apply' | 'find'>;
    readonly deadlines: Pick<Deadlines, 'set' | 'clear'>;
  }) {
    this.#lines = parts.lines;
    this.#deadlines = parts.deadlines;
  }

  /** Keeps edits for Apply, and the moment they apply by themselves. */
  async edit(visitor: Visitor, id: LineId, edits: NewEdits): Promise<OwnedLine | undefined> {
    const line = await this.#lines.edit(visitor.user, id, edits, visitor.at);
    if (line) await this.follow(line);
    return line;
  }

  /** After any change of pending edits: the deadline is that of the line as it is now. */
  async follow({ id, pendingSince }: Pick<OwnedLine, 'id' | 'pendingSince'>): Promise<void> {
    if (pendingSince === undefined) return this.#deadlines.clear(addressOf(id), autoApplyKind);
    await this.#deadlines.set({ address: addressOf(id), kind: autoApplyKind, dueAt: appliesAt(pendingSince) });
  }

  /** @returns whether the deadline is one of ours @throws what the line book throws: the deadline is told again then */
  async passed({ address, kind, dueAt }: Deadline): Promise<boolean> {
    if (kind !== autoApplyKind || !address.startsWith(lineAddressPrefix)) return false;
    const line = await this.#lines.find(LineId(address.slice(lineAddressPrefix.length)));
    // A deadline told late is not that of edits made since.
    if (line?.pendingSince !== undefined && appliesAt(line.pendingSince) <= dueAt) {
      await this.#lines.apply('timer', line.id);
    }
    return true;
  }
}

const addressOf = (line: LineId): string => `${lineAddressPrefix}${line}`;
