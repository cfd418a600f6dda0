import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import type { Chart, ChartEdge, ChartNode } from '../ports/inspector.ts';

export interface DrawnChart {
  readonly chart: Chart;
  /** By what the machine itself calls its transitions. */
  readonly edgeOf: ReadonlyMap<AnyTransitionDefinition, string>;
}

const drawn = new WeakMap<AnyStateMachine, DrawnChart>();

/** What of a machine is drawn: its states, and what leads from where to where. Made once for each. */
export function chartOf(machine: AnyStateMachine): DrawnChart {
  const known = drawn.get(machine);
  if (known) return known;
  const edges: ChartEdge[] = [];
  const edgeOf = new Map<AnyTransitionDefinition, string>();
  const walk = (node: AnyStateNode): ChartNode => {
    for (const [event, transitions] of transitionsOf(node)) {
      for (const [index, transition] of transitions.entries()) {
        const edge = edgeFrom(node, event, index, transition);
        edges.push(edge);
        edgeOf.set(transition, edge.id);
      }
    }
    return {
      path: pathOf(node),
      key: node.key,
      type: node.type,
      initial: node.initial ? node.initial.target.map(pathOf)[0] : undefined,
      description: node.description,
      invokes: node.invoke.map(({ id, src }) => (typeof src === 'string' ? `${id}: ${src}` : id)),
      nodes: Object.values(node.states).map(walk),
    };
  };
  const root = walk(machine.root);
  const made = { chart: { machine: machine.id, root, edges }, edgeOf };
  drawn.set(machine, made);
  return made;
}

/** Paths of all states in a state value, outer ones before inner ones; the machine itself first, as the empty path. */
export function pathsOf(value: unknown): string[] {
  const paths = [''];
  const walk = (part: unknown, above: string): void => {
    if (typeof part === 'string') paths.push(above + part);
    else if (typeof part === 'object' && part !== null) {
      for (const [key, member] of Object.entries(part)) {
        paths.push(above + key);
        walk(member, `${above}${key}.`);
      }
    }
  };
  walk(value, '');
  return paths;
}

/** The innermost states of a state value in one line. */
export const stateOf = (value: unknown): string => {
  const paths = pathsOf(value);
  const inner = paths.filter((path) => path !== '' && !paths.some((other) => other.startsWith(`${path}.`)));
  return inner.join(', ');
};

const pathOf = ({ path }: AnyStateNode): string => path.join('.');

const transitionsOf = (node: AnyStateNode): (readonly [string, readonly AnyTransitionDefinition[]])[] => [
  ...node.transitions,
  ...(node.always ? [['', node.always] as const] : []),
];

function edgeFrom(node: AnyStateNode, event: string, index: number, transition: AnyTransitionDefinition): ChartEdge {
  const source = pathOf(node);
  return {
    id: `${source}|${event}|${index}`,
    source,
    targets: (transition.target ?? []).map((target: AnyStateNode) => pathOf(target)),
    label: labelOf(event),
    guard: nameOf(transition.guard),
  };
}

/** `xstate.after.ringOverdue.call.alerting` is what XState calls it. */
export function labelOf(event: string): string {
  if (event === '') return 'always';
  if (event === '*') return 'anything else';
  const after = /^xstate\.after\.([^.]+)/.exec(event);
  if (after) return `after ${/^\d+$/.test(after[1] ?? '') ? `${after[1]} ms` : after[1]}`;
  const ended = /^xstate\.(done|error)\.(?:actor|state)\.(.+)$/.exec(event);
  return ended ? `${ended[2]} ${ended[1] === 'done' ? 'done' : 'failed'}` : event;
}

function nameOf(guard: unknown): string | undefined {
  if (guard === undefined) return undefined;
  if (typeof guard === 'string') return guard;
  const { type, name } = guard as { readonly type?: unknown; readonly name?: unknown };
  return [type, name].find((one) => typeof one === 'string' && one !== '') as string | undefined;
}
