import { parseAction } from '../machines/model/actions.ts';
import { isElsewhere } from '../machines/model/call-facts.ts';
import type { CallLabel } from '../machines/model/call-label.ts';
import type { HangupCause } from '../machines/model/hangup-cause.ts';
import { CallId, type LineId, type UserId, VoiceLegId } from '../machines/model/ids.ts';
import type { Notice, Toast } from '../machines/model/notices.ts';
import { readMessage } from '../machines/model/numbers.ts';
import { readDtmf } from '../machines/model/tone.ts';
import type { CallJournal } from './call-journal.ts';
import { languageOf, type OutgoingCallParts, OutgoingCalls } from './outgoing-calls.ts';
import type { IncomingMessage, PassedPress, Press } from './ports/conversation.ts';
import type { Line } from './ports/lines.ts';
import type { JudgedNumber } from './ports/shard-inbox.ts';
import type { SipCallOffer, SipCalls } from './ports/sip-calls.ts';
import type { TelegramCalls, VoiceLegOffer } from './ports/telegram-calls.ts';
import type { Texts } from './ports/texts.ts';
import { isQuiet } from './quiet-hours.ts';
import { recordingOrder } from './recording-order.ts';
import type { TestCalls } from './test-calls.ts';

/** A number is dialled unasked only while its sender can still mean it. */
const numberIsFreshMs = 60_000;
/** Messages and presses remembered, so that one told again is not done twice. */
const rememberedEvents = 10_000;

/** Presses that begin something: that is done where his numbers are judged. */
const judged: ReadonlySet<NonNullable<ReturnType<typeof parseAction>>['kind']> = new Set([
  'redial',
  'lines',
  'dial',
  'line',
]);

type PairPress = { readonly type: 'switch' | 'transfer' | 'decline' | 'end'; readonly version: number };

export interface SwitchboardParts extends OutgoingCallParts {
  readonly sip: SipCalls;
  readonly telegram: TelegramCalls;
  readonly journal: CallJournal;
  readonly texts: Texts;
  /** Takes calls of lines to themselves. */
  readonly testCalls: Pick<TestCalls, 'take' | 'expect'>;
  /** Somebody wrote to the chat account or called it. */
  readonly onContact: (user: UserId) => void;
  /** Username without @, for those who have no line yet. */
  readonly settingsBot: string;
}

/** Brings what arrives from outside to the user's softphone: messages, presses, calls from either network. */
export class Switchboard {
  readonly #parts: SwitchboardParts;
  readonly #seen = new Set<string>();
  /** What was noted already. */
  readonly #languages = new Map<UserId, string>();
  readonly #outgoing: OutgoingCalls;
  #draining = false;

  constructor(parts: SwitchboardParts) {
    this.#parts = parts;
    this.#outgoing = new OutgoingCalls(parts);
    parts.sip.onOffer((offer) =>
      this.#orElse(this.#partyCalled(offer), (cause) => parts.sip.hangUp(offer.callId, cause), offer.callId),
    );
    parts.telegram.onOffer((offer) =>
      this.#orElse(this.#userCalled(offer), (cause) => parts.telegram.hangUp(offer.voiceLegId, cause)),
    );
  }

  /** A person wrote to the chat account. Told again, it is nothing unless it failed. */
  messageCame(message: IncomingMessage): Promise<void> {
    return this.#once(`${message.userId}/${message.messageId}`, () => this.#messageCame(message));
  }

  /** A person pressed a button of a call's message; the same holds. */
  pressed(press: Press): Promise<void> {
    return this.#once(press.pressId, () => this.#pressed(press));
  }

  /**
   * Whether this is for a softphone of his that is not here: about a call, and none of those here, nor a question. There may be
   * none any more.
   */
  isForAnother({ userId, callId, action }: PassedPress): boolean {
    const kind = parseAction(action)?.kind;
    if (kind === undefined || judged.has(kind) || this.#parts.softphones.hasCall(userId, callId)) return false;
    return kind !== 'cancel' || !this.#outgoing.isAsking(userId, callId);
  }

  /** Whether a message replies to a keypad that stands here. */
  async isForKeypad({ userId, replyTo }: IncomingMessage): Promise<boolean> {
    return replyTo !== undefined && (await this.#parts.notices.keypadCall(userId, replyTo)) !== undefined;
  }

  /** A number that was judged where its user's numbers are, for a line of this host. */
  async dialPassed(number: JudgedNumber, isLate: boolean): Promise<void> {
    if (isLate) this.#say(number.user, { kind: 'tooLate' });
    else await this.#outgoing.place(number);
  }

  /** No new calls from now on. */
  drain(): void {
    this.#draining = true;
    this.#outgoing.drain();
  }

  /** @returns why the call is not taken; undefined: it is */
  async #partyCalled(offer: SipCallOffer): Promise<HangupCause | undefined> {
    const { callId, lineId, caller } = offer;
    const { lines, softphones, plans, newId, clock, testCalls } = this.#parts;
    if (testCalls.take(offer)) return undefined;
    const line = await lines.find(lineId);
    if (!line?.enabled) return { kind: 'no-answer' };
    const limit = await plans.refusalOf(line.owner, line.id, clock.now());
    if (limit) return { kind: 'rejected', sip: limit };
    const [ofUser, plan, language] = await Promise.all([
      lines.ofUser(line.user),
      plans.planOf(line.owner),
      languageOf(this.#parts, line.user),
    ]);
    if (this.#draining) return { kind: 'shutdown' };
    const label: CallLabel = {
      call: callId,
      direction: 'incoming',
      number: caller.number,
      name: caller.name,
      lineName: line.name,
      startedAt: clock.now(),
    };
    // In quiet hours nobody is rung; the message is all (product §16, B-17).
    if (line.quietHours && isQuiet(line.quietHours, clock.now()))
      return this.#missed(line, label, { kind: 'no-answer' });
    try {
      const isTaken = await softphones.send(line.user, {
        type: 'party.called',
        line: line.id,
        label,
        caller,
        lineName: ofUser.length > 1 ? line.name : undefined,
        voiceLeg: VoiceLegId(newId()),
        switching: plan.callSwitching,
        limitMs: plan.callMs,
        recording: recordingOrder(line, plan, language),
      });
      return isTaken ? undefined : { kind: 'shutdown' };
    } catch (error) {
      if (!isElsewhere(error)) throw error;
      return this.#missed(line, label, { kind: 'busy' });
    }
  }

  /** The message is all that he gets of it. */
  #missed({ id, user }: Line, label: CallLabel, cause: HangupCause): HangupCause {
    const { journal, notices } = this.#parts;
    journal.opened({ user, line: id, label, target: undefined });
    notices.conclude(user, label, cause, journal.ended(label.call, cause));
    return cause;
  }

  async #userCalled({ voiceLegId, userId }: VoiceLegOffer): Promise<HangupCause | undefined> {
    if (this.#draining) return { kind: 'shutdown' };
    this.#parts.onContact(userId);
    try {
      const isTaken = await this.#parts.softphones.send(userId, { type: 'user.called', voiceLeg: voiceLegId });
      return isTaken ? undefined : { kind: 'shutdown' };
    } catch (error) {
      if (!isElsewhere(error)) throw error;
      return { kind: 'busy' };
    }
  }

  async #messageCame({ userId, kind, text, contactPhone, replyTo, sentAt }: IncomingMessage): Promise<void> {
    this.#parts.onContact(userId);
    const keypad = replyTo === undefined ? undefined : await this.#parts.notices.keypadCall(userId, replyTo);
    // A caption is no number (product §5.1).
    const typed = kind === 'text' ? text : undefined;
    // Before lines are looked at: a call goes on when its line has another user (D-04).
    if (keypad) return this.#keysCame(userId, keypad, typed ?? '');
    if ((await this.#parts.lines.ofUser(userId)).length === 0)
      return this.#say(userId, { kind: 'newcomer', settingsBot: this.#parts.settingsBot });
    const read = readMessage((kind === 'contact' ? contactPhone : typed) ?? '');
    switch (read.kind) {
      case 'dial':
        if (this.#parts.clock.now() - sentAt > numberIsFreshMs) return this.#say(userId, { kind: 'tooLate' });
        return this.#outgoing.dial(userId, read.target, read.shown);
      case 'confirm':
        return this.#say(userId, { kind: 'confirmWord', word: read.word });
      case 'refused':
        return this.#say(userId, { kind: 'refusedCharacters' });
      case 'help':
        return this.#say(userId, { kind: 'welcome' });
      case 'notANumber':
        return this.#say(userId, { kind: 'whatToSend' });
    }
  }

  /** A reply to the keypad is never dialled (product §7, B-9). */
  #keysCame(user: UserId, call: CallId, text: string): void {
    const steps = readDtmf(text);
    if (steps && this.#parts.softphones.isAway(user)) this.#say(user, { kind: 'keysWhileAway' });
    else if (steps) this.#parts.softphones.sendIfStarted(user, { type: 'keys.sent', call, steps });
    else this.#say(user, { kind: 'whatToSend' });
  }

  async #pressed(press: Press): Promise<void> {
    this.#noteLanguage(press);
    const { userId, callId } = press;
    const answer = (said?: string) => press.answer(said);
    const { softphones } = this.#parts;
    const action = parseAction(press.action);
    switch (action?.kind) {
      case 'key':
        if (softphones.isOver(userId, callId)) return answer(this.#toast('call-over', press.language));
        if (softphones.isAway(userId)) return answer(this.#toast('keys-while-away', press.language));
        return callId && softphones.sendIfStarted(userId, { type: 'key.pressed', call: callId, digit: action.digit });
      case 'redial':
        return callId && this.#outgoing.redial(userId, callId, true);
      case 'lines':
        return callId && this.#outgoing.redial(userId, callId, false);
      case 'dial':
        return this.#outgoing.dial(userId, { kind: 'number', user: action.word }, action.word);
      case 'callback':
        return this.setCallback(userId, action.on, press.token);
      case 'line':
        if (!this.#outgoing.choose(userId, callId, action.choice)) answer(this.#toast('expired', press.language));
        return;
      case 'cancel':
        if (this.#outgoing.leaveQuestion(userId, callId)) return;
        if (!callId || !softphones.canGiveUp(userId, callId)) return answer(this.#toast('call-over', press.language));
        return softphones.sendIfStarted(userId, { type: 'giveUp', call: callId });
      case 'record':
        if (softphones.isOver(userId, callId)) return answer(this.#toast('call-over', press.language));
        return callId && softphones.sendIfStarted(userId, { type: 'record', call: callId, wanted: action.wanted });
      case 'reconnect':
        return this.#reconnect(press);
      case 'end':
        if (action.version !== undefined) return this.#pressedPair({ type: 'end', version: action.version }, press);
        if (softphones.isOver(userId, callId)) return answer(this.#toast('call-over', press.language));
        return callId && softphones.sendIfStarted(userId, { type: 'giveUp', call: callId });
      case 'switch':
      case 'transfer':
      case 'decline':
        return this.#pressedPair({ type: action.kind, version: action.version }, press);
    }
  }

  /** The panel offers it always: before the answer, and an old copy of it after the call. */
  #reconnect(press: Press): void {
    const { userId, callId, language } = press;
    const { softphones } = this.#parts;
    const refusal = callId ? softphones.whyNotReconnected(userId, callId) : 'call-over';
    if (refusal) press.answer(this.#toast(refusal, language));
    else if (callId) softphones.sendIfStarted(userId, { type: 'reconnect', call: callId });
  }

  /** A press made on an older pair, or on an older state of this one, is answered and not done (D-39). */
  #pressedPair(command: PairPress, press: Press): void {
    const { userId, callId, language } = press;
    const { softphones } = this.#parts;
    if (softphones.isParallelNow(userId, callId, command.version)) softphones.sendIfStarted(userId, command);
    else press.answer(this.#toast('done', language));
  }

  /** Presses are where a person's Telegram tells its language. */
  #noteLanguage({ userId, language }: Press): void {
    if (language === undefined || this.#languages.get(userId) === language) return;
    this.#languages.set(userId, language);
    const [oldest] = this.#languages.keys();
    if (this.#languages.size > rememberedEvents && oldest !== undefined) this.#languages.delete(oldest);
    this.#parts.users
      .noteTelegramLanguage(userId, language)
      .catch((error: unknown) => this.#parts.faults.report('switchboard', error));
  }

  #toast(says: Toast, language: string | undefined): string {
    return this.#parts.texts.render({ kind: 'toast', says }, language).text;
  }

  /**
   * Rings the user and calls the line's own number through its PBX, where our own far end answers (product §16, B-14).
   */
  async testLine(user: UserId, line: LineId, login: string): Promise<'started' | 'busy' | 'restarting'> {
    const { softphones, lines, testCalls, newId } = this.#parts;
    const found = await lines.find(line);
    if (this.#draining) return 'restarting';
    if (!found || softphones.isEngaged(user)) return 'busy';
    const call = CallId(newId());
    testCalls.expect(line, user, login, call);
    const choice = { line, lineName: found.name, target: { kind: 'number', user: login } } as const;
    const isMade = await this.#outgoing.place({ user, call, shown: login, choice });
    return isMade ? 'started' : 'restarting';
  }

  /**
   * Whether this person's next number is called back (product §5.3) or waits for his call (§5.4).
   * `pressed`: token of the message where he chose.
   */
  async setCallback(user: UserId, on: boolean, pressed?: string): Promise<void> {
    await this.#parts.users.setCallback(user, on);
    this.#parts.softphones.sendIfStarted(user, { type: 'callback.set', on });
    this.#parts.notices.showCallback(user, on, pressed);
  }

  /** Telegram tells some things twice; what failed may be told again. */
  async #once(id: string, work: () => Promise<void>): Promise<void> {
    if (this.#seen.has(id)) return;
    this.#seen.add(id);
    const [oldest] = this.#seen;
    if (this.#seen.size > rememberedEvents && oldest !== undefined) this.#seen.delete(oldest);
    try {
      await work();
    } catch (error) {
      this.#seen.delete(id);
      throw error;
    }
  }

  #say(user: UserId, notice: Notice): void {
    this.#parts.notices.say(user, notice);
  }

  /** A call that is not taken is hung up, also when we failed over it. */
  #orElse(taken: Promise<HangupCause | undefined>, hangUp: (cause: HangupCause) => void, call?: CallId): void {
    taken
      .catch((error: unknown): HangupCause => {
        this.#parts.faults.report('switchboard', error, call);
        return { kind: 'internal-fault', detail: 'switchboard' };
      })
      .then((cause) => cause && hangUp(cause))
      .catch((error: unknown) => this.#parts.faults.report('switchboard', error, call));
  }
}
