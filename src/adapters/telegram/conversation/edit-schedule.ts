import { type MessageContent, MessageNotSent, type MessageRef } from '../../../actors/ports/conversation.ts';
import type { UserId } from '../../../machines/model/ids.ts';
import type { Clock } from '../client/clock.ts';

interface Waiting {
  readonly ref: MessageRef;
  content: MessageContent;
  readonly done: PromiseWithResolvers<MessageRef>;
}

interface Chat {
  notBefore: number;
  /** By message, in order of the first change that waits. */
  readonly waiting: Map<string, Waiting>;
  running: Promise<unknown> | undefined;
  cancelTimer: (() => void) | undefined;
}

const gapMs = 1_000;
const waitingAtMost = 1_000;
const rememberedNames = 1_000;

/** Lets each chat have one change per second; of several that wait for one message the newest state wins. */
export class EditSchedule {
  readonly #clock: Clock;
  readonly #change: (ref: MessageRef, content: MessageContent) => Promise<MessageRef>;
  readonly #chats = new Map<UserId, Chat>();
  /** A message that was sent anew has another name; who still uses the old one means the same message. */
  readonly #successors = new Map<string, MessageRef>();
  #waiting = 0;

  /** @param change makes one change and answers the message's name after it */
  constructor(clock: Clock, change: (ref: MessageRef, content: MessageContent) => Promise<MessageRef>) {
    this.#clock = clock;
    this.#change = change;
  }

  /** @throws MessageNotSent; whatever the change throws */
  edit(given: MessageRef, content: MessageContent): Promise<MessageRef> {
    const ref = this.nameNow(given);
    const chat = this.#chat(ref.userId);
    const waiting = chat.waiting.get(key(ref));
    if (waiting) {
      waiting.content = content;
      return waiting.done.promise;
    }
    if (this.#waiting >= waitingAtMost) return Promise.reject(new MessageNotSent('busy'));
    this.#waiting++;
    const done = Promise.withResolvers<MessageRef>();
    chat.waiting.set(key(ref), { ref, content, done });
    this.#next(ref.userId, chat);
    return done.promise;
  }

  /** Drops the change that waits for a message, waits for the one under way, and answers the name it has then. */
  async settled(given: MessageRef): Promise<MessageRef> {
    const chat = this.#chats.get(given.userId);
    const id = key(this.nameNow(given));
    const waiting = chat?.waiting.get(id);
    if (chat && waiting) {
      chat.waiting.delete(id);
      this.#waiting--;
      waiting.done.resolve(this.nameNow(given));
    }
    await chat?.running;
    return this.nameNow(given);
  }

  nameNow(ref: MessageRef): MessageRef {
    let name = ref;
    for (let next = this.#successors.get(key(name)); next; next = this.#successors.get(key(name))) name = next;
    return name;
  }

  #chat(user: UserId): Chat {
    const known = this.#chats.get(user);
    if (known) return known;
    const chat: Chat = { notBefore: 0, waiting: new Map(), running: undefined, cancelTimer: undefined };
    this.#chats.set(user, chat);
    return chat;
  }

  #next(user: UserId, chat: Chat) {
    if (chat.running || chat.cancelTimer) return;
    const waitMs = chat.notBefore - this.#clock.now();
    if (waitMs > 0) {
      chat.cancelTimer = this.#clock.after(waitMs, () => {
        chat.cancelTimer = undefined;
        this.#next(user, chat);
      });
      return;
    }
    const [first] = chat.waiting;
    if (!first) {
      this.#chats.delete(user);
      return;
    }
    const [id, waiting] = first;
    chat.waiting.delete(id);
    this.#waiting--;
    chat.running = this.#run(waiting, chat).finally(() => {
      chat.running = undefined;
      chat.notBefore = this.#clock.now() + gapMs;
      this.#next(user, chat);
    });
  }

  async #run({ ref, content, done }: Waiting, chat: Chat): Promise<void> {
    try {
      const name = this.nameNow(ref);
      const renamed = await this.#change(name, content);
      if (key(renamed) !== key(name)) this.#rename(name, renamed, chat);
      done.resolve(renamed);
    } catch (error) {
      done.reject(error);
    }
  }

  #rename(from: MessageRef, to: MessageRef, chat: Chat) {
    this.#successors.set(key(from), to);
    const next = chat.waiting.get(key(from));
    if (next) {
      // By its new name it is found by those who remove it: it must not be sent anew after that.
      chat.waiting.delete(key(from));
      chat.waiting.set(key(to), next);
    }
    if (this.#successors.size > rememberedNames) {
      this.#successors.delete(this.#successors.keys().next().value as string);
    }
  }
}

const key = ({ userId, messageId }: MessageRef) => `${userId}/${messageId}`;
