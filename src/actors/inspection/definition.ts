import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';

/** A transition as a plain machine configuration has it. */
interface PlainTransition {
  readonly target?: readonly string[];
  readonly guard?: string;
  readonly actions?: readonly string[];
  readonly reenter?: true;
  readonly description?: string;
}

/** A state as a plain machine configuration has it: JSON that XState's `createMachine` takes. */
export interface PlainState {
  readonly id?: string;
  readonly type?: 'parallel' | 'final' | 'history';
  readonly history?: 'shallow' | 'deep';
  readonly description?: string;
  readonly initial?: string;
  readonly entry?: readonly string[];
  readonly exit?: readonly string[];
  readonly invoke?: readonly { readonly id: string; readonly src: string }[];
  readonly on?: Readonly<Record<string, readonly PlainTransition[]>>;
  readonly after?: Readonly<Record<string, readonly PlainTransition[]>>;
  readonly always?: readonly PlainTransition[];
  readonly states?: Readonly<Record<string, PlainState>>;
}

/**
 * A machine as plain data, for tools that draw machines: its states and what leads from one to the other, with the names
 * of guards, actions and operations instead of what they do. An operation's end is an event (`xstate.done.actor.<id>`).
 */
export function definitionOf(machine: AnyStateMachine): PlainState {
  return { ...stateOf(machine.root, machine.id), id: machine.id };
}

const written = new WeakMap<AnyStateMachine, string>();

/** The same as JSON, written once for each machine. */
export function definitionTextOf(machine: AnyStateMachine): string {
  const known = written.get(machine);
  if (known !== undefined) return known;
  const text = JSON.stringify(definitionOf(machine));
  written.set(machine, text);
  return text;
}

function stateOf(node: AnyStateNode, machine: string): PlainState {
  const plain = (transitions: readonly AnyTransitionDefinition[]) =>
    transitions.map((transition) => transitionOf(transition, machine));
  const [after, on] = partition([...node.transitions], ([event]) => event.startsWith('xstate.after.'));
  const initial = node.initial?.target[0]?.key;
  const states = Object.values(node.states);
  return {
    ...(node.type !== 'atomic' && node.type !== 'compound' && { type: node.type }),
    ...(node.history && { history: node.history }),
    ...(node.description !== undefined && { description: node.description }),
    ...(initial !== undefined && { initial }),
    ...some('entry', namesOf(node.entry)),
    ...some('exit', namesOf(node.exit)),
    ...some(
      'invoke',
      node.invoke.map(({ id, src }) => ({ id, src: typeof src === 'string' ? src : id })),
    ),
    ...(on.length > 0 && { on: Object.fromEntries(on.map(([event, list]) => [event, plain(list)])) }),
    ...(after.length > 0 && { after: Object.fromEntries(after.map(([event, list]) => [delayOf(event), plain(list)])) }),
    ...some('always', plain(node.always ?? [])),
    ...(states.length > 0 && { states: Object.fromEntries(states.map((one) => [one.key, stateOf(one, machine)])) }),
  };
}

function transitionOf(transition: AnyTransitionDefinition, machine: string): PlainTransition {
  const targets = (transition.target ?? []).map((node: AnyStateNode) => `#${[machine, ...node.path].join('.')}`);
  const guard = transition.guard === undefined ? undefined : nameOf(transition.guard);
  return {
    ...some('target', targets),
    ...(guard !== undefined && { guard }),
    ...some('actions', namesOf(transition.actions)),
    ...(transition.reenter && { reenter: true }),
    ...(transition.description !== undefined && { description: transition.description }),
  };
}

const namesOf = (actions: readonly unknown[]): string[] =>
  // What keeps the time of `after` is made again by whoever reads the delay.
  actions.map(nameOf).filter((name) => name !== 'xstate.raise' && name !== 'xstate.cancel');

/** What has no name of its own has the one of what made it. */
function nameOf(one: unknown): string {
  if (typeof one === 'string') return one;
  const { type, name } = one as { readonly type?: unknown; readonly name?: unknown };
  const found = [type, name].find((word) => typeof word === 'string' && word !== '');
  return (found as string | undefined) ?? 'inline';
}

const delayOf = (event: string): string => /^xstate\.after\.([^.]+)/.exec(event)?.[1] ?? event;

const some = <Name extends string, T>(name: Name, list: readonly T[]) =>
  (list.length > 0 ? { [name]: list } : {}) as { readonly [N in Name]?: readonly T[] };

const partition = <T>(list: readonly T[], is: (one: T) => boolean): readonly [T[], T[]] => [
  list.filter(is),
  list.filter((one) => !is(one)),
];
