/** Bytes without Node: everything here is a Uint8Array, numbers are big-endian unless said otherwise. */

export const concat = (...parts) => {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
};

const viewOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export const getU16 = (bytes, at) => viewOf(bytes).getUint16(at);
export const getU32 = (bytes, at) => viewOf(bytes).getUint32(at);
export const getU32le = (bytes, at) => viewOf(bytes).getUint32(at, true);
export const setU16 = (bytes, at, value) => viewOf(bytes).setUint16(at, value);
export const setU32 = (bytes, at, value) => viewOf(bytes).setUint32(at, value);
export const setU32le = (bytes, at, value) => viewOf(bytes).setUint32(at, value, true);

export const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
export const fromHex = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

export const isEqual = (a, b) => {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let at = 0; at < a.length; at++) difference |= a[at] ^ b[at];
  return difference === 0;
};

export const random = (length) => crypto.getRandomValues(new Uint8Array(length));
/** Odd, so never 0. */
export const randomId = () => (getU32(random(4), 0) | 1) >>> 0;

export const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest('SHA-256', concat(...parts)));
export const sha1 = async (...parts) => new Uint8Array(await crypto.subtle.digest('SHA-1', concat(...parts)));
