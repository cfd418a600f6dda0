import type { UserId } from '../../machines/model/ids.ts';
import { askedPerson } from '../../machines/model/settings-dialogue.ts';
import type { Inspection } from '../inspection/hub.ts';
import { Lanes } from '../lanes.ts';
import type { Deadline } from '../ports/deadlines.ts';
import type { Inbox, InboxRow } from '../ports/inbox.ts';
import type { LineBook } from '../ports/line-book.ts';
import type { People } from '../ports/people.ts';
import { applyOverdue } from './auto-apply.ts';
import type { DialogueParts } from './dialogue.ts';
import { type ActorClock, LiveDialogues } from './live-dialogues.ts';

export type DeskParts = DialogueParts & {
  readonly inbox: Pick<Inbox, 'open' | 'done'>;
  readonly people: Pick<People, 'language' | 'note'>;
  readonly lines: Pick<LineBook, 'apply' | 'find'>;
  /** Of the dialogues; the real one by default. */
  readonly actorClock?: ActorClock;
  readonly inspection?: Inspection;
};

/** People who are attended to at a time. */
const atOnce = 50;
/** Rows that are read at a time, and that may be in hand. */
const batch = 100;
const mostInHand = 1_000;
/** How often a row is begun whose person cannot even be looked up. */
const mostAttempts = 3;
const lookAgainMs = 5_000;

/**
 * Takes what people did from the inbox to their dialogues: in order for each, different people beside each other. A row is
 * marked when it is done, so that what a process leaves is done by the next.
 */
export class SettingsDesk {
  readonly #parts: DeskParts;
  readonly #dialogues: LiveDialogues;
  readonly #lanes: Lanes<UserId>;
  readonly #inHand = new Set<string>();
  /** Rows that were begun and are not marked. `done`: only the mark is missing, which keeps them from being done again. */
  readonly #unmarked = new Map<string, { attempts: number; done: boolean }>();
  /** Rows that were marked while the inbox was being read: what was read may still have them open. */
  readonly #markedMeanwhile = new Set<string>();
  readonly #noted = new Map<UserId, string>();
  #reading: Promise<void> | undefined;
  #isWanted = false;
  /** The inbox holds more than may be in hand. */
  #isMore = false;
  /** Something older than what comes now may still have to be read. */
  #isBehind = true;
  #again: unknown;
  #closed = false;

  constructor(parts: DeskParts) {
    this.#parts = parts;
    this.#dialogues = new LiveDialogues(parts, parts.actorClock);
    this.#lanes = new Lanes(atOnce, (error) => parts.faults.report('settings desk', error));
  }

  /** After `close`: from now on what is in the inbox is this host's again. */
  reopen(): void {
    this.#closed = false;
    this.#isBehind = true;
    this.wake();
  }

  /** There may be something in the inbox: also what an earlier process left. */
  wake(): void {
    this.#isWanted = true;
    if (this.#closed || this.#reading) return;
    this.#reading = this.#read()
      .catch((error: unknown) => this.#postpone(error))
      .finally(() => {
        this.#reading = undefined;
        if (this.#isWanted) this.wake();
      });
  }

  /** What has just been put into the inbox, for the first time: it need not be read there. */
  take(row: InboxRow): void {
    if (this.#closed) return;
    if (this.#isBehind || this.#isMore || this.#reading || this.#inHand.size >= mostInHand) this.wake();
    else this.#begin(row);
  }

  /** @returns whether the deadline is one of ours @throws what it fails with: it is told again then */
  async passed(deadline: Deadline): Promise<boolean> {
    const asked = askedPerson(deadline);
    if (asked === undefined) return applyOverdue(this.#parts.lines, deadline);
    // A question of an earlier process: its dialogue sees by itself that the time is over.
    if (!this.#closed) this.#lanes.add(asked, async () => void (await this.#dialogues.open(asked)));
    return true;
  }

  /** Until everything that was put into the inbox before has been seen to. */
  async settled(): Promise<void> {
    do {
      while (this.#reading) await this.#reading;
      await this.#lanes.idle();
      await this.#dialogues.settled();
    } while (this.#reading);
  }

  /** Begins nothing any more; what was begun is ended, and the rest stays in the inbox. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#isWanted = false;
    this.#lanes.clear();
    this.#clock.clearTimeout(this.#again as never);
    await this.settled();
    this.#dialogues.stop();
  }

  /** People whose dialogues are in memory. */
  get present(): number {
    return this.#dialogues.size;
  }

  async #read(): Promise<void> {
    while (this.#isWanted && !this.#closed) {
      this.#isWanted = false;
      const limit = Math.min(batch, mostInHand - this.#inHand.size);
      this.#isMore = limit <= 0;
      if (this.#isMore) return;
      this.#markedMeanwhile.clear();
      // Reading again what is in hand would cost the more, the more waits.
      const unreadable: string[] = [];
      const rows = await this.#parts.inbox.open(limit, [...this.#inHand], (id, error) => {
        unreadable.push(id);
        this.#parts.faults.report('settings desk', error);
      });
      // What waits behind these is read when some of these are done.
      this.#isMore = rows.length === limit;
      this.#isBehind = false;
      for (const row of rows) if (!this.#markedMeanwhile.has(row.id)) this.#begin(row);
      for (const id of unreadable) await this.#parts.inbox.done(id);
      // What stood behind those nobody else would come to read.
      if (unreadable.length > 0) this.#isWanted = true;
    }
  }

  #begin(row: InboxRow): void {
    if (this.#closed) return;
    this.#inHand.add(row.id);
    this.#lanes.add(row.user, async () => {
      await this.#finish(row).catch((error: unknown) => this.#postpone(error));
      this.#inHand.delete(row.id);
      if (this.#isMore && this.#inHand.size <= mostInHand - batch) this.wake();
    });
  }

  async #finish(row: InboxRow): Promise<void> {
    const { id, key, user, input, language, name, expiresAt = Infinity } = row;
    const progress = this.#unmarked.get(id) ?? { attempts: 0, done: false };
    this.#unmarked.set(id, progress);
    if (this.#unmarked.size > 2 * mostInHand) this.#unmarked.delete(firstOf(this.#unmarked));
    if (!progress.done && progress.attempts < mostAttempts) {
      progress.attempts += 1;
      await this.#note(row);
      const isLate = this.#parts.clock.now() > expiresAt;
      await this.#dialogues.attend(user, { key, input, language, name, isLate });
      progress.done = true;
    }
    await this.#parts.inbox.done(id);
    if (this.#reading) this.#markedMeanwhile.add(id);
    this.#unmarked.delete(id);
  }

  /** The database is not there, for instance: nobody else may come to wake us. */
  #postpone(error: unknown): void {
    this.#parts.faults.report('settings desk', error);
    this.#isBehind = true;
    this.#clock.clearTimeout(this.#again as never);
    if (!this.#closed) this.#again = this.#clock.setTimeout(() => this.wake(), lookAgainMs);
  }

  get #clock(): NonNullable<ActorClock> {
    return this.#parts.actorClock ?? globalThis;
  }

  /** What Telegram says of somebody, when it says something new. */
  async #note({ user, name, language }: InboxRow): Promise<void> {
    const about = JSON.stringify([name, language]);
    if (this.#noted.get(user) === about) return;
    const { people } = this.#parts;
    await people.note(user, { ...(name !== undefined && { name }), ...(language !== undefined && { language }) });
    this.#noted.set(user, about);
    if (this.#noted.size > mostInHand) this.#noted.delete(firstOf(this.#noted));
  }
}

const firstOf = <Key>(map: ReadonlyMap<Key, unknown>): Key => map.keys().next().value as Key;
