import type { CallLabel } from '../machines/model/call-label.ts';
import type { HangupCause } from '../machines/model/hangup-cause.ts';
import type { CallId, UserId } from '../machines/model/ids.ts';
import type { Notice, NoticeSlot } from '../machines/model/notices.ts';
import type { WallClock } from './ports/clock.ts';
import { type Conversation, MessageNotSent, type MessageRef } from './ports/conversation.ts';
import type { Faults } from './ports/faults.ts';
import type { Texts } from './ports/texts.ts';

const hour = 3_600_000;
/** How long a notice of this kind is not repeated to the same person (product §§5.1, 14.2, 14.3). */
const pauses: Partial<Record<Notice['kind'], number>> = {
  whatToSend: hour,
  noLines: hour / 60,
  privacyHint: 24 * hour,
};

/**
 * What stands in users' conversations about their calls: one message for each slot of a call, sent, replaced and removed
 * in order, without ever making a call wait.
 */
export class CallNotices {
  readonly #conversation: Conversation;
  readonly #texts: Texts;
  readonly #faults: Faults;
  readonly #clock: WallClock;
  readonly #saidAt = new Map<string, number>();
  /** The end of each user's queue; gone when it is empty. */
  readonly #queues = new Map<UserId, Promise<void>>();
  readonly #shown = new Map<CallId | UserId, Map<NoticeSlot, MessageRef>>();

  constructor(conversation: Conversation, texts: Texts, clock: WallClock, faults: Faults) {
    this.#clock = clock;
    this.#conversation = conversation;
    this.#texts = texts;
    this.#faults = faults;
  }

  /** Says something that is not about one call. */
  say(user: UserId, notice: Notice): void {
    if (this.#saidLately(user, notice.kind)) return;
    this.#enqueue(user, () => this.#send(user, undefined, notice, false));
  }

  /** Puts a notice in a slot of a call, in place of the one that stands there. */
  show(user: UserId, call: CallId, slot: NoticeSlot, notice: Notice): void {
    this.#enqueue(user, async () => {
      const shown = this.#slots(placeOf(user, call, slot));
      const before = shown.get(slot);
      const { text, buttons } = this.#texts.render(notice);
      const ref = before
        ? await this.#conversation.edit(before, { text, ...(buttons && { buttons }), callId: call })
        : await this.#send(user, call, notice, slot === 'panel');
      shown.set(slot, ref);
      if (notice.kind === 'offerExpired' || notice.kind === 'notAnswered') this.#shown.delete(call);
    });
  }

  /** Takes away what stands in a slot; the next notice there is a new message. */
  unshow(user: UserId, call: CallId, slot: NoticeSlot): void {
    this.#enqueue(user, async () => {
      const place = placeOf(user, call, slot);
      const ref = this.#shown.get(place)?.get(slot);
      this.#shown.get(place)?.delete(slot);
      if (ref) await this.#conversation.remove(ref);
      if (this.#shown.get(place)?.size === 0) this.#shown.delete(place);
    });
  }

  /**
   * The call is over: its caller message goes, the outcome comes (product §6.1: deleted and sent anew, silently unless
   * missed, because an account's own text can never get buttons).
   */
  conclude(user: UserId, label: CallLabel, cause: HangupCause, talkedMs: number | undefined): void {
    const outcome: Notice = { kind: 'outcome', label, cause, talkedMs };
    this.unshow(user, label.call, 'caller');
    if (label.direction === 'outgoing') this.show(user, label.call, 'status', outcome);
    else {
      const missed = talkedMs === undefined && cause.kind !== 'declined' && cause.kind !== 'answered-elsewhere';
      this.#enqueue(user, () => this.#send(user, label.call, outcome, !missed));
    }
    this.#enqueue(user, () => {
      this.#shown.delete(label.call);
      return Promise.resolve();
    });
  }

  /** Removes keypads that belong to no call: what a process left that died. */
  removeLeftOver(refs: readonly MessageRef[]): void {
    for (const ref of refs) this.#enqueue(ref.userId, () => this.#conversation.remove(ref));
  }

  /** Until everything said so far has been sent or given up. */
  async settled(): Promise<void> {
    while (this.#queues.size > 0) {
      await Promise.all(this.#queues.values());
    }
  }

  async #send(user: UserId, call: CallId | undefined, notice: Notice, silent: boolean): Promise<MessageRef> {
    const { text, buttons } = this.#texts.render(notice);
    return buttons
      ? this.#conversation.sayWithButtons(user, { text, buttons, silent, ...(call && { callId: call }) })
      : this.#conversation.say(user, text, { silent });
  }

  #saidLately(user: UserId, kind: Notice['kind']): boolean {
    const pause = pauses[kind];
    if (pause === undefined) return false;
    const now = this.#clock.now();
    for (const [key, at] of this.#saidAt) if (now - at >= 24 * hour) this.#saidAt.delete(key);
    const key = `${user}/${kind}`;
    if (now - (this.#saidAt.get(key) ?? -Infinity) < pause) return true;
    this.#saidAt.set(key, now);
    return false;
  }

  #slots(place: CallId | UserId): Map<NoticeSlot, MessageRef> {
    const slots = this.#shown.get(place) ?? new Map<NoticeSlot, MessageRef>();
    this.#shown.set(place, slots);
    return slots;
  }

  #enqueue(user: UserId, work: () => Promise<unknown>): void {
    const queue = (this.#queues.get(user) ?? Promise.resolve())
      .then(work)
      .catch((error: unknown) => {
        // A person who blocked us or whose chat is closed misses the words, not the call.
        if (!(error instanceof MessageNotSent)) this.#faults.report('conversation', error);
      })
      .then(() => {
        if (this.#queues.get(user) === queue) this.#queues.delete(user);
      });
    this.#queues.set(user, queue);
  }
}

/** A user has one keypad, one parallel message and one reconnection, whichever of his calls they are about. */
const placeOf = (user: UserId, call: CallId, slot: NoticeSlot): CallId | UserId =>
  slot === 'caller' || slot === 'status' ? call : user;
