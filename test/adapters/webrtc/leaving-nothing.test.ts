import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const program = fileURLToPath(new URL('leaving-nothing.ts', import.meta.url));
/** Far less than any of the timers under way: STUN gives up after 6 s, a pair after 1.5 s. */
const mostLingeringMs = 1500;

test('a program that closes its legs, in whatever state, ends by itself', async () => {
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const killer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  let closedMs = Number.POSITIVE_INFINITY;
  child.stdout.once('data', () => {
    closedMs = performance.now();
  });
  const [code, signal] = await exited;
  clearTimeout(killer);
  expect({ code, signal }).toEqual({ code: 0, signal: null });
  expect(performance.now() - closedMs).toBeLessThan(mostLingeringMs);
});
