import { isDeepStrictEqual } from 'node:util';
import type { AnyEventObject, AnyMachineSnapshot } from 'xstate';
import type { ObservedRoot, RootObserver } from '../../src/actors/inspection/hub.ts';
import { Redaction } from '../../src/actors/inspection/redaction.ts';
import { replayed } from '../../src/actors/inspection/replay.ts';
import { machines } from './machines.ts';

const machineOf = new Map(machines.map(([, machine]) => [machine.id, machine]));

/** What roots received, and whether it leads again to where they are. */
export class Replays implements RootObserver {
  readonly #received = new Map<ObservedRoot, AnyEventObject[]>();

  get size(): number {
    return this.#received.size;
  }

  get roots(): readonly ObservedRoot[] {
    return [...this.#received.keys()];
  }

  /** How many events this one has received so far. */
  count(root: ObservedRoot): number {
    return this.#received.get(root)?.length ?? 0;
  }

  started(root: ObservedRoot): void {
    this.#received.set(root, []);
  }

  received(root: ObservedRoot, event: AnyEventObject): void {
    this.#received.get(root)?.push(event);
  }

  /** Of the roots so far, those whose events lead elsewhere: what is wrong with each. */
  wrong(): string[] {
    return [...this.#received].flatMap(([root, events]) => differenceOf(root, root.input, events) ?? []);
  }

  /** The same as a log would have it: redacted, and through JSON. */
  wrongAsLogged(): string[] {
    return [...this.#received].flatMap(([root, events]) => {
      const redaction = new Redaction();
      const logged = JSON.parse(JSON.stringify([root.input, ...events].map((one) => redaction.of(one)))) as unknown[];
      return differenceOf(root, logged[0], logged.slice(1) as AnyEventObject[]) ?? [];
    });
  }

  /** Those that are over are not looked at again. */
  forget(): void {
    for (const root of this.#received.keys()) if (stateOf(root).status !== 'active') this.#received.delete(root);
  }
}

/** Where these events do not lead to where the root is; undefined: they do. One that broke is nowhere. */
export function differenceOf(
  root: ObservedRoot,
  input: unknown,
  events: readonly AnyEventObject[],
): string | undefined {
  const machine = machineOf.get(root.machine);
  if (!machine) return `the machine ${root.machine} is not known`;
  const live = stateOf(root);
  if (live.status === 'error') return undefined;
  const last = replayed(machine, input, events).at(-1) as AnyMachineSnapshot;
  const [is, leads] = [live, last].map(plain);
  if (isDeepStrictEqual(is, leads)) return undefined;
  const types = events.map(({ type }) => type);
  return `${root.machine} is ${JSON.stringify(is)}, its events lead to ${JSON.stringify(leads)}: ${types.join(', ')}`;
}

const stateOf = ({ actor }: ObservedRoot): AnyMachineSnapshot => actor.getSnapshot() as AnyMachineSnapshot;

/** Words may be replaced in one of two that are compared: in both they are, in the order they stand there. */
const plain = ({ status, value, context }: AnyMachineSnapshot): unknown => ({
  // Whoever stops a root does not send it an event.
  status: status === 'stopped' ? 'active' : status,
  value: value as unknown,
  context: new Redaction().of(context),
});
