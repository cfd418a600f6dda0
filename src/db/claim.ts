import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** A directory that is ours until we release it or die. */
export interface Claim {
  release(): void;
}

/**
 * One service per data directory. The claim is SQLite's exclusive lock on an empty file: the kernel grants it to one process
 * and takes it back when that ends, however it ends. A file with a process id outlives a crash, and its number may by then
 * belong to somebody else.
 * @returns undefined when somebody has the directory, in this process or another
 */
export function claim(directory: string): Claim | undefined {
  // Who only looks whether a service runs holds the lock for an instant; that is waited out.
  const lock = new DatabaseSync(join(directory, 'siptg.lock'), { timeout: 500 });
  try {
    lock.exec('begin exclusive');
  } catch (error) {
    lock.close();
    if ((error as { errcode?: number }).errcode === sqliteBusy) return undefined;
    throw error;
  }
  held.add(lock);
  return {
    release() {
      if (held.delete(lock)) lock.close();
    },
  };
}

/** A lock that nobody refers to is closed by the garbage collector. */
const held = new Set<DatabaseSync>();

const sqliteBusy = 5;
