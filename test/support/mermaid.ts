import type { AnyStateMachine, AnyStateNode } from 'xstate';

/**
 * Renders a machine as a Mermaid state diagram. Same machine, same text.
 * `folded`: paths of states whose inside is drawn elsewhere.
 */
export function mermaid(machine: AnyStateMachine, folded: readonly string[] = []): string {
  const drawing = new Drawing(folded);
  drawing.inside(machine.root, '  ');
  drawing.exits(machine.root, '  ');
  return drawing.text();
}

/** Renders some states of a machine: what is inside them, and where they lead. */
export function mermaidOf(machine: AnyStateMachine, paths: readonly string[]): string {
  const drawing = new Drawing([]);
  for (const path of paths) drawing.state(nodeAt(machine, path), '  ');
  return drawing.text();
}

/** @throws when the machine has no such state */
export function nodeAt(machine: AnyStateMachine, path: string): AnyStateNode {
  return path.split('.').reduce((node: AnyStateNode, key) => {
    const child = node.states[key];
    if (!child) throw new Error(`${machine.id} has no state ${path}`);
    return child;
  }, machine.root);
}

export const withDescendants = (node: AnyStateNode): AnyStateNode[] => [
  node,
  ...Object.values(node.states).flatMap(withDescendants),
];

class Drawing {
  readonly #lines = ['stateDiagram-v2'];
  readonly #folded: ReadonlySet<string>;

  constructor(folded: readonly string[]) {
    this.#folded = new Set(folded);
  }

  text(): string {
    return `${this.#lines.join('\n')}\n`;
  }

  inside(node: AnyStateNode, indent: string): void {
    const first = node.type === 'parallel' ? undefined : node.initial.target?.[0];
    if (first) this.#lines.push(`${indent}[*] --> ${this.#name(first)}`);
    for (const [index, child] of Object.values(node.states).entries()) {
      if (node.type === 'parallel' && index > 0) this.#lines.push(`${indent}--`);
      this.state(child, indent);
    }
  }

  state(node: AnyStateNode, indent: string): void {
    const hasInside = node.type === 'compound' || node.type === 'parallel';
    if (hasInside && this.#isFolded(node)) return this.#foldedExits(node, indent);
    if (hasInside) {
      this.#lines.push(`${indent}state ${this.#name(node)} {`);
      this.inside(node, `${indent}  `);
      this.#lines.push(`${indent}}`);
    }
    if (node.type === 'final') this.#lines.push(`${indent}${this.#name(node)} --> [*]`);
    // Named by itself, for no arrow of its own names it.
    if (node.type === 'atomic' && exitsOf(node).length === 0) this.#lines.push(`${indent}${this.#name(node)}`);
    this.exits(node, indent);
  }

  exits(node: AnyStateNode, indent: string): void {
    for (const { to, event, condition } of exitsOf(node)) {
      const text = [event, condition && `[${condition}]`].filter(Boolean).join(' ');
      this.#arrow(indent, node, to, text);
    }
  }

  /** One arrow for each state it leads to, with all that leads there. */
  #foldedExits(node: AnyStateNode, indent: string): void {
    const events = new Map<string, { to: AnyStateNode; events: Set<string> }>();
    for (const { to, event } of withDescendants(node).flatMap(exitsOf)) {
      const target = this.#name(to);
      if (target === this.#name(node)) continue;
      const known = events.get(target) ?? { to, events: new Set() };
      events.set(target, known);
      known.events.add(event);
    }
    for (const { to, events: all } of events.values()) {
      this.#arrow(indent, node, to, [...all].filter(Boolean).join(', '));
    }
  }

  #arrow(indent: string, from: AnyStateNode, to: AnyStateNode, text: string): void {
    const start = from.parent ? this.#name(from) : 'any';
    this.#lines.push(`${indent}${start} --> ${this.#name(to)}${text && ` : ${text}`}`);
  }

  #isFolded(node: AnyStateNode): boolean {
    return this.#folded.has(node.path.join('.'));
  }

  /** What is inside a folded state goes by that state's name. */
  #name(node: AnyStateNode): string {
    const shown = node.path.findIndex((_, index) => this.#folded.has(node.path.slice(0, index + 1).join('.')));
    return (shown < 0 ? node.path : node.path.slice(0, shown + 1)).join('_');
  }
}

const exitsOf = (node: AnyStateNode) =>
  [...[...node.transitions.values()].flat(), ...(node.always ?? [])].flatMap(({ target, eventType, guard }) =>
    (target ?? []).map((to) => ({
      to,
      event: eventType
        .replace(/^xstate\.after\.([^.]+)\..*$/, 'after $1')
        .replace(/^xstate\.done\.actor\.(.*)$/, 'done $1')
        .replace(/^xstate\.error\.actor\.(.*)$/, 'failed $1')
        .replace(/^xstate\.done\.state\..*$/, 'done'),
      condition: typeof guard === 'string' ? guard : (guard as { type?: string } | undefined)?.type,
    })),
  );
