import type { UserId } from '../../machines/model/ids.ts';
import { EpochMs } from '../../machines/model/ids.ts';
import type { Notice } from '../../machines/model/notices.ts';
import type { Incarnation, ShardId } from '../../machines/model/shards.ts';
import type { WallClock } from '../ports/clock.ts';
import type { Faults } from '../ports/faults.ts';
import type { HostClock } from '../ports/host-clock.ts';
import type { JudgedNumber, ShardInbox } from '../ports/shard-inbox.ts';
import { systemHostClock } from './system-clock.ts';

/** Who sent a number waits for his telephone to ring; a shard whose host died is elsewhere by then. */
const takenMs = 15_000;

export interface PassedNumbersParts {
  readonly inbox: Pick<ShardInbox, 'put' | 'begin' | 'done'>;
  readonly incarnation: Incarnation;
  readonly say: (user: UserId, notice: Notice) => void;
  readonly clock: WallClock;
  readonly faults: Faults;
  readonly hostClock?: Pick<HostClock, 'after'>;
}

/** Brings numbers to the hosts that have their lines, and tells who sent one when nobody took it. */
export class PassedNumbers {
  readonly #parts: PassedNumbersParts;

  constructor(parts: PassedNumbersParts) {
    this.#parts = parts;
  }

  /** @throws when it cannot be kept */
  async pass(number: JudgedNumber, shard: ShardId): Promise<void> {
    const { inbox, clock, faults, hostClock = systemHostClock } = this.#parts;
    const id = `dial-${number.call}`;
    await inbox.put({ id, shard, letter: { kind: 'dial', number }, expiresAt: EpochMs(clock.now() + takenMs) });
    hostClock.after(takenMs, () => {
      this.#takeBack(id, number).catch((error: unknown) => faults.report('post', error, number.call));
    });
  }

  async #takeBack(id: string, { user }: JudgedNumber): Promise<void> {
    const { inbox, incarnation, say } = this.#parts;
    if (!(await inbox.begin(id, incarnation))) return;
    await inbox.done(id);
    say(user, { kind: 'tooLate' });
  }
}
