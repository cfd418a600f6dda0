import type { People } from '../../../src/actors/ports/people.ts';
import type { UserId } from '../../../src/machines/model/ids.ts';

interface Known {
  readonly name?: string;
  readonly telegramLanguage?: string;
  readonly language?: string;
  readonly callback?: boolean;
}

/** Somebody who knows everybody. */
export class MemoryPeople implements People {
  /** Whom the chat account has met, as the test says. */
  readonly met = new Set<UserId>();
  readonly #known = new Map<UserId, Known>();

  async name(user: UserId) {
    return this.#known.get(user)?.name;
  }

  async note(user: UserId, { name, language }: { readonly name?: string; readonly language?: string }) {
    this.#learn(user, {
      ...(name !== undefined && { name }),
      ...(language !== undefined && { telegramLanguage: language }),
    });
  }

  async language(user: UserId) {
    const known = this.#known.get(user);
    return known?.language ?? known?.telegramLanguage;
  }

  async setLanguage(user: UserId, language: string) {
    this.#learn(user, { language });
  }

  async callback(user: UserId) {
    return this.#known.get(user)?.callback ?? true;
  }

  async setCallback(user: UserId, on: boolean) {
    this.#learn(user, { callback: on });
  }

  async hasMet(user: UserId) {
    return this.met.has(user);
  }

  #learn(user: UserId, more: Known): void {
    this.#known.set(user, { ...this.#known.get(user), ...more });
  }
}
