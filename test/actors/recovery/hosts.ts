import { SimulatedClock } from 'xstate';
import { Bridges } from '../../../src/actors/bridges.ts';
import type { FoundCalls, ShardLease } from '../../../src/actors/ports/facts.ts';
import { RecoveryFacts } from '../../../src/actors/recovery-facts.ts';
import { Softphones } from '../../../src/actors/softphones.ts';
import { UserDeadlines } from '../../../src/actors/user-deadlines.ts';
import type { CallLabel } from '../../../src/machines/model/call-label.ts';
import type { HangupCause } from '../../../src/machines/model/hangup-cause.ts';
import { CallId, EpochMs, LineId, UserId, VoiceLegId } from '../../../src/machines/model/ids.ts';
import type { Notice } from '../../../src/machines/model/notices.ts';
import { Incarnation, ShardId } from '../../../src/machines/model/shards.ts';
import type { Dial, PartyCalled } from '../../../src/machines/model/softphone.ts';
import { MemoryFacts, PlayedDialogs } from '../../fakes/facts.ts';
import { PlayedNetworks } from '../../fakes/networks.ts';
import { byHand, PlayedRecorder } from '../../fakes/recorder.ts';

export const olga = UserId('1');
const shard = ShardId('main/s0');

/** What hosts share: the database and the time. */
export class Installation {
  readonly clock = new SimulatedClock();
  readonly startedAt = 1_000_000;
  readonly now = () => EpochMs(this.startedAt + this.clock.now());
  readonly facts = new MemoryFacts(this.now);
  callback = true;
  /** Whether the user has lines on several. */
  hasWorkers = false;

  /** A host that owns the shard from now on. */
  opens(): Host {
    this.facts.epoch++;
    return new Host(this, this.facts.epoch);
  }

  /** The next owner, once this one has been silent for so long. */
  async takesOver({ silentMs = 10_000, found = (rows: FoundCalls) => rows } = {}): Promise<Host> {
    const lastSeenAt = this.now();
    this.clock.increment(silentMs);
    const host = this.opens();
    for (const rows of await this.facts.open()) await host.softphones.recover(found(rows), lastSeenAt);
    await settled();
    return host;
  }
}

/** One host's softphones, wired as in the service, with networks of its own. */
export class Host {
  readonly nets = new PlayedNetworks();
  readonly dialogs = new PlayedDialogs((call, fact) => this.nets.party(call, fact));
  readonly recorder = new PlayedRecorder();
  /** What the user sees, and how each call ended. */
  readonly said: string[] = [];
  readonly faults: unknown[] = [];
  readonly refused: ShardLease[] = [];
  readonly deadlines: UserDeadlines;
  readonly recovery: RecoveryFacts;
  readonly bridges: Bridges;
  readonly softphones: Softphones;
  readonly #pauses: (() => void)[] = [];

  constructor(installation: Installation, epoch: number) {
    const { facts, clock, now, callback } = installation;
    const faults = { report: (_: string, error: unknown) => void this.faults.push(error) };
    const wallClock = { now };
    const lease = { shard, owner: Incarnation(`host/${epoch}`), epoch };
    this.deadlines = new UserDeadlines({ wallClock, faults });
    this.recovery = new RecoveryFacts({
      facts,
      dialogs: this.dialogs,
      sip: this.nets.sip,
      leaseOf: () => lease,
      refused: (old) => {
        this.refused.push(old);
        this.softphones.dropUsers(() => true);
        this.bridges.dropUsers(() => true);
      },
      mayBeElsewhere: async () => installation.hasWorkers,
      windowUntil: (user) => this.deadlines.dueAt(user, 'reconnect-window'),
      wallClock,
      faults,
      pause: () => new Promise((done) => this.#pauses.push(done)),
    });
    const say = (notice: Notice) =>
      void this.said.push(notice.kind === 'notRestored' ? `${notice.kind}: ${notice.why}` : notice.kind);
    const notices = {
      say: (_: UserId, notice: Notice) => say(notice),
      conclude: (_: UserId, { call }: CallLabel, cause: HangupCause, talkedMs: number | undefined) =>
        void this.said.push(`${call} is over: ${cause.kind}${talkedMs === undefined ? '' : ` after ${talkedMs} ms`}`),
    };
    const journal = this.journal(now);
    this.bridges = new Bridges({
      sip: this.nets.sip,
      media: this.nets.media,
      notices,
      journal,
      faults,
      clock,
      recall: (user, recall) => this.softphones.recall(user, recall),
      recovery: this.recovery,
    });
    this.softphones = new Softphones({
      sip: this.nets.sip,
      telegram: this.nets.telegram,
      media: this.nets.media,
      recordings: this.recorder,
      notices: {
        ...notices,
        show: (_, __, slot, notice) =>
          void this.said.push(notice.kind === 'reconnecting' ? `${slot}: ${ring(notice)}` : `${slot}: ${notice.kind}`),
        unshow: () => {},
      },
      journal,
      keys: { send: () => {} },
      deadlines: this.deadlines,
      limitOf: async () => undefined,
      recordingFailed: () => {},
      handOver: (user, joined) => this.bridges.start(user, joined),
      recovery: this.recovery,
      users: {
        settings: async () => ({ callback }),
        setCallback: async () => {},
        language: async () => undefined,
        noteTelegramLanguage: async () => {},
      },
      faults,
      clock,
    });
  }

  /** Told by both networks and the dialogs since the last time this was asked, without tones to the user. */
  get news(): string[] {
    return [...this.dialogs.told.splice(0), ...this.nets.told.splice(0)];
  }

  /** What could not be written is tried again. */
  triesAgain(): void {
    for (const go of this.#pauses.splice(0)) go();
  }

  async dials(call: string, more: Partial<Dial> = {}): Promise<void> {
    await this.softphones.send(olga, { ...outgoing(call), ...more });
    await settled();
    this.nets.user(VoiceLegId(`leg of ${call}`), { type: 'user.answered' });
    await settled();
  }

  async isCalledBy(call: string, more: Partial<PartyCalled> = {}): Promise<void> {
    await this.softphones.send(olga, { ...incoming(call), ...more });
    await settled();
  }

  /** The user takes what rings, or is taken with his own call. */
  async userAnswers(leg: string): Promise<void> {
    this.nets.user(VoiceLegId(leg), { type: 'user.answered' });
    await settled();
  }

  /** The dialog is confirmed, and ACK has come or gone. */
  async partyAnswers(call: string): Promise<void> {
    await this.dialogs.confirm(CallId(call));
    this.nets.party(CallId(call), { type: 'party.answered' });
    await settled();
  }

  private journal(now: () => EpochMs) {
    const answered = new Map<CallId, EpochMs | undefined>();
    return {
      opened: ({ label }: { label: CallLabel }) =>
        void (answered.has(label.call) || answered.set(label.call, undefined)),
      resumed: ({ call, answeredAt }: { call: CallId; answeredAt: EpochMs | undefined }) =>
        void answered.set(call, answeredAt),
      dropped: (call: CallId) => void answered.delete(call),
      answered: (call: CallId) => void answered.set(call, answered.get(call) ?? now()),
      givenUp: () => {},
      talkedMs: () => undefined,
      ended: (call: CallId) => {
        const at = answered.get(call);
        return at === undefined ? undefined : now() - at;
      },
    };
  }
}

const ring = ({ lost, ringing }: { lost: boolean; ringing: boolean }) =>
  `${lost ? 'lost' : 'away'}, ${ringing ? 'ringing' : 'call us'}`;

const label = (call: string, direction: 'outgoing' | 'incoming'): CallLabel => ({
  call: CallId(call),
  direction,
  number: '200',
  lineName: 'Office',
  startedAt: EpochMs(0),
});
const common = (call: string) => ({
  line: LineId('office'),
  voiceLeg: VoiceLegId(`leg of ${call}`),
  switching: true,
  limitMs: undefined,
  recording: byHand,
});
export const outgoing = (call: string): Dial => ({
  type: 'dial',
  ...common(call),
  label: label(call, 'outgoing'),
  target: { kind: 'number', user: '200' },
});
export const incoming = (call: string): PartyCalled => ({
  type: 'party.called',
  ...common(call),
  label: label(call, 'incoming'),
  caller: { number: '200' },
  lineName: undefined,
});

/** Until promises that wait for nothing outside have been heard. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((done) => setImmediate(done));
}
