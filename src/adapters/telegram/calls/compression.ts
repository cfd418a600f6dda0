import { constants, gunzipSync, gzipSync, inflateSync } from 'node:zlib';

/** Web clients recognise gzip only; everybody accepts it. */
export const packed = (json: string): Buffer => gzipSync(json, { level: constants.Z_BEST_COMPRESSION });

/**
 * The text of a signaling message, which may come as gzip, zlib or plain.
 * @throws when the data is damaged or grows beyond 2 MiB
 */
export function unpacked(data: Buffer): string {
  const bytes = inflated(data);
  if (bytes.length > maxInflatedBytes) throw new RangeError('message too large');
  return bytes.toString('utf8');
}

function inflated(data: Buffer): Buffer {
  if (data[0] === 0x1f && data[1] === 0x8b) return gunzipSync(data, { maxOutputLength: maxInflatedBytes });
  if (data[0] === 0x78 && data[1] === 0x9c) return inflateSync(data, { maxOutputLength: maxInflatedBytes });
  return data;
}

const maxInflatedBytes = 2 * 1024 * 1024;
