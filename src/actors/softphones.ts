import { type Actor, createActor, waitFor } from 'xstate';
import type { HangupCause } from '../machines/model/hangup-cause.ts';
import type { CallId, UserId } from '../machines/model/ids.ts';
import type { Toast } from '../machines/model/notices.ts';
import type { CallInHand, Recall, SoftphoneCommand } from '../machines/model/softphone.ts';
import type { softphoneMachine } from '../machines/softphone.ts';
import { isEarly } from '../machines/softphone-context.ts';
import type { Inspection } from './inspection/hub.ts';
import type { Faults } from './ports/faults.ts';
import type { Users } from './ports/users.ts';
import { type SoftphoneParts, softphone } from './softphone.ts';

type Softphone = Actor<typeof softphoneMachine>;
type ActorClock = NonNullable<Parameters<typeof createActor>[1]>['clock'];

/** The softphones of this process: one XState root for each user who has something going on, started when needed. */
export class Softphones {
  readonly #parts: SoftphoneParts;
  readonly #users: Users;
  readonly #faults: Faults;
  readonly #clock: ActorClock;
  readonly #inspection: Inspection | undefined;
  readonly #machine: ReturnType<typeof softphone>;
  readonly #phones = new Map<UserId, Softphone>();
  #ending = false;

  constructor(parts: SoftphoneParts & { users: Users; faults: Faults; clock?: ActorClock; inspection?: Inspection }) {
    this.#parts = parts;
    this.#users = parts.users;
    this.#faults = parts.faults;
    this.#clock = parts.clock;
    this.#inspection = parts.inspection;
    this.#machine = softphone(parts);
  }

  /** @returns whether there is a softphone for it; there is none any more once all are being ended */
  async send(user: UserId, command: SoftphoneCommand): Promise<boolean> {
    if (this.#ending) return false;
    if (!this.#phones.has(user)) {
      const { callback } = await this.#users.settings(user);
      // Another event may have started it meanwhile, or the service may be ending.
      if (this.#ending) return false;
      if (!this.#phones.has(user)) this.#start(user, callback);
    }
    this.#phones.get(user)?.send(command);
    return true;
  }

  /** Gives the user back his party; it is hung up where nobody can take it. */
  async recall(user: UserId, recall: Recall): Promise<void> {
    try {
      const isTaken = await this.send(user, { type: 'recalled', ...recall });
      if (!isTaken) this.#cannotGiveBack(user, recall, { kind: 'shutdown' });
    } catch (error) {
      this.#faults.report('recall', error, recall.call.label.call);
      this.#cannotGiveBack(user, recall, { kind: 'internal-fault', detail: 'recall' });
    }
  }

  /** For those who only matter while there is a call, such as keys. */
  sendIfStarted(user: UserId, command: SoftphoneCommand): void {
    this.#phones.get(user)?.send(command);
  }

  /** Whether the parallel message of this user is about this second call now, and shows this version of its state. */
  isParallelNow(user: UserId, second: CallId | undefined, version: number): boolean {
    const pair = this.#phones.get(user)?.getSnapshot().children.pair?.getSnapshot().context;
    // Each pair counts its versions from 1.
    return pair?.second === second && pair?.version === version;
  }

  /** What to answer to `Reconnect` of this call; undefined: it can be done. */
  whyNotReconnected(user: UserId, call: CallId): Toast | undefined {
    const snapshot = this.#phones.get(user)?.getSnapshot();
    const { inHand } = snapshot?.context ?? {};
    if (!snapshot || !isOf(snapshot, call)) return 'call-over';
    if (snapshot.children.window?.getSnapshot().matches({ open: 'floodWaiting' })) return 'cannot-ring';
    if (snapshot.can({ type: 'reconnect', call })) return undefined;
    return inHand && isEarly(snapshot.context, inHand) ? 'not-answered-yet' : 'done';
  }

  /** Whether this call is over, or being ended: its panel may still stand until Telegram has removed it. */
  isOver(user: UserId, call: CallId | undefined): boolean {
    const snapshot = this.#phones.get(user)?.getSnapshot();
    if (!snapshot || !isOf(snapshot, call)) return true;
    return over.some((state) => snapshot.matches({ withCall: state }));
  }

  /** A reconnection window is open: the party hears tones, and the user nothing. */
  isAway(user: UserId): boolean {
    return this.#phones.get(user)?.getSnapshot().matches({ withCall: 'away' }) ?? false;
  }

  /** Whether there is anything to give up by this button. */
  canGiveUp(user: UserId, call: CallId): boolean {
    return this.#phones.get(user)?.getSnapshot().can({ type: 'giveUp', call }) ?? false;
  }

  /** The call he talks on, or that is made or rings for him. */
  callOf(user: UserId): CallId | undefined {
    return this.#phones.get(user)?.getSnapshot().context.inHand?.label.call;
  }

  isEngaged(user: UserId): boolean {
    const phone = this.#phones.get(user);
    return phone !== undefined && isEngaged(phone);
  }

  /** Those who have a call, or a number that waits for theirs. */
  get users(): Iterable<UserId> {
    return this.#phones.keys();
  }

  get engaged(): number {
    return [...this.#phones.values()].filter(isEngaged).length;
  }

  /** Resolves when no softphone has a call any more, or when `signal` aborts. */
  async quiet(signal: AbortSignal): Promise<void> {
    while (this.engaged > 0 && !signal.aborted) {
      const atRest = [...this.#phones.values()].map((phone) =>
        waitFor(phone, (snapshot) => snapshot.status !== 'active' || !hasLegs(snapshot), { signal }).catch(() => {}),
      );
      await Promise.all(atRest);
    }
  }

  /** Ends every call of this process, starts none any more, and waits until both sides have been told. */
  async endAll(signal: AbortSignal): Promise<void> {
    this.#ending = true;
    for (const phone of this.#phones.values()) phone.send({ type: 'shutdown' });
    await this.quiet(signal);
    for (const phone of this.#phones.values()) phone.stop();
    this.#phones.clear();
  }

  #start(user: UserId, callback: boolean): void {
    const input = { user, callback };
    const phone = createActor(this.#machine, {
      input,
      ...(this.#clock && { clock: this.#clock }),
      ...this.#inspection?.root(`user/${user}`, this.#machine, input),
    });
    this.#phones.set(user, phone);
    phone.subscribe({
      complete: () => this.#phones.delete(user),
      error: (error) => {
        this.#phones.delete(user);
        this.#faults.report('softphone', error, phone.getSnapshot().context.inHand?.label.call);
        this.#clearAway(user, phone);
      },
    });
    phone.start();
  }

  /** A softphone that broke leaves no leg behind, no open record, no button, and loses no recording. */
  #clearAway(user: UserId, phone: Softphone): void {
    const { telegram, notices, deadlines, recordings } = this.#parts;
    const { inHand, second, expected } = phone.getSnapshot().context;
    const cause = { kind: 'internal-fault', detail: 'softphone' } as const;
    deadlines?.clear(user, 'reconnect-window');
    recordings.deliverOf(user);
    if (inHand) for (const slot of slotsOfUser) notices.unshow(user, inHand.label.call, slot);
    for (const call of [inHand, second]) if (call) this.#giveUp(user, call, cause);
    for (const leg of [inHand?.voiceLeg, expected]) if (leg) telegram.hangUp(leg, cause);
  }

  #cannotGiveBack(user: UserId, { call, second, cause }: Recall, why: HangupCause): void {
    this.#parts.notices.say(user, { kind: 'transferFailed', first: call.label, second, cause, then: 'ended' });
    this.#giveUp(user, call, why);
  }

  #giveUp(user: UserId, { label }: CallInHand, cause: HangupCause): void {
    const { sip, notices, journal } = this.#parts;
    sip.hangUp(label.call, cause);
    notices.conclude(user, label, cause, journal.ended(label.call, cause));
  }
}

/** What stands in a conversation once, whatever it is about. */
const slotsOfUser = ['panel', 'parallel', 'reconnection'] as const;

/** In these the user is out. */
const over = ['clearing', 'cleared', 'parting', 'departed'] as const;

const isOf = ({ context: { inHand, second } }: ReturnType<Softphone['getSnapshot']>, call: CallId | undefined) =>
  call !== undefined && (inHand?.label.call === call || second?.label.call === call);

/** A number that waits for the user's call keeps nobody from stopping. */
const hasLegs = (snapshot: ReturnType<Softphone['getSnapshot']>): boolean =>
  !snapshot.matches('idle') && !snapshot.matches('awaitingUser');
const isEngaged = (phone: Softphone): boolean => {
  const snapshot = phone.getSnapshot();
  return snapshot.status === 'active' && hasLegs(snapshot);
};
