import { vi } from 'vitest';

/**
 * Looks again until `look` no longer throws, and gives what it gives.
 *
 * Ten seconds are no claim about the product: they only end a test that waits for nothing, on a machine that may be doing
 * something else for a while. A test with a claim about time takes a {@link ./stopwatch.ts}.
 */
export const eventually = <T>(look: () => T | Promise<T>, options: Patience = {}): Promise<T> =>
  vi.waitFor(look, { timeout: 10_000, ...options });

export type Patience = {
  /** ms after which the last failure is thrown. */
  timeout?: number;
  /** ms between two looks; 50 unless told. */
  interval?: number;
};
