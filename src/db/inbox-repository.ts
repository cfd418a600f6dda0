import type { InferEntity } from '@mikro-orm/postgresql';
import type { Inbox, InboxRow, Kept } from '../actors/ports/inbox.ts';
import { EpochMs, UserId } from '../machines/model/ids.ts';
import type { SettingsInput } from '../machines/model/settings.ts';
import type { Database } from './database.ts';
import { InboxEntity } from './entities/inbox.ts';
import type { SecretBox } from './secret-box.ts';

const purpose = (id: string) => `inbox/${id}`;

/** What people did in the settings bot, in the database; sealed, for what they write may be a password. */
export class InboxRepository implements Inbox {
  readonly #database: Database;
  readonly #box: SecretBox;

  constructor(database: Database, box: SecretBox) {
    this.#database = database;
    this.#box = box;
  }

  async put({ id, key, user, input, language, name, expiresAt }: InboxRow): Promise<Kept> {
    const [place] = await this.#database.fork().execute<KeptRow[]>(
      `with kept as (
         insert into inbox (id, user_id, input, language, name, expires_at) values (?, ?, ?, ?, ?, ?)
         on conflict (id) do nothing returning id
       )
       select exists (select from kept) as is_new, (select screen_message from dialogue where user_id = ?),
         exists (select from inbox where user_id = ? and id <> ? and done_at is null) as is_moving`,
      [
        ...[id, user, this.#box.seal(JSON.stringify({ ...input, key }), purpose(id)), language ?? null, name ?? null],
        ...[expiresAt === undefined ? null : new Date(expiresAt), user, user, id],
      ],
    );
    return {
      isNew: place?.is_new ?? false,
      screenMessage: place?.screen_message ?? undefined,
      isMoving: place?.is_moving ?? false,
    };
  }

  async open(
    limit: number,
    except: readonly string[] = [],
    unreadable: (id: string, error: unknown) => void = () => {},
  ): Promise<readonly InboxRow[]> {
    const rows = await this.#database
      .fork()
      .find(
        InboxEntity,
        { doneAt: null, ...(except.length > 0 && { id: { $nin: [...except] } }) },
        { orderBy: { position: 'asc' }, limit },
      );
    return rows.flatMap((row) => {
      try {
        return [this.#read(row)];
      } catch (error) {
        unreadable(row.id, error);
        return [];
      }
    });
  }

  /** The row stays for a day, so that a repeat is known. */
  async done(id: string): Promise<void> {
    await this.#database.fork().execute(
      `with swept as (delete from inbox where done_at < now() - interval '1 day')
       update inbox set done_at = now(), input = '' where id = ?`,
      [id],
    );
  }

  /** @throws WrongSecretKey */
  #read({ id, userId, input: sealed, language, name, expiresAt }: Sealed): InboxRow {
    const { key, ...input } = JSON.parse(this.#box.open(sealed, purpose(id))) as SettingsInput & { key: string };
    return {
      id,
      key,
      user: UserId(userId),
      input,
      language: language ?? undefined,
      name: name ?? undefined,
      ...(expiresAt && { expiresAt: EpochMs(expiresAt.getTime()) }),
    };
  }
}

type Sealed = Pick<InferEntity<typeof InboxEntity>, 'id' | 'userId' | 'input' | 'language' | 'name' | 'expiresAt'>;

interface KeptRow {
  readonly is_new: boolean;
  readonly screen_message: number | null;
  readonly is_moving: boolean;
}
