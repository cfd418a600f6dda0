/** A field's or a method result's type. */
export type TlType =
  | { readonly kind: TlPrimitive }
  /** Any constructor of the type `name`, with its id. */
  | { readonly kind: 'boxed'; readonly name: string }
  /** The constructor `name`, without its id. */
  | { readonly kind: 'bare'; readonly name: string }
  | { readonly kind: 'vector'; readonly boxed: boolean; readonly item: TlType };

const primitives = [
  'int',
  'long',
  'double',
  'string',
  'bytes',
  'int128',
  'int256',
  'Bool',
  'true',
  '#',
  'any',
] as const;
export type TlPrimitive = (typeof primitives)[number];

export interface TlField {
  readonly name: string;
  readonly type: TlType;
  /** Present only when this bit of that flag word is set. Several fields may share one bit. */
  readonly flag?: TlFlag;
}
export interface TlFlag {
  readonly word: string;
  readonly bit: number;
}

/** A constructor or a method. */
export interface TlCombinator {
  readonly id: number;
  readonly name: string;
  readonly fields: readonly TlField[];
  readonly result: TlType;
  readonly isMethod: boolean;
}

/** The combinators of one layer (or of the protocol itself). */
export class TlSchema {
  readonly byId: ReadonlyMap<number, TlCombinator>;
  readonly constructors: ReadonlyMap<string, TlCombinator>;
  readonly methods: ReadonlyMap<string, TlCombinator>;
  readonly #byType = new Map<string, TlCombinator[]>();

  constructor(combinators: readonly TlCombinator[]) {
    this.byId = new Map(combinators.map((one) => [one.id, one]));
    this.constructors = new Map(combinators.filter((one) => !one.isMethod).map((one) => [one.name, one]));
    this.methods = new Map(combinators.filter((one) => one.isMethod).map((one) => [one.name, one]));
    for (const one of this.constructors.values()) {
      if (one.result.kind !== 'boxed') continue;
      const siblings = this.#byType.get(one.result.name);
      if (siblings) siblings.push(one);
      else this.#byType.set(one.result.name, [one]);
    }
  }

  constructorsOf(typeName: string): readonly TlCombinator[] {
    return this.#byType.get(typeName) ?? [];
  }
}

/** Parses TL text: `name#id field:type … = Result;` per line, `---functions---` and `---types---` between sections. */
export const schemaFromText = (text: string): TlSchema => {
  const combinators: TlCombinator[] = [];
  let isMethod = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('---')) isMethod = line.startsWith('---functions');
    const [, name, id, fields, result] = /^([\w.]+)#([0-9a-f]+)\s+(.*?)\s*=\s*(\S.*?);/.exec(line) ?? [];
    // Bool and the generic vector are built into the codec.
    if (!name || !id || !result || builtIn.has(name)) continue;
    const declared = (fields ?? '').split(/\s+/).filter((field) => field && !field.startsWith('{'));
    combinators.push({
      id: Number.parseInt(id, 16),
      name,
      fields: declared.map(fieldFromText),
      result: typeFromText(result),
      isMethod,
    });
  }
  return new TlSchema(combinators);
};

/** The part of mtcute's `api-schema.json` that is needed here: `l` the layer, `e` its combinators. */
export interface MtcuteSchema {
  readonly l: number;
  readonly e: readonly MtcuteEntry[];
}
interface MtcuteEntry {
  readonly kind: 'class' | 'method';
  readonly name: string;
  readonly id: number;
  readonly type: string;
  readonly typeModifiers?: MtcuteModifiers;
  readonly arguments?: readonly {
    readonly name: string;
    readonly type: string;
    readonly typeModifiers?: MtcuteModifiers;
  }[];
}
interface MtcuteModifiers {
  readonly predicate?: string;
  readonly isVector?: boolean;
}

export const schemaFromMtcute = (schema: MtcuteSchema): TlSchema => {
  const typeText = (type: string, modifiers: MtcuteModifiers = {}): string => {
    // `int53` is mtcute's own word for a long that fits a JavaScript number.
    const plain = type === 'int53' ? 'long' : type;
    return modifiers.isVector ? `Vector<${plain}>` : plain;
  };
  return new TlSchema(
    schema.e
      .filter((entry) => !builtIn.has(entry.name))
      .map((entry) => ({
        id: entry.id >>> 0,
        name: entry.name,
        fields: (entry.arguments ?? []).map(({ name, type, typeModifiers }) => {
          const condition = typeModifiers?.predicate ? `${typeModifiers.predicate}?` : '';
          return fieldFromText(`${name}:${condition}${typeText(type, typeModifiers)}`);
        }),
        result: typeFromText(typeText(entry.type, entry.typeModifiers)),
        isMethod: entry.kind === 'method',
      })),
  );
};

const builtIn: ReadonlySet<string> = new Set(['boolFalse', 'boolTrue', 'vector']);

const fieldFromText = (text: string): TlField => {
  const [name = '', declared = ''] = text.split(/:(.*)/s);
  const [, word, bit, type] = /^(\w+)\.(\d+)\?(.*)$/.exec(declared) ?? [];
  if (!word || !type) return { name, type: typeFromText(declared) };
  return { name, type: typeFromText(type), flag: { word, bit: Number(bit) } };
};

export const typeFromText = (text: string): TlType => {
  const [, vector, item] = /^([Vv]ector)<(.*)>$/.exec(text) ?? [];
  if (vector && item) return { kind: 'vector', boxed: vector === 'Vector', item: typeFromText(item) };
  if (text === 'X' || text === '!X') return { kind: 'any' };
  if (isPrimitive(text)) return { kind: text };
  if (text.startsWith('%')) return { kind: 'bare', name: text.slice(1) };
  const lastPart = text.slice(text.lastIndexOf('.') + 1);
  return { kind: /^[a-z]/.test(lastPart) ? 'bare' : 'boxed', name: text };
};

const isPrimitive = (text: string): text is TlPrimitive => (primitives as readonly string[]).includes(text);
