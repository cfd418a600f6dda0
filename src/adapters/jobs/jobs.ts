import type { Logger } from 'pino';
import { type Backend, type JobState, postgresBackend, redisBackend } from './backends.ts';
import { JobQueue } from './job-queue.ts';
import { inTime, JobsUnavailable } from './jobs-unavailable.ts';

/** What is in the jobs of each queue. The backlog of a queue is bounded by the rows its jobs stand for: one job per row. */
export interface JobData {
  readonly deadlines: { readonly address: string; readonly kind: string; readonly dueAt: number };
  readonly recordings: { readonly recording: string };
  /** Of this host alone: the name of a file on its disk. */
  readonly segments: { readonly file: string };
}
export type QueueName = keyof JobData;

export interface JobsOptions {
  readonly databaseUrl: string;
  /** Given: jobs live in Redis; otherwise in the database. */
  readonly redisUrl?: string | undefined;
  /** Its id: some work can only be done where the files are. */
  readonly host?: string;
  readonly log: Logger;
}

/** Work that outlives the process: queues on PostgreSQL or Redis. */
export interface Jobs {
  readonly queues: { readonly [Name in QueueName]: JobQueue<JobData[Name]> };
  /** How many jobs there are, on all hosts; of segments this host's. @throws JobsUnavailable */
  depth(): Promise<Readonly<Record<QueueName, Readonly<Record<JobState, number>>>>>;
  /** @throws JobsUnavailable when the server of the queues does not answer within 5 s */
  answers(): Promise<void>;
  /** Handlers are told to stop by their signal and waited for, and what they did not finish is done again later. Takes at most 6 s. */
  close(): Promise<void>;
}

const openingMs = 10_000;
/** Of an installation that names none. */
const onlyHost = 'local';

/** @throws JobsUnavailable when the queues cannot be reached within 10 s */
export async function openJobs({ databaseUrl, redisUrl, host = onlyHost, log }: JobsOptions): Promise<Jobs> {
  const backend: Backend = redisUrl === undefined ? postgresBackend(databaseUrl) : redisBackend(redisUrl);
  try {
    await inTime(backend.prepare(), openingMs, 'making the tables of the queues');
  } catch (cause) {
    throw cause instanceof JobsUnavailable ? cause : new JobsUnavailable('the queues cannot be used', { cause });
  }
  const queues = {
    deadlines: new JobQueue<JobData['deadlines']>('deadlines', backend, log),
    recordings: new JobQueue<JobData['recordings']>('recordings', backend, log),
    segments: new JobQueue<JobData['segments']>(`recordings.${host}`, backend, log),
  };
  const all = Object.values(queues);
  let closed: Promise<unknown> | undefined;
  const close = async () => {
    closed ??= Promise.all(all.map((queue) => queue.close()));
    await closed;
  };
  try {
    await Promise.all(all.map((queue) => queue.ready(openingMs)));
  } catch (error) {
    await close();
    throw error;
  }
  const depth = async () => {
    const [deadlines, recordings, segments] = await Promise.all([
      queues.deadlines.depth(),
      queues.recordings.depth(),
      queues.segments.depth(),
    ]);
    return { deadlines, recordings, segments };
  };
  return { queues, depth, answers: () => queues.deadlines.answers(), close };
}
