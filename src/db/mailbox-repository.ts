import type { KnownPeer, Mailbox, MailboxState, Peers } from '../actors/ports/mailbox.ts';
import type { UserId } from '../machines/model/ids.ts';
import type { Database } from './database.ts';
import { ChatAccountEntity } from './entities/chat-account.ts';
import { PeerEntity } from './entities/peer.ts';

/** How far the chat account's messages were read, in the database. */
export class MailboxRepository implements Mailbox {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async load(account: UserId): Promise<MailboxState | undefined> {
    const row = await this.#database.fork().findOne(ChatAccountEntity, { id: account });
    if (row?.pts == null || row.qts == null || row.date == null) return undefined;
    return { pts: row.pts, qts: row.qts, date: row.date };
  }

  async save(account: UserId, state: MailboxState): Promise<void> {
    await this.#database.fork().upsert(ChatAccountEntity, { id: account, ...state });
  }
}

/** People the chat account has seen, in the database. */
export class PeerRepository implements Peers {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async find(account: UserId, user: UserId): Promise<KnownPeer | undefined> {
    const row = await this.#database.fork().findOne(PeerEntity, { account, userId: user });
    return row ? { accessHash: row.accessHash, met: row.met } : undefined;
  }

  async remember(account: UserId, user: UserId, peer: KnownPeer): Promise<void> {
    await this.#database.fork().upsert(PeerEntity, { account, userId: user, ...peer });
  }
}
