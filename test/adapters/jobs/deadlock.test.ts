import { expect, test } from 'vitest';
import { onceMoreAfterDeadlock } from '../../../src/adapters/jobs/hosting/deadlock.ts';

/** Fails so often with this SQLSTATE before it succeeds. */
function failing(times: number, code: string) {
  let tries = 0;
  return async () => {
    if (tries++ < times) throw Object.assign(new Error('rolled back'), { code });
    return tries;
  };
}

test('what a deadlock has undone is done once more, and not a third time', async () => {
  expect(await onceMoreAfterDeadlock(failing(1, '40P01'))).toBe(2);
  await expect(onceMoreAfterDeadlock(failing(2, '40P01'))).rejects.toThrow('rolled back');
});

test('after another failure nothing is done again', async () => {
  await expect(onceMoreAfterDeadlock(failing(1, '57014'))).rejects.toThrow('rolled back');
});
