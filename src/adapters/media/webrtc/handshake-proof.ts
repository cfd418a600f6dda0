import { createHash, createHmac, timingSafeEqual, verify, X509Certificate } from 'node:crypto';

/** A DTLS handshake message as werift keeps it. */
export interface HandshakeMessage {
  readonly msg_type: number;
  /** The body, unfragmented. */
  readonly fragment: Buffer;
  serialize(): Buffer;
}

/** A finished handshake as our side saw it. */
export interface Handshake {
  readonly role: 'client' | 'server';
  /** All messages in order, without HelloRequest and HelloVerifyRequest (RFC 6347 §4.2.6). */
  readonly transcript: readonly HandshakeMessage[];
  /** Body of the peer's Finished. */
  readonly peerFinished: Buffer | undefined;
  /** DER; the one whose fingerprint was compared. */
  readonly peerCertificate: Buffer;
  /** The ephemeral key our shared secret was really made with. */
  readonly peerPublicKey: Buffer;
  readonly clientRandom: Buffer;
  readonly serverRandom: Buffer;
  readonly masterSecret: Buffer;
}

const type = {
  certificate: 11,
  serverKeyExchange: 12,
  certificateVerify: 15,
  clientKeyExchange: 16,
  finished: 20,
} as const;

/** Hash names of the TLS 1.2 code points a peer may sign with (RFC 5246 §7.4.1.4.1); MD5 and SHA-1 are not among them. */
const hashes: Readonly<Record<number, string>> = { 4: 'sha256', 5: 'sha384', 6: 'sha512' };
const signatures: ReadonlySet<number> = new Set([1 /* RSA */, 3 /* ECDSA */]);
const verifyDataBytes = 12;

/**
 * Why a handshake does not prove that the peer holds the key of its certificate, or undefined when it does.
 *
 * werift 0.25.2 checks neither the signature in ServerKeyExchange nor CertificateVerify nor the Finished messages. Certificates
 * are public, so without these the fingerprint from signalling would stop nobody in the middle (RFC 5246 §7.4.3, §7.4.8, §7.4.9).
 */
export const faultInHandshake = (handshake: Handshake): string | undefined => {
  try {
    if (!isCertificateSent(handshake)) return 'certificate differs from the one in the handshake';
    const isProven = handshake.role === 'client' ? isServerProven(handshake) : isClientProven(handshake);
    if (!isProven) return 'peer does not hold the key of its certificate';
    return isFinishedRight(handshake) ? undefined : 'handshake was tampered with';
  } catch {
    return 'malformed handshake';
  }
};

/** Messages can be sent twice: werift keeps the first in the transcript and believes the last. */
const isCertificateSent = ({ transcript, peerCertificate, role }: Handshake): boolean => {
  const certificates = transcript.filter((message) => message.msg_type === type.certificate);
  // Each side sends one: the server's comes first.
  const sent = certificates[role === 'client' ? 0 : 1];
  if (sent === undefined) return false;
  const length = sent.fragment.readUIntBE(3, 3);
  return sent.fragment.subarray(6, 6 + length).equals(peerCertificate);
};

/** The server signs its ephemeral key along with both randoms (RFC 8422 §5.4). */
const isServerProven = (handshake: Handshake): boolean => {
  const body = bodyOf(handshake, type.serverKeyExchange);
  const keyBytes = body.readUInt8(3);
  const parameters = body.subarray(0, 4 + keyBytes);
  if (!parameters.subarray(4).equals(handshake.peerPublicKey)) return false;
  const signed = Buffer.concat([handshake.clientRandom, handshake.serverRandom, parameters]);
  return isSignedBy(handshake.peerCertificate, signed, body.subarray(4 + keyBytes));
};

/** The client signs everything up to its CertificateVerify, its ephemeral key included (RFC 5246 §7.4.8). */
const isClientProven = (handshake: Handshake): boolean => {
  const exchange = bodyOf(handshake, type.clientKeyExchange);
  const keyBytes = exchange.readUInt8(0);
  if (!exchange.subarray(1, 1 + keyBytes).equals(handshake.peerPublicKey)) return false;
  const signed = transcriptUntil(handshake, type.certificateVerify);
  return isSignedBy(handshake.peerCertificate, signed, bodyOf(handshake, type.certificateVerify));
};

/** RFC 5246 §7.4.9, with the PRF of SHA-256 suites. */
const isFinishedRight = (handshake: Handshake): boolean => {
  const { role, transcript, masterSecret, peerFinished } = handshake;
  if (peerFinished === undefined || masterSecret.length !== 48) return false;
  // The server's comes last and covers the client's; the client's covers all before it.
  const covered =
    role === 'client'
      ? Buffer.concat(transcript.map((message) => message.serialize()))
      : transcriptUntil(handshake, type.finished);
  const label = role === 'client' ? 'server finished' : 'client finished';
  const seed = Buffer.concat([Buffer.from(label), createHash('sha256').update(covered).digest()]);
  const first = createHmac('sha256', masterSecret).update(seed).digest();
  const expected = createHmac('sha256', masterSecret).update(first).update(seed).digest().subarray(0, verifyDataBytes);
  return peerFinished.length === verifyDataBytes && timingSafeEqual(expected, peerFinished);
};

/** `signature`: hash and signature algorithm, length, value. */
const isSignedBy = (certificate: Buffer, signed: Buffer, signature: Buffer): boolean => {
  const hash = hashes[signature.readUInt8(0)];
  if (hash === undefined || !signatures.has(signature.readUInt8(1))) return false;
  const value = signature.subarray(4, 4 + signature.readUInt16BE(2));
  return verify(hash, signed, new X509Certificate(certificate).publicKey, value);
};

const bodyOf = ({ transcript }: Handshake, wanted: number): Buffer => {
  const message = transcript.find((each) => each.msg_type === wanted);
  if (message === undefined) throw new RangeError(`no handshake message ${wanted}`);
  return message.fragment;
};

const transcriptUntil = ({ transcript }: Handshake, end: number): Buffer => {
  const before = transcript.slice(
    0,
    transcript.findIndex((message) => message.msg_type === end),
  );
  return Buffer.concat(before.map((message) => message.serialize()));
};
