import type { Letter, ShardInbox, ShardInboxRow } from '../../actors/ports/shard-inbox.ts';
import { EpochMs } from '../../machines/model/ids.ts';
import { Incarnation, ShardId } from '../../machines/model/shards.ts';
import type { Database } from '../database.ts';
import type { SecretBox } from '../secret-box.ts';

/** Notified with the shard of each new letter. */
export const letterChannel = 'siptg_letters';

const purpose = (id: string) => `letter/${id}`;

/** Letters to the owners of shards, in the database; sealed, for they hold numbers and what people wrote. */
export class ShardInboxRepository implements ShardInbox {
  readonly #database: Database;
  readonly #box: SecretBox;

  constructor(database: Database, box: SecretBox) {
    this.#database = database;
    this.#box = box;
  }

  async put({ id, shard, letter, expiresAt }: ShardInboxRow): Promise<void> {
    await this.#database.fork().execute(
      `with kept as (
         insert into shard_inbox (id, shard_id, letter, expires_at) values (?, ?, ?, ?)
         on conflict (id) do nothing returning shard_id
       )
       select pg_notify('${letterChannel}', shard_id) from kept`,
      [
        ...[id, shard, this.#box.seal(JSON.stringify(letter), purpose(id))],
        expiresAt === undefined ? null : new Date(expiresAt),
      ],
    );
  }

  async open(
    shards: readonly ShardId[],
    limit: number,
    except: readonly string[],
    unreadable: (id: string, error: unknown) => void,
  ): ReturnType<ShardInbox['open']> {
    const rows = await this.#database.fork().execute<Row[]>(
      `select id, shard_id, letter, begun_by, extract(epoch from expires_at) * 1000 as expires_at from shard_inbox
       where done_at is null and shard_id in (select jsonb_array_elements_text(?::jsonb))
         and id not in (select jsonb_array_elements_text(?::jsonb))
       order by position limit ?`,
      [JSON.stringify(shards), JSON.stringify(except), limit],
    );
    return rows.flatMap(({ id, shard_id, letter, begun_by, expires_at }) => {
      try {
        return [
          {
            id,
            shard: ShardId(shard_id),
            letter: JSON.parse(this.#box.open(letter, purpose(id))) as Letter,
            begunBy: begun_by === null ? undefined : Incarnation(begun_by),
            ...(expires_at !== null && { expiresAt: EpochMs(Number(expires_at)) }),
          },
        ];
      } catch (error) {
        unreadable(id, error);
        return [];
      }
    });
  }

  async begin(id: string, by: Incarnation): Promise<boolean> {
    const begun = await this.#database
      .fork()
      .execute<unknown[]>(
        `update shard_inbox set begun_by = ? where id = ? and begun_by is null and done_at is null returning id`,
        [by, id],
      );
    return begun.length > 0;
  }

  /** The row stays for a day, so that a repeat is known. */
  async done(id: string): Promise<void> {
    await this.#database.fork().execute(
      `with swept as (delete from shard_inbox where done_at < now() - interval '1 day')
       update shard_inbox set done_at = now(), letter = '' where id = ?`,
      [id],
    );
  }
}

interface Row {
  readonly id: string;
  readonly shard_id: string;
  readonly letter: string;
  readonly begun_by: string | null;
  readonly expires_at: string | null;
}
