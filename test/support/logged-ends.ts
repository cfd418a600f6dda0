import type { AnyEventObject, AnyMachineSnapshot } from 'xstate';
import { replayed } from '../../src/actors/inspection/replay.ts';
import type { Database } from '../../src/db/database.ts';
import { machines } from './machines.ts';

const machineOf = new Map(machines.map(([, machine]) => [machine.id, machine]));

/**
 * Where the logs of machines that ran in processes of their own lead, the oldest first (AC-63): there nobody can be asked where
 * they were. A machine that was killed ends where its log does.
 * @throws when one cannot be replayed, or lacks events
 */
export async function loggedEnds(database: Database): Promise<readonly AnyMachineSnapshot[]> {
  const logs = await database.fork().execute<Log[]>(
    `select machine, input, (select jsonb_agg(event order by seq) from call_event where root_id = id) as events,
       (select max(seq)::int from call_event where root_id = id) as last
     from call_root order by started_at`,
  );
  return logs.map(({ machine: id, input, events, last }) => {
    const machine = machineOf.get(id);
    if (!machine) throw new Error(`the machine ${id} is not known`);
    if (events.length !== last) throw new Error(`of ${last} events of a ${id} ${events.length} were written`);
    return replayed(machine, input, events).at(-1) as AnyMachineSnapshot;
  });
}

interface Log {
  readonly machine: string;
  readonly input: unknown;
  readonly events: readonly AnyEventObject[];
  readonly last: number;
}
