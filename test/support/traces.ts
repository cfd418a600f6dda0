import type { AnyEventObject } from 'xstate';
import { isOfCalls } from '../../src/actors/inspection/call-of-event.ts';
import type { ObservedRoot } from '../../src/actors/inspection/hub.ts';
import type { Service } from '../../src/service.ts';
import type { Storage } from '../../src/storage.ts';
import { differenceOf, Replays } from './replays.ts';

/** What the machines of a service receive, and what it writes down of it: both lead to where its machines are (AC-63). */
export class Traces {
  readonly #replays = new Replays();
  readonly #service: Pick<Service, 'settled'>;
  readonly #storage: Storage;

  constructor(service: Pick<Service, 'inspection' | 'settled'>, storage: Storage) {
    this.#service = service;
    this.#storage = storage;
    service.inspection.watch(this.#replays);
  }

  /** Of everything that happened since it was asked last. @throws where something leads elsewhere, or is missing */
  async check(): Promise<void> {
    await this.#service.settled();
    const wrong = this.#replays.wrong();
    for (const root of this.#replays.roots.filter(isOfCalls)) wrong.push(...(await this.#wrongInLog(root)));
    this.#replays.forget();
    if (wrong.length > 0) throw new Error(`traces do not replay:\n${wrong.join('\n')}`);
  }

  async #wrongInLog(root: ObservedRoot): Promise<string[]> {
    for (;;) {
      const count = this.#replays.count(root);
      if (count === 0) return [];
      const log = await this.#logOf(root);
      if (this.#replays.count(root) !== count) {
        // It goes on meanwhile.
        await this.#service.settled();
        continue;
      }
      if (log?.events.length !== count)
        return [`${log?.events.length ?? 0} of ${count} events of ${root.address} are logged`];
      return [differenceOf(root, log.input, log.events) ?? []].flat();
    }
  }

  async #logOf({ address, startedAt }: ObservedRoot): Promise<Log | undefined> {
    const [log] = await this.#storage.database.fork().execute<Log[]>(
      `select input, (select coalesce(jsonb_agg(event order by seq), '[]') from call_event where root_id = id) as events
         from call_root where address = ? and started_at = ?`,
      [address, new Date(startedAt)],
    );
    return log;
  }
}

interface Log {
  readonly input: unknown;
  readonly events: readonly AnyEventObject[];
}
