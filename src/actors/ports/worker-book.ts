import type { EpochMs } from '../../machines/model/ids.ts';
import type { Worker, Workers } from './workers.ts';

/** A Worker as it is configured. */
export type WorkerSaid = Pick<Worker, 'id' | 'kind' | 'owner' | 'name' | 'place'>;

/** Workers as the operator keeps them, and as they tell of themselves. */
export interface WorkerBook extends Workers {
  /** Replaces what was said of it before. */
  put(worker: Worker): Promise<void>;
  /**
   * A host of it lives: it is there, and as busy as its hosts are on average. Whether it is free is left as the operator said;
   * where he said nothing, the Worker of an installation that names none is.
   */
  announce(worker: WorkerSaid, at: EpochMs): Promise<void>;
  /** As the operator describes it. Nobody has seen it thereby: without a host of it, it is silent. */
  enter(worker: WorkerSaid & Pick<Worker, 'free'>, at: EpochMs): Promise<void>;
  /** One that was silent for too long is offered no more. @returns whether it was on until now */
  switchOff(worker: Worker['id']): Promise<boolean>;
  /** @returns whether there was such a worker */
  remove(worker: Worker['id']): Promise<boolean>;
}
