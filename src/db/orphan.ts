import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseUnavailable } from './database-unavailable.ts';

/**
 * A killed service leaves its database running: it is ended before another one opens the same files. The caller has claimed
 * the directory. Whoever else got the process id since is left alone.
 * @throws DatabaseUnavailable when it does not stop within 10 s
 */
export async function endOrphan(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid');
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 0) return;
  if (!(await runsOn(pid, data))) {
    // PostgreSQL would take any living process with this number for another server, and refuse to start.
    await rm(file, { force: true });
    return;
  }
  for (let tries = 0; tries < 200; tries++) {
    if (tries === 0) process.kill(pid, 'SIGINT');
    await sleep(50);
    if (!(await runsOn(pid, data))) return;
  }
  throw new DatabaseUnavailable(`another PostgreSQL (process ${pid}) uses ${data} and does not stop`);
}

/** Whether this process is a PostgreSQL server on these files, as its command line says. */
const runsOn = async (pid: number, data: string): Promise<boolean> =>
  pid !== process.pid && (await commandOf(pid)).includes(`/postgres -D ${data} `);

async function commandOf(pid: number): Promise<string> {
  if (process.platform === 'linux') {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ');
  }
  return new Promise((done) => {
    execFile('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { timeout: 5_000 }, (_, said) => done(said));
  });
}
