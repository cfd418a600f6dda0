import type { Worker, Workers } from '../../../src/actors/ports/workers.ts';

/** The workers a test puts on the list. */
export class ListedWorkers implements Workers {
  workers: readonly Worker[];

  constructor(...workers: readonly Worker[]) {
    this.workers = workers;
  }

  async all() {
    return this.workers;
  }
}
