import type { HangupCause } from '../../machines/model/hangup-cause.ts';
import type { LineId, UserId } from '../../machines/model/ids.ts';
import type { Reachability } from '../../machines/model/registration.ts';
import type { OwnerNotice, RegistrationTrouble } from '../../machines/model/settings-screens.ts';
import type { LineActors } from '../lines.ts';
import type { WallClock } from '../ports/clock.ts';
import type { Faults } from '../ports/faults.ts';
import type { Hints } from '../ports/hints.ts';
import type { Lines } from '../ports/lines.ts';
import type { FailedRecording } from '../softphone.ts';
import type { Saying } from './handlers.ts';

/** Told at once: asking again will not help. */
const final = [401, 403, 404];
/** Of other failures so many in a row are told. */
const patience = 3;
const hourMs = 3_600_000;

export interface OwnerNoticesParts {
  readonly lineActors: Pick<LineActors, 'watch'>;
  readonly lines: Pick<Lines, 'find'>;
  readonly hints: Hints;
  /** Also later, when Telegram is away. */
  readonly say: (saying: Saying) => Promise<unknown>;
  readonly clock: WallClock;
  readonly faults: Faults;
}

interface Trouble {
  failures: number;
  /** What the owner was told; he is to be told when it is over. */
  told: string | undefined;
  /** It was seen well in this process. */
  wasWell: boolean;
}

/** Tells owners how their lines stand, also while somebody else talks through them (product §3.10). */
export class OwnerNotices {
  readonly #parts: OwnerNoticesParts;
  readonly #troubles = new Map<LineId, Trouble>();
  readonly #unwatch: () => void;
  /** What is said about a line, or to a person of his recordings, is said in the order in which it happened. */
  readonly #queues = new Map<LineId | UserId, Promise<void>>();

  constructor(parts: OwnerNoticesParts) {
    this.#parts = parts;
    this.#unwatch = parts.lineActors.watch((line, reachability) => this.#hear(line, reachability));
  }

  stop(): void {
    this.#unwatch();
  }

  /** Until everything that happened so far was said. */
  async settled(): Promise<void> {
    await Promise.all(this.#queues.values());
  }

  /** That the line's user cannot be rung is told once of each user (product §6, D-41). */
  callEnded(line: LineId, { kind: cause }: HangupCause): void {
    if (cause !== 'blocked' && cause !== 'privacy') return;
    const kind = cause === 'blocked' ? 'user-blocks' : 'user-privacy';
    this.#enqueue(line, async () => {
      const user = (await this.#parts.lines.find(line))?.user;
      await this.#tell(line, `${kind} ${user}`, (lineName) => ({ kind, lineName }), Number.POSITIVE_INFINITY);
    });
  }

  /** A recording was not stored; who talked has been told. */
  recordingFailed({ order: { owner, user }, label: { lineName }, why }: FailedRecording): void {
    if (owner === user) return;
    this.#enqueue(owner, async () => {
      const { hints, say, clock } = this.#parts;
      if (!(await hints.isDue(owner, `recording of ${lineName} not stored`, clock.now(), hourMs))) return;
      await say({ to: owner, notice: { kind: 'recording-not-stored', lineName, why } });
    });
  }

  #hear(line: LineId, reachability: Reachability): void {
    // Each attempt begins with it; it is no news.
    if (reachability.state !== 'registering') this.#enqueue(line, () => this.#judge(line, reachability));
  }

  #enqueue(about: LineId | UserId, work: () => Promise<void>): void {
    const queued = (this.#queues.get(about) ?? Promise.resolve())
      .then(work)
      .catch((error: unknown) => this.#parts.faults.report('owner notices', error))
      .finally(() => {
        if (this.#queues.get(about) === queued) this.#queues.delete(about);
      });
    this.#queues.set(about, queued);
  }

  async #judge(line: LineId, reachability: Reachability): Promise<void> {
    const trouble = this.#troubles.get(line) ?? { failures: 0, told: undefined, wasWell: false };
    this.#troubles.set(line, trouble);
    switch (reachability.state) {
      case 'off':
        // What was told stays: new settings begin with switching off, and they may be the cure.
        if (trouble.told === undefined) this.#troubles.delete(line);
        trouble.failures = 0;
        return;
      case 'reachable':
        this.#troubles.set(line, { failures: 0, told: undefined, wasWell: true });
        if (trouble.told !== undefined) {
          await this.#tell(line, `recovered ${trouble.told}`, (lineName) => ({
            kind: 'registration-recovered',
            lineName,
          }));
        }
        return;
      case 'refused':
        return this.#fail(line, trouble, String(reachability.sip.status), { sip: reachability.sip });
      case 'unreachable':
        return this.#fail(line, trouble, 'unreachable', { detail: reachability.detail });
    }
  }

  async #fail(line: LineId, trouble: Trouble, cause: string, why: RegistrationTrouble): Promise<void> {
    trouble.failures += why.sip && final.includes(why.sip.status) ? patience : 1;
    if (trouble.told !== undefined || trouble.failures < patience) return;
    const notice = (lineName: string): OwnerNotice => ({ kind: 'registration-failing', lineName, ...why });
    const isTold = await this.#tell(line, `failing ${cause}`, notice);
    // A process before this one has told it within the hour; nobody has seen the line well since.
    if (isTold || !trouble.wasWell) trouble.told = cause;
  }

  async #tell(
    line: LineId,
    cause: string,
    notice: (lineName: string) => OwnerNotice,
    pauseMs = hourMs,
  ): Promise<boolean> {
    const { lines, hints, say, clock } = this.#parts;
    const found = await lines.find(line);
    if (!found || !(await hints.isDue(found.owner, `line ${line} ${cause}`, clock.now(), pauseMs))) return false;
    await say({ to: found.owner, notice: notice(found.name) });
    return true;
  }
}
