import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, startCluster } from '../../src/db/cluster.ts';

/** A cluster in a directory of its own, gone afterwards. */
export async function temporaryCluster(): Promise<Cluster> {
  const directory = await mkdtemp(join(tmpdir(), 'siptg-test-'));
  const cluster = await startCluster(directory);
  return {
    url: cluster.url,
    async stop() {
      await cluster.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
