import type { Delivery } from '../../../actors/ports/recording-delivery.ts';
import { joined } from './joined.ts';
import { cutStream, type Part } from './ogg-stream.ts';
import { partsOf } from './parts.ts';
import type { SegmentRows } from './rows.ts';

/** What a delivery is of. */
export interface Sound {
  /** False: a piece of it is known to be missing. */
  readonly isWhole: boolean;
  /** In files of at most so many bytes. */
  parts(maxBytes: number): Promise<readonly Part[]>;
}

/** From its segments, or from the one file on this disk that recordings of an earlier release are. @throws SoundGone; the database's errors */
export async function soundOf(delivery: Delivery, rows: SegmentRows): Promise<Sound> {
  if (!delivery.file.segments) return { isWhole: true, parts: (maxBytes) => partsOf(delivery.file, maxBytes) };
  const stream = await joined(delivery, rows);
  return { isWhole: stream.isWhole, parts: async (maxBytes) => cutStream(stream, maxBytes) };
}
