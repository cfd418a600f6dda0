import type { AuthKeys } from './auth-keys.ts';
import { RpcError, type TlObject } from './contract.ts';
import { type IgeKey, igeDecrypt, sha1 } from './crypto.ts';
import { decodeService, type ServiceMessage } from './service-schema.ts';
import type { Session } from './session.ts';

/**
 * `auth.bindTempAuthKey` (core.telegram.org/api/pfs): the client proves, with a message in MTProto 1.0 under its
 * permanent key, that the temporary key of this session is its own. From then on the session has that login.
 * Throws RpcError ENCRYPTED_MESSAGE_INVALID.
 */
export const bindTempAuthKey = (keys: AuthKeys, session: Session, msgId: bigint, request: TlObject): true => {
  const { encrypted_message: proof, nonce, perm_auth_key_id: permanentId } = request;
  const permanent = Buffer.isBuffer(proof) && proof.length === proofBytes ? keys.find(proof.subarray(0, 8)) : undefined;
  if (!Buffer.isBuffer(proof) || !permanent || permanent.id.readBigInt64LE() !== permanentId) throw invalid();
  const opened = openVersion1(permanent.key, proof);
  const inner = opened && opened.msgId === msgId ? opened.inner : undefined;
  const isProof =
    inner?._ === 'bind_auth_key_inner' &&
    inner.nonce === nonce &&
    inner.temp_auth_key_id === session.key.id.readBigInt64LE() &&
    inner.perm_auth_key_id === permanentId &&
    inner.temp_session_id === session.id;
  if (!isProof || !session.key.isTemporary) throw invalid();
  session.key.boundTo = permanent.login;
  return true;
};

const invalid = (): RpcError => new RpcError(400, 'ENCRYPTED_MESSAGE_INVALID');

/** Key id, msg_key, and 72 bytes of message padded to blocks. */
const proofBytes = 8 + 16 + 80;

/** `random:int128 msg_id seqno length body padding`; msg_key is over all but the padding. */
const openVersion1 = (key: Buffer, message: Buffer): { msgId: bigint; inner: ServiceMessage } | undefined => {
  const msgKey = message.subarray(8, 24);
  const plain = igeDecrypt(message.subarray(24), version1IgeKey(key, msgKey));
  const length = plain.readInt32LE(28);
  if (
    length !== 40 ||
    !sha1(plain.subarray(0, 32 + length))
      .subarray(4, 20)
      .equals(msgKey)
  )
    return undefined;
  return { msgId: plain.readBigInt64LE(16), inner: decodeService(plain.subarray(32, 32 + length)) };
};

/** The key derivation of MTProto 1.0, client to server (core.telegram.org/mtproto/description_v1). */
const version1IgeKey = (key: Buffer, msgKey: Buffer): IgeKey => {
  const a = sha1(msgKey, key.subarray(0, 32));
  const b = sha1(key.subarray(32, 48), msgKey, key.subarray(48, 64));
  const c = sha1(key.subarray(64, 96), msgKey);
  const d = sha1(msgKey, key.subarray(96, 128));
  return {
    key: Buffer.concat([a.subarray(0, 8), b.subarray(8, 20), c.subarray(4, 16)]),
    iv: Buffer.concat([a.subarray(8, 20), b.subarray(0, 8), c.subarray(16, 20), d.subarray(0, 8)]),
  };
};
