import type { EpochMs } from '../../machines/model/ids.ts';
import type { LadderEntry, Lane } from '../ports/inspector.ts';

/** Something that passed between this host and others, of which at least one is known: the call, or whose it was. */
export interface Note {
  readonly kind: Exclude<LadderEntry['kind'], 'event'>;
  readonly from: Lane;
  readonly to: Lane;
  /** Without numbers and words of people. */
  readonly label: string;
  readonly call?: string | undefined;
  /** What a dialog, a voice leg or a person is called outside: notes of one thread are of the same call. */
  readonly thread?: string | undefined;
}

interface Kept extends Note {
  readonly at: EpochMs;
}

const most = 5_000;

/** What passed between this host and its networks, newest last, and which call it was of. */
export class LadderNotes {
  readonly #notes: Kept[] = [];
  #first = 0;

  note(note: Note, at: EpochMs): void {
    this.#notes.push({ ...note, at });
    // Cut now and then: a queue that moves at each note costs more.
    if (this.#notes.length - this.#first > most) this.#first++;
    if (this.#first > most) {
      this.#notes.splice(0, this.#first);
      this.#first = 0;
    }
  }

  /**
   * In their order. A thread that served several calls is divided among them by time.
   * @param threads known to be of this call: its voice legs
   */
  of(call: string, threads: readonly string[] = []): LadderEntry[] {
    const notes = this.#notes.slice(this.#first);
    const calls = callsByThread(notes);
    const isOf = ({ call: named, thread = '', at }: Kept) =>
      named === call ||
      thread === call ||
      (callAt(calls.get(thread), at) ?? (threads.includes(thread) && call)) === call;
    return notes.filter(isOf).map(({ at, from, to, kind, label }) => ({ at, from, to, kind, label }));
  }
}

type Mention = readonly [at: EpochMs, call: string];

function callsByThread(notes: readonly Kept[]): ReadonlyMap<string, readonly Mention[]> {
  const mentions = new Map<string, Mention[]>();
  for (const { thread, call, at } of notes) {
    if (thread === undefined || call === undefined) continue;
    const known = mentions.get(thread);
    if (known) known.push([at, call]);
    else mentions.set(thread, [[at, call]]);
  }
  return mentions;
}

/** The last that was named before, or else the first that is. */
const callAt = (mentions: readonly Mention[] = [], at: EpochMs): string | undefined =>
  (mentions.findLast(([since]) => since <= at) ?? mentions[0])?.[1];
