import type { User, UserId } from '../world/model.ts';
import type { World } from '../world/world.ts';
import type { Parameters } from './parameters.ts';
import { UpdateQueue } from './update-queue.ts';
import { updateOf } from './updates.ts';
import { Webhook } from './webhook.ts';

/** One bot as the Bot API keeps it: its updates, where they go, and what BotFather would show. */
export class Bot {
  readonly user: User;
  readonly queue: UpdateQueue;
  readonly webhook: Webhook;
  /** By method name without `set`/`get`, scope and language. */
  readonly settings = new Map<string, unknown>();

  constructor(user: User, execute: (method: string, params: Parameters) => Promise<unknown>) {
    this.user = user;
    this.queue = new UpdateQueue(() => this.webhook.wake());
    this.webhook = new Webhook(this.queue, execute);
  }

  get id(): UserId {
    return this.user.id;
  }

  close(): void {
    this.queue.close();
    this.webhook.clear();
  }
}

/** All bots of the world; each exists here from its first request or update on. */
export class Bots {
  readonly #bots = new Map<UserId, Bot>();
  readonly #world: World;
  readonly #execute: (bot: Bot, method: string, params: Parameters) => Promise<unknown>;
  readonly #unwatch: () => void;

  constructor(world: World, execute: (bot: Bot, method: string, params: Parameters) => Promise<unknown>) {
    this.#world = world;
    this.#execute = execute;
    this.#unwatch = world.events.watch((event) => {
      if (!('userId' in event)) return;
      const user = world.directory.find(event.userId);
      if (!user?.bot) return;
      const update = updateOf(world, event, user.id);
      if (update) this.#of(user).queue.add(update);
    });
  }

  byToken(token: string): Bot | undefined {
    const user = this.#world.directory.byToken(token);
    return user && this.#of(user);
  }

  #of(user: User): Bot {
    const known = this.#bots.get(user.id);
    if (known) return known;
    const bot: Bot = new Bot(user, (method, params) => this.#execute(bot, method, params));
    this.#bots.set(user.id, bot);
    return bot;
  }

  close(): void {
    this.#unwatch();
    for (const bot of this.#bots.values()) bot.close();
  }
}
