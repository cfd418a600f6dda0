import { afterEach, beforeEach, vi } from 'vitest';

/** XState tells misuse of a machine on the console only; here that fails the test. */
const warned = vi.spyOn(console, 'warn');
beforeEach(() => void warned.mockClear());
afterEach(() => {
  const ofMachines = warned.mock.calls.flat().filter((text) => /stately|xstate/i.test(String(text)));
  if (ofMachines.length > 0) throw new Error(ofMachines.join('\n'));
});
