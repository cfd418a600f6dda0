const deadlockDetected = '40P01';

/**
 * On PostgreSQL the check for dead hosts updates all rows in an order of its own, and may deadlock with whoever moves one: the
 * server rolls one of the two back and says so.
 */
export async function onceMoreAfterDeadlock<Answer>(move: () => Promise<Answer>): Promise<Answer> {
  try {
    return await move();
  } catch (error) {
    if ((error as { code?: string }).code !== deadlockDetected) throw error;
    return move();
  }
}
