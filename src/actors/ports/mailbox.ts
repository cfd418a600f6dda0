import type { UserId } from '../../machines/model/ids.ts';

/** How far an account's messages have been read: the account-wide update state of Telegram. */
export interface MailboxState {
  readonly pts: number;
  readonly qts: number;
  /** Unix seconds, by Telegram's clock. */
  readonly date: number;
}

/** Where the reader of the chat account's messages keeps its place, so that nothing sent while it was away is lost. */
export interface Mailbox {
  /** Undefined before the first reading: then reading begins with what arrives from now on. */
  load(account: UserId): Promise<MailboxState | undefined>;
  /** Called after the messages before this state were taken by their listener; the newest call counts. */
  save(account: UserId, state: MailboxState): Promise<void>;
}

/** What an account must know of a person to write to or call him. */
export interface KnownPeer {
  /** 64-bit, decimal, signed; Telegram refuses requests about a user without it. */
  readonly accessHash: string;
  /** He has written to or called the account, so that writing to him is no first contact (product §14.3). */
  readonly met: boolean;
}

/** People an account has seen, beyond what fits into memory and beyond a restart. Bots are not kept. */
export interface Peers {
  find(account: UserId, user: UserId): Promise<KnownPeer | undefined>;
  remember(account: UserId, user: UserId, peer: KnownPeer): Promise<void>;
}
