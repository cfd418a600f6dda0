import { type Actor, createActor, type InspectionEvent } from 'xstate';
import { type BridgeParts, Bridges } from '../../../src/actors/bridges.ts';
import { InspectionHub } from '../../../src/actors/inspection/hub.ts';
import { type SoftphoneParts, softphone } from '../../../src/actors/softphone.ts';
import type { CallFacts, CallsFacts } from '../../../src/machines/model/call-facts.ts';
import { type CallId, EpochMs, LineId, UserId, VoiceLegId } from '../../../src/machines/model/ids.ts';
import type { RecordingOrder } from '../../../src/machines/model/recording-order.ts';
import type { PlanLimit } from '../../../src/machines/model/refusals.ts';
import type { JoinedParties, Recall, SoftphoneCommand } from '../../../src/machines/model/softphone.ts';
import { callFactsOf } from '../../../src/machines/softphone-facts.ts';
import { byHand } from '../../fakes/recorder.ts';
import { Replays } from '../../support/replays.ts';
import { Chat } from './chat.ts';
import { WalkClock } from './clock.ts';
import { Facts } from './crash.ts';
import { Parties } from './parties.ts';
import { Phones } from './phones.ts';
import { Sound } from './sound.ts';
import { Tapes } from './tapes.ts';

const olga = UserId('1');
const office = LineId('office');

/** One user, his parties, and everything his softphone is wired to: a walk goes through one of these. */
export class World {
  readonly clock = new WalkClock();
  /** What was found wrong, in the order of finding. */
  readonly complaints: string[] = [];
  readonly complain = (what: string) => void this.complaints.push(what);
  readonly parties = new Parties(this.complain);
  readonly phones = new Phones(() => this.clock.now, this.complain);
  sound = new Sound();
  tapes = this.#newTapes();
  readonly facts = new Facts(this);
  /** When the open window of a reconnection ends. */
  windowUntilMs: number | undefined;
  readonly chat = new Chat(() => this.clock.now, this.complain);
  /** Calls that were written into the call log, and how far they are there. */
  readonly records = new Map<CallId, 'opened' | 'answered' | 'closed'>();
  /** Parties that talk to each other without the user. */
  readonly joined = new Set<CallId>();
  /** Kinds of deadlines that would outlive the process. */
  readonly deadlines = new Set<string>();
  /** How much the softphone has done so far, other than saying something. */
  effects = 0;
  callback = true;
  /** Of the plan: why no more calls may be made. */
  limit: PlanLimit | undefined;
  /** Whether the database does not answer. */
  isLimitSlow = false;
  /** How the calls that begin are recorded. */
  recording: RecordingOrder = byHand;
  readonly orders = new Map<CallId, RecordingOrder>();
  /** Calls whose plan allows no other beside them. */
  readonly #alone = new Set<CallId>();
  readonly #inspect: ((event: InspectionEvent) => void) | undefined;
  readonly #inspection: InspectionHub;
  /** What its roots received. */
  readonly replays = new Replays();
  readonly bridges: Bridges;
  #joinedFacts: () => readonly CallFacts[] = () => [];
  #softphone: Actor<typeof machine> | undefined;
  #calls = 0;

  constructor(inspect?: (event: InspectionEvent) => void) {
    this.#inspect = inspect;
    const faults = { report: (where: string, error: unknown) => this.complain(`${where}: ${String(error)}`) };
    this.#inspection = new InspectionHub({ now: () => EpochMs(this.clock.now) }, faults);
    this.#inspection.watch(this.replays);
    this.bridges = new Bridges({
      ...parts,
      clock: this.clock,
      inspection: this.#inspection,
      faults,
      recall: (_, recall) => new Promise((done) => this.#later(() => done(this.#recall(recall)))),
      recovery: {
        follow: (holder) => void (this.#joinedFacts = () => holder.callFacts(olga)),
        changed: () => {},
        drop: () => {},
      },
    });
  }

  /** Starts the softphone when there is none. */
  send(command: SoftphoneCommand): void {
    if (!this.#softphone) this.start();
    this.#softphone?.send(command);
  }

  sendIfStarted(command: SoftphoneCommand): void {
    this.#softphone?.send(command);
  }

  dials(call: CallId, switching: boolean): void {
    if (!switching) this.#alone.add(call);
    this.orders.set(call, this.recording);
    const label = { ...this.#label(call), direction: 'outgoing' } as const;
    const target = { kind: 'number', user: call } as const;
    this.send({
      type: 'dial',
      line: office,
      label,
      target,
      voiceLeg: voiceLegOf(call),
      switching,
      // The plan without call switching is also the one whose calls end.
      limitMs: switching ? undefined : 45_000,
      recording: this.recording,
    });
  }

  partyCalls(call: CallId, switching: boolean): void {
    const own = this.parties.live.filter(({ id }) => !this.joined.has(id));
    // One that is being written down is a call of his, and nobody's yet.
    const isCounted = this.facts.waiting.length === 0;
    const isFree = isCounted && own.length === 0 && !this.phones.isFlooded;
    const hasRoom = isCounted && switching && own.length === 1 && own.every(({ id }) => !this.#alone.has(firstOf(id)));
    if (!switching) this.#alone.add(call);
    this.parties.offer(call);
    this.orders.set(call, this.recording);
    const label = { ...this.#label(call), direction: 'incoming' } as const;
    const caller = { number: call };
    const lineName = undefined;
    this.send({
      type: 'party.called',
      line: office,
      label,
      caller,
      lineName,
      voiceLeg: voiceLegOf(call),
      switching,
      limitMs: switching ? undefined : 45_000,
      recording: this.recording,
    });
    const isTurnedAway = this.parties.leg(call).state === 'ended';
    // Product §6: an end that is not confirmed yet keeps nobody from being rung.
    if (isFree && isTurnedAway) this.complain(`${call} does not ring`);
    // Product §9, D-35: who has one call, whatever its state, hears of another.
    if (hasRoom && isTurnedAway) this.complain(`${call} is turned away`);
  }

  userCalls(voiceLeg: VoiceLegId): void {
    const isRung = this.phones.live.every(({ state }) => state === 'ringing') && this.phones.live.length > 0;
    this.phones.offer(voiceLeg);
    this.send({ type: 'user.called', voiceLeg });
    // Whatever we ring him for: a callback, a party, a reconnection (D-54).
    if (isRung && this.phones.leg(voiceLeg).state === 'ended')
      this.complain(`${voiceLeg} is declined although the user is being rung`);
  }

  /** Lets those who wait for a promise hear of it. */
  async settle(): Promise<void> {
    while (this.parties.hasNews) {
      this.parties.hasNews = false;
      for (let turn = 0; turn < 6; turn++) await Promise.resolve();
    }
  }

  /** Whether there is no softphone any more: nothing has been going on for a while. */
  get isAtRest(): boolean {
    return this.#softphone === undefined;
  }

  /** A name for how things stand, equal for worlds that cannot be told apart by what comes next. */
  get signature(): string {
    const actors: unknown[] = [];
    const visit = (actor: unknown): void => {
      const snapshot = (actor as Actor<typeof machine>).getSnapshot() as { value?: unknown; children?: object };
      actors.push(snapshot.value);
      for (const child of Object.values(snapshot.children ?? {})) visit(child);
    };
    if (this.#softphone) visit(this.#softphone);
    const legs = [...this.parties.live, ...this.phones.taken].map(({ state }) => state);
    return JSON.stringify([actors, legs, this.bridges.engaged, this.callback]);
  }

  get callFacts(): readonly CallFacts[] {
    const own = this.#softphone ? callFactsOf(this.#softphone.getSnapshot()) : [];
    const isOwn = (call: CallId) => own.some(({ label }) => label.call === call);
    return [...own, ...this.#joinedFacts().filter(({ label }) => !isOwn(label.call))];
  }

  /** Nobody has the user's calls any more. */
  forget(): void {
    const phone = this.#softphone;
    this.#softphone = undefined;
    phone?.stop();
    this.bridges.dropUsers(() => true);
    this.joined.clear();
    this.sound = new Sound();
    this.tapes = this.#newTapes();
    this.chat.forget();
  }

  start(facts?: CallsFacts): void {
    const input = { user: olga, callback: this.callback, keepsFacts: this.facts.areKept, ...(facts && { facts }) };
    const seen = this.#inspection.root(`user/${olga}`, machine, input);
    const phone = createActor(machine, {
      input,
      clock: this.clock,
      inspect: (event) => {
        seen.inspect?.(event);
        this.#inspect?.(event);
      },
    });
    this.#softphone = phone;
    phone.subscribe({
      complete: () => {
        this.#softphone = undefined;
      },
      error: (error) => {
        this.#softphone = undefined;
        this.complain(`the softphone broke: ${String(error)}`);
      },
    });
    phone.start();
  }

  #newTapes(): Tapes {
    return new Tapes(this.complain, () => void (this.parties.hasNews = true));
  }

  /** As the service does it: not within the action of another machine. */
  #later(happens: () => void): void {
    this.parties.hasNews = true;
    queueMicrotask(() => {
      this.parties.hasNews = true;
      happens();
    });
  }

  #recall(recall: Recall): void {
    const { call } = recall.call.label;
    this.joined.delete(call);
    this.chat.isPromised = undefined;
    this.send({ type: 'recalled', ...recall });
    // He reads what becomes of the party that waited.
    const isThere = this.parties.live.some(({ id }) => id === call);
    if (this.chat.isPromised !== isThere) this.complain(`what is said of ${call}, who comes back, is not so`);
  }

  #label(call: CallId) {
    // Never two at the same moment: the earlier call of two is told by its beginning.
    return { call, lineName: 'Office', number: call, startedAt: EpochMs(this.clock.now * 1_000 + ++this.#calls) };
  }
}

/** A fresh world; the one before it is left for good. */
export function enterWorld(inspect?: (event: InspectionEvent) => void): World {
  here = new World(inspect);
  return here;
}

/** Whom a party transfers the user to goes by the plan of that party. */
const firstOf = (call: CallId) => call.replace(/~.*/, '') as CallId;
const voiceLegOf = (call: CallId) => VoiceLegId(call.replace('c', 'v'));

/** The world that is walked through now: the machine is built once for all of them, because building takes long. */
let here: World;

/** Passes calls on to a port of this world, and counts them. */
const through = <Port extends object>(portOf: (world: World) => Port, uncounted: readonly string[] = []): Port =>
  new Proxy({} as Port, {
    get: (_, name) => {
      const method = (portOf(here) as Record<string, (...args: unknown[]) => unknown>)[name as string];
      return (...args: unknown[]) => {
        if (!uncounted.includes(name as string)) here.effects++;
        return method?.(...args);
      };
    },
  });

/** The one place to change when the softphone gets a new part. */
const parts: SoftphoneParts & Pick<BridgeParts, 'journal'> = {
  sip: through(({ parties }) => parties.port, ['watch']),
  telegram: through(({ phones }) => phones.port, ['watch']),
  media: through(({ sound }) => sound.port, ['watch']),
  notices: through(({ chat }) => chat.port, ['say']),
  journal: {
    opened: ({ label }) => void (here.records.has(label.call) || here.records.set(label.call, 'opened')),
    answered: (call) => void (here.records.get(call) === 'opened' && here.records.set(call, 'answered')),
    talkedMs: () => undefined,
    dropped: () => {},
    givenUp: (call) => void (here.records.has(call) && here.records.set(call, 'closed')),
    ended: (call) => {
      if (here.records.has(call)) here.records.set(call, 'closed');
      return undefined;
    },
  },
  keys: through(() => ({ send: () => {} }), []),
  limitOf: () => {
    here.parties.hasNews = true;
    return here.isLimitSlow ? new Promise(() => {}) : Promise.resolve(here.limit);
  },
  recordings: through(({ tapes }) => tapes.port, ['watch']),
  recordingFailed: () => {},
  recovery: through(({ facts }) => facts.port, []),
  deadlines: {
    set: (_, kind, inMs) => {
      here.deadlines.add(kind);
      here.windowUntilMs = here.clock.now + inMs;
      here.phones.refused = 0;
    },
    clear: (_, kind) => {
      here.deadlines.delete(kind);
      here.windowUntilMs = undefined;
    },
  },
  handOver: (user: UserId, joined: JoinedParties) => {
    here.joined.add(joined.first.label.call).add(joined.second.label.call);
    here.parties.hasNews = true;
    here.bridges.start(user, joined);
  },
};

/** The machine of every softphone here. */
export const machine = softphone(parts);
