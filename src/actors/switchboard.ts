import type { HangupCause } from '../machines/model/hangup-cause.ts';
import { CallId, type UserId, VoiceLegId } from '../machines/model/ids.ts';
import type { Notice } from '../machines/model/notices.ts';
import { readMessage } from '../machines/model/numbers.ts';
import type { DialTarget } from '../machines/model/party.ts';
import { isDtmfDigit } from '../machines/model/tone.ts';
import type { CallNotices } from './call-notices.ts';
import type { LineActors } from './lines.ts';
import type { CallLog } from './ports/call-log.ts';
import type { WallClock } from './ports/clock.ts';
import type { Conversation, IncomingMessage, Press } from './ports/conversation.ts';
import type { Faults } from './ports/faults.ts';
import type { Line, Lines } from './ports/lines.ts';
import type { SipCallOffer, SipCalls } from './ports/sip-calls.ts';
import type { TelegramCalls, VoiceLegOffer } from './ports/telegram-calls.ts';
import type { Users } from './ports/users.ts';
import type { Softphones } from './softphones.ts';

/** A number is dialled unasked only while its sender can still mean it. */
const numberIsFreshMs = 60_000;
/** Messages and presses remembered, so that one told again is not done twice. */
const rememberedEvents = 10_000;

export interface SwitchboardParts {
  readonly sip: SipCalls;
  readonly telegram: TelegramCalls;
  readonly conversation: Conversation;
  readonly lines: Lines;
  readonly users: Users;
  readonly callLog: CallLog;
  readonly clock: WallClock;
  readonly faults: Faults;
  readonly lineActors: LineActors;
  readonly softphones: Softphones;
  readonly notices: CallNotices;
  /** A fresh unguessable id. */
  readonly newId: () => string;
}

/** Brings what arrives from outside to the user's softphone: messages, presses, calls from either network. */
export class Switchboard {
  readonly #parts: SwitchboardParts;
  readonly #seen = new Set<string>();
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
  async #partyCalled({ callId, lineId, caller }: SipCallOffer): Promise<HangupCause | undefined> {
    const { lines, softphones, newId, clock } = this.#parts;
    const line = await lines.find(lineId);
    if (!line?.enabled) return { kind: 'no-answer' };
    const ofUser = await lines.ofUser(line.user);
    if (this.#draining) return { kind: 'shutdown' };
    const isTaken = await softphones.send(line.user, {
      type: 'party.called',
      line: line.id,
      label: {
        call: callId,
        direction: 'incoming',
        number: caller.number,
        name: caller.name,
        lineName: line.name,
        startedAt: clock.now(),
      },
      caller,
      lineName: ofUser.length > 1 ? line.name : undefined,
      voiceLeg: VoiceLegId(newId()),
    });
    return isTaken ? undefined : { kind: 'shutdown' };
  }

  async #userCalled({ voiceLegId, userId }: VoiceLegOffer): Promise<HangupCause | undefined> {
    if (this.#draining) return { kind: 'shutdown' };
    const isTaken = await this.#parts.softphones.send(userId, { type: 'user.called', voiceLeg: voiceLegId });
    return isTaken ? undefined : { kind: 'shutdown' };
  }

  async #messageCame({ userId, kind, text, contactPhone, sentAt }: IncomingMessage): Promise<void> {
    if ((await this.#parts.lines.ofUser(userId)).length === 0)
      return this.#say(userId, { kind: 'noLines', reasons: [] });
    const read = readMessage((kind === 'contact' ? contactPhone : text) ?? '');
    switch (read.kind) {
      case 'dial':
        if (this.#parts.clock.now() - sentAt > numberIsFreshMs) return this.#say(userId, { kind: 'tooLate' });
        return this.#dial(userId, read.target, read.shown);
      case 'confirm':
        return this.#say(userId, { kind: 'confirmWord', word: read.word });
      case 'refused':
        return this.#say(userId, { kind: 'refusedCharacters' });
      case 'notANumber':
        return this.#say(userId, { kind: 'whatToSend' });
    }
  }

  async #pressed({ userId, action, callId }: Press): Promise<void> {
    const [name = '', argument = ''] = action.split(':', 2);
    switch (name) {
      case 'key':
        if (callId && isDtmfDigit(argument)) {
          this.#parts.softphones.sendIfStarted(userId, { type: 'key.pressed', call: callId, digit: argument });
        }
        return;
      case 'redial':
        return callId && this.#redial(userId, callId);
      case 'd':
        return this.#dial(userId, { kind: 'number', user: argument }, argument);
      case 'callback':
        return this.setCallback(userId, argument === 'on');
    }
  }

  async #redial(user: UserId, call: CallId): Promise<void> {
    const record = await this.#parts.callLog.find(call);
    if (!record || record.user !== user || !record.number) return;
    const target = record.target ?? readTarget(record.number);
    if (target) await this.#dial(user, target, record.number, record.line);
  }

  /** `wanted`: the line of an earlier call, used again without a question. */
  async #dial(user: UserId, target: DialTarget, shown: string, wanted?: Line['id']): Promise<void> {
    const { lines, lineActors, softphones, newId, clock } = this.#parts;
    const candidates = (await lines.ofUser(user)).map((line) => ({ line, why: lineActors.refusalOf(line) }));
    const usable = candidates.filter(({ why }) => !why);
    const chosen = (usable.find(({ line }) => line.id === wanted) ?? usable[0])?.line;
    if (!chosen) {
      const reasons = candidates.flatMap(({ line, why }) => (why ? [{ lineName: line.name, why }] : []));
      return this.#say(user, { kind: 'noLines', reasons });
    }
    if (this.#draining) return this.#say(user, { kind: 'restarting' });
    await softphones.send(user, {
      type: 'dial',
      line: chosen.id,
      label: {
        call: CallId(newId()),
        direction: 'outgoing',
        number: shown,
        lineName: chosen.name,
        startedAt: clock.now(),
      },
      target,
      voiceLeg: VoiceLegId(newId()),
    });
  }

  /** Whether this person's next number is called back (product §5.3) or waits for his call (§5.4). */
  async setCallback(user: UserId, on: boolean): Promise<void> {
    await this.#parts.users.setCallback(user, on);
    this.#parts.softphones.sendIfStarted(user, { type: 'callback.set', on });
    this.#say(user, { kind: 'callbackIs', on });
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

const readTarget = (number: string): DialTarget | undefined => {
  const read = readMessage(number);
  return read.kind === 'dial' ? read.target : undefined;
};
