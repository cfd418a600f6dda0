import type { Logger } from 'pino';
import { Api, helpers } from 'telegram';
import type { KnownPeer, Peers } from '../../../actors/ports/mailbox.ts';
import { UserId } from '../../../machines/model/ids.ts';
import { UnknownUser } from './errors.ts';
import { InOrder } from './in-order.ts';

interface Person extends KnownPeer {
  readonly bot: boolean;
}

/** As many as are kept in memory; the others are looked up again. */
const inMemory = 10_000;

/**
 * Users by id, with the access hash that Telegram wants in every request about them. A hash is learnt from the user
 * lists that come along with updates and results; those marked `min` carry one that is of no use (API page "min").
 */
export class People {
  readonly #account: () => UserId;
  readonly #store: Peers | undefined;
  readonly #ask: (request: Api.messages.GetDialogs) => Promise<Api.messages.TypeDialogs>;
  readonly #log: Logger;
  /** In order of use, the latest last. */
  readonly #people = new Map<UserId, Person>();
  readonly #keeping = new InOrder<UserId>();
  #asking: Promise<void> | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(options: {
    account: () => UserId;
    store: Peers | undefined;
    askDialogs: (request: Api.messages.GetDialogs) => Promise<Api.messages.TypeDialogs>;
    log: Logger;
  }) {
    this.#account = options.account;
    this.#store = options.store;
    this.#ask = options.askDialogs;
    this.#log = options.log;
  }

  learn(users: readonly Api.TypeUser[]) {
    for (const user of users) {
      if (!(user instanceof Api.User) || user.min || user.accessHash === undefined) continue;
      const id = UserId(user.id.toString());
      const before = this.#people.get(id);
      this.#put(id, { accessHash: user.accessHash.toString(), bot: user.bot === true, met: before?.met ?? false });
    }
  }

  /** He wrote or called. */
  met(user: UserId) {
    const known = this.#people.get(user);
    if (known && !known.met) this.#put(user, { ...known, met: true });
  }

  /** What memory knows at once; undefined says nothing. */
  known(user: UserId): Person | undefined {
    return this.#people.get(user);
  }

  /** @throws UnknownUser */
  async find(user: UserId): Promise<Person> {
    const known = this.#people.get(user) ?? (await this.#stored(user)) ?? (await this.#fromDialogs(user));
    if (!known) throw new UnknownUser('no access hash is known for this user');
    this.#people.delete(user);
    this.#people.set(user, known);
    return known;
  }

  async inputUser(user: UserId): Promise<Api.TypeInputUser> {
    if (user === this.#account()) return new Api.InputUserSelf();
    const { accessHash } = await this.find(user);
    return new Api.InputUser({ userId: helpers.returnBigInt(user), accessHash: helpers.returnBigInt(accessHash) });
  }

  async inputPeer(user: UserId): Promise<Api.TypeInputPeer> {
    const { accessHash } = await this.find(user);
    return new Api.InputPeerUser({ userId: helpers.returnBigInt(user), accessHash: helpers.returnBigInt(accessHash) });
  }

  #put(user: UserId, person: Person) {
    const before = this.#people.get(user);
    this.#people.delete(user);
    this.#people.set(user, person);
    if (this.#people.size > inMemory) this.#people.delete(this.#people.keys().next().value as UserId);
    if (person.bot || !this.#store) return;
    if (before?.accessHash === person.accessHash && before.met === person.met) return;
    const store = this.#store;
    // Seen and met come together: the older of the two must not be written last.
    void this.#keeping.run(user, () => this.#keep(store, user, person));
  }

  async #keep(store: Peers, user: UserId, person: Person) {
    try {
      // After a restart memory has not heard of a meeting that the store knows of.
      const met = person.met || ((await store.find(this.#account(), user))?.met ?? false);
      if (met && !person.met) this.met(user);
      else await store.remember(this.#account(), user, { accessHash: person.accessHash, met });
    } catch (error) {
      this.#log.warn({ reason: String(error) }, 'access hash was not stored');
    }
  }

  async #stored(user: UserId): Promise<Person | undefined> {
    try {
      const peer = await this.#store?.find(this.#account(), user);
      return peer && { ...peer, bot: false };
    } catch (error) {
      this.#log.warn({ reason: String(error) }, 'access hash was not read');
      return undefined;
    }
  }

  /** The last resort: the newest hundred chats, asked for at most once a minute. */
  async #fromDialogs(user: UserId): Promise<Person | undefined> {
    if (performance.now() - this.#askedAt > 60_000) {
      this.#askedAt = performance.now();
      this.#asking = this.#ask(
        new Api.messages.GetDialogs({
          offsetDate: 0,
          offsetId: 0,
          offsetPeer: new Api.InputPeerEmpty(),
          limit: 100,
          hash: helpers.returnBigInt(0),
        }),
      ).then(
        (dialogs) => {
          if ('users' in dialogs) this.learn(dialogs.users);
        },
        (error: unknown) => this.#log.warn({ reason: String(error) }, 'chats were not read'),
      );
    }
    await this.#asking;
    return this.#people.get(user);
  }
}
