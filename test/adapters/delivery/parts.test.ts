import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Part } from '../../../src/adapters/jobs/recordings/ogg-stream.ts';
import { partsOf } from '../../../src/adapters/jobs/recordings/parts.ts';
import { readPages, writeOggOpus } from './ogg.ts';
import { opusfile } from './opusfile.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'siptg-parts-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const decode = opusfile();
const bytesOf = async (part: Part) => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of part.read()) chunks.push(chunk);
  return Buffer.concat(chunks);
};
const audioOf = (bytes: Buffer) =>
  Buffer.concat(
    readPages(bytes)
      .slice(2)
      .map(({ body }) => body),
  );

test('a small file is one part, itself', async () => {
  const file = await writeOggOpus(join(directory, 'small.ogg'), { seconds: 3 });
  const parts = await partsOf(file, file.bytes);
  expect(parts).toMatchObject([{ bytes: file.bytes, durationMs: 3_000 }]);
  const again = await Promise.all([bytesOf(parts[0] as Part), bytesOf(parts[0] as Part)]);
  expect(again[0]).toEqual(again[1]);
});

test('a large one is cut into streams that are each right, and nothing of the sound is lost', async () => {
  const file = await writeOggOpus(join(directory, 'large.ogg'), { seconds: 60 });
  const parts = await partsOf(file, file.bytes / 3.5);
  const all = await Promise.all(parts.map(bytesOf));
  expect(parts).toHaveLength(4);
  for (const [index, bytes] of all.entries()) {
    const pages = readPages(bytes);
    expect(bytes.length).toBe(parts[index]?.bytes);
    expect(bytes.length).toBeLessThanOrEqual(file.bytes / 3.5);
    expect(pages.map(({ sequence }) => sequence)).toEqual(pages.map((_, i) => i));
    expect(pages.every(({ crcIsRight }) => crcIsRight)).toBe(true);
    expect(pages.map(({ flags }) => flags)).toEqual(
      pages.map((_, i) => (i === 0 ? 2 : i === pages.length - 1 ? 4 : 0)),
    );
    expect(pages[0]?.body.toString('latin1', 0, 8)).toBe('OpusHead');
    expect(pages[1]?.body.toString('latin1', 0, 8)).toBe('OpusTags');
    expect(pages[0]?.body.readUInt16LE(10)).toBe(index === 0 ? 312 : 0);
  }
  expect(Buffer.concat(all.map(audioOf))).toEqual(audioOf(await readFile(file.path)));
  const durationMs = parts.reduce((sum, part) => sum + part.durationMs, 0);
  expect(durationMs).toBeCloseTo(60_000 - 6.5, 0);
});

test.runIf(decode)('a foreign decoder plays every part to its end, without holes', async () => {
  const file = await writeOggOpus(join(directory, 'played.ogg'), { seconds: 30 });
  const whole = decode?.(file.path);
  expect(whole).toEqual({ promised: 30 * 48_000 - 312, decoded: 30 * 48_000 - 312, holes: 0 });
  const parts = await partsOf(file, file.bytes / 2.5);
  let samples = 0;
  for (const [index, part] of parts.entries()) {
    const path = join(directory, `part-${index}.ogg`);
    await writeFile(path, await bytesOf(part));
    const seen = decode?.(path);
    expect(seen).toMatchObject({ holes: 0, decoded: seen?.promised });
    expect(part.durationMs).toBeCloseTo((seen?.promised ?? 0) / 48, 0);
    samples += seen?.decoded ?? 0;
  }
  expect(parts).toHaveLength(3);
  expect(samples).toBe(30 * 48_000 - 312);
});

test('a file that a crash cut off within a page is cut up to its last whole page', async () => {
  const file = await writeOggOpus(join(directory, 'crashed.ogg'), { seconds: 20 });
  const { size } = await stat(file.path);
  await truncate(file.path, size - 100);
  const parts = await partsOf(file, size / 2);
  const last = readPages(await bytesOf(parts.at(-1) as Part));
  expect(last.at(-1)?.flags).toBe(4);
  expect(parts.reduce((sum, { durationMs }) => sum + durationMs, 0)).toBeCloseTo(19_000 - 6.5, 0);
});

test.each([
  ['noise', Buffer.alloc(10_000, 7)],
  ['nothing of a stream', Buffer.concat([Buffer.from('OggS'), Buffer.alloc(10)])],
  ['headers alone', Buffer.alloc(0)],
])('%s that is too large cannot be cut, and that is said', async (name, bytes) => {
  const path = join(directory, `${name}.bin`);
  await writeFile(path, bytes.length > 0 ? bytes : await headersAlone());
  await expect(partsOf({ path, bytes: 0, durationMs: 0 }, 10)).rejects.toMatchObject({ name: 'NotOggOpus' });
});

test('what is small enough is sent whatever it is', async () => {
  const path = join(directory, 'noise.ogg');
  await writeFile(path, Buffer.alloc(1_000, 7));
  expect(await partsOf({ path, bytes: 1_000, durationMs: 5 }, 1_000)).toHaveLength(1);
});

test('a file that is gone is no trouble of Ogg', async () => {
  const gone = partsOf({ path: join(directory, 'gone.ogg'), bytes: 1, durationMs: 1 }, 10);
  await expect(gone).rejects.toMatchObject({ code: 'ENOENT' });
});

async function headersAlone(): Promise<Buffer> {
  const file = await writeOggOpus(join(directory, 'short.ogg'), { seconds: 1 });
  const bytes = await readFile(file.path);
  return bytes.subarray(0, bytes.indexOf('OggS', bytes.indexOf('OpusTags')));
}
