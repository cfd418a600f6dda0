import { createCipheriv } from 'node:crypto';

/** Session keys of one stream kind, derived from a master key (RFC 3711 §4.3). */
export interface SessionKeys {
  /** 16 bytes. */
  readonly cipherKey: Buffer;
  /** 14 bytes. */
  readonly salt: Buffer;
  /** 20 bytes. */
  readonly authKey: Buffer;
}

export const masterKeyBytes = 16;
export const masterSaltBytes = 14;

/** Labels of RFC 3711 §4.3.1 and §4.3.2: encryption, authentication, salt. */
const labels = { rtp: [0, 1, 2], rtcp: [3, 4, 5] } as const;

/**
 * Derives the session keys for RTP or RTCP with key derivation rate 0, the only one in use with DTLS-SRTP and SDES.
 * @throws RangeError when the master key is not 16 or the salt not 14 bytes
 */
export const deriveSessionKeys = (kind: 'rtp' | 'rtcp', masterKey: Buffer, masterSalt: Buffer): SessionKeys => {
  if (masterKey.length !== masterKeyBytes || masterSalt.length !== masterSaltBytes) {
    throw new RangeError('SRTP needs a master key of 16 bytes and a master salt of 14 bytes');
  }
  const [cipher, auth, salt] = labels[kind];
  return {
    cipherKey: derive(masterKey, masterSalt, cipher, 16),
    salt: derive(masterKey, masterSalt, salt, 14),
    authKey: derive(masterKey, masterSalt, auth, 20),
  };
};

/** The AES-CM pseudo-random function of RFC 3711 §4.3.3: with rate 0 the key id is the label alone, 7 bytes wide. */
const derive = (masterKey: Buffer, masterSalt: Buffer, label: number, bytes: number): Buffer => {
  const counter = Buffer.alloc(16);
  masterSalt.copy(counter);
  counter.writeUInt8(counter.readUInt8(7) ^ label, 7);
  return createCipheriv('aes-128-ctr', masterKey, counter).update(Buffer.alloc(bytes));
};
