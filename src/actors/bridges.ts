import { type Actor, createActor, fromCallback, waitFor } from 'xstate';
import { type BridgeFact, bridgeMachine } from '../machines/bridge.ts';
import type { CallFacts } from '../machines/model/call-facts.ts';
import type { CallId, UserId } from '../machines/model/ids.ts';
import type { CallInHand, JoinedParties, Recall } from '../machines/model/softphone.ts';
import type { CallJournal } from './call-journal.ts';
import type { CallNotices } from './call-notices.ts';
import type { Inspection } from './inspection/hub.ts';
import type { Faults } from './ports/faults.ts';
import type { Media } from './ports/media.ts';
import type { SipCalls } from './ports/sip-calls.ts';
import type { RecoveryFacts } from './recovery-facts.ts';

type ActorClock = NonNullable<Parameters<typeof createActor>[1]>['clock'];

export interface BridgeParts {
  readonly sip: SipCalls;
  readonly media: Media;
  readonly notices: Pick<CallNotices, 'say' | 'conclude'>;
  readonly journal: Pick<CallJournal, 'answered' | 'ended' | 'talkedMs' | 'dropped'>;
  readonly faults: Faults;
  readonly clock?: ActorClock;
  readonly inspection?: Inspection;
  /** A transfer failed: the user is to get his party back. */
  readonly recall: (user: UserId, recall: Recall) => void | Promise<void>;
  /** Without it joined parties are left to themselves when this process dies; with it the next one ends their calls. */
  readonly recovery?: Pick<RecoveryFacts, 'follow' | 'changed' | 'drop'>;
}

/** Parties that users have joined and left: one XState root for each two. */
export class Bridges {
  readonly #parts: BridgeParts;
  readonly #machine: ReturnType<typeof wired>;
  readonly #bridges = new Map<Actor<typeof bridgeMachine>, UserId>();
  /** Calls of users who have left, until they are over or given back. */
  readonly #joined = new Map<CallId, { readonly user: UserId; readonly call: CallInHand }>();
  #joining = 0;

  constructor(parts: BridgeParts) {
    const recall = (user: UserId, given: Recall) => this.#giveBack(user, given);
    this.#parts = parts;
    this.#machine = wired({ ...parts, recall });
    parts.recovery?.follow({
      callFacts: (user) => [...this.#joined.values()].flatMap((one) => (one.user === user ? [factsOf(one.call)] : [])),
      userOf: (call) => this.#joined.get(call)?.user,
    });
  }

  start(user: UserId, joined: JoinedParties): void {
    for (const call of [joined.first, joined.second]) this.#joined.set(call.label.call, { user, call });
    // The caller is an action of another machine, in which no machine may be made (XState warns).
    this.#joining++;
    queueMicrotask(() => this.#open(user, joined));
  }

  /** Forgets the parties of users who are another host's now, without a word to anybody. */
  dropUsers(isGone: (user: UserId) => boolean): void {
    const { recovery, journal } = this.#parts;
    for (const [bridge, user] of this.#bridges) {
      const { first, second } = bridge.getSnapshot().context;
      if (!isGone(user)) continue;
      this.#bridges.delete(bridge);
      bridge.stop();
      const calls = [first.label.call, second.label.call];
      for (const call of calls) {
        this.#joined.delete(call);
        journal.dropped(call);
      }
      recovery?.drop(user, calls);
    }
  }

  async #giveBack(user: UserId, recall: Recall): Promise<void> {
    try {
      await this.#parts.recall(user, recall);
    } finally {
      this.#forget(user, recall.call);
    }
  }

  #forget(user: UserId, { label }: CallInHand): void {
    this.#joined.delete(label.call);
    this.#parts.recovery?.changed(user);
  }

  #open(user: UserId, joined: JoinedParties): void {
    this.#joining--;
    const { sip, notices, journal, faults, clock, inspection } = this.#parts;
    const leftMs = { first: leftOf(joined.first, journal), second: leftOf(joined.second, journal) };
    const input = { user, ...joined, leftMs };
    const bridge = createActor(this.#machine, {
      input,
      ...(clock && { clock }),
      ...inspection?.root(`bridge/${joined.first.label.call}`, this.#machine, input),
    });
    this.#bridges.set(bridge, user);
    bridge.subscribe({
      complete: () => {
        this.#bridges.delete(bridge);
        this.#forget(user, joined.second);
        if (!bridge.getSnapshot().matches('recalled')) this.#forget(user, joined.first);
      },
      error: (error) => {
        this.#bridges.delete(bridge);
        for (const call of [joined.first, joined.second]) this.#forget(user, call);
        // The other one’s end says why, too.
        faults.report('bridge', error, joined.first.label.call);
        const cause = { kind: 'internal-fault', detail: 'bridge' } as const;
        for (const { label } of [joined.first, joined.second]) {
          sip.hangUp(label.call, cause);
          notices.conclude(user, label, cause, journal.ended(label.call, cause));
        }
      },
    });
    bridge.start();
  }

  /** Those who brought two parties together. */
  get users(): Iterable<UserId> {
    return this.#bridges.values();
  }

  get engaged(): number {
    return this.#joining + this.#bridges.size;
  }

  /** Resolves when all parties have hung up, or when `signal` aborts. */
  async quiet(signal: AbortSignal): Promise<void> {
    await Promise.all(
      [...this.#bridges.keys()].map((bridge) =>
        waitFor(bridge, (snapshot) => snapshot.status !== 'active', { signal }).catch(() => {}),
      ),
    );
  }

  async endAll(signal: AbortSignal): Promise<void> {
    for (const bridge of this.#bridges.keys()) bridge.send({ type: 'shutdown' });
    await this.quiet(signal);
  }
}

const factsOf = (call: CallInHand): CallFacts => ({ ...call, stage: 'joined', cause: undefined, isRecorded: false });

/** What is left of the limit of a call that may have lasted for a while. */
const leftOf = ({ limitMs, label }: CallInHand, journal: Pick<CallJournal, 'talkedMs'>): number | undefined =>
  limitMs === undefined ? undefined : Math.max(0, limitMs - (journal.talkedMs(label.call) ?? 0));

const wired = ({ sip, media, notices, journal, recall }: BridgeParts) =>
  bridgeMachine.provide({
    actors: {
      legFacts: fromCallback(({ input, sendBack }) => {
        const { first, second } = input as { first: CallId; second: CallId };
        const tell = (fact: BridgeFact) => sendBack(fact);
        const ends = [
          media.watch(first, ({ type }) => {
            if (type === 'media.lost') tell({ type: 'first.silent' });
            if (type === 'media.back') tell({ type: 'first.heard' });
          }),
          media.watch(second, ({ type }) => {
            if (type === 'media.lost') tell({ type: 'second.silent' });
            if (type === 'media.back') tell({ type: 'second.heard' });
          }),
          sip.watch(first, (fact) => {
            if (fact.type === 'key.heard') media.keyHeard(first, fact.digit);
            if (fact.type === 'party.answered') tell({ type: 'first.answered' });
            if (fact.type === 'party.hungUp') tell({ type: 'first.hungUp', cause: fact.cause });
          }),
          sip.watch(second, (fact) => {
            if (fact.type === 'key.heard') media.keyHeard(second, fact.digit);
            if (fact.type === 'party.answered') tell({ type: 'second.answered' });
            if (fact.type === 'party.hungUp') tell({ type: 'second.hungUp', cause: fact.cause });
          }),
        ];
        return () => ends.forEach((end) => end());
      }),
    },
    actions: {
      join: (_, { first, second }) => {
        media.stopTone(first);
        media.connect(first, second);
      },
      logAnswered: (_, { call }) => journal.answered(call),
      playTone: (_, { leg, tone }) => media.playTone(leg, tone),
      hangUpParty: (_, { call, cause }) => sip.hangUp(call, cause),
      conclude: (_, { user: whose, label, cause }) =>
        notices.conclude(whose, label, cause, journal.ended(label.call, cause)),
      sayTimeUp: (_, { user: whose, first, second, leftMs }) => {
        const { label, limitMs } = (leftMs.first ?? Infinity) <= (leftMs.second ?? Infinity) ? first : second;
        notices.say(whose, { kind: 'callTimeUp', label, limitMs: limitMs ?? 0 });
      },
      recall: (_, { user: whose, call, second, cause }) => {
        journal.ended(second.call, cause);
        // For the same reason as in `start`.
        queueMicrotask(() => void recall(whose, { call, leftMs: leftOf(call, journal), second, cause }));
      },
    },
  });
