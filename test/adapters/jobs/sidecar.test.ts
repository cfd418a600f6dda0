import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Delivery } from '../../../src/actors/ports/recording-delivery.ts';
import { sidecars, writeSidecar } from '../../../src/adapters/jobs/recordings/sidecar.ts';
import { EpochMs, RecordingId, UserId } from '../../../src/machines/model/ids.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'siptg-sidecar-'));
});
afterEach(() => rm(directory, { recursive: true }));

const delivery = (): Delivery => ({
  recording: RecordingId('r1'),
  file: { path: join(directory, 'r1.ogg'), bytes: 1, durationMs: 1_000 },
  user: UserId('1'),
  owner: UserId('1'),
  chat: undefined,
  title: 'Pat',
  performer: 'Office',
  startedAt: EpochMs(0),
  caption: '',
});

test('what was written is read again, and nothing else lies there', async () => {
  await writeSidecar(delivery());
  expect(await readdir(directory)).toEqual(['r1.ogg.json']);
  const found = await Array.fromAsync(sidecars(directory, (name) => expect.unreachable(name)));
  expect(found).toEqual([delivery()]);
});

test('what cannot be written leaves nothing behind', async () => {
  // Nothing can take the place of a directory.
  await mkdir(join(directory, 'r1.ogg.json'));
  await expect(writeSidecar(delivery())).rejects.toThrow('EISDIR');
  expect(await readdir(directory)).toEqual(['r1.ogg.json']);
});
