import type { Logger } from 'pino';
import { Api } from 'telegram';
import type { IncomingMessage } from '../../../actors/ports/conversation.ts';
import type { FirstContactBan } from '../../../actors/ports/first-contact-ban.ts';
import type { Mailbox, Peers } from '../../../actors/ports/mailbox.ts';
import { EpochMs, UserId } from '../../../machines/model/ids.ts';
import { type Clock, systemClock } from './clock.ts';
import { Connection, type ConnectionOptions, type ConnectionState } from './connection.ts';
import { floodWaitSeconds, LoginLost, TelegramTimeout, TelegramUnreachable } from './errors.ts';
import { FirstContacts } from './first-contacts.ts';
import { GroupLeaver } from './groups.ts';
import { InOrder } from './in-order.ts';
import { incomingMessage } from './incoming.ts';
import { MailboxReader } from './mailbox-reader.ts';
import { People } from './people.ts';

export type CallUpdate = Api.UpdatePhoneCall | Api.UpdatePhoneCallSignalingData;
export type MessageListener = (message: IncomingMessage) => void | Promise<void>;

export interface TelegramOptions extends ConnectionOptions {
  readonly mailbox: Mailbox;
  readonly peers?: Peers;
  readonly firstContactBan?: FirstContactBan;
  /** How long opening may take; 30 s by default. */
  readonly openTimeoutMs?: number;
  /** Telegram forbade first contacts: somebody should look at the account (product §14.3). */
  readonly onPeerFlood?: () => void;
  /** Told of each request that Telegram refused with a wait, in seconds. */
  readonly onFloodWait?: (seconds: number) => void;
  /** Whether this host may speak for the account: asked at each request. Always, where not given. */
  readonly mayAct?: () => boolean;
  /** Runs it at once, or when this host knows what is its own: asked for each update. */
  readonly whenSure?: (then: () => void) => void;
  readonly clock?: Clock;
}

/** The chat account, as the rest of this adapter sees it. */
export interface TelegramAccount {
  readonly selfId: UserId;
  /** Without @; undefined: it has none. */
  readonly username: string | undefined;
  /** `login lost` is the end: somebody has to log in anew. */
  readonly state: ConnectionState;
  /** Tells every change of the state, and the present one at once. Returns the unsubscribe. */
  onState(listener: (state: ConnectionState) => void): () => void;
  /**
   * @param timeoutMs 10 s by default
   * @throws TelegramTimeout the outcome is unknown, but the request will not be repeated later
   * @throws TelegramBusy, TelegramUnreachable (also while this host may not act), LoginLost, FirstContactsForbidden
   * @throws the library's RPCError, also for FLOOD_WAIT (with `seconds`), which is never slept through here
   */
  invoke<R extends Api.AnyRequest>(request: R, timeoutMs?: number): Promise<R['__response']>;
  /** Call updates of all sessions of the account, in order of arrival. Returns the unsubscribe. */
  onCallUpdate(listener: (update: CallUpdate) => void): () => void;
  /** @throws UnknownUser */
  inputUser(user: UserId): Promise<Api.TypeInputUser>;
  /** @throws UnknownUser */
  inputPeer(user: UserId): Promise<Api.TypeInputPeer>;
  /** Looks this user up by his user name, without @: then he can be addressed. @returns whether the name is his */
  finds(user: UserId, username: string): Promise<boolean>;
  /** Reads the mailbox from where it was left, for one listener at a time. Returns the end of reading. */
  readMessages(listener: MessageListener): () => void;
  /** Takes at most 2 s. */
  close(): Promise<void>;
}

const requestTimeoutMs = 10_000;
const listenerTimeoutMs = 15_000;

/**
 * Logs in and stays connected, whatever happens to the network.
 * @throws LoginLost when Telegram does not accept the session
 * @throws TelegramUnreachable when there is no connection in time
 */
export async function openTelegram(options: TelegramOptions): Promise<TelegramAccount> {
  const account = new Account(options);
  try {
    await account.open(options.openTimeoutMs ?? 30_000);
  } catch (error) {
    await account.close();
    throw error;
  }
  return account;
}

class Account implements TelegramAccount {
  readonly #options: TelegramOptions;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #connection: Connection;
  readonly #people: People;
  readonly #groups: GroupLeaver;
  readonly #firstContacts: FirstContacts;
  readonly #callListeners = new Set<(update: CallUpdate) => void>();
  readonly #inOrder = new InOrder<UserId>();
  #selfId: UserId | undefined;
  #username: string | undefined;
  #reader: MailboxReader | undefined;

  constructor(options: TelegramOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#clock = options.clock ?? systemClock;
    const { whenSure = (then) => then() } = options;
    this.#connection = new Connection(options, {
      connected: () => whenSure(() => this.#reader?.recover('connected')),
      received: (object) => whenSure(() => this.#received(object)),
    });
    // A reader asks by itself. Where nobody reads, only a request tells whether the login still stands.
    this.#connection.onState((state) => {
      if (state !== 'connected' || this.#reader || this.#selfId === undefined) return;
      this.invoke(new Api.updates.GetState()).catch(() => {});
    });
    this.#people = new People({
      account: () => this.selfId,
      store: options.peers,
      askDialogs: (request) => this.invoke(request),
      log: options.log,
    });
    this.#groups = new GroupLeaver((request) => this.invoke(request), options.log);
    this.#firstContacts = new FirstContacts(this.#clock, (until) => {
      options.log.error(
        { until: new Date(until).toISOString() },
        'Telegram limits the chat account as a spammer (PEER_FLOOD): until then it calls and writes to nobody first, and people it knows are served as before; ask @SpamBot from this account for the reason',
      );
      options.onPeerFlood?.();
      options.firstContactBan?.save(this.selfId, EpochMs(until)).catch((error: unknown) => {
        options.log.error({ err: error }, 'it could not be noted that first contacts are forbidden');
      });
    });
  }

  get selfId(): UserId {
    if (this.#selfId === undefined) throw new TelegramUnreachable('not logged in yet');
    return this.#selfId;
  }

  get username() {
    return this.#username;
  }

  get state() {
    return this.#connection.state;
  }

  async open(timeoutMs: number) {
    const deadline = performance.now() + timeoutMs;
    this.#connection.start();
    while (this.#selfId === undefined) {
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw new TelegramUnreachable('no connection to Telegram');
      this.#selfId = await this.#whoAmI(leftMs).catch((error: unknown) => {
        // The client may have been replaced meanwhile; the question goes to the next one.
        if (error instanceof TelegramUnreachable && !this.#connection.isOver) return undefined;
        throw error instanceof TelegramTimeout ? new TelegramUnreachable('no connection to Telegram') : error;
      });
    }
    const until = await this.#options.firstContactBan?.until(this.#selfId);
    if (until !== undefined) this.#firstContacts.resume(until);
  }

  onState(listener: (state: ConnectionState) => void) {
    return this.#connection.onState(listener);
  }

  async invoke<R extends Api.AnyRequest>(request: R, timeoutMs = requestTimeoutMs): Promise<R['__response']> {
    const to = addressee(request);
    if (to !== undefined) await this.#checkFirstContact(to);
    const { mayAct = () => true } = this.#options;
    // Ending a call is what is left to a host that lost it.
    if (!(request instanceof Api.phone.DiscardCall) && !mayAct()) {
      throw new TelegramUnreachable('this host may not act');
    }
    try {
      return await this.#connection.invoke(request, timeoutMs);
    } catch (error) {
      this.#firstContacts.judge(error);
      const seconds = floodWaitSeconds(error);
      if (seconds !== undefined) this.#options.onFloodWait?.(seconds);
      throw error;
    }
  }

  onCallUpdate(listener: (update: CallUpdate) => void) {
    this.#callListeners.add(listener);
    return () => void this.#callListeners.delete(listener);
  }

  inputUser(user: UserId) {
    return this.#people.inputUser(user);
  }

  inputPeer(user: UserId) {
    return this.#people.inputPeer(user);
  }

  async finds(user: UserId, username: string) {
    try {
      const { users } = await this.invoke(new Api.contacts.ResolveUsername({ username }));
      this.#people.learn(users);
      return users.some(({ id }) => id.toString() === user) && this.#people.known(user) !== undefined;
    } catch (error) {
      this.#log.info({ reason: String(error) }, 'a user name was not resolved');
      return false;
    }
  }

  readMessages(listener: MessageListener) {
    this.#reader?.stop();
    const reader = new MailboxReader({
      account: this.selfId,
      mailbox: this.#options.mailbox,
      clock: this.#clock,
      log: this.#log,
      askState: () => this.invoke(new Api.updates.GetState()),
      askDifference: ({ pts, qts, date }) => this.invoke(new Api.updates.GetDifference({ pts, qts, date })),
      knows: (user) => this.#people.known(UserId(user)) !== undefined,
      deliver: (message) => this.#deliver(message, listener),
      others: (updates) => this.#callUpdates(updates),
    });
    this.#reader = reader;
    reader.start();
    return () => {
      reader.stop();
      if (this.#reader === reader) this.#reader = undefined;
    };
  }

  async close() {
    this.#reader?.stop();
    this.#reader = undefined;
    await this.#connection.close();
  }

  async #whoAmI(timeoutMs: number): Promise<UserId> {
    const [self] = await this.invoke(new Api.users.GetUsers({ id: [new Api.InputUserSelf()] }), timeoutMs);
    if (!(self instanceof Api.User)) throw new LoginLost('Telegram does not say who we are');
    this.#username = self.username;
    return UserId(self.id.toString());
  }

  #received(object: unknown) {
    try {
      if (hasUsers(object)) this.#people.learn(object.users);
      this.#groups.take(object);
      if (object instanceof Api.Updates || object instanceof Api.UpdatesCombined) this.#callUpdates(object.updates);
      else if (object instanceof Api.UpdateShort) this.#callUpdates([object.update]);
      this.#reader?.take(object);
    } catch (error) {
      this.#log.error({ err: error }, 'an update could not be read');
    }
  }

  #callUpdates(updates: readonly Api.TypeUpdate[]) {
    for (const update of updates) {
      if (!(update instanceof Api.UpdatePhoneCall) && !(update instanceof Api.UpdatePhoneCallSignalingData)) continue;
      if (update instanceof Api.UpdatePhoneCall && update.phoneCall instanceof Api.PhoneCallRequested) {
        this.#people.met(UserId(update.phoneCall.adminId.toString()));
      }
      for (const listener of this.#callListeners) {
        try {
          listener(update);
        } catch (error) {
          this.#log.error({ err: error }, 'a listener of call updates failed');
        }
      }
    }
  }

  async #deliver(message: Api.Message, listener: MessageListener) {
    const incoming = incomingMessage(message, this.selfId, (user) => this.#people.known(user)?.bot === true);
    if (!incoming) return;
    this.#people.met(incoming.userId);
    await this.#inOrder.run(incoming.userId, async () => {
      const { promise: late, reject } = Promise.withResolvers<never>();
      const timer = setTimeout(reject, listenerTimeoutMs, new Error('the listener took too long'));
      try {
        await Promise.race([listener(incoming), late]);
      } catch (error) {
        this.#log.error({ err: error }, 'a message was not taken by its listener');
        throw error;
      } finally {
        clearTimeout(timer);
      }
    });
  }

  async #checkFirstContact(to: UserId) {
    if (!this.#firstContacts.areForbidden) return;
    const { met } = await this.#people.find(to).catch(() => ({ met: false }));
    this.#firstContacts.check(met);
  }
}

const hasUsers = (object: unknown): object is { users: readonly Api.TypeUser[] } =>
  typeof object === 'object' && object !== null && 'users' in object && Array.isArray(object.users);

/** Whom a request would reach, for those by which somebody can be reached. */
function addressee(request: Api.AnyRequest): UserId | undefined {
  if (request instanceof Api.phone.RequestCall) {
    return request.userId instanceof Api.InputUser ? UserId(request.userId.userId.toString()) : undefined;
  }
  if (request instanceof Api.messages.SendMessage || request instanceof Api.messages.SendInlineBotResult) {
    return request.peer instanceof Api.InputPeerUser ? UserId(request.peer.userId.toString()) : undefined;
  }
  return undefined;
}
