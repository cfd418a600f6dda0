import { randomBytes, randomInt } from 'node:crypto';
import type { AuthKey } from './auth-keys.ts';
import { type Direction, igeDecrypt, igeEncrypt, messageIgeKey, messageKey } from './crypto.ts';
import { TlDecodeError, TlWriter } from './tl-bytes.ts';

/** One encrypted message (core.telegram.org/mtproto/description), opened. */
export interface Envelope {
  readonly salt: bigint;
  readonly sessionId: bigint;
  readonly msgId: bigint;
  readonly seqNo: number;
  readonly body: Buffer;
}

/** `auth_key_id ‖ msg_key ‖ IGE(salt session_id msg_id seq_no length body padding)`. */
export const sealEnvelope = (key: AuthKey, envelope: Envelope, direction: Direction = 'from-server'): Buffer => {
  const { salt, sessionId, msgId, seqNo, body } = envelope;
  const head = new TlWriter().int64(salt).int64(sessionId).int64(msgId).int32(seqNo).int32(body.length).finish();
  const unpadded = head.length + body.length;
  // 12 to 1024 bytes up to a whole block; more than needed, so that no client comes to expect the least.
  const padding = minPaddingBytes + ((16 - ((unpadded + minPaddingBytes) % 16)) % 16) + 16 * randomInt(4);
  const plain = Buffer.concat([head, body, randomBytes(padding)]);
  const msgKey = messageKey(key.key, plain, direction);
  return Buffer.concat([key.id, msgKey, igeEncrypt(plain, messageIgeKey(key.key, msgKey, direction))]);
};

/** Throws TlDecodeError for a wrong msg_key, length or padding: the connection is not to be trusted any more. */
export const openEnvelope = (key: AuthKey, packet: Buffer, direction: Direction = 'from-client'): Envelope => {
  const msgKey = packet.subarray(8, 24);
  // Padded transports append up to 15 bytes of their own.
  const sealed = packet.subarray(24, packet.length - ((packet.length - 24) % 16));
  if (packet.length < 24 || sealed.length < 48) throw new TlDecodeError('too short for an encrypted message');
  const plain = igeDecrypt(sealed, messageIgeKey(key.key, msgKey, direction));
  if (!messageKey(key.key, plain, direction).equals(msgKey)) throw new TlDecodeError('msg_key differs');
  const length = plain.readInt32LE(28);
  const padding = plain.length - headBytes - length;
  if (length < 4 || length % 4 || padding < minPaddingBytes || padding > maxPaddingBytes)
    throw new TlDecodeError('length or padding out of range');
  return {
    salt: plain.readBigInt64LE(0),
    sessionId: plain.readBigInt64LE(8),
    msgId: plain.readBigInt64LE(16),
    seqNo: plain.readInt32LE(24),
    body: plain.subarray(headBytes, headBytes + length),
  };
};

const headBytes = 32;
const minPaddingBytes = 12;
const maxPaddingBytes = 1024;
