/** The queue's server did not do what was asked, or did not say so in time. */
export class JobsUnavailable extends Error {
  override readonly name = 'JobsUnavailable';
}

/** @throws JobsUnavailable when there is no answer in time; whatever the work throws */
export async function inTime<T>(work: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new JobsUnavailable(`${what}: no answer in ${timeoutMs} ms`)), timeoutMs);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
