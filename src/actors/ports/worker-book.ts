import type { Worker, Workers } from './workers.ts';

/** Workers as the operator keeps them, and as they tell of themselves. */
export interface WorkerBook extends Workers {
  /** Replaces what was said of it before. */
  put(worker: Worker): Promise<void>;
  /** One that was silent for too long is offered no more. @returns whether it was on until now */
  switchOff(worker: Worker['id']): Promise<boolean>;
  /** @returns whether there was such a worker */
  remove(worker: Worker['id']): Promise<boolean>;
}
