import { access, constants, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, keys, refuse } from './config.ts';
import { runningCluster, startCluster } from './db/cluster.ts';
import { type Database, openDatabase } from './db/database.ts';
import { DatabaseUnavailable } from './db/database-unavailable.ts';
import { emptyDatabase } from './db/empty-database.ts';
import { SecretBox } from './db/secret-box.ts';
import { embeddedSecretKey } from './db/secret-key.ts';

/** The database of this installation and the key to its secrets. */
export interface Storage {
  readonly url: string;
  readonly database: Database;
  readonly box: SecretBox;
  close(): Promise<void>;
}

/**
 * Opens the configured database, or the embedded one under `dataDir`.
 * `share`: join the embedded one when a service runs on it already (for the CLI); otherwise that is an error.
 * `fresh`: empty it first.
 * @throws DatabaseUnavailable, WrongSecretKey, and WrongConfiguration when `dataDir` cannot be written
 */
export async function openStorage(
  config: Pick<Config, 'DATABASE_URL' | 'SECRET_KEY'>,
  dataDir: string,
  { share = false, fresh = false }: { readonly share?: boolean; readonly fresh?: boolean } = {},
): Promise<Storage> {
  if (config.DATABASE_URL === undefined) await checkWritable(dataDir);
  const running = config.DATABASE_URL ?? (share ? await runningCluster(dataDir) : undefined);
  const cluster = running === undefined ? await startCluster(dataDir) : undefined;
  const url = running ?? cluster?.url ?? '';
  try {
    const key = config.SECRET_KEY ? Buffer.from(config.SECRET_KEY, 'base64') : await embeddedSecretKey(dataDir);
    if (fresh) await emptyDatabase(url);
    const database = await openDatabase(url);
    return {
      url,
      database,
      box: new SecretBox(key),
      async close() {
        try {
          await database.close();
        } finally {
          await cluster?.stop();
        }
      },
    };
  } catch (error) {
    await cluster?.stop();
    if (error instanceof DatabaseUnavailable && config.DATABASE_URL !== undefined) {
      throw new DatabaseUnavailable(`DATABASE_URL: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

async function checkWritable(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true });
    await access(dataDir, constants.W_OK | constants.X_OK);
  } catch (error) {
    refuse([`DATA_DIR: found "${dataDir}", allowed is ${keys.DATA_DIR.allowed} (${(error as Error).message})`]);
  }
}

/** Without Telegram credentials everything happens in the sandbox, whose world and data last as long as its process. */
export const isSandbox = (config: Config): boolean => config.TELEGRAM_API_ID === undefined;

export const dataDirOf = (config: Config): string =>
  isSandbox(config) ? join(config.DATA_DIR, 'sandbox') : config.DATA_DIR;
