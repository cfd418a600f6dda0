import { randomUUID } from 'node:crypto';
import type { Line, Lines } from '../actors/ports/lines.ts';
import type { SipAccountSettings, SipAccounts } from '../actors/ports/sip-accounts.ts';
import { LineId, UserId } from '../machines/model/ids.ts';
import type { Database } from './database.ts';
import { LineEntity, type LineRow } from './entities/line.ts';
import type { SecretBox } from './secret-box.ts';

type LineOptions = Pick<Line, 'dialRules' | 'dtmfMethods' | 'recording' | 'recordingStereo' | 'recordingsChat'>;

/** What makes a new line; the other fields of a line follow from it. */
export type NewLine = Omit<SipAccountSettings, 'lineId'> &
  Partial<LineOptions> & { readonly name: string; readonly owner: UserId };

/** What can be changed of a line besides who has it; the caller has checked the values. */
export type LineChanges = Partial<Omit<SipAccountSettings, 'lineId'> & LineOptions & Pick<Line, 'name' | 'enabled'>>;

const lineOf = (row: LineRow): Line => ({
  id: LineId(row.id),
  name: row.name,
  owner: UserId(row.ownerId),
  user: UserId(row.userId),
  enabled: row.enabled,
  dialRules: row.dialRules,
  dtmfMethods: row.dtmfMethods,
  recording: row.recording,
  recordingStereo: row.recordingStereo,
  recordingsChat: row.recordingsChat ?? undefined,
});
const oldestFirst = { createdAt: 'asc', id: 'asc' } as const;
const purpose = (id: string) => `line/${id}/password`;

/** Lines in the database, their passwords sealed. */
export class LineRepository implements Lines, SipAccounts {
  readonly #database: Database;
  readonly #box: SecretBox;

  constructor(database: Database, box: SecretBox) {
    this.#database = database;
    this.#box = box;
  }

  async enabled(): Promise<readonly Line[]> {
    const rows = await this.#database.fork().find(LineEntity, { enabled: true }, { orderBy: oldestFirst });
    return rows.map(lineOf);
  }

  async ofUser(user: UserId): Promise<readonly Line[]> {
    const rows = await this.#database.fork().find(LineEntity, { userId: user }, { orderBy: oldestFirst });
    return rows.map(lineOf);
  }

  /** Also those somebody else talks through. */
  async ofOwner(owner: UserId): Promise<readonly Line[]> {
    const rows = await this.#database.fork().find(LineEntity, { ownerId: owner }, { orderBy: oldestFirst });
    return rows.map(lineOf);
  }

  async all(): Promise<readonly (Line & Omit<SipAccountSettings, 'lineId' | 'password'>)[]> {
    const rows = await this.#database.fork().find(LineEntity, {}, { orderBy: oldestFirst });
    return rows.map((row) => ({
      ...lineOf(row),
      login: row.login,
      domain: row.domain,
      proxy: row.proxy,
      transport: row.transport,
      codecs: row.codecs,
    }));
  }

  async find(line: LineId): Promise<Line | undefined> {
    const row = await this.#database.fork().findOne(LineEntity, { id: line });
    return row ? lineOf(row) : undefined;
  }

  async settings(line: LineId): Promise<SipAccountSettings> {
    const row = await this.#database.fork().findOneOrFail(LineEntity, { id: line });
    const { login, domain, proxy, transport, codecs } = row;
    return {
      lineId: line,
      login,
      domain,
      proxy,
      transport,
      codecs,
      password: this.#box.open(row.password, purpose(row.id)),
    };
  }

  async add(line: NewLine): Promise<LineId> {
    const em = this.#database.fork();
    const { owner, password, codecs, dtmfMethods = ['rfc2833', 'info', 'inband'], ...rest } = line;
    const id = randomUUID();
    em.create(LineEntity, {
      dialRules: '',
      recording: false,
      recordingStereo: false,
      ...rest,
      id,
      ownerId: owner,
      userId: owner,
      codecs: [...codecs],
      dtmfMethods: [...dtmfMethods],
      password: this.#box.seal(password, purpose(id)),
      enabled: true,
      createdAt: new Date(),
    });
    await em.flush();
    return LineId(id);
  }

  /** @returns whether there is such a line */
  async update(line: LineId, changes: LineChanges): Promise<boolean> {
    const { password, codecs, dtmfMethods, recordingsChat, ...rest } = changes;
    const columns = {
      ...rest,
      ...(password !== undefined && { password: this.#box.seal(password, purpose(line)) }),
      ...(codecs && { codecs: [...codecs] }),
      ...(dtmfMethods && { dtmfMethods: [...dtmfMethods] }),
      ...('recordingsChat' in changes && { recordingsChat: recordingsChat ?? null }),
    };
    if (Object.keys(columns).length === 0) return (await this.find(line)) !== undefined;
    return (await this.#database.fork().nativeUpdate(LineEntity, { id: line }, columns)) > 0;
  }

  /** Who talks through the line; undefined: its owner. @returns whether there is such a line */
  async assignUser(line: LineId, user: UserId | undefined): Promise<boolean> {
    const em = this.#database.fork();
    const row = await em.findOne(LineEntity, { id: line });
    if (!row) return false;
    row.userId = user ?? row.ownerId;
    await em.flush();
    return true;
  }

  /** @returns whether there was such a line */
  async remove(line: LineId): Promise<boolean> {
    return (await this.#database.fork().nativeDelete(LineEntity, { id: line })) > 0;
  }
}
