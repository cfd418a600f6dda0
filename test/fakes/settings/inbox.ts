import type { Dialogues } from '../../../src/actors/ports/dialogues.ts';
import type { Inbox, InboxRow } from '../../../src/actors/ports/inbox.ts';

/** A letter box that knows every letter it ever held. */
export class MemoryInbox implements Inbox {
  readonly rows = new Map<string, InboxRow>();
  /** Ids of those that nobody can read any more. */
  readonly torn = new Set<string>();
  readonly #dialogues: Dialogues;
  readonly #done = new Set<string>();

  /** @param dialogues where screens are looked up */
  constructor(dialogues: Dialogues) {
    this.#dialogues = dialogues;
  }

  async put(row: InboxRow) {
    const isNew = !this.rows.has(row.id);
    if (isNew) this.rows.set(row.id, row);
    const { screenMessage } = await this.#dialogues.of(row.user);
    const isMoving = [...this.rows.values()].some(
      ({ id, user }) => user === row.user && id !== row.id && !this.#done.has(id),
    );
    return { isNew, screenMessage, isMoving };
  }

  async open(
    limit: number,
    except: readonly string[] = [],
    unreadable: (id: string, error: unknown) => void = () => {},
  ) {
    const open = [...this.rows.values()].filter(({ id }) => !this.#done.has(id) && !except.includes(id));
    const read = open.slice(0, limit);
    for (const { id } of read) if (this.torn.has(id)) unreadable(id, new Error('nobody can read it'));
    return read.filter(({ id }) => !this.torn.has(id));
  }

  async done(id: string) {
    this.#done.add(id);
  }
}
