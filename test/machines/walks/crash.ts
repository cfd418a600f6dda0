import type { RecoveryFacts } from '../../../src/actors/recovery-facts.ts';
import type { CallFacts, CallsFacts } from '../../../src/machines/model/call-facts.ts';
import { FactsNotKept } from '../../../src/machines/model/call-facts.ts';
import type { CallId } from '../../../src/machines/model/ids.ts';
import type { World } from './world.ts';

/** How long it takes until another host has the shard. */
const takeoverMs = 10_000;

/** What is in the database of the user's calls, and what the network knows of dialogs whose host has died. */
export class Facts {
  /** Whether calls are kept at all. */
  areKept = false;
  isAway = false;
  /** Whether a call waits until it is written. */
  isSlow = false;
  readonly waiting: (() => void)[] = [];
  /** What is sure to have been written. */
  written: readonly CallFacts[] = [];
  epoch = 0;
  readonly #world: World;

  readonly port: Pick<RecoveryFacts, 'saved' | 'resumeDialog' | 'endDialog'> = {
    saved: async () => {
      this.#world.parties.hasNews = true;
      if (this.isSlow) await new Promise<void>((resolve) => this.waiting.push(resolve));
      if (this.isAway) throw new FactsNotKept('unavailable');
      this.written = this.#world.callFacts;
    },
    resumeDialog: (call) => this.#world.parties.resumeDialog(call),
    endDialog: async (call) => this.#world.parties.endDialog(call),
  };

  constructor(world: World) {
    this.#world = world;
  }

  /** The oldest write that is waited for. */
  pass(): void {
    this.waiting.shift()?.();
    this.#world.parties.hasNews = true;
  }

  /** Everything has been written. */
  flush(): void {
    if (!this.isAway) this.written = this.#world.callFacts;
  }
}

/**
 * The host dies: nobody hears of anything any more, its voice legs and recordings are gone, and INVITEs without an answer with
 * them. Another one takes up what was written. `behind`: what changed last was not written any more; a dialog was, because
 * neither 200 nor ACK leaves before it is.
 */
export function crash(world: World, behind: boolean): void {
  const { facts, parties, phones, clock, deadlines } = world;
  if (!facts.areKept) return;
  if (!behind) facts.flush();
  loseUnwritten(world);
  world.forget();
  for (const leg of [...phones.legs.values()]) if (leg.state !== 'unmade') leg.state = 'ended';
  parties.loseHost();
  clock.pass(takeoverMs);
  // The call log may know of an end that the facts do not; two calls of one name are no two calls elsewhere.
  const isOver = (call: CallId) => world.records.get(call) === 'closed' && !parties.live.some(({ id }) => id === call);
  const calls = facts.written.filter(({ label }) => !isOver(label.call));
  const windowUntil = world.windowUntilMs ?? clock.now - takeoverMs + 60_000;
  deadlines.clear();
  const recovered: CallsFacts = {
    calls: calls.map((call) => (isConfirmed(world, call.label.call) ? { ...call, ...asAnswered(call) } : call)),
    epoch: ++facts.epoch,
    leftMs: Math.max(0, windowUntil - clock.now),
  };
  facts.waiting.splice(0);
  // What the user stopped does not begin again.
  for (const { label, isRecorded, recording } of calls)
    if (!isRecorded && !recording.locked) world.orders.set(label.call, { ...recording, automatic: false });
  if (calls.length > 0) world.start(recovered);
}

/** Of a call that is not written down, its party has heard nothing (runtime §4). */
function loseUnwritten({ facts, parties, records, complain }: World): void {
  const written = new Set(facts.written.map(({ label }) => label.call));
  for (const [call, state] of records) {
    if (state === 'closed' || written.has(call)) continue;
    const { state: has } = parties.leg(call);
    const isUnheard = has === 'unmade' || has === 'offered' || (has === 'ending' && !parties.dialogs.has(call));
    if (isUnheard || has === 'ended') records.set(call, 'closed');
    else complain(`${call} is ${has}, and nothing is written of it`);
  }
}

const asAnswered = ({ stage }: CallFacts): Partial<CallFacts> => (stage === 'unanswered' ? { stage: 'answered' } : {});
const isConfirmed = ({ parties }: World, call: CallId): boolean => parties.dialogs.has(call);
