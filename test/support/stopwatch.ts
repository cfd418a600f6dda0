import { readdirSync, readFileSync } from 'node:fs';

/**
 * Starts a stopwatch. It tells the ms since then without those in which the machine ran others and one of our threads,
 * ready to run, had to wait: what a limit of the product is about. Where the system does not tell (only Linux does, in
 * /proc/self/task/…/schedstat), it is the plain time.
 */
export const stopwatch = (): (() => number) => {
  const began = performance.now();
  const before = waitedMs();
  return () => {
    const waits = [...waitedMs()].map(([thread, ms]) => ms - (before.get(thread) ?? ms));
    return performance.now() - began - Math.max(0, ...waits);
  };
};

/** Of each thread: how long it has waited for a processor so far. */
const waitedMs = (): Map<string, number> => {
  const waited = new Map<string, number>();
  try {
    for (const thread of readdirSync(tasks)) {
      const [, ns] = readFileSync(`${tasks}/${thread}/schedstat`, 'utf8').split(' ');
      waited.set(thread, Number(ns) / 1e6);
    }
  } catch {
    // Another system, or a thread that has just ended.
  }
  return waited;
};

const tasks = '/proc/self/task';
