import { randomBytes } from 'node:crypto';
import type { AuthKey, AuthKeys } from './auth-keys.ts';
import {
  bigFromBytes,
  bytesFromBig,
  dhGenerator,
  dhPrime,
  type IgeKey,
  igeDecrypt,
  igeEncrypt,
  modPow,
  sha1,
  sha256,
} from './crypto.ts';
import type { ServerRsaKey } from './server-rsa-key.ts';
import { decodeService, encodeService, type ServiceMessage } from './service-schema.ts';
import { TlDecodeError } from './tl-bytes.ts';

/**
 * The server's side of creating an auth key (core.telegram.org/mtproto/auth_key), one per connection.
 * A client may start over at any time.
 */
export class KeyExchange {
  readonly #rsa: ServerRsaKey;
  readonly #keys: AuthKeys;
  readonly #nowMs: () => number;
  #offer: Offer | undefined;
  #agreement: Agreement | undefined;

  constructor(rsa: ServerRsaKey, keys: AuthKeys, nowMs: () => number) {
    this.#rsa = rsa;
    this.#keys = keys;
    this.#nowMs = nowMs;
  }

  /** Answers one unencrypted message. Throws TlDecodeError for anything out of order, forged or malformed. */
  answer(body: Buffer): Buffer {
    const message = decodeService(body);
    switch (message._) {
      case 'req_pq':
      case 'req_pq_multi':
        return this.#offerPq(message.nonce);
      case 'req_DH_params':
        return this.#offerDh(message);
      case 'set_client_DH_params':
        return this.#settle(message);
      default:
        throw new TlDecodeError(`${message._} does not belong to the key exchange`);
    }
  }

  #offerPq(nonce: Buffer): Buffer {
    const nonces = { nonce: Buffer.from(nonce), server_nonce: randomBytes(16) };
    this.#offer = nonces;
    return encodeService({
      _: 'resPQ',
      ...nonces,
      pq: bytesFromBig(semiprime),
      server_public_key_fingerprints: [this.#rsa.fingerprint],
    });
  }

  #offerDh(request: Extract<ServiceMessage, { _: 'req_DH_params' }>): Buffer {
    const offer = continued(this.#offer, request);
    if (bigFromBytes(request.p) * bigFromBytes(request.q) !== semiprime) throw new TlDecodeError('not factors of pq');
    const inner = decodeService(openRsaPad(this.#rsa.decryptRaw(request.encrypted_data)));
    if (!('new_nonce' in inner)) throw new TlDecodeError(`${inner._} inside req_DH_params`);
    continued(offer, inner);
    const newNonce = Buffer.from(inner.new_nonce);
    const secret = bigFromBytes(randomBytes(256));
    const expiresAtMs = inner.expires_in === undefined ? undefined : this.#nowMs() + inner.expires_in * 1000;
    const igeKey = exchangeIgeKey(newNonce, offer.server_nonce);
    this.#agreement = { ...offer, newNonce, secret, igeKey, expiresAtMs };
    const answer = encodeService({
      _: 'server_DH_inner_data',
      ...offer,
      g: dhGenerator,
      dh_prime: dhPrime,
      g_a: bytesFromBig(modPow(BigInt(dhGenerator), secret, prime), 256),
      server_time: Math.floor(this.#nowMs() / 1000),
    });
    const hashed = Buffer.concat([sha1(answer), answer]);
    const padded = Buffer.concat([hashed, randomBytes((16 - (hashed.length % 16)) % 16)]);
    return encodeService({ _: 'server_DH_params_ok', ...offer, encrypted_answer: igeEncrypt(padded, igeKey) });
  }

  #settle(request: Extract<ServiceMessage, { _: 'set_client_DH_params' }>): Buffer {
    const { nonce, server_nonce, newNonce, secret, igeKey, expiresAtMs } = continued(this.#agreement, request);
    if (request.encrypted_data.length % 16) throw new TlDecodeError('encrypted_data is not whole blocks');
    const data = igeDecrypt(request.encrypted_data, igeKey);
    const inner = decodeService(data.subarray(20));
    if (inner._ !== 'client_DH_inner_data') throw new TlDecodeError(`${inner._} inside set_client_DH_params`);
    continued({ nonce, server_nonce }, inner);
    const innerLength = encodeService({ ...inner }).length;
    if (!sha1(data.subarray(20, 20 + innerLength)).equals(data.subarray(0, 20)))
      throw new TlDecodeError('hash of client_DH_inner_data differs');
    const gB = bigFromBytes(inner.g_b);
    if (gB < smallestPower || gB > prime - smallestPower) throw new TlDecodeError('g_b out of range');
    this.#offer = this.#agreement = undefined;
    // Always 256 bytes. GramJS and mtcute drop a leading zero, fail one exchange in 256 for it and try again.
    const key = this.#keys.add(
      bytesFromBig(modPow(gB, secret, prime), 256),
      newNonce.readBigInt64LE() ^ server_nonce.readBigInt64LE(),
      expiresAtMs,
    );
    return encodeService({ _: 'dh_gen_ok', nonce, server_nonce, new_nonce_hash1: newNonceHash(newNonce, key) });
  }
}

interface Offer {
  readonly nonce: Buffer;
  readonly server_nonce: Buffer;
}
interface Agreement extends Offer {
  readonly newNonce: Buffer;
  readonly secret: bigint;
  readonly igeKey: IgeKey;
  /** Only for a temporary key. */
  readonly expiresAtMs: number | undefined;
}

/** Small enough that factoring costs a client nothing, and fixed. */
const semiprime = 1_000_000_007n * 1_000_000_009n;

const prime = bigFromBytes(dhPrime);
/** Both sides refuse powers closer than 2^(2048-64) to the ends of the range. */
const smallestPower = 1n << (2048n - 64n);

const continued = <Step extends Offer>(step: Step | undefined, message: Offer): Step => {
  if (!step?.nonce.equals(message.nonce) || !step.server_nonce.equals(message.server_nonce))
    throw new TlDecodeError('not the exchange that was begun');
  return step;
};

/** RSA_PAD: temp_key XOR SHA256(aes) ‖ aes, aes = IGE(reversed data ‖ SHA256(temp_key ‖ data)). */
const openRsaPad = (message: Buffer): Buffer => {
  const sealed = message.subarray(32);
  const mask = sha256(sealed);
  const tempKey = Buffer.from(message.subarray(0, 32).map((byte, index) => byte ^ (mask[index] ?? 0)));
  const opened = igeDecrypt(sealed, { key: tempKey, iv: Buffer.alloc(32) });
  const data = Buffer.from(opened.subarray(0, 192)).reverse();
  if (!sha256(tempKey, data).equals(opened.subarray(192))) throw new TlDecodeError('RSA_PAD hash differs');
  return data;
};

const exchangeIgeKey = (newNonce: Buffer, serverNonce: Buffer): IgeKey => {
  const ahead = sha1(newNonce, serverNonce);
  const behind = sha1(serverNonce, newNonce);
  return {
    key: Buffer.concat([ahead, behind.subarray(0, 12)]),
    iv: Buffer.concat([behind.subarray(12, 20), sha1(newNonce, newNonce), newNonce.subarray(0, 4)]),
  };
};

const newNonceHash = (newNonce: Buffer, { key }: AuthKey): Buffer =>
  sha1(newNonce, Buffer.from([1]), sha1(key).subarray(0, 8)).subarray(4, 20);
