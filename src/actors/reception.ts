import { EpochMs, type UserId } from '../machines/model/ids.ts';
import type { Notice, Toast } from '../machines/model/notices.ts';
import type { ShardId } from '../machines/model/shards.ts';
import type { Conversation, IncomingMessage, PanelBot, PassedPress, Press } from './ports/conversation.ts';
import type { Letter } from './ports/shard-inbox.ts';
import type { Texts } from './ports/texts.ts';

/** A number, or a press, is done unasked only while its sender can still mean it (runtime §7). */
const messageMs = 60_000;
const pressMs = 15_000;

export interface ReceptionParts {
  readonly conversation: Pick<Conversation, 'onMessage' | 'onPress'>;
  readonly bot: Pick<PanelBot, 'answerPress'>;
  readonly texts: Texts;
  readonly clock: { now(): EpochMs };
  /** Whether what this person writes and presses is seen to by this host. */
  readonly isHome: (user: UserId) => boolean;
  /** Whom else he has calls with: the shard of another Worker where they are. */
  readonly awayAt: (user: UserId) => Promise<ShardId | undefined>;
  /**
   * To the host that has this shard; to the one that sees to what the person does, where none is given. `id`: of the source.
   * @throws when it cannot be kept
   */
  readonly pass: (user: UserId, id: string, letter: Letter, expiresAt: EpochMs, to?: ShardId) => Promise<void>;
  readonly take: {
    messageCame(message: IncomingMessage): Promise<void>;
    pressed(press: Press): Promise<void>;
    isForAnother(press: PassedPress): boolean;
    isForKeypad(message: IncomingMessage): Promise<boolean>;
  };
  readonly say: (user: UserId, notice: Notice) => void;
}

/**
 * Reads what people write to the chat account and press in its messages, and brings it to the host that sees to it. That is the
 * first Worker's; what is about a call over a line of another one goes on to there from it.
 */
export class Reception {
  readonly #parts: ReceptionParts;
  readonly #endPresses: () => void;
  #endMessages: (() => void) | undefined;

  constructor(parts: ReceptionParts) {
    this.#parts = parts;
    this.#endPresses = parts.conversation.onPress((press) => this.#pressed(press));
  }

  /** Messages come in from now on, also those that were written while nobody read. One host at a time reads them. */
  read(): void {
    this.#endMessages ??= this.#parts.conversation.onMessage((message) => this.#messageCame(message));
  }

  /** Leaves reading to another host. */
  leave(): void {
    this.#endMessages?.();
    this.#endMessages = undefined;
  }

  stop(): void {
    this.leave();
    this.#endPresses();
  }

  /** What another host read for this one. */
  async messagePassed(message: IncomingMessage, isLate: boolean): Promise<void> {
    const { take, say } = this.#parts;
    if (isLate) say(message.userId, { kind: 'tooLate' });
    else if (this.#parts.isHome(message.userId)) await this.#judge(message);
    else if (await take.isForKeypad(message)) await take.messageCame(message);
    else await this.#giveBack(message);
  }

  async pressPassed(press: PassedPress, isLate: boolean): Promise<void> {
    const { bot } = this.#parts;
    if (isLate) return bot.answerPress(press.pressId, this.#toast('try-again', press.language));
    if (this.#mayBeAway(press) && (await this.#passedOn(press))) return;
    await this.#takePassed(press);
  }

  async #takePassed(press: PassedPress): Promise<void> {
    const { bot, take } = this.#parts;
    let said: string | undefined;
    const answer = (text?: string) => {
      said = text;
    };
    const taking = take.pressed({ ...press, answer, passOn: () => {} });
    bot.answerPress(press.pressId, said);
    await taking;
  }

  #messageCame(message: IncomingMessage): Promise<void> {
    const { isHome, pass, clock } = this.#parts;
    const { userId, messageId } = message;
    if (isHome(userId)) return this.#judge(message);
    const expiresAt = EpochMs(clock.now() + messageMs);
    return pass(userId, `tg-${userId}-${messageId}`, { kind: 'message', message }, expiresAt);
  }

  /** A reply may be keys for a call over another Worker. */
  async #judge(message: IncomingMessage): Promise<void> {
    const { awayAt, pass, take, clock } = this.#parts;
    const { userId, messageId, replyTo } = message;
    const away = replyTo === undefined || (await take.isForKeypad(message)) ? undefined : await awayAt(userId);
    if (!away) return take.messageCame(message);
    const expiresAt = EpochMs(clock.now() + messageMs);
    await pass(userId, `tg-${userId}-${messageId}-away`, { kind: 'message', message }, expiresAt, away);
  }

  /** It replies to something else, and is judged as any other. */
  async #giveBack({ replyTo: _, ...message }: IncomingMessage): Promise<void> {
    const { pass, clock } = this.#parts;
    const { userId, messageId } = message;
    const expiresAt = EpochMs(clock.now() + messageMs);
    await pass(userId, `tg-${userId}-${messageId}-back`, { kind: 'message', message }, expiresAt);
  }

  #mayBeAway(press: PassedPress): boolean {
    const { isHome, take } = this.#parts;
    return isHome(press.userId) && take.isForAnother(press);
  }

  /** @returns whether it is about a call over another Worker: its host answers it */
  async #passedOn(press: PassedPress): Promise<boolean> {
    const { awayAt, pass, clock } = this.#parts;
    const away = await awayAt(press.userId);
    if (!away) return false;
    const expiresAt = EpochMs(clock.now() + pressMs);
    await pass(press.userId, `bot-${press.pressId}-away`, { kind: 'press', press }, expiresAt, away);
    return true;
  }

  #pressed(press: Press): Promise<void> {
    const { isHome, pass, take, clock } = this.#parts;
    const { answer: _, passOn: __, ...passed } = press;
    if (isHome(press.userId) && !this.#mayBeAway(passed)) return take.pressed(press);
    press.passOn();
    if (isHome(press.userId)) return this.pressPassed(passed, false);
    const expiresAt = EpochMs(clock.now() + pressMs);
    return pass(press.userId, `bot-${press.pressId}`, { kind: 'press', press: passed }, expiresAt);
  }

  #toast(says: Toast, language: string | undefined): string {
    return this.#parts.texts.render({ kind: 'toast', says }, language).text;
  }
}
