import type { AnyEventObject, AnyMachineSnapshot, AnyStateMachine, AnyTransitionDefinition } from 'xstate';
import type { EpochMs } from '../../machines/model/ids.ts';
import type { History, Step } from '../ports/inspector.ts';
import { chartOf, pathsOf, stateOf } from './chart.ts';
import type { Redaction } from './redaction.ts';
import { replayed } from './replay.ts';

export interface Log {
  readonly name: string;
  readonly machine: AnyStateMachine;
  readonly input: unknown;
  readonly startedAt: EpochMs;
  readonly events: readonly { readonly event: AnyEventObject; readonly at: EpochMs }[];
  readonly missing: number;
  /** Not given: it is redacted already. */
  readonly redaction?: Redaction;
  /** The state value that it should lead to, where that is known. */
  readonly leadsTo?: unknown;
}

/** Replays this many at most: what takes longer than some 20 ms is felt by calls. */
const most = 1_000;

/** Leads a machine through a log again, and says where it was after each event. */
export function historyOf(log: Log): History {
  const taken: AnyTransitionDefinition[][] = [[]];
  const events = log.events.slice(0, most);
  const { edgeOf } = chartOf(log.machine);
  const states = replayed(log.machine, log.input, noting(events, taken), (event) => {
    if (event.type === '@xstate.microstep') taken.at(-1)?.push(...event._transitions);
  }) as readonly AnyMachineSnapshot[];
  const steps = states.map(({ value }, seq): Step => {
    const { event, at } = events[seq - 1] ?? { event: { type: 'xstate.init' }, at: log.startedAt };
    return {
      seq,
      at,
      event: (log.redaction ? log.redaction.of(event) : event) as Step['event'],
      states: pathsOf(value),
      edges: (taken[seq] ?? []).flatMap((transition) => edgeOf.get(transition) ?? []),
    };
  });
  const missing = log.missing + log.events.length - (steps.length - 1);
  const last = states.at(-1)?.value as unknown;
  const isTrue = log.leadsTo === undefined || missing > 0 ? undefined : stateOf(last) === stateOf(log.leadsTo);
  return { name: log.name, machine: log.machine.id, steps, isTrue, missing };
}

/** Each event when it is asked for, with a place for the transitions that follow from it. */
function* noting(events: Log['events'], taken: AnyTransitionDefinition[][]): Generator<AnyEventObject> {
  for (const { event } of events) {
    taken.push([]);
    yield event;
  }
}
