import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Plan } from '../../actors/ports/plans.ts';

/** The plan file cannot be used; the message names each option, what was found and what is allowed. */
export class WrongPlanFile extends Error {
  override readonly name = 'WrongPlanFile';
}

/** The plans of an installation. */
export interface PlanFile {
  readonly plans: ReadonlyMap<string, Plan>;
  /** Of an owner who was given none. */
  readonly standard: Plan;
}

const count = z.number().int().min(0).max(1_000_000).optional();
const counted = 'a whole number, 0 to 1000000';
const right = z.boolean().default(true);

/** An option: what it accepts, in code and in words. What is absent is unlimited or allowed. */
const options = {
  default: { accepts: z.boolean().default(false), allowed: 'true or false' },
  sipAccounts: { accepts: count, allowed: counted },
  totalMinutesPerMonth: { accepts: count, allowed: counted },
  callSeconds: { accepts: z.number().int().min(1).max(1_000_000).optional(), allowed: 'a whole number, 1 to 1000000' },
  failedCallsPerHour: { accepts: count, allowed: counted },
  callSwitching: { accepts: right, allowed: 'true or false' },
  recording: { accepts: right, allowed: 'true or false' },
  fragmentSeconds: { accepts: z.number().int().min(0).max(3_600).default(15), allowed: 'a whole number, 0 to 3600' },
  assignment: { accepts: right, allowed: 'true or false' },
  paidWorkers: { accepts: right, allowed: 'true or false' },
} satisfies Record<string, { readonly accepts: z.ZodType; readonly allowed: string }>;
type Options = { readonly [Name in keyof typeof options]: z.infer<(typeof options)[Name]['accepts']> };

/**
 * Reads the plans: a JSON object of options by the plan's name; one of them has `"default": true`.
 * @throws WrongPlanFile naming everything that is wrong at once
 */
export function readPlanFile(path: string): PlanFile {
  const found = readObject(path);
  const troubles: string[] = [];
  const read: (readonly [Plan, Options])[] = [];
  for (const [name, value] of Object.entries(found)) {
    if (!/^[\w-]{1,32}$/.test(name)) {
      troubles.push(`${JSON.stringify(name)}: a plan's name has 1 to 32 letters, digits, _ or -`);
    }
    const values = optionsOf(name, value, troubles);
    read.push([planOf(name, values), values]);
  }
  const standard = read.filter(([, { default: isDefault }]) => isDefault).map(([plan]) => plan);
  if (troubles.length === 0 && standard.length !== 1) {
    const names = standard.map(({ name }) => name).join(', ') || 'none';
    troubles.push(`found ${names} with "default": true, allowed is exactly one plan`);
  }
  const [only] = standard;
  if (troubles.length > 0 || !only) {
    throw new WrongPlanFile(`The plan file ${path} is wrong:\n  ${troubles.join('\n  ')}`);
  }
  return { plans: new Map(read.map(([plan]) => [plan.name, plan])), standard: only };
}

function readObject(path: string): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? 'it is no JSON object' : (cause as Error).message;
    throw new WrongPlanFile(`The plan file ${path} cannot be read: ${why}`, { cause });
  }
}

function optionsOf(plan: string, found: unknown, troubles: string[]): Options {
  const values: Record<string, unknown> = {};
  const parsed = z.record(z.string(), z.unknown()).safeParse(found);
  const given = parsed.success ? parsed.data : {};
  if (!parsed.success) troubles.push(`${plan}: found ${JSON.stringify(found)}, allowed is an object of options`);
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(options, name)) {
      troubles.push(`${plan}.${name}: no such option, allowed are ${Object.keys(options).join(', ')}`);
    }
  }
  for (const [name, { accepts, allowed }] of Object.entries(options)) {
    const result = accepts.safeParse(given[name]);
    if (result.success) values[name] = result.data;
    else troubles.push(`${plan}.${name}: found ${JSON.stringify(given[name])}, allowed is ${allowed}`);
  }
  return values as Options;
}

const planOf = (name: string, values: Options): Plan => ({
  name,
  ...(values.sipAccounts !== undefined && { sipAccounts: values.sipAccounts }),
  ...(values.totalMinutesPerMonth !== undefined && { totalMsPerMonth: values.totalMinutesPerMonth * 60_000 }),
  ...(values.callSeconds !== undefined && { callMs: values.callSeconds * 1_000 }),
  ...(values.failedCallsPerHour !== undefined && { failedCallsPerHour: values.failedCallsPerHour }),
  callSwitching: values.callSwitching,
  recording: values.recording,
  fragmentMs: values.fragmentSeconds * 1_000,
  assignment: values.assignment,
  paidWorkers: values.paidWorkers,
});
