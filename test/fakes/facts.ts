import type { Facts, FoundCalls, KeptCalls, ShardLease } from '../../src/actors/ports/facts.ts';
import type { SipLegFact } from '../../src/actors/ports/sip-calls.ts';
import type { DialogFacts, DialogKeeper, SipDialogs } from '../../src/actors/ports/sip-dialogs.ts';
import { type CallId, EpochMs, type UserId } from '../../src/machines/model/ids.ts';

/** The facts of one shard as a database keeps them: everything passes through JSON, and only its owner of now writes. */
export class MemoryFacts implements Facts {
  readonly #rows = new Map<UserId, string>();
  readonly #now: () => number;
  /** Of the owner of now. */
  epoch = 1;
  /** Users who have calls in another shard. */
  readonly elsewhere = new Set<UserId>();
  /** Writes wait until they are let through. */
  isSlow = false;
  isBroken = false;
  readonly #waiting: (() => void)[] = [];
  /** What was written, in order: which calls, and how far each is. */
  readonly written: string[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  async keep(calls: KeptCalls, { epoch }: ShardLease) {
    await this.#turn();
    if (epoch !== this.epoch) return 'taken';
    if (this.elsewhere.has(calls.user)) return 'elsewhere';
    this.written.push(calls.calls.map(({ label, stage }) => `${label.call} ${stage}`).join(', '));
    this.#rows.set(calls.user, JSON.stringify({ ...calls, writtenAt: this.#now() }));
    return 'kept';
  }

  async forget(user: UserId, { epoch }: ShardLease) {
    await this.#turn();
    if (epoch !== this.epoch) return 'taken';
    this.written.push('none');
    this.#rows.delete(user);
    return 'kept';
  }

  async open(): Promise<readonly FoundCalls[]> {
    return [...this.#rows.values()].map((row) => JSON.parse(row) as FoundCalls);
  }

  async placesOf() {
    return new Map();
  }

  /** Lets the oldest write through. */
  pass(): void {
    this.#waiting.shift()?.();
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** When a call was answered, as the call log has it. */
  static answered(found: FoundCalls, at: number): FoundCalls {
    return { ...found, calls: found.calls.map((call) => ({ ...call, answeredAt: EpochMs(at) })) };
  }

  async #turn(): Promise<void> {
    if (this.isBroken) throw new Error('the database is away');
    if (this.isSlow) await new Promise<void>((pass) => this.#waiting.push(pass));
    if (this.isBroken) throw new Error('the database is away');
  }
}

/** Dialogs of a host, played: it writes down what is done to them. */
export class PlayedDialogs implements Pick<SipDialogs, 'keepWith' | 'resumeDialog' | 'endDialog' | 'dropSilently'> {
  readonly told: string[] = [];
  readonly #tell: (call: CallId, fact: SipLegFact) => void;
  #keeper: DialogKeeper | undefined;

  constructor(tell: (call: CallId, fact: SipLegFact) => void) {
    this.#tell = tell;
  }

  keepWith(keeper: DialogKeeper): void {
    this.#keeper = keeper;
  }

  resumeDialog(_: CallId, __: UserId, facts: DialogFacts): void {
    this.told.push(`re-INVITE in ${ofFacts(facts)}`);
  }

  async endDialog(facts: DialogFacts): Promise<void> {
    this.told.push(`BYE in ${ofFacts(facts)}`);
  }

  dropSilently(call: CallId): void {
    this.told.push(`nothing more of ${call}`);
  }

  /** The dialog of a call is confirmed, or has changed. Resolves when 200 or ACK may leave. */
  async confirm(call: CallId): Promise<void> {
    await this.#keeper?.changed(call, { of: call } as never);
  }

  /** The party takes the re-INVITE. */
  takes(call: CallId): void {
    this.#tell(call, { type: 'party.answered' });
  }

  /** 481, or no answer at all. */
  refuses(call: CallId): void {
    this.#tell(call, { type: 'party.hungUp', cause: { kind: 'connection-lost' } });
  }
}

const ofFacts = (facts: object): string => (facts as { of?: string }).of ?? 'none';
