import type { AnyActor, AnyEventObject, InspectionEvent } from 'xstate';
import type { EpochMs } from '../../machines/model/ids.ts';
import type { WallClock } from '../ports/clock.ts';
import type { Faults } from '../ports/faults.ts';

/** One life of an XState root: from its start until it is over or stopped. */
export interface ObservedRoot {
  /** Where it is reached: `user/<id>`, `bridge/<call>`, `bot-chat/<id>` and the like. Two of its lives share it. */
  readonly address: string;
  /** The id of its definition, such as `softphone`. */
  readonly machine: string;
  readonly input: unknown;
  readonly startedAt: EpochMs;
  /** The root itself, for those who show how it stands. */
  readonly actor: AnyActor;
}

/** Told in the middle of a transition: whatever takes time is for later. */
export interface RootObserver {
  /** Whether it asks for roots of this machine; for all where not given. */
  wants?(machine: string): boolean;
  started?(root: ObservedRoot): void;
  /** An event that the root takes next; its children's reports, ends and timers among them. */
  received?(root: ObservedRoot, event: AnyEventObject, at: EpochMs): void;
  /** Everything XState tells of the root and its children, from the making of the root on. */
  inspected?(root: ObservedRoot, event: InspectionEvent, at: EpochMs): void;
}

/** What a root is created with, so that it is seen: an option of `createActor`. */
export interface Seen {
  /** Not given: nobody asks for it, and it costs nothing. */
  readonly inspect?: (event: InspectionEvent) => void;
}

export interface Inspection {
  /** Once for each life of a root. */
  root(address: string, machine: { readonly id: string }, input: unknown): Seen;
}

/** What all roots of this process receive, told to whoever watches. */
export class InspectionHub implements Inspection {
  readonly #clock: WallClock;
  readonly #faults: Faults;
  readonly #observers = new Set<RootObserver>();

  constructor(clock: WallClock, faults: Faults) {
    this.#clock = clock;
    this.#faults = faults;
  }

  /** Of the roots that start from now on. Returns the end of it. */
  watch(observer: RootObserver): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  root(address: string, { id }: { readonly id: string }, input: unknown): Seen {
    if (![...this.#observers].some((observer) => observer.wants?.(id) ?? true)) return {};
    let root: ObservedRoot | undefined;
    return {
      inspect: (event) => {
        // The root is made before its children are.
        if (!root) {
          root = { address, machine: id, input, startedAt: this.#clock.now(), actor: event.actorRef as AnyActor };
          for (const observer of this.#observers) this.#tell(() => observer.started?.(root as ObservedRoot));
          this.#pass(root, event);
          return;
        }
        this.#pass(root, event);
        if (event.type !== '@xstate.event' || event.actorRef !== root.actor || event.event.type === 'xstate.init')
          return;
        // What is sent to one that is over, it does not take.
        if (root.actor.getSnapshot().status !== 'active') return;
        const at = this.#clock.now();
        for (const observer of this.#observers)
          this.#tell(() => observer.received?.(root as ObservedRoot, event.event, at));
      },
    };
  }

  #pass(root: ObservedRoot, event: InspectionEvent): void {
    for (const observer of this.#observers) {
      if (observer.inspected) this.#tell(() => observer.inspected?.(root, event, this.#clock.now()));
    }
  }

  /** A call goes on, whoever watches it badly. */
  #tell(observer: () => void): void {
    try {
      observer();
    } catch (error) {
      this.#faults.report('inspection', error);
    }
  }
}
