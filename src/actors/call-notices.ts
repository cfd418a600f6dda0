import type { CallLabel } from '../machines/model/call-label.ts';
import type { HangupCause } from '../machines/model/hangup-cause.ts';
import { type CallId, EpochMs, type UserId } from '../machines/model/ids.ts';
import type { Notice, NoticeSlot } from '../machines/model/notices.ts';
import type { CallLog } from './ports/call-log.ts';
import type { WallClock } from './ports/clock.ts';
import { type Conversation, MessageNotSent, type MessageRef } from './ports/conversation.ts';
import type { Faults } from './ports/faults.ts';
import type { Hints } from './ports/hints.ts';
import type { Lines } from './ports/lines.ts';
import type { RenderedNotice, Texts } from './ports/texts.ts';
import type { Users } from './ports/users.ts';

const hour = 3_600_000;
/** Telegram's answer to a message of ours takes no longer, unless we have to wait. */
const answerMs = 3_000;
/** How long a notice of this kind is not repeated to the same person (product §§5.1, 14.2, 14.3, 14.5, D-57). */
const pauses: Partial<Record<Notice['kind'], number>> = {
  whatToSend: hour,
  welcome: hour,
  emergency: Number.POSITIVE_INFINITY,
  newcomer: hour,
  privacyHint: 24 * hour,
};
/** How long a missed call is the one somebody means who calls without a number (D-55). */
const missedMs = hour / 6;

/** What notices are completed from: what was said before, the person's lines, his calls. */
export interface NoticeMemory {
  readonly hints: Hints;
  readonly lines: Pick<Lines, 'ofUser'>;
  readonly callLog: Pick<CallLog, 'lastMissed'>;
  readonly users: Pick<Users, 'language'>;
}

/** A notice that stands in the conversation. */
interface Standing {
  /** What presses are told to be about. */
  call: CallId | undefined;
  notice: Notice;
  /** Another one when the message had to be sent anew. */
  ref: MessageRef;
}

/**
 * What stands in users' conversations about their calls: one message for each slot of a call, sent, replaced and removed
 * in order, without ever making a call wait.
 */
export class CallNotices {
  readonly #conversation: Conversation;
  readonly #texts: Texts;
  readonly #faults: Faults;
  readonly #clock: WallClock;
  readonly #memory: NoticeMemory;
  /** The end of each user's queue; gone when it is empty. */
  readonly #queues = new Map<UserId, Promise<void>>();
  /** Changes of messages that wait for their turn or are being made. */
  readonly #changes = new Map<UserId, Set<Promise<void>>>();
  /** The call whose keypad was drawn last for this user. */
  readonly #keypads = new Map<UserId, CallLabel>();
  readonly #shown = new Map<CallId | UserId, Map<NoticeSlot, Standing>>();
  /** Each person's newest message with the switch for Callback mode under it. */
  readonly #switches = new Map<UserId, Standing>();

  constructor(conversation: Conversation, texts: Texts, clock: WallClock, faults: Faults, memory: NoticeMemory) {
    this.#clock = clock;
    this.#conversation = conversation;
    this.#texts = texts;
    this.#faults = faults;
    this.#memory = memory;
  }

  /** Says something that is not about one call. */
  say(user: UserId, notice: Notice): void {
    this.#enqueue(user, async () => {
      if (!(await this.#isDue(user, notice))) return;
      const full = await this.#completed(user, notice);
      const call = full.kind === 'sendNumberFirst' ? full.missed?.call : undefined;
      this.#noteSwitch(user, await this.#send(user, call, full, false));
    });
  }

  /** The switch for Callback mode was moved: the pressed message shows it, or a new one does. */
  showCallback(user: UserId, on: boolean, pressed: string | undefined): void {
    this.#enqueue(user, async () => {
      const shown = this.#switches.get(user);
      if (!shown || !hasSwitch(shown.notice) || pressed === undefined || shown.ref.token !== pressed) {
        return this.say(user, { kind: 'callbackIs', on });
      }
      const { notice } = shown;
      await this.#edit(shown, notice.kind === 'callbackIs' ? { kind: 'callbackIs', on } : { ...notice, callback: on });
    });
  }

  /** Puts a notice in a slot of a call, in place of the one that stands there. */
  show(user: UserId, call: CallId, slot: NoticeSlot, notice: Notice): void {
    if (notice.kind === 'panel') this.#keypads.set(user, notice.label);
    this.#enqueue(
      user,
      async () => {
        const full = await this.#completed(user, notice);
        const shown = this.#slots(placeOf(user, call, slot));
        const before = shown.get(slot);
        if (before) await this.#edit(before, full, call);
        const standing = before ?? (await this.#send(user, call, full, slot === 'panel'));
        shown.set(slot, standing);
        this.#noteSwitch(user, standing);
        if (lastWords.has(full.kind)) this.#shown.delete(call);
      },
      call,
    );
  }

  /** A line was chosen: the question loses its buttons, if nothing has taken its place. */
  closeQuestion(user: UserId, call: CallId, number: string, lineName: string): void {
    this.#enqueue(user, async () => {
      const question = this.#shown.get(call)?.get('status');
      if (question?.notice.kind !== 'lineQuestion') return;
      this.#shown.delete(call);
      await this.#edit(question, { kind: 'lineQuestionClosed', number, why: 'answered', lineName });
    });
  }

  /** The call whose keypad this message is. Its reader may be quicker than Telegram's answer to our sending it. */
  async keypadCall(user: UserId, messageId: number): Promise<CallId | undefined> {
    const isKeypad = () => this.#shown.get(user)?.get('panel')?.ref.messageId === messageId;
    if (!isKeypad()) await Promise.race([this.told(user), over(answerMs)]);
    return isKeypad() ? this.#keypads.get(user)?.call : undefined;
  }

  /** Takes away what stands in a slot; the next notice there is a new message. */
  unshow(user: UserId, call: CallId, slot: NoticeSlot): void {
    const label = slot === 'panel' ? this.#keypads.get(user) : undefined;
    if (slot === 'panel') this.#keypads.delete(user);
    this.#enqueue(
      user,
      async () => {
        const place = placeOf(user, call, slot);
        const shown = this.#shown.get(place)?.get(slot);
        this.#shown.get(place)?.delete(slot);
        if (shown && label) await this.#close(shown, label);
        else if (shown) await this.#conversation.remove(shown.ref);
        if (this.#shown.get(place)?.size === 0) this.#shown.delete(place);
      },
      call,
    );
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
      this.#enqueue(user, () => this.#send(user, label.call, outcome, !missed), label.call);
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
    while (this.#queues.size > 0 || this.#changes.size > 0) {
      await Promise.all([...this.#queues.values(), ...[...this.#changes.values()].flatMap((changes) => [...changes])]);
    }
  }

  /** Until everything said to this user so far has been sent or given up. */
  async told(user: UserId): Promise<void> {
    while (this.#queues.has(user) || this.#changes.has(user))
      await Promise.all([this.#queues.get(user), ...(this.#changes.get(user) ?? [])]);
  }

  /** A keypad that cannot be deleted loses its keys (product §7). */
  async #close(keypad: Standing, label: CallLabel): Promise<void> {
    try {
      await this.#conversation.remove(keypad.ref);
    } catch (error) {
      if (!(error instanceof MessageNotSent)) throw error;
      await this.#edit(keypad, { kind: 'panelClosed', label });
    }
  }

  async #send(user: UserId, call: CallId | undefined, notice: Notice, silent: boolean): Promise<Standing> {
    const { text, buttons } = await this.#rendered(user, notice);
    const ref = await (buttons
      ? this.#conversation.sayWithButtons(user, { text, buttons, silent, ...(call && { callId: call }) })
      : this.#conversation.say(user, text, { silent }));
    return { call, notice, ref };
  }

  /**
   * Resolves before the change is made: changes are rationed, and messages that come after must not wait for them. Of
   * several that wait, the conversation makes the newest (product §13).
   */
  async #edit(standing: Standing, notice: Notice, call = standing.call): Promise<void> {
    const { ref } = standing;
    const { text, buttons } = await this.#rendered(ref.userId, notice);
    standing.call = call;
    standing.notice = notice;
    const content = { text, ...(buttons && { buttons }), ...(call && { callId: call }) };
    const changing = this.#reported(
      this.#conversation.edit(ref, content).then((changed) => {
        standing.ref = changed;
      }),
      call,
    ).then(() => {
      changes.delete(changing);
      if (changes.size === 0 && this.#changes.get(ref.userId) === changes) this.#changes.delete(ref.userId);
    });
    const changes = this.#changes.get(ref.userId) ?? new Set();
    this.#changes.set(ref.userId, changes.add(changing));
  }

  /** In his language; without the database in English. */
  async #rendered(user: UserId, notice: Notice): Promise<RenderedNotice> {
    const language = await this.#memory.users.language(user).catch((error: unknown) => {
      this.#faults.report('conversation', error);
      return undefined;
    });
    return this.#texts.render(notice, language);
  }

  async #isDue(user: UserId, notice: Notice): Promise<boolean> {
    const pause = pauses[notice.kind];
    if (pause === undefined) return true;
    const { hints } = this.#memory;
    const now = this.#clock.now();
    const isFirst = notice.kind === 'privacyHint' && notice.firstCall === true;
    if (isFirst && !(await hints.isDue(user, 'firstCall', now, Number.POSITIVE_INFINITY))) return false;
    return hints.isDue(user, notice.kind, now, pause);
  }

  /** What a call does not know of its user. Without the database a notice is said as it is. */
  #completed(user: UserId, notice: Notice): Promise<Notice> {
    return this.#complete(user, notice).catch((error: unknown) => {
      this.#faults.report('conversation', error);
      return notice;
    });
  }

  async #complete(user: UserId, notice: Notice): Promise<Notice> {
    if (notice.kind === 'outcome' && notice.label.direction === 'outgoing') {
      const lines = await this.#memory.lines.ofUser(user);
      return { ...notice, severalLines: lines.filter(({ enabled }) => enabled).length > 1 };
    }
    if (notice.kind !== 'sendNumberFirst') return notice;
    const missed = await this.#memory.callLog.lastMissed(user, EpochMs(this.#clock.now() - missedMs));
    if (!missed) return notice;
    const { call, direction, number, openedAt: startedAt } = missed;
    return { ...notice, missed: { call, direction, number, lineName: '', startedAt } };
  }

  #noteSwitch(user: UserId, standing: Standing): void {
    const { call, notice } = standing;
    if (hasSwitch(notice)) this.#switches.set(user, standing);
    else if (call !== undefined && this.#switches.get(user)?.call === call) this.#switches.delete(user);
  }

  #slots(place: CallId | UserId): Map<NoticeSlot, Standing> {
    const slots = this.#shown.get(place) ?? new Map<NoticeSlot, Standing>();
    this.#shown.set(place, slots);
    return slots;
  }

  #enqueue(user: UserId, work: () => Promise<unknown>, call?: CallId): void {
    const queue = this.#reported((this.#queues.get(user) ?? Promise.resolve()).then(work), call).then(() => {
      if (this.#queues.get(user) === queue) this.#queues.delete(user);
    });
    this.#queues.set(user, queue);
  }

  /** A person who blocked us or whose chat is closed misses the words, not the call. */
  #reported(work: Promise<unknown>, call?: CallId): Promise<unknown> {
    return work.catch((error: unknown) => {
      if (!(error instanceof MessageNotSent)) this.#faults.report('conversation', error, call);
    });
  }
}

const hasSwitch = (notice: Notice): notice is Extract<Notice, { kind: 'notAnswered' | 'pressToCall' | 'callbackIs' }> =>
  notice.kind === 'notAnswered' || notice.kind === 'pressToCall' || notice.kind === 'callbackIs';

/** Nothing follows these in their slot. */
const lastWords: ReadonlySet<Notice['kind']> = new Set([
  'offerExpired',
  'notAnswered',
  'notDialled',
  'lineQuestionClosed',
]);

const over = (ms: number): Promise<unknown> =>
  new Promise((resolve) => AbortSignal.timeout(ms).addEventListener('abort', resolve, { once: true }));

/** A user has one keypad, one parallel message and one reconnection, whichever of his calls they are about. */
const placeOf = (user: UserId, call: CallId, slot: NoticeSlot): CallId | UserId =>
  slot === 'caller' || slot === 'status' ? call : user;
