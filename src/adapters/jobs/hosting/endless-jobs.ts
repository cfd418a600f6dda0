/** How long a lock lasts without being renewed. Goes with the times in `actors/hosting/timings.ts`. */
export const lockMs = 7_000;

/** What is used of BullMQ for jobs that are fetched by hand and never end: the same on both backends, whose types differ. */
export interface EndlessJobs {
  readonly renewEveryMs: number;
  readonly queue: EndlessQueue;
  readonly worker: EndlessWorker;
}

export interface EndlessQueue {
  addBulk(jobs: EndlessJobToAdd[]): Promise<unknown>;
  getJobCounts(...states: readonly ('wait' | 'active' | 'delayed')[]): Promise<Readonly<Record<string, number>>>;
  getActive(): Promise<readonly EndlessJob[]>;
  waitUntilReady(): Promise<unknown>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(): Promise<void>;
  disconnect(): Promise<void>;
}

export interface EndlessWorker {
  getNextJob(token: string, options: { readonly block: boolean }): Promise<EndlessJob | undefined>;
  /** @returns the ids of the jobs that somebody else has */
  extendJobLocks(ids: readonly string[], tokens: readonly string[], lockMs: number): Promise<readonly string[]>;
  startStalledCheckTimer(): Promise<void>;
  waitUntilReady(): Promise<unknown>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(force?: boolean): Promise<void>;
  disconnect(): Promise<void>;
}

export interface EndlessJob {
  readonly id?: string | undefined;
  readonly processedBy?: string | undefined;
  moveToWait(token: string): Promise<unknown>;
  moveToDelayed(at: number, token: string): Promise<unknown>;
  moveToCompleted(result: unknown, token: string, fetchNext: boolean): Promise<unknown>;
}

export interface EndlessJobToAdd {
  readonly name: string;
  readonly data: unknown;
  readonly opts: { readonly jobId: string; readonly removeOnComplete: true; readonly removeOnFail: true };
}
