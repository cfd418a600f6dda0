import { randomUUID } from 'node:crypto';
import type { Line, Lines } from '../actors/ports/lines.ts';
import type { SipAccountSettings, SipAccounts } from '../actors/ports/sip-accounts.ts';
import { blankOptions } from '../machines/model/blank-line.ts';
import { LineId, UserId } from '../machines/model/ids.ts';
import { carrierOf, workerSet } from '../machines/model/placement.ts';
import type { Database } from './database.ts';
import type { LineRow } from './entities/line.ts';
import { isComplete } from './line-edits.ts';
import { blankLine, type LinePatch, LineRows } from './line-rows.ts';
import type { SecretBox } from './secret-box.ts';

type LineOptions = Pick<Line, 'dialRules' | 'dtmfMethods' | 'recording' | 'recordingStereo' | 'recordingsChat'>;

/** What makes a new line; the other fields of a line follow from it. */
export type NewLine = Omit<SipAccountSettings, 'lineId' | 'mayBePrivate'> &
  Partial<LineOptions> & { readonly name: string; readonly owner: UserId };

/** What can be changed of a line besides who has it; the caller has checked the values. */
export type LineChanges = Partial<
  Omit<SipAccountSettings, 'lineId' | 'mayBePrivate'> & LineOptions & Pick<Line, 'name' | 'enabled'>
>;

const lineOf = (row: LineRow): Line => ({
  id: LineId(row.id),
  name: row.name,
  owner: UserId(row.ownerId),
  user: UserId(row.userId),
  enabled: row.enabled && isComplete(row),
  carrier: carrierOf(row),
  revision: row.revision,
  dialRules: row.dialRules,
  dtmfMethods: row.dtmfMethods,
  recording: row.recording,
  recordingStereo: row.recordingStereo,
  recordingsChat: row.recordingsChat ?? undefined,
  quietHours: row.quietHours ?? undefined,
});

/** Both the password in use and the one that waits: one becomes the other. */
export const passwordPurpose = (line: string) => `line/${line}/password`;

/** Lines in the database as calls and the operator see them, their passwords sealed. */
export class LineRepository implements Lines, SipAccounts {
  readonly #rows: LineRows;
  readonly #box: SecretBox;
  readonly #isOperators: (template: string, server: string) => boolean;

  /** @param isOperators whether a template of the operator's catalogue leads to this server */
  constructor(database: Database, box: SecretBox, isOperators = (_template: string, _server: string) => false) {
    this.#rows = new LineRows(database);
    this.#box = box;
    this.#isOperators = isOperators;
  }

  async enabled(): Promise<readonly Line[]> {
    return (await this.#rows.find({ enabled: true })).filter(isComplete).map(lineOf);
  }

  /** Without those of which login, password or domain is missing. */
  async ofUser(user: UserId): Promise<readonly Line[]> {
    return (await this.#rows.find({ userId: user })).filter(isComplete).map(lineOf);
  }

  /** Also those somebody else talks through. */
  async ofOwner(owner: UserId): Promise<readonly (Line & { readonly worker: string })[]> {
    return (await this.#rows.find({ ownerId: owner })).map((row) => ({
      ...lineOf(row),
      worker: workerSet(row.worker),
    }));
  }

  async all(): Promise<readonly (Line & Omit<SipAccountSettings, 'lineId' | 'password' | 'mayBePrivate'>)[]> {
    return (await this.#rows.find({})).map((row) => ({
      ...lineOf(row),
      login: row.login,
      domain: row.domain,
      proxy: row.proxy,
      transport: row.transport,
      codecs: row.codecs,
    }));
  }

  async find(line: LineId): Promise<Line | undefined> {
    const row = await this.#rows.one(line);
    return row && lineOf(row);
  }

  /** @throws when there is no such line, or login, password or domain is missing */
  async settings(line: LineId): Promise<SipAccountSettings> {
    const row = await this.#rows.one(line);
    if (!row || !isComplete(row))
      throw new Error(`line ${line} cannot be registered: ${row ? 'a draft' : 'not there'}`);
    const { login, domain, proxy, transport, codecs, serverByOperator, template } = row;
    const password = this.#box.open(row.password, passwordPurpose(row.id));
    const mayBePrivate = serverByOperator || this.#isOperators(template ?? '', proxy || domain);
    return { lineId: line, login, domain, proxy, transport, codecs, password, mayBePrivate };
  }

  async add(line: NewLine): Promise<LineId> {
    const { owner, password, codecs, dtmfMethods = blankOptions.dtmfMethods, recordingsChat, ...rest } = line;
    const id = randomUUID();
    await this.#rows.insert('operator', {
      ...blankLine,
      ...rest,
      id,
      ownerId: owner,
      userId: owner,
      codecs: [...codecs],
      dtmfMethods: [...dtmfMethods],
      recordingsChat: recordingsChat ?? null,
      password: this.#box.seal(password, passwordPurpose(id)),
      enabled: true,
      draft: false,
      serverByOperator: true,
      createdAt: new Date(),
    });
    return LineId(id);
  }

  /** @returns whether there is such a line */
  async update(line: LineId, changes: LineChanges): Promise<boolean> {
    const { password, codecs, dtmfMethods, recordingsChat, ...rest } = changes;
    const columns: LinePatch = {
      ...rest,
      ...(('domain' in changes || 'proxy' in changes) && { serverByOperator: true }),
      ...(password !== undefined && { password: this.#box.seal(password, passwordPurpose(line)) }),
      ...(codecs && { codecs: [...codecs] }),
      ...(dtmfMethods && { dtmfMethods: [...dtmfMethods] }),
      ...('recordingsChat' in changes && { recordingsChat: recordingsChat ?? null }),
    };
    return (await this.#rows.change('operator', line, 'change', () => columns)) !== undefined;
  }

  /** Who talks through the line; undefined: its owner. @returns whether there is such a line */
  async assignUser(line: LineId, user: UserId | undefined): Promise<boolean> {
    const assigned = ({ ownerId }: LineRow): LinePatch => ({ userId: user ?? ownerId });
    return (await this.#rows.change('operator', line, 'assign', assigned)) !== undefined;
  }

  /** @returns whether there was such a line */
  async remove(line: LineId): Promise<boolean> {
    return this.#rows.remove('operator', line);
  }
}
