import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate';
import { CallId, EpochMs } from '../../machines/model/ids.ts';
import type { RootLog } from '../ports/call-events.ts';
import type { WallClock } from '../ports/clock.ts';
import type {
  ActorChanges,
  ActorInspector,
  ActorSummary,
  ActorView,
  Chart,
  ForeignActor,
  History,
  Ladder,
  LadderEntry,
  Step,
  Timer,
} from '../ports/inspector.ts';
import { chartOf, labelOf, pathsOf } from './chart.ts';
import { definitionTextOf } from './definition.ts';
import { historyOf } from './history.ts';
import { LadderNotes, type Note } from './ladder.ts';
import { type LiveActor, LiveActors, type LiveRoot, type RawStep, summaryOf } from './live-actors.ts';
import { machinesById } from './machines.ts';

export interface InspectorParts {
  readonly host: string;
  readonly version: string;
  readonly clock: WallClock;
  /** What is kept of calls, up to now. */
  readonly logsOf: (call: CallId) => Promise<readonly RootLog[]>;
  readonly testOf: (call: CallId, logs: readonly RootLog[]) => string;
}

/** Watches the actors of this process for those who look at them. */
export class Inspector implements ActorInspector {
  readonly #parts: InspectorParts;
  readonly #notes = new LadderNotes();
  /** What tells it of the actors. */
  readonly live: LiveActors;

  constructor(parts: InspectorParts) {
    this.#parts = parts;
    this.live = new LiveActors(`${parts.host}/${parts.clock.now().toString(36)}`);
  }

  get host(): string {
    return this.#parts.host;
  }

  get version(): string {
    return this.#parts.version;
  }

  /** Something passed between this host and others. */
  note(note: Note): void {
    this.#notes.note(note, this.#parts.clock.now());
  }

  actors(): readonly ActorSummary[] {
    return this.live.summaries();
  }

  changes(): ActorChanges {
    return this.live.changes();
  }

  view(id: string, since = -1): ActorView | undefined {
    const live = this.live.find(id);
    const { machine } = live ?? {};
    if (!live || !machine) return undefined;
    const { value, context } = live.actor.getSnapshot() as AnyMachineSnapshot;
    return {
      actor: summaryOf(live),
      states: pathsOf(value),
      context: live.root.redaction.of(context),
      timers: timersOf(live),
      steps: live.steps.filter(({ seq }) => seq > since).map((step) => stepOf(step, machine, live.root)),
    };
  }

  chart(id: string): Chart | undefined {
    const machine = machinesById.get(id) ?? [...this.live.all].find((one) => one.machine?.id === id)?.machine;
    return machine && chartOf(machine).chart;
  }

  history(id: string): History | undefined {
    const root = this.live.find(id)?.root;
    return root && historyOfRoot(root, this.live);
  }

  async historiesOf(call: string): Promise<readonly History[]> {
    const roots = this.#rootsOf(call);
    if (roots.length > 0) return roots.flatMap((root) => historyOfRoot(root, this.live) ?? []);
    return (await this.#parts.logsOf(CallId(call))).flatMap(({ root, events }) => {
      const machine = machinesById.get(root.machine);
      if (!machine) return [];
      const missing = (events.at(-1)?.seq ?? 0) - events.length;
      return historyOf({ ...root, name: root.machine, machine, events, missing });
    });
  }

  callsOf(id: string): readonly string[] {
    const events = this.live.find(id)?.root.events ?? [];
    return [...new Set(events.flatMap(({ call }) => call ?? []))];
  }

  async ladder(call: string): Promise<Ladder> {
    const histories = this.#rootsOf(call).flatMap(({ events }) => events.filter((one) => one.call === call));
    const logged =
      histories.length > 0
        ? histories
        : (await this.#parts.logsOf(CallId(call))).flatMap(({ events }) => events.filter((one) => one.call === call));
    const taken = logged.map(
      ({ event, at }): LadderEntry => ({ at, from: 'siptg', to: 'siptg', kind: 'event', label: labelOf(event.type) }),
    );
    const legs = logged.flatMap(({ event }) => (event as { readonly voiceLeg?: string }).voiceLeg ?? []);
    return { call, entries: [...taken, ...this.#notes.of(call, legs)].toSorted(inOrder) };
  }

  async testCase(call: string): Promise<string> {
    return this.#parts.testOf(CallId(call), await this.#parts.logsOf(CallId(call)));
  }

  foreign(id: string, since = 0): ForeignActor | undefined {
    const live = this.live.find(id);
    if (!live?.machine) return undefined;
    const { status, value, context } = live.actor.getSnapshot() as AnyMachineSnapshot;
    const { redaction } = live.root;
    return {
      summary: summaryOf(live),
      root: [...this.live.all].find(({ root, parent }) => root === live.root && !parent)?.id ?? live.id,
      definition: definitionTextOf(live.machine),
      snapshot: { status, value: value as unknown, context: redaction.of(context) },
      events: live.steps.filter(({ seq }) => seq > since).map(({ event }) => redaction.of(event) as Step['event']),
    };
  }

  #rootsOf(call: string): LiveRoot[] {
    return this.live.roots.filter(({ events }) => events.some((one) => one.call === call));
  }
}

/** In the same millisecond what comes in is first, then what is made of it. */
const inOrder = (a: LadderEntry, b: LadderEntry): number => a.at - b.at || rankOf(a) - rankOf(b);
const rankOf = ({ from, to }: LadderEntry): number => (from === to ? 1 : to === 'siptg' ? 0 : 2);

const stepOf = ({ seq, at, event, value, transitions }: RawStep, machine: AnyStateMachine, root: LiveRoot): Step => ({
  seq,
  at,
  event: root.redaction.of(event) as Step['event'],
  states: pathsOf(value),
  edges: transitions.flatMap((transition) => chartOf(machine).edgeOf.get(transition) ?? []),
});

function historyOfRoot(root: LiveRoot, live: LiveActors): History | undefined {
  const actor = [...live.all].find((one) => one.root === root && !one.parent);
  if (!actor?.machine) return undefined;
  const { observed, events, missing, redaction } = root;
  const { value } = actor.actor.getSnapshot() as AnyMachineSnapshot;
  const { input, startedAt } = observed;
  return historyOf({
    name: actor.name,
    machine: actor.machine,
    input,
    startedAt,
    events,
    missing,
    redaction,
    leadsTo: value,
  });
}

interface Scheduled {
  readonly source: unknown;
  readonly event: { readonly type: string };
  readonly delay: number;
  readonly startedAt: number;
}

/** What XState has scheduled for one actor. */
function timersOf({ actor }: LiveActor): Timer[] {
  const { _scheduledEvents: all } = actor.system.getSnapshot() as { _scheduledEvents: Record<string, Scheduled> };
  return Object.values(all)
    .filter(({ source }) => source === actor)
    .map(({ event, delay, startedAt }) => ({
      event: labelOf(event.type),
      state: /^xstate\.after\.[^.]+\.[^.]+\.?(.*)$/.exec(event.type)?.[1] ?? '',
      delayMs: delay,
      dueAt: EpochMs(startedAt + delay),
    }))
    .toSorted((a, b) => a.dueAt - b.dueAt);
}
