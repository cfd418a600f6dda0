import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A PostgreSQL that stands still: statements that reach it are done when it goes on, also those nobody waits for any more. */
export class FreezableServer {
  readonly #postmaster: number;
  #stopped: number[] = [];

  private constructor(postmaster: number) {
    this.#postmaster = postmaster;
  }

  static async of(dataDirectory: string): Promise<FreezableServer> {
    const [pid] = (await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8')).split('\n');
    return new FreezableServer(Number(pid));
  }

  freeze(): void {
    const pid = this.#postmaster;
    // First of all the one that would start others.
    process.kill(pid, 'SIGSTOP');
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
    for (const child of children) process.kill(child, 'SIGSTOP');
    this.#stopped = [...children, pid];
  }

  thaw(): void {
    for (const pid of this.#stopped.splice(0)) process.kill(pid, 'SIGCONT');
  }
}
