import { type AnyStateMachine, type AnyStateNode, type InspectionEvent, StateMachine } from 'xstate';

/** Which states were entered and which transitions taken, of a machine and of all it starts, whatever they are called. */
export class Coverage {
  readonly #entered = new Set<AnyStateNode>();
  readonly #taken = new Set<object>();
  readonly #nodes: readonly AnyStateNode[];

  constructor(root: AnyStateMachine) {
    this.#nodes = machinesOf(root).flatMap((machine) => nodesOf(machine.root));
  }

  readonly inspect = (event: InspectionEvent): void => {
    if (event.type !== '@xstate.microstep') return;
    for (const transition of event._transitions) {
      this.#taken.add(transition);
      // A machine's first state is not told of when it is left at once.
      this.#entered.add(transition.source);
    }
    for (const node of (event.snapshot as { _nodes?: readonly AnyStateNode[] })._nodes ?? []) this.#entered.add(node);
  };

  /** States nobody was ever in. */
  get missed(): string[] {
    return this.#nodes.filter((node) => !this.#entered.has(node)).map(({ id }) => id);
  }

  get transitions(): { readonly all: number; readonly taken: number; readonly missed: string[] } {
    const all = this.#nodes.flatMap((node) => [...node.transitions.values()].flat().concat(node.always ?? []));
    const missed = all.filter((transition) => !this.#taken.has(transition));
    return {
      all: all.length,
      taken: all.length - missed.length,
      missed: missed.map(
        ({ source, eventType, target }) =>
          `${source.id} ${eventType || 'always'} → ${target?.[0]?.id ?? 'no other state'}`,
      ),
    };
  }
}

function machinesOf(machine: AnyStateMachine): AnyStateMachine[] {
  const actors = Object.values<unknown>(machine.implementations.actors);
  const children = actors.filter((actor) => actor instanceof StateMachine) as AnyStateMachine[];
  return [machine, ...children.flatMap(machinesOf)];
}

const nodesOf = (node: AnyStateNode): AnyStateNode[] => [node, ...Object.values(node.states).flatMap(nodesOf)];
