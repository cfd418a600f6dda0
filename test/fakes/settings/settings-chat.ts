import {
  type SettingsButton,
  type SettingsChat,
  type SettingsMessage,
  SettingsMessageNotSent,
} from '../../../src/actors/ports/settings-chat.ts';
import type { UserId } from '../../../src/machines/model/ids.ts';
import type { SettingsInput } from '../../../src/machines/model/settings.ts';

type Proof = Awaited<ReturnType<SettingsChat['prove']>>;

/** Everything that was done in somebody's conversation, in order. */
export type ChatEvent =
  | { readonly did: 'send'; readonly id: number; readonly message: SettingsMessage }
  | { readonly did: 'edit'; readonly id: number; readonly message: SettingsMessage }
  | { readonly did: 'remove'; readonly id: number };

/** The conversations as people see them: one page each, on which messages stand, change and disappear. */
export class PlayedSettingsChat implements SettingsChat {
  readonly username = 'siptg_bot';
  /** Chats it was asked to leave. */
  readonly left: string[] = [];
  readonly #pages = new Map<UserId, Map<number, SettingsMessage>>();
  readonly #events = new Map<UserId, ChatEvent[]>();
  readonly #refusals = new Map<UserId, SettingsMessageNotSent['reason']>();
  readonly #chats = new Map<string, Proof>();
  #lastId = 100;

  async send(user: UserId, message: SettingsMessage) {
    this.#refuse(user);
    const id = this.#newId();
    this.#page(user).set(id, message);
    this.#note(user, { did: 'send', id, message });
    return id;
  }

  async edit(user: UserId, messageId: number, message: SettingsMessage) {
    this.#refuse(user);
    if (!this.#page(user).has(messageId)) throw new SettingsMessageNotSent('gone');
    this.#page(user).set(messageId, message);
    this.#note(user, { did: 'edit', id: messageId, message });
  }

  async remove(user: UserId, messageId: number) {
    this.#refuse(user);
    this.#page(user).delete(messageId);
    this.#note(user, { did: 'remove', id: messageId });
  }

  async usernameOf() {
    return undefined;
  }

  async prove(chat: string): Promise<Proof> {
    return this.#chats.get(chat) ?? { ok: false, reason: 'Bad Request: chat not found' };
  }

  leave(chat: string) {
    this.left.push(chat);
  }

  /** Nothing can be said to him from now on; undefined: it can again. */
  refuse(user: UserId, reason: SettingsMessageNotSent['reason'] | undefined): void {
    if (reason) this.#refusals.set(user, reason);
    else this.#refusals.delete(user);
  }

  /** What a chat says to a test message. */
  chat(chat: string, proof: Proof): void {
    this.#chats.set(chat, proof);
  }

  /** He writes something himself. @returns the message's id */
  writes(user: UserId, text: string): number {
    const id = this.#newId();
    this.#page(user).set(id, { text });
    return id;
  }

  /** He deletes a message on his side and ours. */
  loses(user: UserId, messageId: number): void {
    this.#page(user).delete(messageId);
  }

  /** What stands there, oldest first. */
  page(user: UserId): readonly (SettingsMessage & { readonly id: number })[] {
    return [...this.#page(user)].map(([id, message]) => ({ id, ...message }));
  }

  events(user: UserId): readonly ChatEvent[] {
    return this.#events.get(user) ?? [];
  }

  /** He presses the newest button with this label. @throws when there is none that reports a press */
  press(user: UserId, label: string): Extract<SettingsInput, { kind: 'press' }> {
    for (const { id, buttons = [] } of this.page(user).toReversed()) {
      const button = buttons.flat().find((other: SettingsButton) => other.label === label);
      if (button && 'press' in button) return { kind: 'press', press: button.press, messageId: id };
    }
    throw new Error(`no button "${label}" among: ${this.labels(user).join(', ')}`);
  }

  /** Of all buttons that stand there. */
  labels(user: UserId): readonly string[] {
    return this.page(user).flatMap(({ buttons = [] }) => buttons.flat().map(({ label }) => label));
  }

  #refuse(user: UserId): void {
    const reason = this.#refusals.get(user);
    if (reason) throw new SettingsMessageNotSent(reason);
  }

  #page(user: UserId): Map<number, SettingsMessage> {
    const page = this.#pages.get(user) ?? new Map<number, SettingsMessage>();
    this.#pages.set(user, page);
    return page;
  }

  #note(user: UserId, event: ChatEvent): void {
    this.#events.set(user, [...(this.#events.get(user) ?? []), event]);
  }

  /** Ids grow over all conversations of a bot, those of others' messages among them. */
  #newId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }
}
