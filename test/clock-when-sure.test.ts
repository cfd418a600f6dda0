import { expect, test } from 'vitest';
import { SimulatedClock } from 'xstate';
import { clockWhenSure } from '../src/service/clock-when-sure.ts';

test('what is due while it is not known what is ours waits until it is, and is not due if it was dropped by then', () => {
  const simulated = new SimulatedClock();
  const held: (() => void)[] = [];
  let isSure = true;
  const clock = clockWhenSure(simulated, (then) => (isSure ? then() : void held.push(then)));
  const fired: string[] = [];
  const timers = Object.fromEntries(
    ['early', 'late', 'dropped before', 'dropped while it waits'].map((name, at) => [
      name,
      clock.setTimeout(() => fired.push(name), 10 * (at + 1)),
    ]),
  );
  simulated.increment(10);
  expect(fired).toEqual(['early']);
  isSure = false;
  clock.clearTimeout(timers['dropped before']);
  simulated.increment(100);
  expect(fired).toEqual(['early']);
  clock.clearTimeout(timers['dropped while it waits']);
  isSure = true;
  for (const then of held) then();
  expect(fired).toEqual(['early', 'late']);
});
