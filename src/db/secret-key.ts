import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { WrongSecretKey } from './secret-box.ts';

/**
 * The embedded profile's key (32 bytes), made at first start. Who loses it types the passwords again.
 * @throws WrongSecretKey when the file holds something else
 */
export async function embeddedSecretKey(dataDir: string): Promise<Buffer> {
  await mkdir(dataDir, { recursive: true });
  const file = join(dataDir, 'secret.key');
  const found = (await read(file)) ?? (await make(file));
  const key = Buffer.from(found, 'base64');
  if (key.length !== 32) {
    throw new WrongSecretKey(
      `${file} does not hold a key (32 bytes in base64): put the right one back, or remove it if there is none`,
    );
  }
  return key;
}

const read = (file: string): Promise<string | undefined> =>
  readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });

/** Written whole under another name first: a crash leaves no half key. Two first starts at once agree on one. */
async function make(file: string): Promise<string> {
  const draft = `${file}.${randomUUID()}`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(randomBytes(32).toString('base64'));
    await handle.sync();
    await link(draft, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await handle.close();
    await rm(draft, { force: true });
  }
  return readFile(file, 'utf8');
}
