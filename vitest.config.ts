import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['./test/support/no-warnings.ts'],
    reporters: ['default', './test/support/acceptance-reporter.ts'],
    // Calls carry real audio in real time: one file at a time leaves them a core to run on.
    maxWorkers: 1,
    // As test/support/eventually.ts: ends what waits for nothing, claims nothing.
    expect: { poll: { timeout: 10_000 } },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
