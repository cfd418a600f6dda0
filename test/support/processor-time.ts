/**
 * Milliseconds this thread computes for synchronous work. Unlike those on the wall they do not grow with what else the
 * machine does, so that a bound far above the usual tells a runaway from a slow day.
 */
export function processorMs(work: () => unknown): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}
