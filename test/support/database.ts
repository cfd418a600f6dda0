import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, startCluster } from '../../src/db/cluster.ts';

/** A cluster in a directory of its own, gone afterwards. */
export async function temporaryCluster(): Promise<Cluster> {
  const directory = await temporaryDirectory();
  const cluster = await startCluster(directory);
  return {
    url: cluster.url,
    async stop() {
      await cluster.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Also the user that runs PostgreSQL when root starts it can reach into this one, so that nothing is kept elsewhere. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'siptg-test-'));
  await chmod(directory, 0o755);
  return directory;
}
