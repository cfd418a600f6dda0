import type { Logger } from 'pino';

const everyMs = 10_000;

/** A lost server is told of by every connection at every attempt: one line in 10 s is enough, and none while we end. */
export function complaints(log: Logger, queue: string, ending: AbortSignal): (error: unknown) => void {
  let lastAt = Number.NEGATIVE_INFINITY;
  return (error) => {
    const now = performance.now();
    if (now - lastAt < everyMs || ending.aborted) return;
    lastAt = now;
    log.warn({ queue, reason: String(error) }, 'trouble with the queue');
  };
}
