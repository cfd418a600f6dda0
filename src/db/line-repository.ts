import { randomUUID } from 'node:crypto';
import type { Line, Lines } from '../actors/ports/lines.ts';
import type { SipAccountSettings, SipAccounts } from '../actors/ports/sip-accounts.ts';
import { LineId, UserId } from '../machines/model/ids.ts';
import type { Database } from './database.ts';
import { LineEntity, type LineRow } from './entities/line.ts';
import type { SecretBox } from './secret-box.ts';

/** What makes a new line; the other fields of a line follow from it. */
export type NewLine = Omit<SipAccountSettings, 'lineId'> & { readonly name: string; readonly owner: UserId };

const lineOf = (row: LineRow): Line => ({
  id: LineId(row.id),
  name: row.name,
  owner: UserId(row.ownerId),
  user: UserId(row.userId),
  enabled: row.enabled,
});
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
    const rows = await this.#database.fork().find(LineEntity, { enabled: true }, { orderBy: { createdAt: 'asc' } });
    return rows.map(lineOf);
  }

  async ofUser(user: UserId): Promise<readonly Line[]> {
    const rows = await this.#database.fork().find(LineEntity, { userId: user }, { orderBy: { createdAt: 'asc' } });
    return rows.map(lineOf);
  }

  async all(): Promise<readonly (Line & Omit<SipAccountSettings, 'lineId' | 'password'>)[]> {
    const rows = await this.#database.fork().find(LineEntity, {}, { orderBy: { createdAt: 'asc' } });
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
    const { owner, password, codecs, ...rest } = line;
    const id = randomUUID();
    em.create(LineEntity, {
      ...rest,
      id,
      ownerId: owner,
      userId: owner,
      codecs: [...codecs],
      password: this.#box.seal(password, purpose(id)),
      enabled: true,
      createdAt: new Date(),
    });
    await em.flush();
    return LineId(id);
  }

  /** @returns whether there was such a line */
  async remove(line: LineId): Promise<boolean> {
    return (await this.#database.fork().nativeDelete(LineEntity, { id: line })) > 0;
  }
}
