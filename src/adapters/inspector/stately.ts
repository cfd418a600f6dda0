import type {
  StatelyActorEvent,
  StatelyEventEvent,
  StatelyInspectionEvent,
  StatelySnapshotEvent,
} from '@statelyai/inspect';
import type { ForeignActor } from '../../actors/ports/inspector.ts';

/** The version of `@statelyai/inspect` whose wire form this is. */
export const wireVersion = '0.7.2';

/**
 * An actor in the wire form of Stately's inspector: that it is there (`isNew`), what it took, and how it stands. The
 * package's own `createInspector` is for XState's actors: it sends their contexts as they are, and has no definition for
 * an actor that it is only told of.
 */
export function foreignEvents(actor: ForeignActor, isNew: boolean): StatelyInspectionEvent[] {
  const { summary, root, events, snapshot } = actor;
  const base = {
    sessionId: summary.id,
    rootId: root,
    createdAt: String(summary.at),
    // The package itself sends none, against its own type.
    id: null as unknown as string,
    _version: wireVersion,
  };
  const begun: StatelyActorEvent = {
    ...base,
    type: '@xstate.actor',
    name: summary.name,
    definition: actor.definition,
    parentId: summary.parent,
    snapshot: snapshot as StatelyActorEvent['snapshot'],
  };
  const taken = events.map(
    (event): StatelyEventEvent => ({ ...base, type: '@xstate.event', event, sourceId: undefined }),
  );
  const now: StatelySnapshotEvent = {
    ...base,
    type: '@xstate.snapshot',
    event: events.at(-1) ?? { type: 'xstate.init' },
    snapshot: snapshot as unknown as StatelySnapshotEvent['snapshot'],
  };
  return [...(isNew ? [begun] : []), ...taken, now];
}
