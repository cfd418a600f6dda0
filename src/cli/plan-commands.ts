import type { Plan } from '../actors/ports/plans.ts';
import { type PlanFile, readPlanFile } from '../adapters/plans/plan-file.ts';
import { PlanRepository } from '../db/plan-repository.ts';
import { UserId } from '../machines/model/ids.ts';
import type { Commands } from './command.ts';
import { checked, telegramId, WrongUsage } from './wrong-usage.ts';

export const planUsage = `\
  plan list              the plans of PLANS_FILE, and who was given them
  plan set <owner> <plan>
  plan unset <owner>     back to the default plan`;

export const planCommands: Commands = {
  'plan list': async () => {
    const file = plansFile();
    if (!file) return async () => 'There is no plan file (PLANS_FILE): nothing is limited.';
    return async (storage) => {
      const assigned = await new PlanRepository(storage.database).assignments();
      const gone = [...new Set(assigned.map(({ plan }) => plan))].filter((name) => !file.plans.has(name));
      const ownersOf = (name: string) => assigned.filter(({ plan }) => plan === name).map(({ owner }) => owner);
      return [
        ...[...file.plans.values()].map((plan) =>
          row(plan.name + (plan === file.standard ? ' (default)' : ''), wordsOf(plan), ownersOf(plan.name)),
        ),
        ...gone.map((name) => row(name, 'not in the plan file, so the default plan counts', ownersOf(name))),
      ].join('\n');
    };
  },
  'plan set': async ([owner = '', name = '']) => {
    const user = UserId(checked('plan set', 'owner', owner, telegramId));
    const file = plansFile();
    if (!file) throw new WrongUsage('plan set: set PLANS_FILE first');
    if (!file.plans.has(name)) {
      throw new WrongUsage(`plan set: found plan "${name}", allowed is ${[...file.plans.keys()].join(', ')}`);
    }
    return async (storage) => {
      await new PlanRepository(storage.database).setPlan(user, name);
      return `${owner} has the plan ${name}.`;
    };
  },
  'plan unset': async ([owner = '']) => {
    const user = UserId(checked('plan unset', 'owner', owner, telegramId));
    return async (storage) => {
      await new PlanRepository(storage.database).setPlan(user, undefined);
      return `${owner} has the default plan.`;
    };
  },
};

function plansFile(): PlanFile | undefined {
  const path = process.env.PLANS_FILE;
  return path ? readPlanFile(path) : undefined;
}

const row = (name: string, words: string, owners: readonly UserId[]): string =>
  `${name}: ${words}${owners.length > 0 ? `; given to ${owners.join(', ')}` : ''}`;

function wordsOf(plan: Plan): string {
  const { sipAccounts, totalMsPerMonth, callMs, failedCallsPerHour, fragmentMs } = plan;
  const limits = [
    sipAccounts !== undefined && `${sipAccounts} SIP accounts`,
    totalMsPerMonth !== undefined && `${totalMsPerMonth / 60_000} min a month`,
    callMs !== undefined && `${callMs / 1_000} s a call`,
    failedCallsPerHour !== undefined && `${failedCallsPerHour} failed calls an hour`,
    !plan.callSwitching && 'no call switching',
    !plan.recording && `recording of ${fragmentMs / 1_000} s a call`,
    !plan.assignment && 'no assignment',
    !plan.paidWorkers && 'no paid workers',
  ].filter((limit) => limit !== false);
  return limits.join(', ') || 'no limits';
}
