import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Migration } from '@mikro-orm/migrations';
import pg from 'pg';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import { DatabaseUnavailable } from '../../src/db/database-unavailable.ts';
import { temporaryCluster } from '../support/database.ts';

/** A host of the version before goes on beside one that has migrated: what it reads and writes must stay possible. */
const forbidden: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['drops something', /\bdrop (?!not null\b|default\b)/],
  ['lets a column be empty that was not', /\bdrop not null\b/],
  ['takes a default away', /\bdrop default\b/],
  ['renames something', /\brename\b/],
  ['changes a column’s type', /\balter column \S+ (?:set data )?type\b/],
  ['forbids emptiness', /\bset not null\b/],
  ['adds a rule to a table there is', /\badd (?:constraint|check|unique|primary key|foreign key)\b/],
  ['makes rows of a table there is unique', /\bcreate unique index\b/],
  ['changes rows', /^(?:update|delete|truncate|insert)\b/],
  ['changes what a function does', /\bcreate or replace\b/],
];

/** Those that break the rule, why, and what the operator does instead of a rolling upgrade. */
const exceptions: Readonly<Record<string, readonly string[]>> = {
  // Drafts have no password. Before the first release: nobody runs the version before.
  '2026-11-24-settings-bot.ts': ['lets a column be empty that was not'],
  // Of each row only the column that is new, which the version before neither reads nor writes.
  '2026-11-27-operator-servers.ts': ['changes rows'],
};

const breaks = (statement: string): string[] => {
  const sql = statement.replaceAll(/--.*$/gm, '').replaceAll(/\s+/g, ' ').trim().toLowerCase();
  // A new table is nobody's yet; nor is what a new function does.
  if (/^create (?:table|function)\b/.test(sql)) return [];
  const found = forbidden.filter(([, pattern]) => pattern.test(sql)).map(([what]) => what);
  return sql.split(/\b(?=add column\b)/).some(mustBeGiven) ? [...found, 'adds a column that must be given'] : found;
};

/** By whoever inserts a row without knowing it. */
const mustBeGiven = (part: string): boolean =>
  /^add column\b/.test(part) && /\bnot null\b/.test(part) && !/\b(?:default|generated)\b/.test(part);

const directory = join(import.meta.dirname, '../../src/db/migrations');

async function statementsOf(file: string): Promise<string[]> {
  const [kind] = Object.values((await import(join(directory, file))) as Record<string, new () => Migration>);
  if (!kind) throw new Error(`${file} has no migration`);
  const migration = new kind();
  await migration.up();
  return migration.getQueries().map(String);
}

test('migrations only add, so that hosts of the version before go on beside them; exceptions are listed', async () => {
  const files = (await readdir(directory)).filter((file) => /^\d{4}-/.test(file));
  expect(files.length).toBeGreaterThan(7);
  const found = await Promise.all(
    files.map(async (file) => [file, [...new Set((await statementsOf(file)).flatMap(breaks))]] as const),
  );
  expect(Object.fromEntries(found.filter(([, what]) => what.length > 0))).toEqual(exceptions);
});

test.each([
  ['drops something', 'alter table line drop column login'],
  ['drops something', 'drop table line'],
  ['drops something', 'drop trigger tell_row on line'],
  ['takes a default away', 'alter table line alter column proxy drop default'],
  ['renames something', 'alter table line rename column login to account'],
  ['renames something', 'ALTER TABLE line RENAME TO account'],
  ['changes a column’s type', 'alter table line alter column login type bytea'],
  ['forbids emptiness', 'alter table line alter column template set not null'],
  ['adds a column that must be given', 'alter table line add column a text not null'],
  ['adds a column that must be given', 'alter table line add column a text default 1, add column b text not null'],
  ['adds a column that must be given', 'alter table line\n add column b text not null,\n add column a text default 1'],
  ['adds a rule to a table there is', 'alter table line add constraint one unique (login)'],
  ['makes rows of a table there is unique', 'create unique index one on line (login)'],
  ['changes rows', 'update line set proxy = domain'],
  ['changes what a function does', 'create or replace function siptg_tell_row() returns trigger as $$ $$'],
])('the rule sees what %s: %s', (what, statement) => {
  expect(breaks(statement)).toContain(what);
});

test.each([
  'create table a (b text not null, unique (b))',
  "alter table line add column a text, add column b integer not null default 0, add column c text default 'x' not null",
  'create index a on line (b) where b is not null',
  'create trigger a after insert on line for each row execute function b()',
])('the rule allows: %s', (statement) => {
  expect(breaks(statement)).toEqual([]);
});

test('a database of a newer version is refused with what to do, and left as it is', async () => {
  const cluster = await temporaryCluster();
  const client = new pg.Client(cluster.url);
  try {
    await (await openDatabase(cluster.url)).close();
    await client.connect();
    await client.query(`insert into mikro_orm_migrations (name, executed_at) values ('2999-01-01-later', now())`);
    const before = await client.query('select name from mikro_orm_migrations order by id');
    const opening = openDatabase(cluster.url);
    await expect(opening).rejects.toThrow(DatabaseUnavailable);
    await expect(opening).rejects.toThrow(
      /^the database at 127\.0\.0\.1:\d+ was set up by a newer version of siptg \(2999-01-01-later\): start that version or a later one, or restore/,
    );
    const after = await client.query('select name from mikro_orm_migrations order by id');
    expect(after.rows).toEqual(before.rows);
    await client.query(`delete from mikro_orm_migrations where name = '2999-01-01-later'`);
    await (await openDatabase(cluster.url)).close();
  } finally {
    await client.end();
    await cluster.stop();
  }
});
