import type {
  AnyActor,
  AnyEventObject,
  AnyMachineSnapshot,
  AnyStateMachine,
  AnyTransitionDefinition,
  InspectionEvent,
} from 'xstate';
import type { CallId, EpochMs } from '../../machines/model/ids.ts';
import type { ActorChanges, ActorSummary } from '../ports/inspector.ts';
import { callOf } from './call-of-event.ts';
import { stateOf } from './chart.ts';
import type { ObservedRoot, RootObserver } from './hub.ts';
import { Redaction } from './redaction.ts';

/** What an actor took, as it was given: it is made fit to be shown only when it is. */
export interface RawStep {
  readonly seq: number;
  readonly at: EpochMs;
  readonly event: AnyEventObject;
  readonly value: unknown;
  readonly transitions: readonly AnyTransitionDefinition[];
}

export interface LiveRoot {
  readonly observed: ObservedRoot;
  readonly redaction: Redaction;
  /** From its beginning on, as many as are kept. */
  readonly events: { readonly event: AnyEventObject; readonly at: EpochMs; readonly call: CallId | undefined }[];
  missing: number;
}

export interface LiveActor {
  readonly id: string;
  readonly root: LiveRoot;
  readonly actor: AnyActor;
  readonly parent: LiveActor | undefined;
  readonly name: string;
  readonly machine: AnyStateMachine | undefined;
  count: number;
  at: EpochMs;
  status: string;
  lastEvent: string | undefined;
  /** The newest. */
  readonly steps: RawStep[];
  taken: AnyTransitionDefinition[];
  /** Somebody was told of it, and has to be told of its end. */
  isShown: boolean;
}

const most = { steps: 100, events: 2_000, ended: 20, actors: 20_000 } as const;

/** The actors of this process as they are, and what each took last. */
export class LiveActors implements RootObserver {
  readonly #prefix: string;
  readonly #roots = new WeakMap<ObservedRoot, LiveRoot>();
  readonly #actors = new Map<string, LiveActor>();
  readonly #known = new WeakMap<object, LiveActor>();
  readonly #changed = new Set<LiveActor>();
  readonly #gone = new Set<string>();
  /** Roots that are over and still shown, oldest first. */
  readonly #ended: LiveActor[] = [];
  /** People and chats by numbers of their own, the same for each life. */
  readonly #names = new Redaction();
  #made = 0;

  /** `prefix`: of ids, unique among hosts and restarts. */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  get all(): Iterable<LiveActor> {
    return this.#actors.values();
  }

  find(id: string): LiveActor | undefined {
    return this.#actors.get(id);
  }

  /** Of those that are there, and of the last that were. */
  get roots(): LiveRoot[] {
    return [...this.#actors.values()].filter(({ parent }) => parent === undefined).map(({ root }) => root);
  }

  started(observed: ObservedRoot): void {
    this.#roots.set(observed, { observed, redaction: new Redaction(), events: [], missing: 0 });
  }

  received(observed: ObservedRoot, event: AnyEventObject, at: EpochMs): void {
    const root = this.#roots.get(observed);
    if (!root) return;
    if (root.events.length < most.events) root.events.push({ event, at, call: callOf(observed, event) });
    else root.missing++;
  }

  inspected(observed: ObservedRoot, event: InspectionEvent, at: EpochMs): void {
    switch (event.type) {
      case '@xstate.actor':
        return this.#add(observed, event.actorRef as AnyActor, at);
      case '@xstate.microstep':
        return void this.#known.get(event.actorRef)?.taken.push(...event._transitions);
      case '@xstate.snapshot':
        return this.#step(event.actorRef, event.event, event.snapshot, at);
      default:
    }
  }

  summaries(): ActorSummary[] {
    return [...this.#actors.values()].map(shown);
  }

  /** Since the last call. */
  changes(): ActorChanges {
    const told = { changed: [...this.#changed].map(shown), gone: [...this.#gone] };
    this.#changed.clear();
    this.#gone.clear();
    return told;
  }

  #add(observed: ObservedRoot, actor: AnyActor, at: EpochMs): void {
    const root = this.#roots.get(observed);
    if (!root || this.#actors.size >= most.actors) return;
    const parent = actor._parent && this.#known.get(actor._parent);
    const live: LiveActor = {
      id: `${this.#prefix}:${++this.#made}`,
      root,
      actor,
      parent,
      name: parent ? actor.id : this.#nameOf(observed.address),
      machine: 'root' in actor.logic ? (actor.logic as AnyStateMachine) : undefined,
      count: 0,
      at,
      status: 'active',
      lastEvent: undefined,
      steps: [],
      taken: [],
      isShown: false,
    };
    this.#actors.set(live.id, live);
    this.#known.set(actor, live);
    this.#changed.add(live);
  }

  #step(actor: object, event: AnyEventObject, snapshot: { readonly status: string }, at: EpochMs): void {
    const live = this.#known.get(actor);
    if (!live || !this.#actors.has(live.id)) return;
    const isFirst = event.type === 'xstate.init';
    live.at = at;
    live.status = snapshot.status;
    if (!isFirst) live.lastEvent = event.type;
    if (live.machine) {
      const seq = isFirst ? 0 : ++live.count;
      const { value } = snapshot as AnyMachineSnapshot;
      live.steps.push({ seq, at, event, value, transitions: live.taken });
      if (live.steps.length > most.steps) live.steps.shift();
      live.taken = [];
    }
    this.#changed.add(live);
    if (snapshot.status !== 'active') this.#end(live);
  }

  /** Children go with their end; of roots the last ones stay, to be looked back at. */
  #end(live: LiveActor): void {
    if (live.parent) return this.#drop(live);
    for (const one of this.#actors.values()) if (one.root === live.root && one !== live) this.#drop(one);
    const oldest = this.#ended.push(live) > most.ended ? this.#ended.shift() : undefined;
    if (oldest) this.#drop(oldest);
  }

  #drop(live: LiveActor): void {
    this.#actors.delete(live.id);
    this.#changed.delete(live);
    if (live.isShown) this.#gone.add(live.id);
  }

  #nameOf(address: string): string {
    const [kind = '', ...rest] = address.split('/');
    return people.has(kind) ? `${kind}/${String(this.#names.of(rest.join('/')))}` : address;
  }
}

function shown(live: LiveActor): ActorSummary {
  live.isShown = true;
  return summaryOf(live);
}

/** Whose addresses are Telegram's numbers of people. */
const people: ReadonlySet<string> = new Set(['user', 'bot-chat']);

export const summaryOf = ({ actor, id, parent, name, machine, ...live }: LiveActor): ActorSummary => ({
  id,
  parent: parent?.id,
  name,
  machine: machine?.id,
  state: machine ? stateOf((actor.getSnapshot() as AnyMachineSnapshot | undefined)?.value) : '',
  status: live.status,
  lastEvent: live.lastEvent,
  count: live.count,
  at: live.at,
});
