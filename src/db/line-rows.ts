import type { FilterQuery } from '@mikro-orm/postgresql';
import type { Changer } from '../actors/ports/line-book.ts';
import { appliesAt, autoApplyKind, lineAddressPrefix } from '../machines/model/auto-apply.ts';
import { blankOptions, blankSettings } from '../machines/model/blank-line.ts';
import type { Database } from './database.ts';
import { LineEntity, type LineRow } from './entities/line.ts';
import { lineChannel } from './line-changes.ts';

/** What was done, in the audit log. */
export type LineDeed =
  | 'create'
  | 'change'
  | 'edit'
  | 'apply'
  | 'switch-on'
  | 'switch-off'
  | 'assign'
  | 'hand-over'
  | 'take-back'
  | 'remove';

/** Columns to be changed. */
export type LinePatch = Partial<Omit<LineRow, 'id' | 'createdAt' | 'revision' | 'version'>>;

/** A draft of which nothing is known. */
export const blankLine = {
  ...blankSettings,
  template: null,
  password: null,
  enabled: false,
  draft: true,
  recording: blankOptions.recording,
  recordingStereo: false,
  recordingsChat: null,
  quietHours: null,
  pending: {},
  pendingPassword: null,
  pendingSince: null,
  formerOwnerId: null,
  serverByOperator: false,
  placedOn: null,
  placeDue: true,
  revision: 0,
  version: 0,
} as const;

/** Columns of a change that are not for the log, or follow from others. */
const secrets: ReadonlySet<string> = new Set(['password', 'pendingPassword']);
const unlogged: ReadonlySet<string> = new Set(['pendingSince', 'serverByOperator', 'placedOn', 'placeDue']);

/** A new binding is needed when one of them changes. */
const registered = ['login', 'password', 'domain', 'proxy', 'transport', 'worker'] as const;

/** Whoever changes a line has mostly just looked at it. */
const mostKnown = 200;

/**
 * The table of lines. A change, its entry in the audit log, the deadline of its edits and its announcement to every host are
 * one statement, which does nothing when somebody else has changed the row since it was read: then it is read again. So the
 * first attempt can begin with the row as it was last seen here.
 */
export class LineRows {
  readonly #database: Database;
  readonly #known = new Map<string, LineRow>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Oldest first. */
  async find(where: FilterQuery<LineRow>): Promise<LineRow[]> {
    return this.#database.fork().find(LineEntity, where, { orderBy: { createdAt: 'asc', id: 'asc' } });
  }

  /** Those he owns, owned or talks through; for screens. */
  ofPerson(person: string): Promise<readonly LineRow[]> {
    return this.#database.rows.read(linesName(person), () =>
      this.find({ $or: [{ ownerId: person }, { userId: person }, { formerOwnerId: person }] }),
    );
  }

  /** For screens. */
  shown(id: string): Promise<LineRow | undefined> {
    return this.#database.rows.read(lineName(id), () => this.one(id));
  }

  async one(id: string): Promise<LineRow | undefined> {
    const row = await this.#database.fork().findOne(LineEntity, { id });
    return row ? this.#remember({ ...row }) : undefined;
  }

  async insert(by: Changer, row: LineRow): Promise<void> {
    const em = this.#database.fork();
    const { sql, params } = em.createQueryBuilder(LineEntity).insert(row).returning('id').toQuery();
    const { sql: then, params: due } = deadlineOf(row);
    await em.execute(logged(sql, then), [...params, by, 'create', JSON.stringify(changesOf({}, row)), ...due]);
    this.#database.rows.forget(...namesOf(row));
  }

  /**
   * @param patchOf what changes; undefined: the change is not allowed. What stays as it is may be among it
   * @returns the row as it is now; undefined: there is none, or it is not allowed
   */
  async change(
    by: Changer,
    id: string,
    deed: LineDeed,
    patchOf: (row: LineRow) => LinePatch | undefined,
  ): Promise<LineRow | undefined> {
    for (let known = this.#known.get(id); ; known = undefined) {
      const row = known ?? (await this.one(id));
      const wanted = row && patchOf(row);
      const patch = wanted && differing(row, wanted);
      if (patch && Object.keys(patch).length > 0) {
        const written = await this.#write(by, row, deed, patch);
        if (written) return this.#remember(written);
      } else if (!known) return patch && row;
    }
  }

  /** With its open offers; a person removes only his own. @returns whether it is gone by this */
  async remove(by: Changer, id: string): Promise<boolean> {
    const em = this.#database.fork();
    const sql = logged(
      "delete from line where id = ? and (owner_id = ? or ? in ('timer', 'operator')) returning id",
      `${noDeadline}, ${noOffers}`,
    );
    const known = await this.shown(id);
    const removed = await em.execute<unknown[]>(sql, [id, by, by, by, 'remove', '{}']);
    this.#database.rows.forget(lineName(id), ...(known ? namesOf(known) : []));
    return removed.length > 0;
  }

  /** @returns the row as it is now; undefined: somebody else was faster */
  async #write(by: Changer, row: LineRow, deed: LineDeed, patch: LinePatch): Promise<LineRow | undefined> {
    const { id, version, revision } = row;
    const isRebinding = registered.some((column) => column in patch);
    const next = { ...patch, version: version + 1, ...(isRebinding && { revision: revision + 1 }) };
    const em = this.#database.fork();
    const update = em.createQueryBuilder(LineEntity).update(next).where({ id, version }).returning('id');
    const { sql, params } = update.toQuery();
    const { sql: then, params: due } = deadlineOf(patch);
    const entry = [by, deed, JSON.stringify(changesOf(row, patch))];
    const written = await em.execute<unknown[]>(logged(sql, then), [...params, ...entry, ...due]);
    this.#database.rows.forget(...namesOf(row), ...namesOf({ ...row, ...next }));
    return written.length > 0 ? { ...row, ...next } : undefined;
  }

  #remember(row: LineRow): LineRow {
    this.#known.delete(row.id);
    this.#known.set(row.id, row);
    const [oldest] = this.#known.keys();
    if (this.#known.size > mostKnown && oldest !== undefined) this.#known.delete(oldest);
    return row;
  }
}

const lineName = (id: string): string => `line/${id}`;
const linesName = (person: string): string => `lines/${person}`;

/** Under which a row is kept; the triggers of its table announce the same. */
const namesOf = ({ id, ownerId, userId, formerOwnerId }: LineRow): readonly string[] => [
  lineName(id),
  ...[ownerId, userId, ...(formerOwnerId == null ? [] : [formerOwnerId])].map(linesName),
];

const noOffers = 'offers as (delete from offer using written where offer.line_id = written.id)';
const noDeadline = `due as (
  delete from deadline using written where address = '${lineAddressPrefix}' || written.id and kind = '${autoApplyKind}'
)`;
const newDeadline = `due as (
  insert into deadline (address, kind, due_at) select '${lineAddressPrefix}' || written.id, '${autoApplyKind}', ? from written
  on conflict (address, kind) do update set due_at = excluded.due_at
)`;

/** What becomes of the deadline: written with the edits, so that no end of the process comes between. */
function deadlineOf({ pendingSince }: LinePatch): { sql?: string; params: readonly unknown[] } {
  if (pendingSince === undefined) return { params: [] };
  if (pendingSince === null) return { sql: noDeadline, params: [] };
  return { sql: newDeadline, params: [new Date(appliesAt(pendingSince.getTime()))] };
}

/** A statement that returns the ids of lines it wrote, with the entry in the audit log and the announcement. */
const logged = (sql: string, then?: string): string => `
  with written as (${sql}),
    entry as (
      insert into audit_entry (line_id, changer, did, changes)
      select written.id, ?, ?, ?::jsonb from written
    )${then === undefined ? '' : `, ${then}`}
  select pg_notify('${lineChannel}', '') from written`;

/** The part of a patch that changes something. */
function differing(row: LineRow, patch: LinePatch): LinePatch {
  const entries = Object.entries(patch).filter(
    ([key, value]) => JSON.stringify(row[key as keyof LineRow]) !== JSON.stringify(value),
  );
  return Object.fromEntries(entries) as LinePatch;
}

/** By column, the old value and the new one; of a secret only that it changed. Of a new line not what it does not have. */
function changesOf(before: Partial<LineRow>, after: LinePatch): Record<string, unknown> {
  const entries = Object.entries(after).filter(
    ([key, value]) => !unlogged.has(key) && (value ?? before[key as keyof LineRow] ?? null) !== null,
  );
  return Object.fromEntries(
    entries.map(([key, value]) => [
      key,
      secrets.has(key) ? 'changed' : { from: before[key as keyof LineRow] ?? null, to: value },
    ]),
  );
}
