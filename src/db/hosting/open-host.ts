import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { HostBook } from '../../actors/ports/host-book.ts';
import type { UserId } from '../../machines/model/ids.ts';
import type { WorkerKind } from '../../machines/model/settings-screens.ts';
import { hostName, Incarnation, shardsOf } from '../../machines/model/shards.ts';
import { DatabaseUnavailable } from '../database-unavailable.ts';
import { checkClock } from './clock-check.ts';
import { endPool } from './ending.ts';
import { HostIdentity } from './host-identity.ts';
import { HostRefused } from './host-refused.ts';
import { HostRows } from './host-rows.ts';
import { agree, type Installation } from './installation.ts';

export interface HostOptions {
  /** Connection string of a database whose schema is there. */
  readonly url: string;
  /** The same after a restart, and no other process's: 1 to 40 letters, digits, `.`, `_`, `-`. */
  readonly host: string;
  /** Whose group of hosts it is in; the same characters. */
  readonly worker: string;
  readonly kind: WorkerKind;
  /** Of a private one. */
  readonly owner?: UserId;
  readonly place: string;
  /** Where other hosts and the operator reach it over HTTP. */
  readonly address?: string;
  /** Of the product; told to the operator. */
  readonly version?: string;
  readonly installation: Installation;
  /** Milliseconds since the epoch; the system's where not given. */
  readonly now?: () => number;
  /** How long an earlier process of this id may take to end: 12 s where not given. */
  readonly patienceMs?: number;
}

/** Two answers within the 5 s after which a host may do nothing any more. */
const answerMs = 2_000;

/**
 * Makes this process a host: the only one of its id, with the others' settings and time.
 * @throws HostRefused with the remedy, DatabaseUnavailable; nothing was begun then
 */
export async function openHost(options: HostOptions): Promise<HostBook> {
  const { url, host, worker, installation, now = Date.now, patienceMs } = options;
  for (const name of [host, worker]) {
    if (!hostName.test(name)) {
      throw new HostRefused(
        `found "${name}" as the name of a host or worker, allowed is 1 to 40 letters, digits, . _ -`,
      );
    }
  }
  const boot = randomBytes(6).toString('hex');
  const incarnation = Incarnation(`${host}/${boot}`);
  const identity = await HostIdentity.take({ url, host, boot, ...(patienceMs !== undefined && { patienceMs }) });
  const pool = new pg.Pool({
    connectionString: url,
    max: 2,
    connectionTimeoutMillis: answerMs,
    query_timeout: answerMs,
    statement_timeout: answerMs,
    keepAlive: true,
  });
  pool.on('error', () => {});
  try {
    await checkClock(pool, now);
    const shards = await agree(pool, installation, host, (count) => ({
      shards: shardsOf(worker, count),
      row: [
        ...[incarnation, worker, options.kind, options.owner ?? null, options.place],
        ...[options.address ?? null, options.version ?? ''],
      ],
    }));
    return new HostRows({ pool, identity, incarnation, worker, shards });
  } catch (cause) {
    await identity.release();
    await endPool(pool);
    if (cause instanceof HostRefused) throw cause;
    throw new DatabaseUnavailable(`the rows of hosts cannot be used: ${String(cause)}`, { cause });
  }
}
