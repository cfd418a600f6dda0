import type { TlObject } from './contract.ts';
import { TlWriter } from './tl-bytes.ts';
import { boolFalseId, boolTrueId, vectorId } from './tl-decode.ts';
import type { TlCombinator, TlField, TlSchema, TlType } from './tl-schema.ts';

/** An object that its layer cannot carry: a bug of whoever built it. The path leads to the field. */
export class TlEncodeError extends Error {
  override readonly name = 'TlEncodeError';
  constructor(path: string, problem: string) {
    super(`${path}: ${problem}`);
  }
}

export interface EncodeOptions {
  /** Whether a missing required object may be invented, because other layers do not have that field. */
  readonly isNewField?: (combinator: string, field: string) => boolean;
}

/**
 * Writes one value of `type`. Fields the layer does not know are dropped; missing required numbers, strings and
 * vectors become 0 and empty, missing required objects likewise when the field is new in this layer.
 * Throws TlEncodeError.
 */
export const encodeTl = (schema: TlSchema, value: unknown, type: TlType, options: EncodeOptions = {}): Buffer => {
  const encoder = new Encoder(schema, options);
  encoder.write(value, type, '');
  return encoder.writer.finish();
};

class Encoder {
  readonly writer = new TlWriter();
  readonly #schema: TlSchema;
  readonly #options: EncodeOptions;

  constructor(schema: TlSchema, options: EncodeOptions) {
    this.#schema = schema;
    this.#options = options;
  }

  write(value: unknown, type: TlType, path: string): void {
    const { writer } = this;
    switch (type.kind) {
      case 'int':
        if (typeof value !== 'number' || (value | 0) !== value) throw wrong(path, 'an int', value);
        writer.int32(value);
        break;
      case 'long':
        if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value)
          throw wrong(path, 'a signed long as bigint', value);
        writer.int64(value);
        break;
      case 'double':
        if (typeof value !== 'number') throw wrong(path, 'a double', value);
        writer.double(value);
        break;
      case 'string':
        if (typeof value !== 'string') throw wrong(path, 'a string', value);
        writer.bytes(Buffer.from(value));
        break;
      case 'bytes':
        if (!(value instanceof Uint8Array)) throw wrong(path, 'bytes', value);
        writer.bytes(value);
        break;
      case 'int128':
      case 'int256':
        if (!(value instanceof Uint8Array) || value.length !== (type.kind === 'int128' ? 16 : 32))
          throw wrong(path, type.kind, value);
        writer.raw(value);
        break;
      case 'Bool':
        if (typeof value !== 'boolean') throw wrong(path, 'a Bool', value);
        writer.int32(value ? boolTrueId : boolFalseId);
        break;
      case 'vector':
        if (!Array.isArray(value)) throw wrong(path, 'a vector', value);
        if (type.boxed) writer.int32(vectorId);
        writer.int32(value.length);
        for (const [index, item] of value.entries()) this.write(item, type.item, `${path}[${index}]`);
        break;
      default:
        this.#writeObject(value, type, path);
    }
  }

  #writeObject(value: unknown, type: TlType, path: string): void {
    if (!isTlObject(value)) throw wrong(path, 'name' in type ? type.name : 'an object', value);
    const combinator = this.#combinatorFor(value, type, path);
    const at = path ? `${path}.${value._}` : value._;
    if (type.kind !== 'bare') this.writer.int32(combinator.id);
    const words = flagWords(combinator, value);
    for (const field of combinator.fields) {
      const { name, flag } = field;
      if (field.type.kind === '#') this.writer.int32(words.get(name) ?? 0);
      else if (flag && !(((words.get(flag.word) ?? 0) >>> flag.bit) & 1)) continue;
      // A set bit brings all its fields, also those the object lacks: readers rely on it.
      else if (field.type.kind !== 'true')
        this.write(value[name] ?? this.#default(combinator, field, at), field.type, `${at}.${name}`);
    }
  }

  #combinatorFor(value: TlObject, type: TlType, path: string): TlCombinator {
    const methods = type.kind === 'any' ? this.#schema.methods : undefined;
    const combinator = this.#schema.constructors.get(value._) ?? methods?.get(value._);
    if (!combinator) throw new TlEncodeError(path, `this layer has no ${value._}`);
    const { result } = combinator;
    if (type.kind === 'boxed' && !(result.kind === 'boxed' && result.name === type.name))
      throw new TlEncodeError(path, `${type.name} expected, got ${value._}`);
    if (type.kind === 'bare' && type.name !== value._)
      throw new TlEncodeError(path, `${type.name} expected, got ${value._}`);
    return combinator;
  }

  #default(combinator: TlCombinator, field: TlField, path: string): unknown {
    const scalar = scalarDefault(field.type);
    if (scalar !== undefined) return scalar;
    const isNew = this.#options.isNewField?.(combinator.name, field.name) ?? false;
    const invented = isNew || field.flag ? smallestObject(this.#schema, field.type) : undefined;
    if (!invented) throw new TlEncodeError(`${path}.${field.name}`, 'required and missing');
    return invented;
  }
}

const isTlObject = (value: unknown): value is TlObject =>
  typeof value === 'object' && value !== null && '_' in value && typeof value._ === 'string';

const wrong = (path: string, expected: string, value: unknown): TlEncodeError =>
  new TlEncodeError(path, `${expected} expected, got ${Array.isArray(value) ? 'an array' : typeof value}`);

const flagWords = (combinator: TlCombinator, value: TlObject): ReadonlyMap<string, number> => {
  const words = new Map<string, number>();
  for (const { name, type, flag } of combinator.fields) {
    if (!flag) continue;
    const given = value[name];
    const isSet = type.kind === 'true' ? given === true : given !== undefined && given !== null;
    if (isSet) words.set(flag.word, (words.get(flag.word) ?? 0) | (1 << flag.bit));
  }
  return words;
};

const scalarDefault = (type: TlType): unknown => {
  switch (type.kind) {
    case 'int':
    case 'double':
      return 0;
    case 'long':
      return 0n;
    case 'string':
      return '';
    case 'bytes':
      return Buffer.alloc(0);
    case 'int128':
      return Buffer.alloc(16);
    case 'int256':
      return Buffer.alloc(32);
    case 'Bool':
      return false;
    case 'vector':
      return [];
    default:
      return undefined;
  }
};

/** The type's `…Empty` constructor, else the first one that needs no further objects. */
const smallestObject = (schema: TlSchema, type: TlType): TlObject | undefined => {
  if (type.kind === 'bare') return { _: type.name };
  if (type.kind !== 'boxed') return undefined;
  const flat = schema
    .constructorsOf(type.name)
    .filter(({ fields }) =>
      fields.every((field) => field.flag || field.type.kind === '#' || scalarDefault(field.type) !== undefined),
    );
  const smallest = flat.find(({ name }) => name.endsWith('Empty')) ?? flat[0];
  return smallest && { _: smallest.name };
};
