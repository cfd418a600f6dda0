import type { FileHandle } from 'node:fs/promises';

/** A file on a disk that has room for so many bytes more. What fits of a write is written; the next one fails. */
export function withRoomFor(bytes: number, handle: FileHandle): FileHandle {
  let left = bytes;
  const write = handle.write.bind(handle) as (...all: unknown[]) => Promise<{ bytesWritten: number }>;
  handle.write = (async (data: Uint8Array, at: number, length: number, position: number) => {
    if (left === 0) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
    const part = Math.min(left, length);
    left -= part;
    return write(data, at, part, position);
  }) as unknown as typeof handle.write;
  return handle;
}
