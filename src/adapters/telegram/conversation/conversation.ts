import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { Api } from 'telegram';
import {
  type Conversation,
  type MessageContent,
  MessageNotSent,
  type MessageRef,
  type PanelBot,
  type Panels,
  type Press,
} from '../../../actors/ports/conversation.ts';
import type { UserId } from '../../../machines/model/ids.ts';
import type { TelegramAccount } from '../client/account.ts';
import { type Clock, systemClock } from '../client/clock.ts';
import { rpcErrorText } from '../client/errors.ts';
import { EditSchedule } from './edit-schedule.ts';
import { Outbox } from './outbox.ts';
import { notSent } from './refusals.ts';
import { sendPanel, sendText } from './send.ts';

export interface ConversationOptions {
  readonly account: TelegramAccount;
  readonly bot: PanelBot;
  readonly panels: Panels;
  readonly log: Logger;
  readonly clock?: Clock;
  /** 0 … 1, for the jitter of waits. */
  readonly random?: () => number;
}

/** The private chats of the chat account. Needs nothing closed; it ends with the account and the bot. */
export const conversation = (options: ConversationOptions): Conversation => new Chats(options);

class Chats implements Conversation {
  readonly #account: TelegramAccount;
  readonly #bot: PanelBot;
  readonly #panels: Panels;
  readonly #log: Logger;
  readonly #outbox: Outbox;
  readonly #edits: EditSchedule;
  #botUser: Promise<Api.TypeInputUser> | undefined;

  constructor({ account, bot, panels, log, clock = systemClock, random = Math.random }: ConversationOptions) {
    this.#account = account;
    this.#bot = bot;
    this.#panels = panels;
    this.#log = log;
    this.#outbox = new Outbox({
      clock,
      random,
      onFlood: (waitMs) => log.warn({ waitMs: Math.round(waitMs) }, 'Telegram wants fewer messages'),
    });
    this.#edits = new EditSchedule(clock, (ref, content) => this.#change(ref, content));
  }

  onMessage(listener: Parameters<Conversation['onMessage']>[0]) {
    return this.#account.readMessages(listener);
  }

  onPress(listener: (press: Press) => void | Promise<void>) {
    return this.#bot.onPress(listener);
  }

  async say(user: UserId, text: string, { silent = false }: { readonly silent?: boolean } = {}): Promise<MessageRef> {
    const messageId = await this.#send(user, (peer) => sendText(this.#account, peer, text, silent));
    return { userId: user, messageId };
  }

  async sayWithButtons(user: UserId, content: MessageContent): Promise<MessageRef> {
    const { text, silent = false } = content;
    const token = randomBytes(12).toString('base64url');
    await this.#panels.add({ token, userId: user, content });
    try {
      const messageId = await this.#send(user, async (peer) =>
        sendPanel(this.#account, peer, await this.#botAsUser(), { token, text, silent }),
      );
      await this.#panels.change(token, { messageId });
      return { userId: user, messageId, token };
    } catch (error) {
      await this.#panels.remove(token);
      // The person's refusal holds for plain text as well; and after silence both could be delivered.
      if (notSent(error).reason !== 'refused') throw error;
      this.#log.warn({ callId: content.callId, reason: reasonOf(error) }, 'a message could not get its buttons');
      return this.say(user, text, { silent });
    }
  }

  edit(ref: MessageRef, content: MessageContent): Promise<MessageRef> {
    return this.#edits.edit(ref, content);
  }

  async remove(given: MessageRef): Promise<void> {
    const ref = await this.#edits.settled(given);
    const panel = ref.token === undefined ? undefined : await this.#panels.find(ref.token);
    // First, so that from now on a press hears that the call is over.
    if (ref.token !== undefined) await this.#panels.remove(ref.token);
    try {
      await this.#delete(ref);
    } catch (error) {
      if (panel?.inlineMessageId === undefined) throw error;
      const { text, callId } = panel.content;
      this.#log.info({ callId, reason: reasonOf(error) }, 'a message stays, without its buttons');
      await this.#redraw({ ...panel, inlineMessageId: panel.inlineMessageId, content: { text } });
    }
  }

  async #change(ref: MessageRef, content: MessageContent): Promise<MessageRef> {
    const hasButtons = (content.buttons ?? []).length > 0;
    if (ref.token !== undefined) {
      const panel = await this.#panels.find(ref.token);
      if (panel?.inlineMessageId !== undefined) {
        await this.#panels.change(ref.token, { content });
        if (await this.#redraw({ ...panel, inlineMessageId: panel.inlineMessageId, content })) return ref;
      }
    } else if (!hasButtons && (await this.#rewrite(ref, content.text))) {
      return ref;
    }
    return this.#sendAnew(ref, { ...content, silent: content.silent ?? true });
  }

  /** A press on the old message counts until the new one stands: whoever presses cannot know that it is being replaced. */
  async #sendAnew(ref: MessageRef, content: MessageContent): Promise<MessageRef> {
    await this.#delete(ref);
    const hasButtons = (content.buttons ?? []).length > 0;
    const { text, silent = true } = content;
    try {
      return await (hasButtons ? this.sayWithButtons(ref.userId, content) : this.say(ref.userId, text, { silent }));
    } finally {
      if (ref.token !== undefined) await this.#forget(ref.token);
    }
  }

  /** The new message stands, whether or not the old one's buttons are forgotten. */
  async #forget(token: string): Promise<void> {
    await this.#panels.remove(token).catch((error: unknown) => {
      this.#log.warn({ reason: String(error) }, 'buttons of a message that is gone are remembered');
    });
  }

  async #redraw(panel: Parameters<PanelBot['redraw']>[0]): Promise<boolean> {
    try {
      return await this.#bot.redraw(panel);
    } catch (error) {
      throw new MessageNotSent('unreachable', { cause: error });
    }
  }

  /** Changes a text of the account's own. Answers whether that was possible. */
  async #rewrite({ userId, messageId }: MessageRef, text: string): Promise<boolean> {
    try {
      await this.#outbox.send(userId, async () => {
        const peer = await this.#account.inputPeer(userId);
        const request = new Api.messages.EditMessage({ peer, id: messageId, message: text, noWebpage: true });
        await this.#account.invoke(request);
      });
      return true;
    } catch (error) {
      const refusal = rpcErrorText(error);
      if (refusal === 'MESSAGE_NOT_MODIFIED') return true;
      // Too old, deleted by the person, or a message that never was ours to edit.
      if (refusal?.startsWith('MESSAGE_')) return false;
      throw notSent(error);
    }
  }

  async #delete({ userId, messageId }: MessageRef): Promise<void> {
    const request = new Api.messages.DeleteMessages({ id: [messageId], revoke: true });
    try {
      await this.#outbox.send(userId, () => this.#account.invoke(request));
    } catch (error) {
      if (rpcErrorText(error) !== 'MESSAGE_ID_INVALID') throw notSent(error);
    }
  }

  async #send(user: UserId, attempt: (peer: Api.TypeInputPeer) => Promise<number>): Promise<number> {
    try {
      return await this.#outbox.send(user, async () => attempt(await this.#account.inputPeer(user)));
    } catch (error) {
      throw notSent(error);
    }
  }

  /** Asked for once: looking up names is rationed severely. */
  #botAsUser(): Promise<Api.TypeInputUser> {
    this.#botUser ??= this.#lookUpBot().catch((error: unknown) => {
      this.#botUser = undefined;
      // Wrapped, since a flood wait for looking up names, which may take a day, is none for messages.
      throw new Error('the settings bot could not be looked up', { cause: error });
    });
    return this.#botUser;
  }

  async #lookUpBot(): Promise<Api.TypeInputUser> {
    const request = new Api.contacts.ResolveUsername({ username: this.#bot.username });
    const { users } = await this.#account.invoke(request);
    const bot = users.find((user) => user instanceof Api.User && user.bot === true);
    if (!(bot instanceof Api.User) || !bot.accessHash) throw new Error('its name is not a bot’s');
    return new Api.InputUser({ userId: bot.id, accessHash: bot.accessHash });
  }
}

const reasonOf = (error: unknown) => String((error as Error | undefined)?.cause ?? error);
