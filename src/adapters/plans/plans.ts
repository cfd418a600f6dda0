import { type Logger, pino } from 'pino';
import type { Plan, PlanRefusal, Plans } from '../../actors/ports/plans.ts';
import { isFree, type Workers } from '../../actors/ports/workers.ts';
import type { EpochMs, LineId, UserId } from '../../machines/model/ids.ts';
import { type Counter, counted, hourMs, monthMs, running } from './counters.ts';
import type { PlanFile } from './plan-file.ts';

export interface PlanCounters {
  /** In milliseconds. */
  readonly talked: Counter | undefined;
  /** In calls. */
  readonly failed: Counter | undefined;
  /** By refusal: beginning of the period the owner was told of. */
  readonly told: Readonly<Record<string, number>>;
}

/** Where it is kept who has which plan, and what was counted; changes of one owner happen one after the other. */
export interface PlanAccounts {
  assigned(owner: UserId): Promise<string | undefined>;
  counters(owner: UserId): Promise<PlanCounters>;
  /** `change` returns undefined to leave them. @returns whether they were changed */
  change(owner: UserId, change: (counters: PlanCounters) => PlanCounters | undefined): Promise<boolean>;
  /** The same once for each call. */
  changeOnce(
    owner: UserId,
    ended: { readonly call: string; readonly at: EpochMs },
    change: (counters: PlanCounters) => PlanCounters | undefined,
  ): Promise<void>;
}

/** An owner's lines, the oldest first. */
export interface OwnedLines {
  ofOwner(owner: UserId): Promise<readonly { readonly id: LineId; readonly user: UserId; readonly worker: string }[]>;
}

interface PlansParts {
  readonly accounts: PlanAccounts;
  readonly lines: OwnedLines;
  readonly workers: Workers;
  readonly log?: Logger;
}

/** Plans of a plan file; without one nothing is limited and nothing counted. */
export const plansOf = (file: PlanFile | undefined, parts: PlansParts): Plans =>
  file ? new LimitedPlans(file, parts) : noLimits;

const unlimited: Plan = {
  name: 'unlimited',
  callSwitching: true,
  recording: true,
  fragmentMs: 0,
  assignment: true,
  paidWorkers: true,
};

const noLimits: Plans = {
  planOf: () => Promise.resolve(unlimited),
  refusalOf: () => Promise.resolve(undefined),
  count: () => Promise.resolve(),
  firstToldOf: () => Promise.resolve(false),
};

class LimitedPlans implements Plans {
  readonly #file: PlanFile;
  readonly #accounts: PlanAccounts;
  readonly #lines: OwnedLines;
  readonly #workers: Workers;
  readonly #log: Logger;

  constructor(file: PlanFile, { accounts, lines, workers, log = pino({ level: 'silent' }) }: PlansParts) {
    this.#file = file;
    this.#accounts = accounts;
    this.#lines = lines;
    this.#workers = workers;
    this.#log = log;
  }

  async planOf(owner: UserId): Promise<Plan> {
    const name = await this.#accounts.assigned(owner);
    if (name === undefined) return this.#file.standard;
    const plan = this.#file.plans.get(name);
    if (!plan) this.#log.warn({ owner, plan: name }, 'an owner’s plan is not in the plan file; he has the default one');
    return plan ?? this.#file.standard;
  }

  async refusalOf(owner: UserId, line: LineId, at: EpochMs): Promise<PlanRefusal | undefined> {
    const plan = await this.planOf(owner);
    if (await this.#isDisallowed(plan, owner, line)) return refusal('SIP account has disallowed settings');
    const { talked, failed } = await this.#accounts.counters(owner);
    if ((running(talked, at, monthMs)?.used ?? 0) >= (plan.totalMsPerMonth ?? Infinity)) {
      return refusal('Total calls duration is exceeded');
    }
    if ((running(failed, at, hourMs)?.used ?? 0) >= (plan.failedCallsPerHour ?? Infinity)) {
      return refusal('Amount of fail calls is exceeded');
    }
    return undefined;
  }

  async count(
    owner: UserId,
    ended: { readonly call: string; readonly at: EpochMs; readonly talkedMs: number; readonly failed: boolean },
  ): Promise<void> {
    if (ended.talkedMs <= 0 && !ended.failed) return;
    await this.#accounts.changeOnce(owner, ended, ({ talked, failed, told }) => ({
      talked: ended.talkedMs > 0 ? counted(talked, ended.at, ended.talkedMs, monthMs) : talked,
      failed: ended.failed ? counted(failed, ended.at, 1, hourMs) : failed,
      told,
    }));
  }

  firstToldOf(owner: UserId, reason: PlanRefusal['reason'], at: EpochMs): Promise<boolean> {
    return this.#accounts.change(owner, (counters) => {
      const period = periodOf(reason, counters, at);
      if (period === undefined || counters.told[reason] === period) return undefined;
      return { ...counters, told: { ...counters.told, [reason]: period } };
    });
  }

  /** Lines beyond the number the plan allows are the youngest, so that the others work on. */
  async #isDisallowed(plan: Plan, owner: UserId, line: LineId): Promise<boolean> {
    if (plan.sipAccounts === undefined && plan.assignment && plan.paidWorkers) return false;
    const lines = await this.#lines.ofOwner(owner);
    const place = lines.findIndex(({ id }) => id === line);
    if (place >= (plan.sipAccounts ?? Infinity)) return true;
    const found = lines[place];
    if (!found) return false;
    return (!plan.assignment && found.user !== owner) || (!plan.paidWorkers && (await this.#isPaid(found.worker)));
  }

  /** Auto takes none that the plan does not have. */
  async #isPaid(id: string): Promise<boolean> {
    const worker = id === 'auto' ? undefined : (await this.#workers.all()).find((other) => other.id === id);
    return worker !== undefined && !isFree(worker);
  }
}

const refusal = (reason: PlanRefusal['reason']): PlanRefusal => ({ status: 402, reason });

/** Beginning of the period a limit was reached in. Settings have none: there a month runs from when the owner was told. */
function periodOf(reason: PlanRefusal['reason'], counters: PlanCounters, at: EpochMs): number | undefined {
  switch (reason) {
    case 'Total calls duration is exceeded':
      return running(counters.talked, at, monthMs)?.since;
    case 'Amount of fail calls is exceeded':
      return running(counters.failed, at, hourMs)?.since;
    case 'SIP account has disallowed settings': {
      const told = counters.told[reason];
      return told !== undefined && at < told + monthMs ? told : at;
    }
  }
}
