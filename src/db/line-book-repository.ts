import { randomUUID } from 'node:crypto';
import type { Changer, LineBook, NewEdits } from '../actors/ports/line-book.ts';
import { EpochMs, LineId, UserId } from '../machines/model/ids.ts';
import { auto, carrierOf, workerSet } from '../machines/model/placement.ts';
import type { LineEdits, LineOptions, OwnedLine } from '../machines/model/settings.ts';
import type { Database } from './database.ts';
import type { LineRow, PendingColumns } from './entities/line.ts';
import { applied, discarded, edited, switchedOn } from './line-edits.ts';
import { passwordPurpose } from './line-repository.ts';
import { blankLine, type LineDeed, type LinePatch, LineRows } from './line-rows.ts';
import type { SecretBox } from './secret-box.ts';

type Creation = LineOptions & NewEdits & { readonly pendingSince: EpochMs | undefined };

/** Lines as their owners set them up, in the database; passwords go in and are never read back. */
export class LineBookRepository implements LineBook {
  readonly #database: Database;
  readonly #rows: LineRows;
  readonly #box: SecretBox;
  readonly #startedAt: Date;

  /** @param startedAt when this process began: calls of earlier ones are over, whether they were written down as such or not */
  constructor(database: Database, box: SecretBox, startedAt = EpochMs(performance.timeOrigin)) {
    this.#database = database;
    this.#rows = new LineRows(database);
    this.#box = box;
    this.#startedAt = new Date(startedAt);
  }

  async of(person: UserId): Promise<readonly OwnedLine[]> {
    const rows = (await this.#rows.ofPerson(person)).filter((row) => row.ownerId === person || row.userId === person);
    const lines = rows.map(ownedLineOf);
    return [...lines.filter(({ owner }) => owner === person), ...lines.filter(({ owner }) => owner !== person)];
  }

  async formerOf(person: UserId): Promise<readonly OwnedLine[]> {
    return (await this.#rows.ofPerson(person)).filter((row) => row.formerOwnerId === person).map(ownedLineOf);
  }

  /** The oldest first. */
  async ofOwner(owner: UserId): Promise<readonly Pick<OwnedLine, 'id' | 'user' | 'worker'>[]> {
    const rows = (await this.#rows.ofPerson(owner)).filter(({ ownerId }) => ownerId === owner);
    return rows.map(({ id, userId, worker }) => ({ id: LineId(id), user: UserId(userId), worker: workerSet(worker) }));
  }

  async find(line: LineId): Promise<OwnedLine | undefined> {
    return shown(await this.#rows.shown(line));
  }

  /** Edits of a line without `pendingSince` are what is applied from the beginning; a draft it is all the same. */
  async create(owner: UserId, values: Creation, id = LineId(randomUUID())): Promise<OwnedLine> {
    const { name, codecs, dtmfMethods, recording, recordingsChat, quietHours, pendingSince, ...edits } = values;
    const { password, ...settings } = edits;
    const blank: LineRow = {
      ...blankLine,
      id,
      name,
      ownerId: owner,
      userId: owner,
      codecs: [...codecs],
      dtmfMethods: [...dtmfMethods],
      recording,
      recordingsChat: recordingsChat ?? null,
      quietHours: quietHours ?? null,
      createdAt: new Date(),
    };
    const sealed = this.#sealed(id, password);
    const row = {
      ...blank,
      ...(pendingSince === undefined
        ? { ...columnsOf(settings), password: sealed ?? null }
        : edited(blank, columnsOf(settings), sealed, new Date(pendingSince))),
    };
    await this.#rows.insert(owner, row);
    return ownedLineOf(row);
  }

  async change(by: Changer, line: LineId, changes: Partial<LineOptions>): Promise<OwnedLine | undefined> {
    return this.#asOwner(by, line, 'change', () => optionColumnsOf(changes));
  }

  async edit(by: Changer, line: LineId, edits: NewEdits, at: EpochMs): Promise<OwnedLine | undefined> {
    const { password, ...settings } = edits;
    const sealed = this.#sealed(line, password);
    return this.#asOwner(by, line, 'edit', (row) => edited(row, columnsOf(settings), sealed, new Date(at)));
  }

  async apply(by: Changer, line: LineId): Promise<OwnedLine | undefined> {
    return this.#asOwner(by, line, 'apply', applied);
  }

  /** On, with something missing: nothing changes. */
  async switch(by: Changer, line: LineId, on: boolean): Promise<OwnedLine | undefined> {
    return on
      ? this.#asOwner(by, line, 'switch-on', switchedOn)
      : this.#asOwner(by, line, 'switch-off', () => ({ enabled: false, draft: false }));
  }

  async assign(by: Changer, line: LineId, user: UserId | undefined, owner: Changer = by) {
    return this.#asOwner(by, line, 'assign', ({ ownerId }) => ({ userId: user ?? ownerId }), owner);
  }

  /** Edits that wait are the giver's: they are made true with it. The receiver talks through the line. */
  async handOver(by: Changer, line: LineId, to: UserId, notFor: readonly string[] = []) {
    const row = await this.#rows.change(by, line, 'hand-over', (old) => {
      if (old.ownerId === to) return {};
      const edits = applied(old);
      return { ...edits, ...ownedBy(to, { ...old, ...edits }, notFor), formerOwnerId: old.ownerId };
    });
    return shown(row);
  }

  /** Edits that wait are the other's: they are dropped. */
  async takeBack(by: UserId, line: LineId, notFor: readonly string[] = []) {
    const row = await this.#rows.change(by, line, 'take-back', (row) =>
      row.formerOwnerId === by
        ? { ...discarded, ...ownedBy(by, row, notFor), formerOwnerId: null, placeDue: true }
        : undefined,
    );
    return shown(row);
  }

  async remove(by: Changer, line: LineId): Promise<boolean> {
    return this.#rows.remove(by, line);
  }

  async callsOn(line: LineId): Promise<number> {
    const sql = 'select count(*)::int as calls from call where line_id = ? and ended_at is null and opened_at >= ?';
    const [row] = await this.#database.fork().execute<{ calls: number }[]>(sql, [line, this.#startedAt]);
    return row?.calls ?? 0;
  }

  async isRecordingsChat(chat: string): Promise<boolean> {
    const sql = `select exists (select from line where recordings_chat = ?)
      or exists (select from recording where chat = ? and delivered_at is null) as is_one`;
    const [row] = await this.#database.fork().execute<{ is_one: boolean }[]>(sql, [chat, chat]);
    return row?.is_one ?? false;
  }

  async owners() {
    const rows = await this.#database.fork().execute<OwnerRow[]>(`
      select owner_id as owner, person.name, count(*)::int as lines, plan
      from line left join person on person.id = owner_id left join plan_account using (owner_id)
      group by owner_id, person.name, plan
      order by owner_id collate "C"`);
    return rows.map(({ owner, name, lines, plan }) => ({
      owner: UserId(owner),
      name: name ?? undefined,
      lines,
      plan: plan ?? undefined,
    }));
  }

  /** A person's change counts only while the line is his: between his look at it and his change it may have been taken. */
  async #asOwner(
    by: Changer,
    line: LineId,
    deed: LineDeed,
    patchOf: (row: LineRow) => LinePatch,
    owner = by,
  ): Promise<OwnedLine | undefined> {
    const isHis = ({ ownerId }: LineRow) => owner === 'timer' || owner === 'operator' || owner === ownerId;
    return shown(await this.#rows.change(by, line, deed, (row) => (isHis(row) ? patchOf(row) : undefined)));
  }

  #sealed(id: string, password: string | undefined): string | undefined {
    return password === undefined ? undefined : this.#box.seal(password, passwordPurpose(id));
  }
}

interface OwnerRow {
  readonly owner: string;
  readonly name: string | null;
  readonly lines: number;
  readonly plan: string | null;
}

const ownedBy = (
  owner: UserId,
  { worker, placedOn }: Pick<LineRow, 'worker' | 'placedOn'>,
  notFor: readonly string[],
): LinePatch => ({
  ...{ ownerId: owner, userId: owner, recordingsChat: null },
  ...(notFor.includes(worker) && { worker: auto }),
  ...(placedOn != null && notFor.includes(placedOn) && { placedOn: null }),
});

const columnsOf = (settings: Omit<NewEdits, 'password'>): PendingColumns => {
  const { template, ...rest } = settings;
  return { ...rest, ...('template' in settings && { template: template ?? null }) };
};

const optionColumnsOf = (changes: Partial<LineOptions>): LinePatch => {
  const { codecs, dtmfMethods, recordingsChat, quietHours, ...rest } = changes;
  return {
    ...rest,
    ...(codecs && { codecs: [...codecs] }),
    ...(dtmfMethods && { dtmfMethods: [...dtmfMethods] }),
    ...('recordingsChat' in changes && { recordingsChat: recordingsChat ?? null }),
    ...('quietHours' in changes && { quietHours: quietHours ?? null }),
  };
};

const shown = (row: LineRow | undefined): OwnedLine | undefined => row && ownedLineOf(row);

const ownedLineOf = (row: LineRow): OwnedLine => ({
  id: LineId(row.id),
  owner: UserId(row.ownerId),
  user: UserId(row.userId),
  name: row.name,
  codecs: row.codecs,
  dtmfMethods: row.dtmfMethods,
  recording: row.recording,
  recordingsChat: row.recordingsChat ?? undefined,
  quietHours: row.quietHours ?? undefined,
  login: row.login,
  domain: row.domain,
  proxy: row.proxy,
  transport: row.transport,
  worker: workerSet(row.worker),
  carrier: carrierOf(row),
  template: row.template ?? undefined,
  dialRules: row.dialRules,
  enabled: row.enabled,
  draft: row.draft,
  hasPassword: row.password != null,
  pending: editsOf(row),
  pendingSince: row.pendingSince ? EpochMs(row.pendingSince.getTime()) : undefined,
  formerOwner: row.formerOwnerId == null ? undefined : UserId(row.formerOwnerId),
});

const editsOf = ({ pending, pendingPassword }: LineRow): LineEdits => {
  const { template, ...rest } = pending;
  return {
    ...rest,
    ...(rest.worker !== undefined && { worker: workerSet(rest.worker) }),
    ...('template' in pending && { template: template ?? undefined }),
    ...(pendingPassword != null && { password: true }),
  };
};
