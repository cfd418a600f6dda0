/** The things the world is made of. Ids of users and calls are decimal strings, TL longs without a meaning are bigint. */

/** A positive decimal number. */
export type UserId = string;
/** A user, or a chat in the Bot API's form: `-7` a group, `-1000000000007` a channel. */
export type PeerId = string;
/** One device of a user (a CallDevice), or one login of a client over MTProto (an auth key). */
export type EndpointId = string;

export interface User {
  readonly id: UserId;
  readonly accessHash: bigint;
  firstName: string;
  lastName?: string;
  username?: string;
  /** Digits only. */
  phone?: string;
  languageCode?: string;
  /** Two-step verification. */
  password?: string;
  readonly privacy: { calls: 'all' | 'contacts' | 'nobody'; readonly alwaysAllowCalls: Set<UserId> };
  readonly contacts: Set<UserId>;
  readonly blocked: Set<UserId>;
  /** Has no client that can take calls: PARTICIPANT_VERSION_OUTDATED. */
  outdatedClients: boolean;
  readonly bot?: BotTraits;
}

export interface BotTraits {
  readonly token: string;
  readonly inline: boolean;
  /** chosen_inline_result is told (BotFather's inline feedback at 100 %). */
  readonly inlineFeedback: boolean;
  readonly startedBy: Set<UserId>;
}

export interface Chat {
  readonly id: PeerId;
  readonly kind: 'group' | 'channel';
  readonly title: string;
  readonly creatorId: UserId;
  readonly members: Set<UserId>;
  /** May post in a channel; in a group every member may. */
  readonly admins: Set<UserId>;
  readonly created: number;
  deleted: boolean;
}

/** Offsets and lengths in UTF-16 units; the types are the Bot API's. */
export interface Entity {
  readonly type: string;
  readonly offset: number;
  readonly length: number;
  readonly url?: string;
  readonly language?: string;
  readonly userId?: UserId;
}

export type InlineButton =
  | { readonly kind: 'callback'; readonly text: string; readonly data: string }
  | { readonly kind: 'url'; readonly text: string; readonly url: string }
  | { readonly kind: 'copy'; readonly text: string; readonly copyText: string }
  | { readonly kind: 'switchInline'; readonly text: string; readonly query: string; readonly samePeer: boolean };

export type ReplyButton =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'requestContact'; readonly text: string }
  | {
      readonly kind: 'requestUsers';
      readonly text: string;
      readonly requestId: number;
      readonly bot?: boolean;
      readonly maxQuantity: number;
      readonly withName: boolean;
      readonly withUsername: boolean;
    }
  | {
      readonly kind: 'requestChat';
      readonly text: string;
      readonly requestId: number;
      readonly channel: boolean;
      readonly botIsMember: boolean;
      /** Administrator rights, named as in the Bot API, that the person must have and the bot gets. */
      readonly userRights?: readonly string[];
      readonly botRights?: readonly string[];
      readonly withTitle: boolean;
    };

export type Markup =
  | { readonly kind: 'inline'; readonly rows: readonly (readonly InlineButton[])[] }
  | {
      readonly kind: 'reply';
      readonly rows: readonly (readonly ReplyButton[])[];
      readonly oneTime: boolean;
      readonly resize: boolean;
      readonly placeholder?: string;
    }
  | { readonly kind: 'remove' }
  | { readonly kind: 'forceReply'; readonly placeholder?: string };

export interface Document {
  readonly id: bigint;
  readonly accessHash: bigint;
  fileReference: Buffer;
  readonly bytes: Buffer;
  readonly mime: string;
  /** Unix seconds. */
  readonly date: number;
  readonly kind: 'voice' | 'audio' | 'document';
  readonly durationSeconds?: number;
  readonly title?: string;
  readonly performer?: string;
  readonly fileName?: string;
}

export interface Contact {
  readonly phone: string;
  readonly firstName: string;
  readonly lastName?: string;
  readonly userId?: UserId;
}

export type Media =
  | { readonly kind: 'document'; readonly document: Document }
  | { readonly kind: 'contact'; readonly contact: Contact };

export type DiscardReason = 'missed' | 'disconnect' | 'hangup' | 'busy';

export type ServiceAction =
  | {
      readonly kind: 'phoneCall';
      readonly callId: bigint;
      readonly reason?: DiscardReason;
      readonly durationSeconds?: number;
    }
  | {
      readonly kind: 'usersShared';
      readonly requestId: number;
      readonly users: readonly { userId: UserId; firstName?: string; username?: string }[];
    }
  | { readonly kind: 'chatShared'; readonly requestId: number; readonly chatId: PeerId; readonly title?: string }
  | { readonly kind: 'chatCreated'; readonly title: string; readonly userIds: readonly UserId[] }
  | { readonly kind: 'chatUsersAdded'; readonly userIds: readonly UserId[] }
  | { readonly kind: 'chatUserLeft'; readonly userId: UserId };

/** What a message says, the same for everybody who has it. */
export interface Content {
  readonly text: string;
  readonly entities?: readonly Entity[];
  readonly media?: Media;
  readonly markup?: Markup;
  readonly viaBotId?: UserId;
  readonly silent?: boolean;
  readonly action?: ServiceAction;
  readonly forwardedFrom?: { readonly userId: UserId; readonly date: number };
}

/** One side's copy of a logical message. Copies of one message share `gid`, and nothing else identifies them alike. */
export interface Message extends Content {
  readonly gid: number;
  /** Whose box it lies in: a user, or a channel. */
  readonly ownerId: PeerId;
  /** The id in that box. */
  readonly id: number;
  readonly peerId: PeerId;
  readonly fromId: UserId;
  readonly out: boolean;
  /** Unix seconds. */
  readonly date: number;
  readonly editDate?: number;
  /** The id, in this box, of the message it answers. */
  readonly replyToId?: number;
}
