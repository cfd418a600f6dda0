import type { CallLabel } from '../machines/model/call-label.ts';
import type { HangupCause } from '../machines/model/hangup-cause.ts';
import type { CallId, EpochMs, LineId, UserId } from '../machines/model/ids.ts';
import type { DialTarget } from '../machines/model/party.ts';
import type { CallLog } from './ports/call-log.ts';
import type { CallMeter } from './ports/call-meter.ts';
import type { WallClock } from './ports/clock.ts';
import type { Faults } from './ports/faults.ts';

/** A call as it counts against a plan (product §11). */
export interface EndedCall {
  readonly call: CallId;
  readonly line: LineId;
  readonly at: EpochMs;
  readonly talkedMs: number;
  /** It was dialled, and nobody was reached. */
  readonly failed: boolean;
  readonly cause: HangupCause;
}

interface Opened {
  readonly line: LineId;
  readonly isOutgoing: boolean;
  answeredAt: EpochMs | undefined;
}

export interface ResumedCall extends Readonly<Opened> {
  readonly call: CallId;
}

interface OpenCall extends Opened {
  written: Promise<void>;
}

/** Ends of a dialled call by which nobody was reached; a user who gives up has not failed. */
const failures: ReadonlySet<HangupCause['kind']> = new Set([
  'busy',
  'declined',
  'no-answer',
  'rejected',
  'connection-lost',
  'peer-fault',
]);

/**
 * Writes the calls of this process into the call log, each call's writes in order, behind the calls' backs: a slow
 * database delays the record and nothing else.
 */
export class CallJournal {
  readonly #log: CallLog;
  readonly #clock: WallClock;
  readonly #faults: Faults;
  readonly #charge: (ended: EndedCall) => Promise<void>;
  readonly #meter: Pick<CallMeter, 'callEnded'> | undefined;
  readonly #writing = new Set<Promise<void>>();
  readonly #open = new Map<CallId, OpenCall>();

  /**
   * @param charge counts a call that ended against the plan of its line's owner
   * @param meter counts it for operators
   */
  constructor(
    log: CallLog,
    clock: WallClock,
    faults: Faults,
    charge: (ended: EndedCall) => Promise<void>,
    meter?: Pick<CallMeter, 'callEnded'>,
  ) {
    this.#log = log;
    this.#clock = clock;
    this.#faults = faults;
    this.#charge = charge;
    this.#meter = meter;
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
    this.#open.set(call, { line, isOutgoing: target !== undefined, answeredAt: undefined, written: Promise.resolve() });
    this.#write(call, () => this.#log.opened({ call, user, line, direction, number, target, openedAt }));
  }

  /** Another host opened its record, and nobody closed it. `answeredAt`: undefined for one that nobody answered. */
  resumed({ call, line, isOutgoing, answeredAt }: ResumedCall): void {
    this.#open.set(call, { line, isOutgoing, answeredAt, written: Promise.resolve() });
  }

  /** Its record is another host's. */
  dropped(call: CallId): void {
    this.#open.delete(call);
  }

  answered(call: CallId): void {
    const entry = this.#open.get(call);
    if (!entry || entry.answeredAt !== undefined) return;
    const at = this.#clock.now();
    entry.answeredAt = at;
    this.#write(call, () => this.#log.answered(call, at));
  }

  /** @returns how long they have talked until now, in ms; undefined when nobody has answered */
  talkedMs(call: CallId): number | undefined {
    const answeredAt = this.#open.get(call)?.answeredAt;
    return answeredAt === undefined ? undefined : this.#clock.now() - answeredAt;
  }

  /** @returns how long they talked, in ms; undefined when nobody answered */
  ended(call: CallId, cause: HangupCause): number | undefined {
    const at = this.#clock.now();
    const { answeredAt, line, isOutgoing } = this.#open.get(call) ?? {};
    this.#write(call, () => this.#log.ended(call, at, cause));
    const talkedMs = answeredAt === undefined ? undefined : at - answeredAt;
    if (line !== undefined) {
      const failed = isOutgoing === true && talkedMs === undefined && failures.has(cause.kind);
      this.#meter?.callEnded({ direction: isOutgoing ? 'outgoing' : 'incoming', talkedMs, cause });
      this.#write(call, () => this.#charge({ call, line, at, talkedMs: talkedMs ?? 0, failed, cause }));
    }
    this.#open.delete(call);
    return talkedMs;
  }

  /** Nothing was dialled. */
  givenUp(call: CallId): void {
    const at = this.#clock.now();
    if (this.#open.has(call)) this.#meter?.callEnded({ direction: 'outgoing', talkedMs: undefined, cause: undefined });
    this.#write(call, () => this.#log.ended(call, at, { kind: 'no-answer' }));
    this.#open.delete(call);
  }

  /** Until everything so far has been written or given up. */
  async settled(): Promise<void> {
    await Promise.all(this.#writing);
  }

  #write(call: CallId, write: () => Promise<void>): void {
    const entry = this.#open.get(call);
    if (!entry) return;
    const written = entry.written.then(write).catch((error: unknown) => this.#faults.report('call log', error, call));
    entry.written = written;
    this.#writing.add(written);
    void written.then(() => this.#writing.delete(written));
  }
}
