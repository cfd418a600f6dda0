import { type Actor, createActor, waitFor } from 'xstate';
import type { CallsFacts } from '../machines/model/call-facts.ts';
import type { HangupCause } from '../machines/model/hangup-cause.ts';
import type { CallId, EpochMs, UserId } from '../machines/model/ids.ts';
import type { Toast } from '../machines/model/notices.ts';
import type { CallInHand, Recall, SoftphoneCommand } from '../machines/model/softphone.ts';
import type { softphoneMachine } from '../machines/softphone.ts';
import { isEarly } from '../machines/softphone-context.ts';
import { callFactsOf as factsOf } from '../machines/softphone-facts.ts';
import type { CallJournal } from './call-journal.ts';
import type { Inspection } from './inspection/hub.ts';
import type { FoundCalls } from './ports/facts.ts';
import type { Faults } from './ports/faults.ts';
import type { Users } from './ports/users.ts';
import type { RecoveryFacts } from './recovery-facts.ts';
import { concludeLost, type SoftphoneParts, softphone } from './softphone.ts';
import type { UserDeadlines } from './user-deadlines.ts';

type Softphone = Actor<typeof softphoneMachine>;
type ActorClock = NonNullable<Parameters<typeof createActor>[1]>['clock'];

export interface SoftphonesParts extends SoftphoneParts {
  readonly journal: SoftphoneParts['journal'] & Pick<CallJournal, 'resumed' | 'dropped'>;
  readonly deadlines?: Pick<UserDeadlines, 'set' | 'clear' | 'drop'>;
  readonly recovery?: Pick<
    RecoveryFacts,
    'saved' | 'resumeDialog' | 'endDialog' | 'follow' | 'changed' | 'found' | 'drop' | 'begin'
  >;
  readonly users: Users;
  readonly faults: Faults;
  readonly clock?: ActorClock;
  readonly inspection?: Inspection;
}

/** The softphones of this process: one XState root for each user who has something going on, started when needed. */
export class Softphones {
  readonly #parts: SoftphonesParts;
  readonly #users: Users;
  readonly #faults: Faults;
  readonly #clock: ActorClock;
  readonly #inspection: Inspection | undefined;
  readonly #machine: ReturnType<typeof softphone>;
  readonly #phones = new Map<UserId, Softphone>();
  #ending = false;

  constructor(parts: SoftphonesParts) {
    this.#parts = parts;
    this.#users = parts.users;
    this.#faults = parts.faults;
    this.#clock = parts.clock;
    this.#inspection = parts.inspection;
    this.#machine = softphone(parts);
    parts.recovery?.follow({
      callFacts: (user) => callFactsOf(this.#phones.get(user)),
      userOf: (call) => [...this.#phones].find(([, phone]) => isOf(phone.getSnapshot(), call))?.[0],
    });
  }

  /**
   * @returns whether there is a softphone for it; there is none any more once all are being ended
   * @throws FactsNotKept when he has calls over another Worker, or nobody can tell
   */
  async send(user: UserId, command: SoftphoneCommand): Promise<boolean> {
    if (this.#ending) return false;
    const phone = this.#phones.get(user);
    if (phone && !phone.getSnapshot().matches('idle')) {
      phone.send(command);
      return true;
    }
    const settings = phone ? undefined : await this.#users.settings(user);
    let isSent = false;
    await this.#begun(user, () => {
      // Another event may have started it meanwhile, or the service may be ending.
      if (this.#ending) return;
      if (settings && !this.#phones.has(user)) this.#start(user, settings.callback);
      const ready = this.#phones.get(user);
      ready?.send(command);
      isSent = ready !== undefined;
    });
    // One that had nothing to do may have gone meanwhile.
    return isSent || (!this.#ending && this.send(user, command));
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

  /**
   * Takes up what the host before us had in hand for this user (runtime §5). Resolves when it has begun.
   * @param lastSeenAt of that host; undefined: nobody knows
   */
  async recover(found: FoundCalls, lastSeenAt: EpochMs | undefined): Promise<void> {
    const { user } = found;
    const { journal, recovery } = this.#parts;
    const callback = await this.#callbackOf(user);
    if (this.#ending || !recovery) return;
    const facts = recovery.found(found, lastSeenAt);
    this.#makeRoom(user);
    const phone = this.#phones.get(user)?.getSnapshot();
    const calls = facts.calls.filter(({ label }) => !phone || !isOf(phone, label.call));
    for (const { label, line, target, stage } of calls) {
      const { answeredAt } = found.calls.find((call) => call.label.call === label.call) ?? {};
      const atLeast = stage === 'answered' ? found.writtenAt : undefined;
      journal.resumed({ call: label.call, line, isOutgoing: target !== undefined, answeredAt: answeredAt ?? atLeast });
    }
    if (!phone) this.#start(user, callback, { ...facts, calls });
    // He was quicker: what he has begun since goes on, and nothing of before can be had beside it.
    else
      concludeLost(
        this.#parts,
        user,
        calls.map(({ label }) => ({ label, cause: { kind: 'connection-lost' } })),
      );
  }

  /**
   * Forgets the calls of users who are another host's now, without a word to anybody: their dialogs are that host's. Our voice legs
   * with them are ended, for nobody else can.
   */
  dropUsers(isGone: (user: UserId) => boolean): void {
    for (const [user, phone] of this.#phones) {
      if (!isGone(user)) continue;
      const { inHand, second, expected } = phone.getSnapshot().context;
      const calls = [inHand, second].flatMap((call) => (call ? [call.label.call] : []));
      this.#phones.delete(user);
      phone.stop();
      const { telegram, journal, recordings, deadlines, recovery } = this.#parts;
      recovery?.drop(user, calls);
      deadlines?.drop(user, 'reconnect-window');
      recordings.leave(user);
      for (const call of calls) journal.dropped(call);
      for (const leg of [inHand?.voiceLeg, expected]) if (leg) telegram.hangUp(leg, { kind: 'connection-lost' });
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

  /** Whether this is one of his calls here. */
  hasCall(user: UserId, call: CallId | undefined): boolean {
    const snapshot = this.#phones.get(user)?.getSnapshot();
    return snapshot !== undefined && isOf(snapshot, call);
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

  /** Of those who are here alone at once. */
  async #begun(user: UserId, begin: () => void): Promise<void> {
    const { recovery } = this.#parts;
    await (recovery ? recovery.begin(user, begin) : begin());
  }

  /** One with nothing to do, which was started by something that came too early, is in the way of what is to be taken up. */
  #makeRoom(user: UserId): void {
    const phone = this.#phones.get(user);
    if (!phone?.getSnapshot().matches('idle')) return;
    this.#phones.delete(user);
    phone.stop();
  }

  /** Without the database he is rung: it is on by default. */
  async #callbackOf(user: UserId): Promise<boolean> {
    try {
      return (await this.#users.settings(user)).callback;
    } catch (error) {
      this.#faults.report('recovery', error);
      return true;
    }
  }

  #start(user: UserId, callback: boolean, facts?: CallsFacts): void {
    const { recovery } = this.#parts;
    const input = { user, callback, keepsFacts: recovery !== undefined, ...(facts && { facts }) };
    const phone = createActor(this.#machine, {
      input,
      ...(this.#clock && { clock: this.#clock }),
      ...this.#inspection?.root(`user/${user}`, this.#machine, input),
    });
    this.#phones.set(user, phone);
    phone.subscribe({
      next: () => recovery?.changed(user),
      complete: () => {
        if (this.#phones.get(user) === phone) this.#phones.delete(user);
        recovery?.changed(user);
      },
      error: (error) => {
        this.#phones.delete(user);
        recovery?.changed(user);
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

const callFactsOf = (phone: Softphone | undefined) => (phone ? factsOf(phone.getSnapshot()) : []);

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
