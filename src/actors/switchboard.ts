import { type Actor, createActor } from 'xstate';
import { type LineChoice, type LineQuestionInput, lineQuestionMachine } from '../machines/line-question.ts';
import { parseAction } from '../machines/model/actions.ts';
import type { CallLabel } from '../machines/model/call-label.ts';
import { isEmergency } from '../machines/model/emergency.ts';
import type { HangupCause } from '../machines/model/hangup-cause.ts';
import { CallId, type LineId, type UserId, VoiceLegId } from '../machines/model/ids.ts';
import type { Notice, Toast } from '../machines/model/notices.ts';
import { readMessage } from '../machines/model/numbers.ts';
import type { DialTarget } from '../machines/model/party.ts';
import { readDtmf } from '../machines/model/tone.ts';
import type { CallJournal } from './call-journal.ts';
import type { CallNotices } from './call-notices.ts';
import type { Dialling } from './dialling.ts';
import type { CallLog } from './ports/call-log.ts';
import type { WallClock } from './ports/clock.ts';
import type { Conversation, IncomingMessage, Press } from './ports/conversation.ts';
import type { Faults } from './ports/faults.ts';
import type { Line, Lines } from './ports/lines.ts';
import type { Plans } from './ports/plans.ts';
import type { SipCallOffer, SipCalls } from './ports/sip-calls.ts';
import type { TelegramCalls, VoiceLegOffer } from './ports/telegram-calls.ts';
import type { Texts } from './ports/texts.ts';
import type { Users } from './ports/users.ts';
import { isQuiet } from './quiet-hours.ts';
import { recordingOrder } from './recording-order.ts';
import type { Softphones } from './softphones.ts';
import type { TestCalls } from './test-calls.ts';

/** A number is dialled unasked only while its sender can still mean it. */
const numberIsFreshMs = 60_000;
/** Messages and presses remembered, so that one told again is not done twice. */
const rememberedEvents = 10_000;

type PairPress = { readonly type: 'switch' | 'transfer' | 'decline' | 'end'; readonly version: number };

export interface SwitchboardParts {
  readonly sip: SipCalls;
  readonly telegram: TelegramCalls;
  readonly conversation: Conversation;
  readonly lines: Lines;
  readonly users: Users;
  readonly callLog: CallLog;
  readonly journal: CallJournal;
  readonly clock: WallClock;
  readonly faults: Faults;
  readonly dialling: Dialling;
  readonly plans: Plans;
  readonly texts: Texts;
  /** Of the questions; the real one by default. */
  readonly actorClock?: NonNullable<Parameters<typeof createActor>[1]>['clock'];
  readonly softphones: Softphones;
  readonly notices: CallNotices;
  /** Takes calls of lines to themselves. */
  readonly testCalls: Pick<TestCalls, 'take' | 'expect'>;
  /** Somebody wrote to the chat account or called it. */
  readonly onContact: (user: UserId) => void;
  /** Username without @, for those who have no line yet. */
  readonly settingsBot: string;
  /** A fresh unguessable id. */
  readonly newId: () => string;
}

/** Brings what arrives from outside to the user's softphone: messages, presses, calls from either network. */
export class Switchboard {
  readonly #parts: SwitchboardParts;
  readonly #seen = new Set<string>();
  /** What was noted already. */
  readonly #languages = new Map<UserId, string>();
  /** Open questions about lines. */
  readonly #questions = new Map<UserId, Actor<typeof lineQuestionMachine>>();
  readonly #ends: (() => void)[];
  #draining = false;

  constructor(parts: SwitchboardParts) {
    this.#parts = parts;
    parts.sip.onOffer((offer) =>
      this.#orElse(this.#partyCalled(offer), (cause) => parts.sip.hangUp(offer.callId, cause)),
    );
    parts.telegram.onOffer((offer) =>
      this.#orElse(this.#userCalled(offer), (cause) => parts.telegram.hangUp(offer.voiceLegId, cause)),
    );
    this.#ends = [
      parts.conversation.onMessage((message) =>
        this.#once(`${message.userId}/${message.messageId}`, () => this.#messageCame(message)),
      ),
      parts.conversation.onPress((press) => this.#once(press.pressId, () => this.#pressed(press))),
    ];
  }

  /** No new calls from now on. */
  drain(): void {
    this.#draining = true;
  }

  stop(): void {
    for (const end of this.#ends) end();
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
      this.#languageOf(line.user),
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
    if (line.quietHours && isQuiet(line.quietHours, clock.now())) return this.#missed(line, label);
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
  }

  /** In quiet hours nobody is rung; the message is all (product §16, B-17). */
  #missed({ id, user }: Line, label: CallLabel): HangupCause {
    const { journal, notices } = this.#parts;
    const cause: HangupCause = { kind: 'no-answer' };
    journal.opened({ user, line: id, label, target: undefined });
    notices.conclude(user, label, cause, journal.ended(label.call, cause));
    return cause;
  }

  async #userCalled({ voiceLegId, userId }: VoiceLegOffer): Promise<HangupCause | undefined> {
    if (this.#draining) return { kind: 'shutdown' };
    this.#parts.onContact(userId);
    const isTaken = await this.#parts.softphones.send(userId, { type: 'user.called', voiceLeg: voiceLegId });
    return isTaken ? undefined : { kind: 'shutdown' };
  }

  async #messageCame({ userId, kind, text, contactPhone, replyTo, sentAt }: IncomingMessage): Promise<void> {
    this.#parts.onContact(userId);
    if ((await this.#parts.lines.ofUser(userId)).length === 0)
      return this.#say(userId, { kind: 'newcomer', settingsBot: this.#parts.settingsBot });
    const keypad = replyTo === undefined ? undefined : await this.#parts.notices.keypadCall(userId, replyTo);
    // A caption is no number (product §5.1).
    const typed = kind === 'text' ? text : undefined;
    if (keypad) return this.#keysCame(userId, keypad, typed ?? '');
    const read = readMessage((kind === 'contact' ? contactPhone : typed) ?? '');
    switch (read.kind) {
      case 'dial':
        if (this.#parts.clock.now() - sentAt > numberIsFreshMs) return this.#say(userId, { kind: 'tooLate' });
        return this.#dial(userId, read.target, read.shown);
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
    if (steps) this.#parts.softphones.sendIfStarted(user, { type: 'keys.sent', call, steps });
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
        if (callId) softphones.sendIfStarted(userId, { type: 'key.pressed', call: callId, digit: action.digit });
        return;
      case 'redial':
        return callId && this.#redial(userId, callId, true);
      case 'lines':
        return callId && this.#redial(userId, callId, false);
      case 'dial':
        return this.#dial(userId, { kind: 'number', user: action.word }, action.word);
      case 'callback':
        return this.setCallback(userId, action.on, press.token);
      case 'line':
        if (!this.#isOpen(userId, callId)) return answer(this.#toast('expired', press.language));
        return this.#questions.get(userId)?.send({ type: 'chosen', choice: action.choice });
      case 'cancel':
        if (this.#isOpen(userId, callId)) return this.#questions.get(userId)?.send({ type: 'cancelled' });
        return callId && softphones.sendIfStarted(userId, { type: 'giveUp', call: callId });
      case 'record':
        if (callId) softphones.sendIfStarted(userId, { type: 'record', call: callId, wanted: action.wanted });
        return;
      case 'reconnect':
        return this.#reconnect(press);
      case 'end':
        if (action.version === undefined)
          return callId && softphones.sendIfStarted(userId, { type: 'giveUp', call: callId });
        return this.#pressedPair({ type: 'end', version: action.version }, press);
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

  /** A press made on an older state of the pair is answered and not done (D-39). */
  #pressedPair(command: PairPress, press: Press): void {
    const { userId, language } = press;
    const { softphones } = this.#parts;
    if (softphones.pairVersion(userId) === command.version) softphones.sendIfStarted(userId, command);
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

  /** A call is not lost for want of it. */
  async #languageOf(user: UserId): Promise<string | undefined> {
    return this.#parts.users.language(user).catch((error: unknown) => {
      this.#parts.faults.report('switchboard', error);
      return undefined;
    });
  }

  /** Whether this is the question that waits for an answer, and not an older one. */
  #isOpen(user: UserId, call: CallId | undefined): boolean {
    return call !== undefined && this.#questions.get(user)?.getSnapshot().context.call === call;
  }

  #toast(says: Toast, language: string | undefined): string {
    return this.#parts.texts.render({ kind: 'toast', says }, language).text;
  }

  async #redial(user: UserId, call: CallId, onSameLine: boolean): Promise<void> {
    const record = await this.#parts.callLog.find(call);
    if (!record || record.user !== user || !record.number) return;
    const read = readMessage(record.number);
    const target = read.kind === 'dial' ? read.target : record.target;
    if (target) await this.#dial(user, target, record.number, onSameLine ? record.line : undefined);
  }

  /** `wanted`: the line of an earlier call, used again without a question; no other one is used unasked (product §5.5). */
  async #dial(user: UserId, target: DialTarget, shown: string, wanted?: LineId): Promise<void> {
    const { dialling, newId } = this.#parts;
    const { choices, refusals } = await dialling.judge(user, target);
    if (this.#draining) return this.#say(user, { kind: 'restarting' });
    this.#questions.get(user)?.send({ type: 'replaced' });
    const call = CallId(newId());
    const refusal = refusals.find(({ line }) => line === wanted);
    if (refusal) return this.#say(user, { kind: 'noLines', reasons: [refusal] });
    if (choices.length === 0) return this.#say(user, { kind: 'noLines', reasons: refusals });
    if (isEmergency(target)) this.#say(user, { kind: 'emergency', number: shown });
    const [only, ...others] = choices;
    const chosen = wanted === undefined && others.length === 0 ? only : choices.find(({ line }) => line === wanted);
    if (chosen) return void (await this.#call(user, call, shown, chosen));
    this.#ask({ user, call, number: shown, choices });
  }

  #ask(input: LineQuestionInput): void {
    const { notices, faults, actorClock } = this.#parts;
    const question = createActor(
      lineQuestionMachine.provide({
        actions: {
          show: (_, { user, call, notice }) => notices.show(user, call, 'status', notice),
          dial: (_, { user, call, number, choice }) =>
            void this.#call(user, call, number, choice).catch((error: unknown) => faults.report('switchboard', error)),
        },
      }),
      { input, ...(actorClock && { clock: actorClock }) },
    );
    this.#questions.set(input.user, question);
    question.subscribe({
      complete: () => {
        if (this.#questions.get(input.user) === question) this.#questions.delete(input.user);
      },
      error: (error) => faults.report('line question', error),
    });
    question.start();
  }

  /** @returns whether it is under way */
  async #call(user: UserId, call: CallId, shown: string, { line, lineName, target }: LineChoice): Promise<boolean> {
    const { lines, plans, softphones, newId, clock } = this.#parts;
    const found = await lines.find(line);
    if (!found) return false;
    const [plan, language] = await Promise.all([plans.planOf(found.owner), this.#languageOf(found.user)]);
    if (this.#draining) {
      this.#say(user, { kind: 'restarting' });
      return false;
    }
    this.#say(user, { kind: 'privacyHint', firstCall: true });
    return softphones.send(user, {
      type: 'dial',
      line,
      label: { call, direction: 'outgoing', number: shown, lineName, startedAt: clock.now() },
      target,
      voiceLeg: VoiceLegId(newId()),
      switching: plan.callSwitching,
      limitMs: plan.callMs,
      recording: recordingOrder(found, plan, language),
    });
  }

  /**
   * Rings the user and calls the line's own number through its PBX, where our own far end answers (product §16, B-14).
   */
  async testLine(user: UserId, line: LineId, login: string): Promise<'started' | 'busy' | 'restarting'> {
    const { softphones, lines, testCalls, newId } = this.#parts;
    const found = await lines.find(line);
    if (this.#draining) return 'restarting';
    if (!found || softphones.isEngaged(user)) return 'busy';
    testCalls.expect(line, user, login);
    const target = { kind: 'number', user: login } as const;
    const isMade = await this.#call(user, CallId(newId()), login, { line, lineName: found.name, target });
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
  #orElse(taken: Promise<HangupCause | undefined>, hangUp: (cause: HangupCause) => void): void {
    taken
      .catch((error: unknown): HangupCause => {
        this.#parts.faults.report('switchboard', error);
        return { kind: 'internal-fault', detail: 'switchboard' };
      })
      .then((cause) => cause && hangUp(cause))
      .catch((error: unknown) => this.#parts.faults.report('switchboard', error));
  }
}
