import { RpcError, type TlObject } from '../wire/contract.ts';

/** Reads the fields of a request. What the schema promises and the codec decoded is of that type, or the request is bad. */
const bad = (name: string) => new RpcError(400, `INPUT_REQUEST_INVALID_${name.toUpperCase()}`);

export function text(object: TlObject, name: string): string {
  const value = object[name];
  if (typeof value !== 'string') throw bad(name);
  return value;
}

export function int(object: TlObject, name: string): number {
  const value = object[name];
  if (typeof value !== 'number') throw bad(name);
  return value;
}

export function long(object: TlObject, name: string): bigint {
  const value = object[name];
  if (typeof value !== 'bigint') throw bad(name);
  return value;
}

export function bytes(object: TlObject, name: string): Buffer {
  const value = object[name];
  if (!Buffer.isBuffer(value)) throw bad(name);
  return value;
}

export function child(object: TlObject, name: string): TlObject {
  const value = object[name];
  if (!isTlObject(value)) throw bad(name);
  return value;
}

export function children(object: TlObject, name: string): readonly TlObject[] {
  return list(object, name).map((item) => {
    if (!isTlObject(item)) throw bad(name);
    return item;
  });
}

export function list(object: TlObject, name: string): readonly unknown[] {
  const value = object[name];
  if (!Array.isArray(value)) throw bad(name);
  return value;
}

export const isSet = (object: TlObject, name: string): boolean => object[name] === true;
export const has = (object: TlObject, name: string): boolean => object[name] !== undefined && object[name] !== null;

function isTlObject(value: unknown): value is TlObject {
  return typeof value === 'object' && value !== null && '_' in value;
}

/** Fields that are undefined are left out: an absent flag. */
export function tl(name: string, fields: Record<string, unknown> = {}): TlObject {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined && value !== false);
  return { _: name, ...Object.fromEntries(present) };
}
