import pg from 'pg';
import { eventually } from '../../support/eventually.ts';
import type { HostLine } from './host.ts';
import { Running } from './running.ts';

type Line<Is extends HostLine['is']> = Extract<HostLine, { is: Is }>;

/** One host process, and what it has said. */
export class HostProcess {
  readonly host: string;
  readonly #running: Running;

  private constructor(host: string, running: Running) {
    this.host = host;
    this.#running = running;
  }

  /** Until it takes shards. */
  static async start(host: string, environment: Readonly<Record<string, string>>): Promise<HostProcess> {
    const started = HostProcess.launch(host, environment);
    await started.says('ready');
    return started;
  }

  static launch(host: string, environment: Readonly<Record<string, string>>): HostProcess {
    return new HostProcess(host, Running.start('test/process/support/host.ts', { ...environment, HOST: host }));
  }

  get exited(): Promise<number | string> {
    return this.#running.exited;
  }

  /** Everything of this kind that it said so far. */
  said<Is extends HostLine['is']>(is: Is): readonly Line<Is>[] {
    return this.#running.output
      .split('\n')
      .filter((line) => line.startsWith(`{"is":"${is}"`) && line.endsWith('}'))
      .map((line) => JSON.parse(line) as Line<Is>);
  }

  /** The next of this kind. @throws after 20 s */
  async says<Is extends HostLine['is']>(is: Is): Promise<Line<Is>> {
    return JSON.parse(await this.#running.prints(new RegExp(`^{"is":"${is}"`))) as Line<Is>;
  }

  async report(): Promise<Line<'report'>> {
    this.#running.types('report');
    return this.says('report');
  }

  hears(command: 'busy' | 'idle' | 'write'): void {
    this.#running.types(command);
  }

  signal(signal: NodeJS.Signals): void {
    this.#running.signal(signal);
  }
}

export interface ShardRow {
  readonly id: string;
  readonly owner: string | null;
  readonly epoch: number;
}

/** The rows, over a connection of our own. */
export class ShardRows {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  static async open(url: string): Promise<ShardRows> {
    const client = new pg.Client(url);
    client.on('error', () => {});
    await client.connect();
    await client.query('create table proof (shard text, owner text, epoch bigint)');
    return new ShardRows(client);
  }

  async all(): Promise<readonly ShardRow[]> {
    const { rows } = await this.#client.query<ShardRow>(`select id, owner, epoch::int from shard order by id`);
    return rows;
  }

  /** How many shards each of these hosts has, in their order. */
  async spread(...hosts: readonly string[]): Promise<readonly number[]> {
    const rows = await this.all();
    return hosts.map((host) => rows.filter(({ owner }) => owner?.startsWith(`${host}/`)).length);
  }

  async proofs(owner: string): Promise<number> {
    const { rows } = await this.#client.query('select from proof where owner like $1', [`${owner}/%`]);
    return rows.length;
  }

  close(): Promise<void> {
    return this.#client.end();
  }
}

export const until = (holds: () => void | Promise<void>, timeoutMs: number) =>
  eventually(holds, { timeout: timeoutMs, interval: 50 });
