import { type CallFacts, type CallsFacts, FactsNotKept } from '../machines/model/call-facts.ts';
import type { CallId, EpochMs, UserId } from '../machines/model/ids.ts';
import { FactsWriter } from './facts-writer.ts';
import type { WallClock } from './ports/clock.ts';
import type { Facts, FoundCall, FoundCalls, KeptCalls, ShardLease } from './ports/facts.ts';
import type { Faults } from './ports/faults.ts';
import type { SipCalls } from './ports/sip-calls.ts';
import type { DialogFacts, SipDialogs } from './ports/sip-dialogs.ts';

export interface RecoveryFactsParts {
  readonly facts: Pick<Facts, 'keep' | 'forget'>;
  readonly dialogs: Pick<SipDialogs, 'keepWith' | 'resumeDialog' | 'endDialog' | 'dropSilently'>;
  readonly sip: Pick<SipCalls, 'watch'>;
  /** By what right his calls are ours; undefined: they are not. */
  readonly leaseOf: (user: UserId) => ShardLease | undefined;
  /** A write of ours was none: the shard is another's. */
  readonly refused: (lease: ShardLease) => void;
  /** When the open window of this user's reconnection ends. */
  readonly windowUntil: (user: UserId) => EpochMs | undefined;
  /** Whether he may have calls over another Worker than this host's; nobody does where not given. */
  readonly mayBeElsewhere?: (user: UserId) => Promise<boolean>;
  readonly wallClock: WallClock;
  readonly faults: Faults;
  /** Until a write that failed is tried again: 1 s where not given. */
  readonly pause?: () => Promise<void>;
}

/** Has calls, and knows whose they are and how they stand. */
export interface CallHolder {
  callFacts(user: UserId): readonly CallFacts[];
  userOf(call: CallId): UserId | undefined;
}

/** What another host must know of this one's calls: kept while they run, and read by nobody but the host that comes next. */
export class RecoveryFacts {
  readonly #parts: RecoveryFactsParts;
  readonly #writer: FactsWriter;
  /** Of legs that have not ended. */
  readonly #dialogs = new Map<CallId, KeptDialog>();
  /** What is in the database, as far as we know. */
  readonly #written = new Map<UserId, string>();
  /** Those whose row is there and ours. */
  readonly #kept = new Set<UserId>();
  /** For whom something is about to begin, and how many such things. */
  readonly #claims = new Map<UserId, number>();
  readonly #holders: CallHolder[] = [];

  constructor(parts: RecoveryFactsParts) {
    this.#parts = parts;
    const pause = parts.pause ?? (() => new Promise<void>((done) => setTimeout(done, 1_000).unref()));
    this.#writer = new FactsWriter({ write: (user) => this.#write(user), pause, faults: parts.faults });
    parts.dialogs.keepWith({
      // It is written down already: without a dialog nobody goes on with it.
      begun: async () => {},
      changed: (call, facts) => this.#dialogChanged(call, facts),
    });
  }

  /** His calls are kept. */
  follow(holder: CallHolder): void {
    this.#holders.push(holder);
  }

  /** After a transition of his softphone: written only if anything of it is another's business. */
  changed(user: UserId): void {
    if (JSON.stringify(this.#callsOf(user)) !== this.#written.get(user)) this.#writer.changed(user);
  }

  /** Resolves when his calls of now are in the database. @throws FactsNotKept */
  saved(user: UserId): Promise<void> {
    return this.#writer.written(user);
  }

  /**
   * Begins something for him where he has nothing yet; if his lines are on several Workers, not before it is sure that nothing is
   * going on over another one, and that nothing begins there (runtime §3). Without the database it begins: a party that he talked
   * to can come back, and a new call is refused for want of its own facts.
   * @throws FactsNotKept when he is another's; nothing was begun then
   */
  async begin(user: UserId, begin: () => void): Promise<void> {
    if (!(await this.#parts.mayBeElsewhere?.(user))) return begin();
    this.#claims.set(user, (this.#claims.get(user) ?? 0) + 1);
    try {
      await this.#writer.written(user).catch(unlessAway);
      begin();
    } finally {
      const left = (this.#claims.get(user) ?? 1) - 1;
      if (left > 0) this.#claims.set(user, left);
      else this.#claims.delete(user);
      this.changed(user);
    }
  }

  /** Whether all hosts know that what goes on for him goes on here. */
  keeps(user: UserId): boolean {
    return this.#kept.has(user);
  }

  /**
   * His calls were another host's, and are ours.
   * @param lastSeenAt of that host; where nobody knows, when it last wrote of them
   * @returns how they stand
   */
  found({ user, calls, windowUntil, writtenAt }: FoundCalls, lastSeenAt: EpochMs = writtenAt): CallsFacts {
    for (const { label, dialog } of calls) if (dialog) this.#keepDialog(user, label.call, dialog);
    // Unlike anything we would write: what has become of them is written in any case.
    this.#written.set(user, '');
    this.#kept.add(user);
    const now = this.#parts.wallClock.now();
    const leftMs = (windowUntil ?? lastSeenAt + windowMs) - now;
    return {
      calls: calls.map((call) => standing(call, now)),
      leftMs: Math.min(windowMs, Math.max(0, leftMs)),
      epoch: this.#parts.leaseOf(user)?.epoch ?? 0,
    };
  }

  /** Resolves when the party is here. @throws when it has gone, or nothing is known of its dialog */
  async resumeDialog(call: CallId): Promise<void> {
    const dialog = this.#dialogs.get(call);
    if (!dialog) throw new Error('nothing is known of the dialog of this call');
    const { dialogs, sip } = this.#parts;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const unwatch = sip.watch(call, ({ type }) => {
      if (type === 'party.answered') resolve();
      if (type === 'party.hungUp') reject(new Error('its party has gone'));
    });
    try {
      dialogs.resumeDialog(call, dialog.user, dialog.facts);
      await promise;
    } finally {
      unwatch();
    }
  }

  /** A call without a confirmed dialog has none to end. @throws as `SipDialogs` */
  async endDialog(call: CallId): Promise<void> {
    const dialog = this.#dialogs.get(call);
    this.#forgetDialog(call);
    if (dialog) await this.#parts.dialogs.endDialog(dialog.facts);
  }

  /** His calls are another host's: nothing is written of them any more, and nothing is said in their dialogs. */
  drop(user: UserId, calls: readonly CallId[]): void {
    this.#writer.drop(user);
    this.#written.delete(user);
    this.#kept.delete(user);
    for (const call of calls) {
      this.#forgetDialog(call);
      this.#parts.dialogs.dropSilently(call);
    }
  }

  /** Until everything has been written or given up. */
  settled(): Promise<void> {
    return this.#writer.settled();
  }

  async #dialogChanged(call: CallId, facts: DialogFacts): Promise<void> {
    const user = this.#holders.map((holder) => holder.userOf(call)).find((found) => found !== undefined);
    if (user === undefined) return;
    this.#keepDialog(user, call, facts);
    // The call goes on without, and it is written later.
    await this.#writer.written(user).catch(() => {});
  }

  #keepDialog(user: UserId, call: CallId, facts: DialogFacts): void {
    const known = this.#dialogs.get(call);
    if (known) {
      known.facts = facts;
      return;
    }
    const unwatch = this.#parts.sip.watch(call, ({ type }) => {
      if (type === 'party.hungUp') this.#forgetDialog(call);
    });
    this.#dialogs.set(call, { user, facts, unwatch });
  }

  #forgetDialog(call: CallId): void {
    this.#dialogs.get(call)?.unwatch();
    this.#dialogs.delete(call);
  }

  #callsOf(user: UserId): KeptCalls | undefined {
    const all = this.#holders.flatMap((holder) => holder.callFacts(user));
    if (all.length === 0 && !this.#claims.has(user)) return undefined;
    const ordered = [...all.filter(isHis), ...all.filter((call) => !isHis(call))];
    // One that comes back from a transfer has two holders for a moment: it is his.
    const calls = ordered.filter(({ label }, at) => ordered.findIndex((one) => one.label.call === label.call) === at);
    return {
      user,
      calls: calls.map((call) => ({ ...call, dialog: this.#dialogs.get(call.label.call)?.facts })),
      windowUntil: this.#parts.windowUntil(user),
    };
  }

  async #write(user: UserId): Promise<void> {
    const { facts, leaseOf, refused } = this.#parts;
    const lease = leaseOf(user);
    if (!lease) throw new FactsNotKept('taken');
    const calls = this.#callsOf(user);
    if (!calls && !this.#written.has(user)) return;
    // A write that fails may have been made all the same.
    this.#written.set(user, '');
    const keeping = await (calls ? facts.keep(calls, lease) : facts.forget(user, lease));
    if (keeping === 'taken') refused(lease);
    if (keeping !== 'kept') {
      this.#kept.delete(user);
      throw new FactsNotKept(keeping);
    }
    if (calls) {
      this.#written.set(user, JSON.stringify(calls));
      this.#kept.add(user);
    } else {
      this.#written.delete(user);
      this.#kept.delete(user);
    }
  }
}

const unlessAway = (error: unknown): void => {
  if (!(error instanceof FactsNotKept) || error.reason !== 'unavailable') throw error;
};

interface KeptDialog {
  readonly user: UserId;
  facts: DialogFacts;
  readonly unwatch: () => void;
}

const isHis = ({ stage }: CallFacts): boolean => stage !== 'joined';

/** How long a user may be away (product §10). */
const windowMs = 60_000;

/** With a confirmed dialog there was an answer, whether or not the transition after it was written. */
function standing({ dialog, answeredAt, ...call }: FoundCall, now: EpochMs): CallFacts {
  const stage = dialog && call.stage === 'unanswered' ? 'answered' : call.stage;
  const talkedMs = answeredAt === undefined ? 0 : now - answeredAt;
  return { ...call, stage, limitMs: call.limitMs === undefined ? undefined : Math.max(0, call.limitMs - talkedMs) };
}
