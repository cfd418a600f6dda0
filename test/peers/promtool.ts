import { spawnSync } from 'node:child_process';
import { hasProgram } from './program.ts';

export const hasPromtool = hasProgram('promtool', 'prometheus');

/** What Prometheus' own check says of an exposition: nothing, where it is right. */
export function checkMetrics(exposition: string): { readonly status: number | null; readonly says: string } {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: exposition });
  return { status, says: `${stdout.toString()}${stderr.toString()}` };
}
