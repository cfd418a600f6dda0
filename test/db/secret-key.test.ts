import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WrongSecretKey } from '../../src/db/secret-box.ts';
import { embeddedSecretKey } from '../../src/db/secret-key.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'siptg-key-'));
});
afterEach(() => rm(directory, { recursive: true }));

test('first starts at once agree on one key, which stays', async () => {
  const keys = await Promise.all([1, 2, 3, 4].map(() => embeddedSecretKey(directory)));
  expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1);
  expect(await embeddedSecretKey(directory)).toEqual(keys[0]);
  expect(await readdir(directory)).toEqual(['secret.key']);
});

test('a file without a key is not overwritten, and named', async () => {
  await writeFile(join(directory, 'secret.key'), 'c2hvcnQ=');
  await expect(embeddedSecretKey(directory)).rejects.toThrow(WrongSecretKey);
  await expect(embeddedSecretKey(directory)).rejects.toThrow(join(directory, 'secret.key'));
  expect(await readFile(join(directory, 'secret.key'), 'utf8')).toBe('c2hvcnQ=');
});
