import type { Call, CallRole } from './call.ts';
import type { EndpointId, Message, PeerId, UserId } from './model.ts';

/** Something that a user (or bot) is told. `origin` is the session whose request caused it: it knows already. */
export type WorldEvent =
  | BoxEvent
  | { readonly type: 'typing'; readonly userId: UserId; readonly fromId: UserId; readonly action: string }
  | {
      readonly type: 'call';
      readonly userId: UserId;
      /** Told to this endpoint only; absent: to all of the user's. */
      readonly endpoint?: EndpointId;
      readonly exceptEndpoint?: EndpointId;
      readonly call: Call;
      readonly role: CallRole;
      readonly origin?: string;
    }
  | {
      readonly type: 'signaling';
      readonly userId: UserId;
      readonly endpoint: EndpointId;
      readonly call: Call;
      readonly data: Buffer;
    }
  | {
      readonly type: 'inlineQuery';
      readonly userId: UserId;
      readonly queryId: string;
      readonly fromId: UserId;
      readonly query: string;
      readonly offset: string;
      readonly peerId: PeerId;
    }
  | {
      readonly type: 'inlineChosen';
      readonly userId: UserId;
      readonly fromId: UserId;
      readonly resultId: string;
      readonly query: string;
      readonly inlineMessageId?: string;
    }
  | {
      readonly type: 'callbackQuery';
      readonly userId: UserId;
      readonly queryId: string;
      readonly fromId: UserId;
      readonly data: string;
      /** The bot's own copy, or the inline message. */
      readonly message?: Message;
      readonly inlineMessageId?: string;
    }
  | {
      readonly type: 'botMembership';
      readonly userId: UserId;
      readonly peerId: PeerId;
      readonly byId: UserId;
      readonly from: MemberStatus;
      readonly to: MemberStatus;
    }
  | { readonly type: 'loginTokenScanned'; readonly token: string };

export type MemberStatus = 'member' | 'administrator' | 'left' | 'kicked';

/** What counts in a box's pts and stays in its log. */
export type BoxEvent = BoxChange & {
  readonly userId: PeerId;
  readonly pts: number;
  readonly ptsCount: number;
  readonly origin?: string;
};

export type BoxChange =
  | { readonly type: 'message'; readonly message: Message }
  | { readonly type: 'edit'; readonly message: Message }
  | { readonly type: 'delete'; readonly peerId: PeerId; readonly ids: readonly number[] }
  | {
      readonly type: 'read';
      readonly peerId: PeerId;
      readonly side: 'inbox' | 'outbox';
      readonly maxId: number;
      readonly unread: number;
    };

/** Tells everybody who watches, in the order in which things happened. */
export class Events {
  readonly #listeners = new Set<(event: WorldEvent) => void>();

  watch(listener: (event: WorldEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(event: WorldEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}
