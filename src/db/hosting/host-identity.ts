import pg from 'pg';
import { DatabaseUnavailable } from '../database-unavailable.ts';
import { endClient } from './ending.ts';
import { HostRefused } from './host-refused.ts';

export interface IdentityOptions {
  readonly url: string;
  readonly host: string;
  /** Of this process. */
  readonly boot: string;
  /** How long an earlier process of this name may take to end. */
  readonly patienceMs?: number;
}

/** A process that vanished with its machine is noticed by the server after 5 + 3 × 2 s. */
const patienceMs = 12_000;
const keepAlive = `
  set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3; set tcp_user_timeout = 11000;
  set idle_session_timeout = 0`;
const retryMs = 500;
/** Any number, as long as nobody else in this database uses it for his locks: the bytes of “host”. */
const lockClass = 0x686f7374;

/**
 * One process per host id: a lock of the database that lasts as long as our session. Two processes of one id would take each
 * other's shards without waiting.
 */
export class HostIdentity {
  readonly #options: IdentityOptions;
  #client: pg.Client | undefined;
  #retry: NodeJS.Timeout | undefined;
  #isUsurped = false;
  #isReleased = false;

  private constructor(options: IdentityOptions) {
    this.#options = options;
  }

  /** @throws HostRefused when another process has the id and keeps it; DatabaseUnavailable */
  static async take(options: IdentityOptions): Promise<HostIdentity> {
    const identity = new HostIdentity(options);
    const giveUpAt = performance.now() + (options.patienceMs ?? patienceMs);
    try {
      let holder = await identity.#try();
      while (holder && performance.now() < giveUpAt) {
        await new Promise((resolve) => setTimeout(resolve, retryMs));
        holder = await identity.#try();
      }
      if (holder) throw new HostRefused(refusal(options.host, holder));
      return identity;
    } catch (error) {
      await identity.release();
      throw error instanceof HostRefused
        ? error
        : new DatabaseUnavailable(`the id of this host cannot be claimed: ${String(error)}`, { cause: error });
    }
  }

  /** Our session was lost, and another process has taken the id since. */
  get isUsurped(): boolean {
    return this.#isUsurped;
  }

  async release(): Promise<void> {
    this.#isReleased = true;
    clearTimeout(this.#retry);
    if (this.#client) await endClient(this.#client);
  }

  /** @returns who has it instead */
  async #try(): Promise<Holder | undefined> {
    const { host } = this.#options;
    const client = this.#client ?? (await this.#connect());
    const [answer] = (
      await client.query<{ got: boolean }>('select pg_try_advisory_lock($1, hashtext($2)) as got', [lockClass, host])
    ).rows;
    if (answer?.got) return undefined;
    const [holder] = (await client.query<Holder>(whoHasIt, [lockClass, host])).rows;
    if (holder?.application_name !== this.#name) return holder ?? { pid: 0, application_name: '', client_addr: null };
    // Our own session of before, of whose end the server does not know yet.
    await client.query('select pg_terminate_backend($1)', [holder.pid]);
    return holder;
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.#options.url,
      connectionTimeoutMillis: 5_000,
      query_timeout: 5_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 5_000,
    });
    client.on('error', () => void endClient(client));
    client.once('end', () => {
      if (this.#client === client) this.#lost();
    });
    try {
      await client.connect();
      await client.query(keepAlive);
      await client.query(`select set_config('application_name', $1, false)`, [this.#name]);
    } catch (error) {
      await endClient(client);
      throw error;
    }
    this.#client = client;
    return client;
  }

  #lost(): void {
    this.#client = undefined;
    if (this.#isReleased) return;
    this.#retry = setTimeout(() => void this.#again(), retryMs);
    this.#retry.unref();
  }

  async #again(): Promise<void> {
    try {
      const holder = await this.#try();
      this.#isUsurped = holder !== undefined && holder.application_name !== this.#name;
      if (!holder) return;
    } catch {
      // The database is away; so it is for everybody who would want the id.
    }
    if (this.#client) await endClient(this.#client);
    else this.#lost();
  }

  get #name(): string {
    return `siptg ${this.#options.boot}`;
  }
}

interface Holder {
  readonly pid: number;
  readonly application_name: string;
  readonly client_addr: string | null;
}

const whoHasIt = `
  select a.pid, a.application_name, host(a.client_addr) as client_addr
  from pg_locks l join pg_stat_activity a on a.pid = l.pid
  where l.locktype = 'advisory' and l.granted and l.classid = $1 and l.objsubid = 2
    and l.objid = (hashtext($2)::bigint & 4294967295)::oid
    and l.database = (select oid from pg_database where datname = current_database())`;

const refusal = (host: string, { client_addr }: Holder): string =>
  `another process runs as host "${host}"${client_addr === null ? '' : ` (its database session comes from ${client_addr})`}: ` +
  'give each host an id of its own (HOST_ID), or stop that one';
