import type { TlObject } from '../../../sandbox/telegram/wire/contract.ts';
import type { TlCombinator, TlField, TlSchema, TlType } from '../../../sandbox/telegram/wire/tl-schema.ts';

/** Objects with every field set, as deep as the schema needs to close its recursions. */
export class TlSamples {
  readonly #schema: TlSchema;
  readonly #heights: ReadonlyMap<TlCombinator, number>;

  constructor(schema: TlSchema) {
    this.#schema = schema;
    this.#heights = heights(schema);
  }

  of(combinator: TlCombinator, depth = 0): TlObject {
    const object: Record<string, unknown> = {};
    for (const field of combinator.fields) {
      if (field.type.kind === '#' || (field.flag && depth > 0)) continue;
      object[field.name] = this.#value(field.type, depth + 1);
    }
    return { _: combinator.name, ...object };
  }

  #value(type: TlType, depth: number): unknown {
    switch (type.kind) {
      case 'boxed': {
        const lowest = this.#schema
          .constructorsOf(type.name)
          .toSorted((left, right) => (this.#heights.get(left) ?? 0) - (this.#heights.get(right) ?? 0))[0];
        if (!lowest) throw new Error(`nothing is a ${type.name}`);
        return this.of(lowest, depth);
      }
      case 'bare':
        throw new Error('no API layer has bare types');
      case 'vector':
        return [this.#value(type.item, depth)];
      case 'any':
        return { _: 'help.getNearestDc' };
      default:
        return scalars[type.kind];
    }
  }
}

const scalars: Readonly<Record<string, unknown>> = {
  int: -7,
  long: 4_398_046_511_107n,
  double: 1.5,
  string: 'äöü €',
  bytes: Buffer.alloc(300, 5),
  int128: Buffer.alloc(16, 3),
  int256: Buffer.alloc(32, 4),
  Bool: true,
  true: true,
};

/** How many levels an object needs at least. */
const heights = (schema: TlSchema): ReadonlyMap<TlCombinator, number> => {
  const known = new Map<TlCombinator, number>();
  const ofType = (type: TlType): number => {
    if (type.kind === 'vector') return ofType(type.item);
    if (type.kind !== 'boxed') return 0;
    return Math.min(...schema.constructorsOf(type.name).map((one) => known.get(one) ?? Number.POSITIVE_INFINITY));
  };
  const required = ({ flag }: TlField): boolean => !flag;
  for (let size = -1; size !== known.size; ) {
    size = known.size;
    for (const one of schema.constructors.values()) {
      const height = 1 + Math.max(0, ...one.fields.filter(required).map(({ type }) => ofType(type)));
      if (!known.has(one) && Number.isFinite(height)) known.set(one, height);
    }
  }
  return known;
};
