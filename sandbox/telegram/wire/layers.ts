import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { TlObject } from './contract.ts';
import { TlReader } from './tl-bytes.ts';
import { decodeTl } from './tl-decode.ts';
import { encodeTl } from './tl-encode.ts';
import { type MtcuteSchema, schemaFromMtcute, schemaFromText, type TlSchema, type TlType } from './tl-schema.ts';

/** One API layer: reads requests, writes results and updates. */
export class Layer {
  readonly number: number;
  readonly schema: TlSchema;
  readonly #others: readonly TlSchema[];

  constructor(number: number, schema: TlSchema, others: readonly TlSchema[]) {
    this.number = number;
    this.schema = schema;
    this.#others = others;
  }

  /** Reads one value. Throws TlDecodeError. */
  decode(reader: TlReader, type: TlType = { kind: 'any' }): unknown {
    return decodeTl(this.schema, reader, type);
  }

  /** Throws TlEncodeError when the value does not fit the layer. */
  encode(value: unknown, type: TlType): Buffer {
    return encodeTl(this.schema, value, type, { isNewField: (object, field) => this.#isNewField(object, field) });
  }

  /** The answer to `method`: its declared type says which vectors and numbers it holds. */
  encodeResult(method: string, value: unknown): Buffer {
    return this.encode(value, this.schema.methods.get(method)?.result ?? { kind: 'any' });
  }

  encodeUpdates(updates: TlObject): Buffer {
    return this.encode(updates, { kind: 'boxed', name: 'Updates' });
  }

  #isNewField(object: string, field: string): boolean {
    return this.#others.some((other) => {
      const same = other.constructors.get(object);
      return same !== undefined && !same.fields.some(({ name, flag }) => name === field && !flag);
    });
  }
}

export type Layers = ReadonlyMap<number, Layer>;

/**
 * The layers of the installed client libraries: GramJS's, and mtcute's where that is installed.
 * Only their schema texts are read; no code of theirs takes part.
 */
export const installedLayers = (): Layers => {
  loaded ??= readLayers();
  return loaded;
};

/** Megabytes of text that cannot change while we run. */
let loaded: Layers | undefined;

const readLayers = (): Layers => {
  const schemas = [gramJsSchema(), mtcuteSchema()].filter((one) => one !== undefined);
  return new Map(
    schemas.map(({ layer, schema }) => {
      const others = schemas.filter((one) => one.layer !== layer).map((one) => one.schema);
      return [layer, new Layer(layer, schema, others)];
    }),
  );
};

interface NumberedSchema {
  readonly layer: number;
  readonly schema: TlSchema;
}

const packages = createRequire(import.meta.url);

const gramJsSchema = (): NumberedSchema => {
  const folder = dirname(packages.resolve('telegram/tl/apiTl.js'));
  const layer = Number(/LAYER = (\d+);/.exec(readFileSync(join(folder, 'AllTLObjects.js'), 'utf8'))?.[1]);
  const text: unknown = packages(join(folder, 'apiTl.js'));
  if (!layer || typeof text !== 'string') throw new Error('the installed GramJS keeps its schema elsewhere');
  return { layer, schema: schemaFromText(text) };
};

const mtcuteSchema = (): NumberedSchema | undefined => {
  let path: string;
  try {
    path = join(dirname(packages.resolve('@mtcute/core')), 'tl/api-schema.json');
  } catch {
    return undefined; // a production install has no test clients
  }
  const json = JSON.parse(readFileSync(path, 'utf8')) as MtcuteSchema;
  return { layer: json.l, schema: schemaFromMtcute(json) };
};
