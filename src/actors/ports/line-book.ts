import type { EpochMs, LineId, UserId } from '../../machines/model/ids.ts';
import type { AppliedSettings, LineOptions, OwnedLine } from '../../machines/model/settings.ts';

/** Who changes something: a person, the clock (auto-apply, worker silent), or the operator. */
export type Changer = UserId | 'timer' | 'operator';

/** Edits as they come in; `password` in clear text, which nobody reads back. */
export type NewEdits = Partial<AppliedSettings> & { readonly password?: string };

/**
 * Lines as their owners set them up. Each change is one transaction, with its row in the audit log (secrets left out) and
 * its announcement to every host. A person's change counts only while the line is his, but for a hand-over: between his look at
 * the line and the change somebody may have taken it. `undefined` where there is no such line.
 */
export interface LineBook {
  /** Those of the person first, then those assigned to him, each oldest first. */
  of(person: UserId): Promise<readonly OwnedLine[]>;
  /** Lines he handed over and may take back. */
  formerOf(person: UserId): Promise<readonly OwnedLine[]>;
  find(line: LineId): Promise<OwnedLine | undefined>;
  /** `id`: a UUID of its maker's choice, so that he sees that he has made it already. */
  create(
    owner: UserId,
    values: LineOptions & NewEdits & { readonly pendingSince: EpochMs | undefined },
    id?: LineId,
  ): Promise<OwnedLine>;
  /** At once. */
  change(by: Changer, line: LineId, changes: Partial<LineOptions>): Promise<OwnedLine | undefined>;
  /** Keeps edits for Apply. An edit back to what is applied is no edit any more. `at` counts only for the first of them. */
  edit(by: Changer, line: LineId, edits: NewEdits, at: EpochMs): Promise<OwnedLine | undefined>;
  /** Makes the edits true; a draft that is complete is switched on. */
  apply(by: Changer, line: LineId): Promise<OwnedLine | undefined>;
  /** On: pending edits are applied with it. Off: the line is no draft any more. */
  switch(by: Changer, line: LineId, on: boolean): Promise<OwnedLine | undefined>;
  /**
   * `user`: undefined for the owner. `owner`: who decided it, where another one does it, as whoever accepts an invitation; only
   * while the line is his.
   */
  assign(by: Changer, line: LineId, user: UserId | undefined, owner?: UserId): Promise<OwnedLine | undefined>;
  /**
   * The receiver owns it; the recordings chat is reset, the former owner may take it back (D-07). Plans count by owner: its
   * calls are counted for the receiver from then on, and what was used before stays with the former owner. On a worker of
   * `notFor`, which the receiver cannot have, the line goes to Auto.
   */
  handOver(by: Changer, line: LineId, to: UserId, notFor?: readonly string[]): Promise<OwnedLine | undefined>;
  /** Only while `by` is the former owner. `notFor`: as above. */
  takeBack(by: UserId, line: LineId, notFor?: readonly string[]): Promise<OwnedLine | undefined>;
  /** @returns whether there was such a line */
  remove(by: Changer, line: LineId): Promise<boolean>;
  /** Whether recordings of any line are posted into this chat, or are on their way there. */
  isRecordingsChat(chat: string): Promise<boolean>;
  /** Calls that are being made or run on it. */
  callsOn(line: LineId): Promise<number>;
  /** Everybody who owns a line, with how many. */
  owners(): Promise<
    readonly {
      readonly owner: UserId;
      readonly name: string | undefined;
      readonly lines: number;
      readonly plan: string | undefined;
    }[]
  >;
}
