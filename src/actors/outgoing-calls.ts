import { type Actor, createActor } from 'xstate';
import { lineQuestionMachine } from '../machines/line-question.ts';
import { isElsewhere } from '../machines/model/call-facts.ts';
import { isEmergency } from '../machines/model/emergency.ts';
import { CallId, type LineId, type UserId, VoiceLegId } from '../machines/model/ids.ts';
import type { LineChoice } from '../machines/model/line-choice.ts';
import type { Notice } from '../machines/model/notices.ts';
import { readMessage } from '../machines/model/numbers.ts';
import type { DialTarget } from '../machines/model/party.ts';
import type { CallNotices } from './call-notices.ts';
import type { Dialling } from './dialling.ts';
import type { Inspection } from './inspection/hub.ts';
import type { CallLog } from './ports/call-log.ts';
import type { WallClock } from './ports/clock.ts';
import type { Faults } from './ports/faults.ts';
import type { Line, Lines } from './ports/lines.ts';
import type { Plans } from './ports/plans.ts';
import type { JudgedNumber } from './ports/shard-inbox.ts';
import type { Users } from './ports/users.ts';
import { recordingOrder } from './recording-order.ts';
import type { Softphones } from './softphones.ts';

export interface OutgoingCallParts {
  readonly lines: Lines;
  readonly users: Users;
  readonly callLog: CallLog;
  readonly clock: WallClock;
  readonly faults: Faults;
  readonly dialling: Dialling;
  readonly plans: Plans;
  /** Of the questions; the real one by default. */
  readonly actorClock?: NonNullable<Parameters<typeof createActor>[1]>['clock'];
  readonly inspection?: Inspection;
  readonly softphones: Softphones;
  readonly notices: CallNotices;
  /** A fresh unguessable id. */
  readonly newId: () => string;
  /** Brings a number to the host that has its line. @returns false: that is here; always so where not given */
  readonly passOn?: (number: JudgedNumber, line: Line) => Promise<boolean>;
}

/** What somebody wants to be dialled. */
interface TypedNumber {
  readonly user: UserId;
  /** The call that comes of it. */
  readonly call: CallId;
  readonly target: DialTarget;
  /** As he typed it. */
  readonly shown: string;
}

/** From a number to a call of the user's softphone: which line it goes out on, asked where several fit (product §5.2). */
export class OutgoingCalls {
  readonly #parts: OutgoingCallParts;
  /** Open questions about lines. */
  readonly #questions = new Map<UserId, Actor<typeof lineQuestionMachine>>();
  #draining = false;

  constructor(parts: OutgoingCallParts) {
    this.#parts = parts;
  }

  /** No new calls from now on. */
  drain(): void {
    this.#draining = true;
  }

  /** `wanted`: a line chosen earlier, used again without a question; no other one is used unasked (product §5.5). */
  async dial(user: UserId, target: DialTarget, shown: string, wanted?: LineId): Promise<void> {
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
    if (chosen) return this.#go({ user, call, shown, choice: chosen });
    this.#ask({ user, call, target, shown }, choices);
  }

  async redial(user: UserId, call: CallId, onSameLine: boolean): Promise<void> {
    const record = await this.#parts.callLog.find(call);
    if (!record || record.user !== user || !record.number) return;
    // As typed, for dial rules to be applied once; he has confirmed already that he wants it dialled.
    const read = readMessage(`/call ${record.number}`);
    if (read.kind !== 'dial') return;
    await this.dial(user, read.target, record.number, onSameLine ? record.line : undefined);
  }

  isAsking(user: UserId, call: CallId | undefined): boolean {
    return this.#open(user, call) !== undefined;
  }

  /** @returns whether this question waits for an answer, and is not an older one */
  choose(user: UserId, call: CallId | undefined, choice: number): boolean {
    const question = this.#open(user, call);
    question?.send({ type: 'chosen', choice });
    return question !== undefined;
  }

  /** @returns whether this question waited for an answer */
  leaveQuestion(user: UserId, call: CallId | undefined): boolean {
    const question = this.#open(user, call);
    question?.send({ type: 'cancelled' });
    return question !== undefined;
  }

  /** Over a line of this host. @returns whether it is under way */
  async place({ user, call, shown, choice: { line, lineName, target } }: JudgedNumber): Promise<boolean> {
    const { lines, plans, softphones, newId, clock } = this.#parts;
    const found = await lines.find(line);
    if (!found) return false;
    const [plan, language] = await Promise.all([plans.planOf(found.owner), languageOf(this.#parts, found.user)]);
    if (this.#draining) {
      this.#say(user, { kind: 'restarting' });
      return false;
    }
    this.#say(user, { kind: 'privacyHint', firstCall: true });
    try {
      return await softphones.send(user, {
        type: 'dial',
        line,
        label: { call, direction: 'outgoing', number: shown, lineName, startedAt: clock.now() },
        target,
        voiceLeg: VoiceLegId(newId()),
        switching: plan.callSwitching,
        limitMs: plan.callMs,
        recording: recordingOrder(found, plan, language),
      });
    } catch (error) {
      if (!isElsewhere(error)) throw error;
      this.#say(user, { kind: 'otherWorker', lineName });
      return false;
    }
  }

  async #go(number: JudgedNumber): Promise<void> {
    const { lines, passOn } = this.#parts;
    const line = passOn && (await lines.find(number.choice.line));
    if (!line || !(await passOn(number, line))) await this.place(number);
  }

  #open(user: UserId, call: CallId | undefined): Actor<typeof lineQuestionMachine> | undefined {
    const question = this.#questions.get(user);
    return call !== undefined && question?.getSnapshot().context.call === call ? question : undefined;
  }

  /** While the question was open, its line may have got other rules, another user, or have reached a limit (product §2). */
  async #answered({ user, call, target, shown }: TypedNumber, line: LineId): Promise<void> {
    const { choices } = await this.#parts.dialling.judge(user, target);
    const choice = choices.find((offered) => offered.line === line);
    if (choice) await this.#go({ user, call, shown, choice });
    else await this.dial(user, target, shown, line);
  }

  #ask(number: TypedNumber, choices: readonly LineChoice[]): void {
    const { notices, faults, actorClock, inspection } = this.#parts;
    const { user, call, shown } = number;
    const input = { user, call, number: shown, choices };
    const question = createActor(
      lineQuestionMachine.provide({
        actions: {
          show: (_, { notice }) => notices.show(user, call, 'status', notice),
          dial: (_, { choice: { line, lineName } }) =>
            void this.#answered(number, line)
              .catch((error: unknown) => faults.report('outgoing calls', error, call))
              .finally(() => notices.closeQuestion(user, call, shown, lineName)),
        },
      }),
      {
        input,
        ...(actorClock && { clock: actorClock }),
        ...inspection?.root(`line-question/${call}`, lineQuestionMachine, input),
      },
    );
    this.#questions.set(user, question);
    question.subscribe({
      complete: () => {
        if (this.#questions.get(user) === question) this.#questions.delete(user);
      },
      error: (error) => faults.report('line question', error, call),
    });
    question.start();
  }

  #say(user: UserId, notice: Notice): void {
    this.#parts.notices.say(user, notice);
  }
}

/** A call is not lost for want of it. */
export const languageOf = async (
  { users, faults }: Pick<OutgoingCallParts, 'users' | 'faults'>,
  user: UserId,
): Promise<string | undefined> =>
  users.language(user).catch((error: unknown) => {
    faults.report('language', error);
    return undefined;
  });
