import type { CallLabel } from '../machines/model/call-label.ts';
import type { HangupCause } from '../machines/model/hangup-cause.ts';
import type { CallId, EpochMs, LineId, UserId } from '../machines/model/ids.ts';
import type { DialTarget } from '../machines/model/party.ts';
import type { CallLog } from './ports/call-log.ts';
import type { WallClock } from './ports/clock.ts';
import type { Faults } from './ports/faults.ts';

/**
 * Writes the calls of this process into the call log, each call's writes in order, behind the calls' backs: a slow
 * database delays the record and nothing else.
 */
export class CallJournal {
  readonly #log: CallLog;
  readonly #clock: WallClock;
  readonly #faults: Faults;
  readonly #writing = new Set<Promise<void>>();
  readonly #open = new Map<CallId, { answeredAt: EpochMs | undefined; written: Promise<void> }>();

  constructor(log: CallLog, clock: WallClock, faults: Faults) {
    this.#log = log;
    this.#clock = clock;
    this.#faults = faults;
  }

  opened({
    user,
    line,
    label,
    target,
  }: {
    user: UserId;
    line: LineId;
    label: CallLabel;
    target: DialTarget | undefined;
  }): void {
    const { call, direction, number } = label;
    // A number that waited first is told again when it is dialled.
    if (this.#open.has(call)) return;
    const openedAt = this.#clock.now();
    this.#open.set(call, { answeredAt: undefined, written: Promise.resolve() });
    this.#write(call, () => this.#log.opened({ call, user, line, direction, number, target, openedAt }));
  }

  answered(call: CallId): void {
    const entry = this.#open.get(call);
    if (!entry || entry.answeredAt !== undefined) return;
    const at = this.#clock.now();
    entry.answeredAt = at;
    this.#write(call, () => this.#log.answered(call, at));
  }

  /** @returns how long they talked, in ms; undefined when nobody answered */
  ended(call: CallId, cause: HangupCause): number | undefined {
    const at = this.#clock.now();
    const answeredAt = this.#open.get(call)?.answeredAt;
    this.#write(call, () => this.#log.ended(call, at, cause));
    this.#open.delete(call);
    return answeredAt === undefined ? undefined : at - answeredAt;
  }

  /** Until everything so far has been written or given up. */
  async settled(): Promise<void> {
    await Promise.all(this.#writing);
  }

  #write(call: CallId, write: () => Promise<void>): void {
    const entry = this.#open.get(call);
    if (!entry) return;
    const written = entry.written.then(write).catch((error: unknown) => this.#faults.report('call log', error));
    entry.written = written;
    this.#writing.add(written);
    void written.then(() => this.#writing.delete(written));
  }
}
