import type { UserId } from '../../machines/model/ids.ts';
import type { Whereabouts } from '../../machines/model/settings-dialogue.ts';
import type { Screen } from '../../machines/model/settings-screens.ts';
import type { Arrival } from '../../machines/settings-dialogue.ts';
import type { WallClock } from '../ports/clock.ts';
import type { Dialogues } from '../ports/dialogues.ts';
import type { Faults } from '../ports/faults.ts';
import type { People } from '../ports/people.ts';
import { type SettingsChat, SettingsMessageNotSent, type SettingsTexts } from '../ports/settings-chat.ts';
import type { Next, Saying, Visitor } from './handlers.ts';
import { voiceOf } from './voice.ts';

export interface PresenterParts {
  readonly chat: SettingsChat;
  readonly texts: SettingsTexts;
  readonly dialogues: Dialogues;
  readonly people: Pick<People, 'language'>;
  readonly clock: WallClock;
  readonly faults: Faults;
}

/** Shows people what follows from what they did, and writes down where they are then. */
export class Presenter {
  readonly #parts: PresenterParts;
  readonly #voice: ReturnType<typeof voiceOf>;

  constructor(parts: PresenterParts) {
    this.#parts = parts;
    this.#voice = voiceOf(parts);
  }

  /**
   * `inPlace`: on the message the screen stands in; else anew, at the bottom. Whoever has stopped the bot misses it, and is
   * asked nothing.
   * @throws SettingsMessageNotSent when a screen cannot be shown for another reason
   */
  async show(visitor: Visitor, from: Whereabouts, next: Next, inPlace: boolean, signal: AbortSignal): Promise<Arrival> {
    signal.throwIfAborted();
    for (const saying of sayingsOf(visitor, from, next)) await this.say(saying, visitor);
    const shown = next.screen && (await this.#screen(visitor, from.screenMessage, next.screen, inPlace));
    const isBlocked = shown === 'blocked';
    const at = this.#parts.clock.now();
    const to: Whereabouts = {
      screenMessage: typeof shown === 'number' ? shown : from.screenMessage,
      question: next.question && !isBlocked ? { question: next.question, askedAt: at, wrong: 0 } : undefined,
      picking: isBlocked ? undefined : next.picking,
      givenUp: next.givenUp,
    };
    // Most presses lead to another screen in the same place.
    if (isSamePlace(from, to)) return { whereabouts: from, at };
    return this.settle(visitor.user, to, signal);
  }

  /** Writes down where somebody is. */
  async settle(user: UserId, to: Whereabouts, signal: AbortSignal): Promise<Arrival> {
    const { dialogues, clock } = this.#parts;
    // What was left for taking too long must not overwrite what came after it.
    signal.throwIfAborted();
    await dialogues.save(user, to);
    return { whereabouts: to, at: clock.now() };
  }

  /** To whom it cannot be said has stopped the bot, or his conversation is out of reach: that keeps nobody else. */
  async say(saying: Saying, visitor: Visitor): Promise<void> {
    await this.#voice(saying, saying.to === visitor.user ? visitor.language : undefined);
  }

  /** @returns the message the screen stands in now */
  async #screen(
    visitor: Visitor,
    old: number | undefined,
    screen: Screen,
    inPlace: boolean,
  ): Promise<number | 'blocked'> {
    const { chat, texts, people, faults } = this.#parts;
    const { user } = visitor;
    // Asked for again: he may have just chosen another one.
    const message = texts.screen(screen, (await people.language(user)) ?? visitor.language);
    try {
      if (inPlace && old !== undefined && (await this.#edited(user, old, message))) return old;
      const id = await chat.send(user, message);
      if (old !== undefined) await chat.remove(user, old).catch((error: unknown) => faults.report('old screen', error));
      return id;
    } catch (error) {
      if (error instanceof SettingsMessageNotSent && error.reason === 'blocked') return 'blocked';
      throw error;
    }
  }

  async #edited(user: UserId, id: number, message: ReturnType<SettingsTexts['screen']>): Promise<boolean> {
    try {
      await this.#parts.chat.edit(user, id, message);
      return true;
    } catch (error) {
      if (error instanceof SettingsMessageNotSent && error.reason === 'gone') return false;
      throw error;
    }
  }
}

/** Nothing is asked, as before, and the screen stands where it stood. */
const isSamePlace = (from: Whereabouts, to: Whereabouts): boolean =>
  from.screenMessage === to.screenMessage &&
  [from, to].every(({ question, picking, givenUp }) => !question && !picking && !givenUp);

/** The keys of a picker go when something else came, or the choice: only a message can take them away. */
function sayingsOf({ user }: Visitor, { picking }: Whereabouts, next: Next): readonly Saying[] {
  const sayings = next.sayings ?? [];
  const isTold = sayings.some(({ to, notice }) => to === user && notice.kind === 'picked');
  return picking && !next.picking && !isTold ? [{ to: user, notice: { kind: 'picked' } }, ...sayings] : sayings;
}
