import { createRequire } from 'node:module';
import pg from 'pg';

export interface Queries {
  readonly count: number;
  /** In their order, cut. */
  readonly texts: readonly string[];
}

/** Counts every statement this process sends by `pg`, also those that open and end transactions. */
export function countQueries() {
  const texts: string[] = [];
  // The library that maps rows has a copy of its own.
  const mapper = createRequire(import.meta.resolve('@mikro-orm/postgresql'))('pg') as typeof pg;
  for (const { Client } of new Set([pg, mapper])) {
    const plain = Reflect.get(Client.prototype, 'query') as (this: pg.Client, ...given: unknown[]) => unknown;
    Client.prototype.query = function counted(this: pg.Client, ...given: unknown[]) {
      const [first] = given;
      texts.push((typeof first === 'string' ? first : String((first as { text?: string }).text)).slice(0, 120));
      return plain.apply(this, given);
    } as typeof Client.prototype.query;
  }
  return {
    total: () => texts.length,
    since: (before: number): Queries => ({ count: texts.length - before, texts: texts.slice(before) }),
  };
}
