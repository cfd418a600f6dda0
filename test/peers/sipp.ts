import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, hasProgram, Program, untilListening } from './program.ts';

export const hasSipp = hasProgram('sipp', 'sip-tester');

export interface SippOptions {
  /** Name of a file in test/sipp, without `.xml`. */
  readonly scenario: string;
  readonly transport?: 'udp' | 'tcp';
  /** Whom to call: sipp is the caller then, otherwise it is called. */
  readonly remote?: { readonly host: string; readonly port: number };
  /** User part of the Request-URI. */
  readonly service?: string;
  /** `-key NAME VALUE`. */
  readonly keys?: Readonly<Record<string, string>>;
  readonly port?: number;
  readonly rtpEcho?: boolean;
  /** Length of pauses without one of their own. */
  readonly pauseMs?: number;
  /** How many calls; 1. */
  readonly calls?: number;
  readonly extra?: readonly string[];
}

export interface SippRun {
  readonly port: number;
  readonly mediaPort: number;
  /** Resolves on exit status 0. @throws with sipp's own error file */
  readonly done: Promise<void>;
  stop(): Promise<void>;
}

/** Runs one scenario on 127.0.0.1. Resolves when sipp listens. */
export const startSipp = async (options: SippOptions): Promise<SippRun> => {
  // Between the look for a free port and sipp's start somebody else may take it.
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(options);
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
};

const startOnce = async (options: SippOptions): Promise<SippRun> => {
  const { transport = 'udp', remote } = options;
  const directory = await Program.directory();
  const port = options.port ?? (await freePort());
  const mediaPort = await freePort();
  // 2 s of A-law silence, for scenarios that play a file.
  writeFileSync(join(directory, 'pcma.al'), Buffer.alloc(16_000, 0xd5));
  const program = Program.start(
    'sipp',
    [
      ...(remote === undefined ? [] : [`${remote.host}:${remote.port}`]),
      ...(options.service === undefined ? [] : ['-s', options.service]),
      ...['-sf', join(import.meta.dirname, '..', 'sipp', `${options.scenario}.xml`)],
      ...['-i', '127.0.0.1', '-p', String(port), '-mi', '127.0.0.1', '-mp', String(mediaPort)],
      ...['-m', String(options.calls ?? 1), '-timeout', '30s', '-timeout_error', '-nostdin', '-trace_err'],
      ...(transport === 'tcp' ? ['-t', 't1'] : []),
      ...(options.rtpEcho ? ['-rtp_echo'] : []),
      ...(options.pauseMs === undefined ? [] : ['-d', String(options.pauseMs)]),
      ...Object.entries({ from_user: '100', ...options.keys }).flatMap(([name, value]) => ['-key', name, value]),
      ...(options.extra ?? []),
    ],
    directory,
  );
  const done = program.exited.then((code) => {
    if (code !== 0)
      throw new Error(
        `sipp ${options.scenario} ended with ${code}\n${errorsIn(directory)}\n${program.output.slice(-1_500)}`,
      );
  });
  // Whoever waits for it sees the failure; nobody has to.
  done.catch(() => {});
  if (remote === undefined) await untilListening(transport, port, program);
  return { port, mediaPort, done, stop: () => program.stop() };
};

/** As `startSipp`, to the end. */
export const runSipp = async (options: SippOptions): Promise<void> => {
  const run = await startSipp(options);
  try {
    await run.done;
  } finally {
    await run.stop();
  }
};

const errorsIn = (directory: string): string => {
  if (!existsSync(directory)) return '';
  return readdirSync(directory)
    .filter((name) => name.endsWith('_errors.log'))
    .map((name) => readFileSync(join(directory, name), 'utf8'))
    .join('\n');
};
