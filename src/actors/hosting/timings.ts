/**
 * These belong together, and with the locks' own 7 s (`adapters/jobs/hosting`) and the row's 7 s (`db/hosting`): the fence leaves
 * 2 s for what was just sent and room for two renewals, and a dead host's shards are elsewhere within 7 s, two checks and 0.5 s.
 */
export const fenceMs = 5_000;
export const beatEveryMs = 1_000;
export const retryMs = 200;
/** How long a shard whose owner lives is left to him before it is offered again. */
export const notOursMs = 500;
export const fillEveryMs = 2_500;
/** After nothing was found: the queue itself waits for more. */
export const betweenMs = 20;
/** While a host has its share it looks this often whether that grew. */
export const lookEveryMs = 150;
/** Idle shards that a host above its share gives away per beat. */
export const releasedPerBeat = 5;
/** So long a host gets to end what a released shard ran. */
export const endingMs = 1_000;
/** By then everything that could be recovered was recovered elsewhere. */
export const doubtMs = 60_000;
/** Who did not run for so long may have lost everything meanwhile: how often it is looked, and how long is waited for the answer. */
export const gapMs = 2_000;
export const lookMs = 500;
export const certaintyMs = 10_000;
/** The same trouble is reported once in so long. */
export const complainEveryMs = 30_000;
/** Shards that come within so long are begun together. */
export const gatherMs = 100;
/** After lines could not be read. */
export const againMs = 1_000;
