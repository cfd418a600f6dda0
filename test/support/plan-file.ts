import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PlanFile, readPlanFile } from '../../src/adapters/plans/plan-file.ts';

/** Plans as an operator's file says them; what an option may be says the product's reader. */
export function planFile(plans: Readonly<Record<string, Readonly<Record<string, unknown>>>>): PlanFile {
  const directory = mkdtempSync(join(tmpdir(), 'siptg-plans-'));
  try {
    const file = join(directory, 'plans.json');
    writeFileSync(file, JSON.stringify(plans));
    return readPlanFile(file);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
