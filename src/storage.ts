import { access, constants, mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
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
  /** An existing directory of this host, for recordings that were not delivered yet. */
  readonly recordings: string;
  close(): Promise<void>;
}

/**
 * Opens the configured database, or the embedded one under `dataDir`.
 * `share`: join the embedded one when a service runs on it already (for the CLI); otherwise that is an error.
 * `fresh`: empty it first.
 * @throws DatabaseUnavailable, WrongSecretKey, and WrongConfiguration when a directory cannot be written
 */
export async function openStorage(
  config: Pick<Config, 'DATABASE_URL' | 'SECRET_KEY' | 'RECORDINGS_DIR'>,
  dataDir: string,
  { share = false, fresh = false }: { readonly share?: boolean; readonly fresh?: boolean } = {},
): Promise<Storage> {
  if (config.DATABASE_URL === undefined) await makeWritable('DATA_DIR', dataDir);
  const recordings = config.RECORDINGS_DIR ?? join(dataDir, 'recordings');
  await makeWritable(config.RECORDINGS_DIR === undefined ? 'DATA_DIR' : 'RECORDINGS_DIR', recordings);
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
      recordings,
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

async function makeWritable(key: 'DATA_DIR' | 'RECORDINGS_DIR', directory: string): Promise<void> {
  try {
    await makeDirectory(directory);
    await access(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    refuse([`${key}: found "${directory}", allowed is ${keys[key].allowed} (${(error as Error).message})`]);
  }
}

/** With what is above it. Node's own way of that tries for ever where nothing can be made, as in /proc. */
async function makeDirectory(directory: string): Promise<void> {
  const above = dirname(directory);
  if (await isMade(directory)) return;
  if (above === directory) throw new Error('no such directory');
  await makeDirectory(above);
  if (!(await isMade(directory))) throw new Error('cannot be made');
}

/** @returns false: what is above it is missing, or nothing can be made there */
async function isMade(directory: string): Promise<boolean> {
  try {
    await mkdir(directory);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return false;
    if (code !== 'EEXIST' || !(await stat(directory)).isDirectory()) throw error;
  }
  return true;
}

/** Without Telegram credentials everything happens in the sandbox, whose world and data last as long as its process. */
export const isSandbox = (config: Config): boolean => config.TELEGRAM_API_ID === undefined;

/** What was configured and does not count there, in words. */
export function ignoredInSandbox(config: Config): readonly string[] {
  const loopback = '127.0.0.1';
  const ignored = {
    SIP_HOST: config.SIP_HOST !== keys.SIP_HOST.accepts.parse(undefined) && config.SIP_HOST !== loopback,
    SIP_ADVERTISED_HOST: (config.SIP_ADVERTISED_HOST ?? loopback) !== loopback,
    ICE_ADDRESSES: (config.ICE_ADDRESSES ?? loopback) !== loopback,
    DATABASE_URL: config.DATABASE_URL !== undefined,
    REDIS_URL: config.REDIS_URL !== undefined,
  };
  const names = Object.entries(ignored).flatMap(([name, isIgnored]) => (isIgnored ? [name] : []));
  if (names.length === 0) return [];
  return [
    `${names.join(', ')}: not used, because without TELEGRAM_API_ID the sandbox runs, which keeps to this machine and has a database and jobs of its own.`,
  ];
}

export const dataDirOf = (config: Config): string =>
  isSandbox(config) ? join(config.DATA_DIR, 'sandbox') : config.DATA_DIR;
