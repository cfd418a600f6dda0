import { whyNotKept } from '../../machines/model/call-facts.ts';

/**
 * What a machine received or remembers, without what people are called, dial, type or are told: such words are replaced by
 * numbers of their own, `(1)`, `(2)`, the same word by the same, so that what is equal stays equal. Keys of the keypad may
 * be somebody's secret, and are all replaced by the same. Machines decide by none of these words.
 */
export class Redaction {
  readonly #standIns = new Map<string, string>();

  /** @returns what JSON can hold */
  of(value: unknown): unknown {
    return this.#of(value, '', 0);
  }

  #of(value: unknown, name: string, depth: number): unknown {
    switch (typeof value) {
      case 'number':
      case 'boolean':
        return value;
      case 'string':
        return kept.has(name) ? value : keypad.has(name) ? '(key)' : this.#standInOf(value);
      case 'bigint':
        return this.#standInOf(String(value));
      case 'object':
        return value === null ? null : this.#ofObject(value, name, depth);
      default:
        return undefined;
    }
  }

  #ofObject(value: object, name: string, depth: number): unknown {
    if (depth > deepest) return '(deeper)';
    if (value instanceof Error) return ofError(value);
    if (Array.isArray(value)) return value.map((one: unknown) => this.#of(one, name, depth + 1));
    return Object.fromEntries(
      Object.entries(value)
        .map(([key, member]) => [key, this.#of(member, key, depth + 1)] as const)
        .filter(([, member]) => member !== undefined),
    );
  }

  #standInOf(word: string): string {
    const known = this.#standIns.get(word);
    if (known) return known;
    const standIn = `(${this.#standIns.size + 1})`;
    this.#standIns.set(word, standIn);
    return standIn;
  }
}

/** Members that hold words of ours: what kind a thing is, and ids that we made. Nothing else is kept. */
const kept: ReadonlySet<string> = new Set([
  'type',
  'kind',
  'actorId',
  'call',
  'voiceLeg',
  'line',
  'first',
  'second',
  'survivor',
  'direction',
  'standing',
  'button',
  'wanted',
  'whose',
  'why',
  'way',
  // In what another host left: how far a call was.
  'stage',
  // In what machines remember.
  'panelOf',
  'cancellable',
  'expected',
]);

/** Its words and members are of others; a machine looks at its class, and of one of ours at why it was thrown. */
const ofError = (error: Error): unknown => {
  const reason = whyNotKept(error);
  return { kind: error.name, ...(reason !== undefined && { reason }) };
};

const keypad: ReadonlySet<string> = new Set(['digit', 'steps']);

/** More than any event of ours has; what goes around in circles ends here. */
const deepest = 12;
