import type { Ids } from './ids.ts';
import type { User, UserId } from './model.ts';
import { Refusal } from './refusal.ts';

export interface NewUser {
  readonly id?: UserId;
  readonly firstName: string;
  readonly lastName?: string;
  readonly username?: string;
  readonly phone?: string;
  readonly languageCode?: string;
  readonly password?: string;
}

export interface NewBot {
  readonly id?: UserId;
  readonly username: string;
  readonly firstName?: string;
  readonly token?: string;
  readonly inline?: boolean;
  readonly inlineFeedback?: boolean;
}

/** Telegram itself: login codes come from this account. */
export const serviceUserId: UserId = '777000';

/** Everybody there is: people and bots, and how they are found. */
export class Directory {
  readonly #users = new Map<UserId, User>();
  readonly #ids: Ids;
  #nextUserId = 500_000_001;
  #nextBotId = 700_000_001;

  constructor(ids: Ids) {
    this.#ids = ids;
    this.addUser({ id: serviceUserId, firstName: 'Telegram', phone: '42777' });
  }

  addUser(user: NewUser): User {
    return this.#add({ ...user, id: user.id ?? String(this.#nextUserId++) });
  }

  addBot(bot: NewBot): User {
    const id = bot.id ?? String(this.#nextBotId++);
    return this.#add({
      id,
      firstName: bot.firstName ?? bot.username,
      username: bot.username,
      bot: {
        token: bot.token ?? `${id}:${this.#ids.token(35)}`,
        inline: bot.inline ?? false,
        inlineFeedback: bot.inlineFeedback ?? false,
        startedBy: new Set<UserId>(),
      },
    });
  }

  #add(
    given: Pick<User, 'id' | 'firstName'> &
      Partial<Pick<User, 'lastName' | 'username' | 'phone' | 'languageCode' | 'password' | 'bot'>>,
  ): User {
    if (!/^[1-9]\d{0,15}$/.test(given.id)) throw new Error(`not a user id: ${given.id}`);
    if (this.#users.has(given.id)) throw new Error(`user ${given.id} exists already`);
    if (given.username && this.byUsername(given.username)) throw new Error(`@${given.username} is taken`);
    const user: User = {
      ...given,
      ...(given.phone ? { phone: given.phone.replace(/\D/g, '') } : {}),
      accessHash: this.#ids.long(),
      privacy: { calls: 'all', alwaysAllowCalls: new Set() },
      contacts: new Set(),
      blocked: new Set(),
      outdatedClients: false,
    };
    this.#users.set(user.id, user);
    return user;
  }

  find(id: UserId): User | undefined {
    return this.#users.get(id);
  }

  /** @throws Refusal PEER_ID_INVALID */
  user(id: UserId): User {
    const user = this.#users.get(id);
    if (!user) throw new Refusal(400, 'PEER_ID_INVALID');
    return user;
  }

  all(): readonly User[] {
    return [...this.#users.values()];
  }

  byUsername(username: string): User | undefined {
    const wanted = username.replace(/^@/, '').toLowerCase();
    return this.all().find((user) => user.username?.toLowerCase() === wanted);
  }

  byPhone(phone: string): User | undefined {
    const digits = phone.replace(/\D/g, '');
    return this.all().find((user) => user.phone === digits);
  }

  byToken(token: string): User | undefined {
    return this.all().find((user) => user.bot?.token === token);
  }
}
