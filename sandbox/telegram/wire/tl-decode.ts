import { unzipSync } from 'node:zlib';
import type { TlObject } from './contract.ts';
import { TlDecodeError, TlReader } from './tl-bytes.ts';
import type { TlCombinator, TlSchema, TlType } from './tl-schema.ts';

export const vectorId = 0x1cb5c415;
export const boolTrueId = 0x997275b5;
export const boolFalseId = 0xbc799737;
export const gzipPackedId = 0x3072cfa1;

/** The sender used a constructor or method this layer does not have. */
export class UnknownConstructor extends TlDecodeError {
  readonly id: number;
  constructor(id: number) {
    super(`unknown constructor ${id.toString(16)}`);
    this.id = id;
  }
}

/**
 * Reads one value of `type`. Longs come as bigint, bytes as Buffer, absent flags as absent properties.
 * `gzip_packed` may stand for any boxed value (TDLib packs the query inside initConnection).
 * Throws TlDecodeError, UnknownConstructor for an id the schema lacks.
 */
export const decodeTl = (schema: TlSchema, reader: TlReader, type: TlType, depth = 0): unknown => {
  if (depth > maxDepth) throw new TlDecodeError('nested too deeply');
  switch (type.kind) {
    case 'int':
      return reader.int32();
    case '#':
      return reader.uint32();
    case 'long':
      return reader.int64();
    case 'double':
      return reader.double();
    case 'string':
      return reader.bytes().toString('utf8');
    case 'bytes':
      return reader.bytes();
    case 'int128':
      return reader.raw(16);
    case 'int256':
      return reader.raw(32);
    case 'true':
      return true;
    case 'Bool':
      return boolOf(reader.uint32());
    case 'vector': {
      if (type.boxed) {
        const id = reader.uint32();
        if (id === gzipPackedId) return decodeTl(schema, new TlReader(inflate(reader.bytes())), type, depth + 1);
        if (id !== vectorId) throw new TlDecodeError(`vector expected, got ${id.toString(16)}`);
      }
      return Array.from({ length: reader.count() }, () => decodeTl(schema, reader, type.item, depth + 1));
    }
    case 'bare': {
      const combinator = schema.constructors.get(type.name);
      if (!combinator) throw new TlDecodeError(`no constructor ${type.name}`);
      return decodeFields(schema, reader, combinator, depth);
    }
    case 'boxed':
    case 'any':
      return decodeBoxed(schema, reader, type, depth);
  }
};

/** Inflates gzip and zlib streams alike (mtcute sends the latter). Throws TlDecodeError. */
export const inflate = (packed: Buffer): Buffer => {
  try {
    return unzipSync(packed, { maxOutputLength: maxInflatedBytes });
  } catch (cause) {
    throw new TlDecodeError('gzip_packed does not inflate', { cause });
  }
};

const maxDepth = 64;
const maxInflatedBytes = 16 * 1024 * 1024;

const boolOf = (id: number): boolean => {
  if (id !== boolTrueId && id !== boolFalseId) throw new TlDecodeError(`Bool expected, got ${id.toString(16)}`);
  return id === boolTrueId;
};

const decodeBoxed = (schema: TlSchema, reader: TlReader, type: TlType, depth: number): unknown => {
  const id = reader.uint32();
  if (id === gzipPackedId) return decodeTl(schema, new TlReader(inflate(reader.bytes())), type, depth + 1);
  const combinator = schema.byId.get(id);
  if (!combinator) throw new UnknownConstructor(id);
  if (type.kind === 'boxed' && (combinator.isMethod || !sameType(combinator.result, type)))
    throw new TlDecodeError(`${type.name} expected, got ${combinator.name}`);
  return decodeFields(schema, reader, combinator, depth);
};

const sameType = (left: TlType, right: TlType): boolean =>
  left.kind === 'boxed' && right.kind === 'boxed' && left.name === right.name;

/** Reads the fields of an object whose id has been read. Throws TlDecodeError. */
export const decodeFields = (schema: TlSchema, reader: TlReader, combinator: TlCombinator, depth: number): TlObject => {
  const words = new Map<string, number>();
  const object: { _: string; [field: string]: unknown } = { _: combinator.name };
  for (const { name, type, flag } of combinator.fields) {
    if (type.kind === '#') words.set(name, reader.uint32());
    else if (!flag || ((words.get(flag.word) ?? 0) >>> flag.bit) & 1)
      object[name] = decodeTl(schema, reader, type, depth + 1);
  }
  return object;
};
