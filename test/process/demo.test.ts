import { expect, test } from 'vitest';
import { Running } from './support/running.ts';

test('B-1 without any account the demo plays a call each way in the sandbox, and all of it holds', {
  timeout: 120_000,
}, async () => {
  const { code, output } = await Running.toTheEnd('scripts/demo.ts', {});
  expect(output).toContain('ok     Olga hears the milliwatt');
  expect(output).toContain('ok     Anna hears Olga');
  expect(output).not.toContain('FAILED');
  expect(code).toBe(0);
});
