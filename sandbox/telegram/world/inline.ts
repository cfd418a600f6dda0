import type { Clock } from './clock.ts';
import type { Directory } from './directory.ts';
import type { Events } from './events.ts';
import type { WorldFaults } from './faults.ts';
import type { Ids } from './ids.ts';
import type { Messaging, SendOptions, Sent } from './messaging.ts';
import type { Content, Message, PeerId, UserId } from './model.ts';
import { Pending } from './pending.ts';
import { Refusal } from './refusal.ts';

export interface InlineResult {
  readonly id: string;
  readonly type: string;
  readonly title?: string;
  readonly description?: string;
  readonly content: Content;
}

export interface InlineAnswer {
  readonly results: readonly InlineResult[];
  readonly cacheSeconds: number;
  readonly nextOffset?: string;
  readonly button?: { readonly text: string; readonly startParameter: string };
}

export interface CallbackAnswer {
  readonly text?: string;
  readonly alert: boolean;
  readonly url?: string;
  readonly cacheSeconds: number;
}

interface Answered {
  readonly botId: UserId;
  readonly userId: UserId;
  readonly query: string;
  readonly answer: InlineAnswer;
}

/** Bots in other people's conversations: inline queries, messages via a bot, and pressed buttons. */
export class Inline {
  readonly #queries: Pending<InlineAnswer>;
  readonly #callbacks: Pending<CallbackAnswer>;
  readonly #answered = new Map<bigint, Answered>();
  readonly #inlineMessages = new Map<string, { readonly gid: number; readonly botId: UserId }>();
  readonly #inlineIdByGid = new Map<number, string>();
  readonly #directory: Directory;
  readonly #messaging: Messaging;
  readonly #events: Events;
  readonly #ids: Ids;
  readonly #faults: WorldFaults;

  constructor(parts: {
    directory: Directory;
    messaging: Messaging;
    events: Events;
    ids: Ids;
    clock: Clock;
    faults: WorldFaults;
  }) {
    this.#directory = parts.directory;
    this.#messaging = parts.messaging;
    this.#events = parts.events;
    this.#ids = parts.ids;
    this.#faults = parts.faults;
    this.#queries = new Pending(parts.clock);
    this.#callbacks = new Pending(parts.clock);
  }

  /**
   * Asks a bot what it offers; waits for its answer.
   * @throws Refusal BOT_INVALID, BOT_INLINE_DISABLED, BOT_RESPONSE_TIMEOUT
   */
  async query(userId: UserId, botId: UserId, peerId: PeerId, query: string, offset: string) {
    const bot = this.#directory.user(botId).bot;
    if (!bot) throw new Refusal(400, 'BOT_INVALID');
    if (!bot.inline) throw new Refusal(400, 'BOT_INLINE_DISABLED');
    const id = this.#ids.long();
    const answering = this.#queries.wait(String(id), botId, this.#faults.botAnswerTimeoutMs);
    this.#events.tell({
      type: 'inlineQuery',
      userId: botId,
      queryId: String(id),
      fromId: userId,
      query,
      offset,
      peerId,
    });
    const answer = await answering;
    if (!answer) throw new Refusal(400, 'BOT_RESPONSE_TIMEOUT');
    this.#answered.set(id, { botId, userId, query, answer });
    return { queryId: id, answer };
  }

  /** @throws Refusal QUERY_ID_INVALID when nobody waits for it (any more) */
  answerQuery(botId: UserId, queryId: string, answer: InlineAnswer): void {
    if (!this.#queries.settle(queryId, botId, answer)) throw new Refusal(400, 'QUERY_ID_INVALID');
  }

  /**
   * Sends one of the offered results as a message of the user, "via" the bot.
   * @throws Refusal QUERY_ID_INVALID, RESULT_ID_INVALID, and what sending throws
   */
  sendResult(
    userId: UserId,
    toId: PeerId,
    choice: { queryId: bigint; resultId: string; hideVia: boolean; silent: boolean },
    options: SendOptions,
  ): Sent {
    const asked = this.#answered.get(choice.queryId);
    if (asked?.userId !== userId) throw new Refusal(400, 'QUERY_ID_INVALID');
    const result = asked.answer.results.find(({ id }) => id === choice.resultId);
    if (!result) throw new Refusal(400, 'RESULT_ID_INVALID');
    const content: Content = {
      ...result.content,
      ...(choice.hideVia ? {} : { viaBotId: asked.botId }),
      ...(choice.silent ? { silent: true } : {}),
    };
    const sent = this.#messaging.send(userId, toId, content, options);
    if (this.#inlineIdByGid.has(sent.message.gid)) return sent;
    const inlineMessageId = this.#register(sent.message, asked.botId);
    if (this.#directory.user(asked.botId).bot?.inlineFeedback) {
      this.#events.tell({
        type: 'inlineChosen',
        userId: asked.botId,
        fromId: userId,
        resultId: result.id,
        query: asked.query,
        // Without buttons the bot is not told it: it could not edit the message anyway.
        ...(content.markup ? { inlineMessageId } : {}),
      });
    }
    return sent;
  }

  /** int32 dc, int64 owner, int32 message number, int64 random, as the real ones are made. */
  #register(message: Message, botId: UserId): string {
    const raw = Buffer.alloc(24);
    raw.writeInt32LE(2, 0);
    raw.writeBigInt64LE(BigInt(message.fromId), 4);
    raw.writeInt32LE(message.gid, 12);
    raw.writeBigInt64LE(this.#ids.long(), 16);
    const id = raw.toString('base64url');
    this.#inlineMessages.set(id, { gid: message.gid, botId });
    this.#inlineIdByGid.set(message.gid, id);
    return id;
  }

  /** Any copy of an inline message. @throws Refusal MESSAGE_ID_INVALID for foreign, unknown and deleted ones */
  inlineMessage(botId: UserId, inlineMessageId: string): Message {
    const known = this.#inlineMessages.get(inlineMessageId);
    const copy = known?.botId === botId ? this.#messaging.copies(known.gid)[0] : undefined;
    if (!copy) throw new Refusal(400, 'MESSAGE_ID_INVALID');
    return copy;
  }

  /**
   * Presses a callback button with data; resolves with the bot's answer.
   * @throws Refusal MESSAGE_ID_INVALID, DATA_INVALID, BOT_RESPONSE_TIMEOUT (502)
   */
  async press(userId: UserId, message: Message, data: string): Promise<CallbackAnswer> {
    const botId = message.viaBotId ?? message.fromId;
    if (!this.#directory.find(botId)?.bot) throw new Refusal(400, 'MESSAGE_ID_INVALID');
    const rows = message.markup?.kind === 'inline' ? message.markup.rows : [];
    const exists = rows.flat().some((button) => button.kind === 'callback' && button.data === data);
    if (!exists) throw new Refusal(400, 'DATA_INVALID');
    return this.pressAnyway(userId, message, data);
  }

  /** As a client with an old or forged copy of the message would: the bot is told whatever the message says now. */
  async pressAnyway(userId: UserId, message: Message, data: string): Promise<CallbackAnswer> {
    const botId = message.viaBotId ?? message.fromId;
    const queryId = String(this.#ids.long());
    const inlineMessageId = this.#inlineIdByGid.get(message.gid);
    const own = inlineMessageId ? undefined : this.#messaging.copyOf(message.gid, botId);
    const answering = this.#callbacks.wait(queryId, botId, this.#faults.botAnswerTimeoutMs);
    this.#events.tell({
      type: 'callbackQuery',
      userId: botId,
      queryId,
      fromId: userId,
      data,
      ...(inlineMessageId ? { inlineMessageId } : {}),
      ...(own ? { message: own } : {}),
    });
    const answer = await answering;
    if (!answer) throw new Refusal(502, 'BOT_RESPONSE_TIMEOUT');
    return answer;
  }

  /** @throws Refusal QUERY_ID_INVALID */
  answerCallback(botId: UserId, queryId: string, answer: CallbackAnswer): void {
    if (!this.#callbacks.settle(queryId, botId, answer)) throw new Refusal(400, 'QUERY_ID_INVALID');
  }
}
