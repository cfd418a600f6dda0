import type { Logger } from 'pino';
import { createActor, sendTo, setup } from 'xstate';
import { UserDeadlines } from '../../src/actors/user-deadlines.ts';
import { QueuedDeadlines } from '../../src/adapters/jobs/deadlines.ts';
import { openJobs } from '../../src/adapters/jobs/jobs.ts';
import type { Database } from '../../src/db/database.ts';
import { DeadlineRepository } from '../../src/db/deadline-repository.ts';
import { type UserId, UserId as userId } from '../../src/machines/model/ids.ts';
import { reconnectWindowMachine } from '../../src/machines/reconnect-window.ts';
import { faults, wall } from './actors.ts';

interface DeadlineServers {
  readonly databaseUrl: string;
  readonly redisUrl: string | undefined;
  readonly host: string;
  readonly database: Database;
  readonly log: Logger;
}

/** As a host opens them: rows in the database, jobs in Redis or beside them. */
export async function openDeadlines({ database, ...servers }: DeadlineServers): Promise<QueuedDeadlines> {
  const jobs = await openJobs(servers);
  const deadlines = new QueuedDeadlines({
    rows: new DeadlineRepository(database),
    queue: jobs.queues.deadlines,
    log: servers.log,
  });
  const close = deadlines.close.bind(deadlines);
  return Object.assign(deadlines, {
    async close() {
      await close();
      await jobs.close();
    },
  });
}

/** The window of a reconnection and nothing around it. */
const telephone = setup({
  types: {
    input: {} as { leftMs: number; lapsed: () => void },
    context: {} as { leftMs: number; lapsed: () => void },
    events: {} as { type: 'deadline.passed' } | { type: 'window.lapsed' },
  },
  actors: { window: reconnectWindowMachine },
}).createMachine({
  context: ({ input }) => input,
  invoke: {
    id: 'window',
    src: 'window',
    input: ({ context: { leftMs } }) => ({ leftMs, callback: false, afterCrash: false }),
  },
  on: {
    'deadline.passed': { actions: sendTo('window', { type: 'deadline.passed' }) },
    'window.lapsed': { actions: ({ context }) => context.lapsed() },
  },
});

/** Windows of calls whose owner lives: his timer ends each, or its deadline does, whichever comes first. */
export class LiveWindows {
  readonly #deadlines: UserDeadlines;
  readonly #passed = new Map<UserId, () => void>();

  constructor(deadlines: QueuedDeadlines) {
    this.#deadlines = new UserDeadlines({ deadlines, wallClock: wall, faults });
  }

  /** @returns whether it was one of these */
  passed(deadline: Parameters<UserDeadlines['passed']>[0]): boolean {
    const user = this.#deadlines.passed(deadline);
    if (user !== undefined) this.#passed.get(user)?.();
    return user !== undefined;
  }

  /** By how many ms each was late. */
  lateness(count: number, fromMs: number, untilMs: number): Promise<readonly number[]> {
    return Promise.all(
      Array.from({ length: count }, (_, number) =>
        this.#one(userId(`${number + 1}`), Math.round(fromMs + ((untilMs - fromMs) * number) / count)),
      ),
    );
  }

  #one(user: UserId, leftMs: number): Promise<number> {
    return new Promise((done) => {
      const dueAt = wall.now() + leftMs;
      const input = {
        leftMs,
        lapsed: () => {
          this.#deadlines.clear(user, 'reconnect-window');
          done(wall.now() - dueAt);
        },
      };
      const phone = createActor(telephone, { input }).start();
      this.#passed.set(user, () => phone.send({ type: 'deadline.passed' }));
      this.#deadlines.set(user, 'reconnect-window', leftMs);
    });
  }
}
