import type { AnyStateMachine, AnyStateNode } from 'xstate';

/** Renders a machine as a Mermaid state diagram. Same machine, same text. */
export function mermaid(machine: AnyStateMachine): string {
  const lines = ['stateDiagram-v2'];
  drawInside(machine.root, '  ', lines);
  drawExits(machine.root, '  ', lines);
  return `${lines.join('\n')}\n`;
}

function drawInside(node: AnyStateNode, indent: string, lines: string[]): void {
  const first = node.type === 'parallel' ? undefined : node.initial.target?.[0];
  if (first) lines.push(`${indent}[*] --> ${name(first)}`);
  for (const [index, child] of Object.values(node.states).entries()) {
    if (node.type === 'parallel' && index > 0) lines.push(`${indent}--`);
    if (child.type === 'compound' || child.type === 'parallel') {
      lines.push(`${indent}state ${name(child)} {`);
      drawInside(child, `${indent}  `, lines);
      lines.push(`${indent}}`);
    }
    if (child.type === 'final') lines.push(`${indent}${name(child)} --> [*]`);
    drawExits(child, indent, lines);
  }
}

function drawExits(node: AnyStateNode, indent: string, lines: string[]): void {
  const from = node.parent ? name(node) : 'any';
  for (const { target, eventType, guard } of [...[...node.transitions.values()].flat(), ...(node.always ?? [])]) {
    for (const to of target ?? []) lines.push(`${indent}${from} --> ${name(to)}${label(eventType, guard)}`);
  }
}

const name = (node: AnyStateNode): string => node.path.join('_');

function label(eventType: string, guard: unknown): string {
  const event = eventType
    .replace(/^xstate\.after\.([^.]+)\..*$/, 'after $1')
    .replace(/^xstate\.done\.actor\.(.*)$/, 'done $1')
    .replace(/^xstate\.error\.actor\.(.*)$/, 'failed $1')
    .replace(/^xstate\.done\.state\..*$/, 'done');
  const condition = typeof guard === 'string' ? guard : (guard as { type?: string } | undefined)?.type;
  const text = [event, condition && `[${condition}]`].filter(Boolean).join(' ');
  return text && ` : ${text}`;
}
