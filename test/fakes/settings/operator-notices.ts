import type { OperatorNotice, OperatorNotices } from '../../../src/actors/ports/operator-notices.ts';
import type { UserId } from '../../../src/machines/model/ids.ts';
import type { MemoryLineBook } from './line-book.ts';

/** Notices on a spike: put to whoever owns a line, taken off when said. */
export class MemoryOperatorNotices implements OperatorNotices {
  readonly notices = new Map<string, OperatorNotice>();
  readonly #lines: Pick<MemoryLineBook, 'owners'>;
  #made = 0;

  constructor(lines: Pick<MemoryLineBook, 'owners'>) {
    this.#lines = lines;
  }

  async put(to: UserId | undefined, text: string) {
    const owners = to === undefined ? (await this.#lines.owners()).map(({ owner }) => owner) : [to];
    for (const owner of owners) {
      const id = String((this.#made += 1));
      this.notices.set(id, { id, to: owner, text });
    }
    return owners.length;
  }

  async open(limit: number) {
    return [...this.notices.values()].slice(0, limit);
  }

  async done(id: string) {
    this.notices.delete(id);
  }
}
