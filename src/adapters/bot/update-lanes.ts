import type { Update } from 'grammy/types';

/**
 * Updates on their way through their handlers: one after the other within a lane, lanes side by side. A press on the panel
 * of a call waits for none of the person's screens, and nobody waits for anybody else.
 *
 * Asked with an offset, the service forgets all updates below it. So the offset is the oldest update that is not done, and
 * what came after it is told again until then; it is known here. The service tells 100 at a time, which bounds this.
 */
export class UpdateLanes {
  readonly #take: (update: Update) => Promise<boolean>;
  /** Whether each is done, in the order they came. */
  readonly #known = new Map<number, boolean>();
  readonly #lastIn = new Map<string, Promise<void>>();
  readonly #running = new Set<Promise<void>>();
  #offset = 0;

  /** @param take must not reject; false: the update is to be told again by the service, to whoever reads next */
  constructor(take: (update: Update) => Promise<boolean>) {
    this.#take = take;
  }

  get isBusy(): boolean {
    return this.#running.size > 0;
  }

  /** To be asked with next, and only then: what is below it is not known here any more. 0: nothing was done yet. */
  nextOffset(): number {
    for (const [id, isDone] of this.#known) {
      if (!isDone) break;
      this.#known.delete(id);
      this.#offset = id + 1;
    }
    return this.#offset;
  }

  accept(updates: readonly Update[]): void {
    for (const update of updates) {
      if (this.#known.has(update.update_id)) continue;
      this.#known.set(update.update_id, false);
      this.#start(update);
    }
  }

  /** When everything accepted so far has been taken, or left to be told again. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  #start(update: Update): void {
    const lane = laneOf(update);
    const running = this.#run(update, this.#lastIn.get(lane));
    this.#running.add(running);
    this.#lastIn.set(lane, running);
    void running.then(() => {
      this.#running.delete(running);
      if (this.#lastIn.get(lane) === running) this.#lastIn.delete(lane);
    });
  }

  async #run(update: Update, before: Promise<void> | undefined): Promise<void> {
    await before;
    if (await this.#take(update)) this.#known.set(update.update_id, true);
  }
}

function laneOf({ update_id: id, callback_query: press, message, my_chat_member: membership }: Update): string {
  if (press) return `${press.inline_message_id === undefined ? 'settings' : 'calls'}/${press.from.id}`;
  const chat = message?.chat ?? membership?.chat;
  // One for all groups: what happens as one group becomes another is told in order.
  if (chat) return chat.type === 'private' ? `settings/${chat.id}` : 'groups';
  return `alone/${id}`;
}
