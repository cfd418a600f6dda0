import {
  type AnyActorScope,
  type AnyEventObject,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
  type InspectionEvent,
  type SnapshotFrom,
} from 'xstate';

/**
 * The states a machine went through: its first, and one after each event that a root of it had received. No effect runs and
 * no timer; children are rebuilt at their start and hear of nothing, because what their owner learned from them is among
 * its events. What came after its end is left out.
 *
 * `inspect` is told of each step, as of an actor.
 *
 * One inert scope serves all events: XState's own `transition()` makes one for each, which costs ten times as much.
 */
export function replayed<Machine extends AnyStateMachine>(
  machine: Machine,
  input: unknown,
  events: Iterable<AnyEventObject>,
  inspect?: (event: InspectionEvent) => void,
): SnapshotFrom<Machine>[] {
  // Never started: it only has a beginning.
  const self = createActor(machine, { input: input as never, ...(inspect && { inspect }) });
  const first = self.getSnapshot() as AnyMachineSnapshot;
  if (first.status === 'error') throw first.error;
  const scope: AnyActorScope = {
    self,
    id: self.id,
    sessionId: self.sessionId,
    system: self.system,
    logger: nothing,
    defer: nothing,
    emit: nothing,
    stopChild: nothing,
    actionExecutor: nothing,
  };
  const states: AnyMachineSnapshot[] = [first];
  let state: AnyMachineSnapshot = first;
  for (const event of events) {
    if (state.status !== 'active') break;
    state = machine.transition(state, event, scope);
    states.push(state);
  }
  return states as SnapshotFrom<Machine>[];
}

const nothing = () => {};
