import { access, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Delivery } from '../../../actors/ports/recording-delivery.ts';
import { EpochMs, RecordingId, UserId } from '../../../machines/model/ids.ts';

/** Beside each file of a recording lies what its delivery is, for the time in which no row knows it. */
const sidecarOf = (path: string) => `${path}.json`;

/** On disk when it resolves; nothing is left of it when it rejects. */
export async function writeSidecar(delivery: Delivery): Promise<void> {
  const path = sidecarOf(delivery.file.path);
  const draft = `${path}.new`;
  try {
    await writeSynced(draft, JSON.stringify(delivery));
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

export const removeSidecar = (path: string): Promise<void> => rm(sidecarOf(path), { force: true });

/** The recording first forgets its sidecar: a file alone is nobody's, a sidecar alone would be delivered again. */
export async function removeFiles(path: string): Promise<void> {
  await removeSidecar(path);
  await rm(path, { force: true });
}

export const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Every delivery that lies in the directory; what cannot be understood is named by `onStrange`. */
export async function* sidecars(directory: string, onStrange: (name: string) => void): AsyncGenerator<Delivery> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  for (const name of names) {
    if (!name.endsWith('.json')) continue;
    const path = join(directory, name);
    const text = await readFile(path, 'utf8').catch(() => undefined);
    // Delivered meanwhile.
    if (text === undefined) continue;
    const delivery = parsed(text, path.slice(0, -'.json'.length));
    if (delivery) yield delivery;
    else onStrange(name);
  }
}

/** `path` counts, not the one inside: the directory may have been moved. */
function parsed(text: string, path: string): Delivery | undefined {
  try {
    const { recording, file, user, owner, chat, title, performer, startedAt, caption } = JSON.parse(text);
    const texts = [recording, user, owner, title, performer, caption];
    const numbers = [file.bytes, file.durationMs, startedAt];
    if (!texts.every((value) => typeof value === 'string') || !numbers.every(Number.isFinite)) return undefined;
    if (chat !== undefined && typeof chat !== 'string') return undefined;
    return {
      recording: RecordingId(recording),
      file: { path, bytes: file.bytes, durationMs: file.durationMs, ...segmentsOf(file) },
      user: UserId(user),
      owner: UserId(owner),
      chat,
      title,
      performer,
      startedAt: EpochMs(startedAt),
      caption,
    };
  } catch {
    return undefined;
  }
}

/** How many there are is in it unless who recorded them is gone. */
function segmentsOf({ segments }: { readonly segments?: { readonly run: unknown; readonly count?: unknown } }) {
  if (segments === undefined) return {};
  const { run, count } = segments;
  if (!Number.isSafeInteger(run)) throw new TypeError('no run');
  return { segments: { run: run as number, count: Number.isSafeInteger(count) ? (count as number) : undefined } };
}
