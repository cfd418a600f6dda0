import { expect, test } from 'vitest';
import { cutsOff, Running } from './support/running.ts';

test('B-1 without any account the demo plays a call each way in the sandbox, and all of it holds', {
  timeout: 120_000,
}, async () => {
  const { code, output } = await Running.toTheEnd('scripts/demo.ts', {});
  expect(output).toContain('ok     Olga hears the milliwatt');
  expect(output).toContain('ok     Anna hears Olga');
  expect(output).not.toContain('FAILED');
  expect(code).toBe(0);
});

// The media threads and the database are in it, which a guard in the process does not see (test/support/loopback-only.ts).
test.skipIf(!cutsOff)('the demo holds where there is no network but the loopback', { timeout: 120_000 }, async () => {
  const { code, output } = await Running.cutOff('scripts/demo.ts', {}).toItsEnd();
  expect(output).toContain('ok     Anna hears Olga');
  expect(output).not.toContain('FAILED');
  expect(code).toBe(0);
});
