import { EpochMs, type UserId } from '../machines/model/ids.ts';
import type { Notice, Toast } from '../machines/model/notices.ts';
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
  /** Whether this host has the person. */
  readonly carries: (user: UserId) => boolean;
  /** To the host that has him. `id`: of the source. @throws when it cannot be kept */
  readonly pass: (user: UserId, id: string, letter: Letter, expiresAt: EpochMs) => Promise<void>;
  readonly take: {
    messageCame(message: IncomingMessage): Promise<void>;
    pressed(press: Press): Promise<void>;
  };
  readonly say: (user: UserId, notice: Notice) => void;
}

/** Reads what people write to the chat account and press in its messages, and brings it to the host that has them. */
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
    else await take.messageCame(message);
  }

  async pressPassed(press: PassedPress, isLate: boolean): Promise<void> {
    const { bot, take } = this.#parts;
    if (isLate) return bot.answerPress(press.pressId, this.#toast('try-again', press.language));
    let said: string | undefined;
    const answer = (text?: string) => {
      said = text;
    };
    const taking = take.pressed({ ...press, answer, passOn: () => {} });
    bot.answerPress(press.pressId, said);
    await taking;
  }

  #messageCame(message: IncomingMessage): Promise<void> {
    const { carries, pass, take, clock } = this.#parts;
    const { userId, messageId } = message;
    if (carries(userId)) return take.messageCame(message);
    const expiresAt = EpochMs(clock.now() + messageMs);
    return pass(userId, `tg-${userId}-${messageId}`, { kind: 'message', message }, expiresAt);
  }

  #pressed(press: Press): Promise<void> {
    const { carries, pass, take, clock } = this.#parts;
    if (carries(press.userId)) return take.pressed(press);
    press.passOn();
    const { answer: _, passOn: __, ...passed } = press;
    const expiresAt = EpochMs(clock.now() + pressMs);
    return pass(press.userId, `bot-${press.pressId}`, { kind: 'press', press: passed }, expiresAt);
  }

  #toast(says: Toast, language: string | undefined): string {
    return this.#parts.texts.render({ kind: 'toast', says }, language).text;
  }
}
