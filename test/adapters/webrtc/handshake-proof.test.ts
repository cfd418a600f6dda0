import { createHash, createHmac, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  CipherContext,
  HashAlgorithm,
  NamedCurveAlgorithm,
  RTCCertificate,
  RTCDtlsTransport,
  SignatureAlgorithm,
} from 'werift';
import {
  faultInHandshake,
  type Handshake,
  type HandshakeMessage,
} from '../../../src/adapters/media/webrtc/handshake-proof.ts';
import { eventually } from '../../support/eventually.ts';
import { introduce, Leg } from './pair.ts';

// It judges as ever; what it was given is looked at.
vi.mock('../../../src/adapters/media/webrtc/handshake-proof.ts', { spy: true });

const messageType = {
  clientHello: 1,
  certificate: 11,
  serverKeyExchange: 12,
  certificateVerify: 15,
  clientKeyExchange: 16,
  finished: 20,
} as const;

const algorithms = { signature: SignatureAlgorithm.ecdsa_3, hash: HashAlgorithm.sha256_4 };
const makeCertificate = () =>
  CipherContext.createSelfSignedCertificateWithKey(algorithms, NamedCurveAlgorithm.secp256r1_23);
const der = (pem: string) => Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');

type Role = Handshake['role'];
type Identity = Awaited<ReturnType<typeof makeCertificate>>;

/** One handshake of two legs, as each of them saw it: the base of all lies below. */
const seen = new Map<Role, Handshake>();
/** Keys of the certificates by the role of who is shown them. */
const peers = new Map<Role, Identity>();
let stranger: Identity;

beforeAll(async () => {
  const [caller, callee] = [await makeCertificate(), await makeCertificate()];
  stranger = await makeCertificate();
  peers.set('server', caller).set('client', callee);
  const legs = [await legWith('caller', caller), await legWith('callee', callee)] as const;
  await introduce(...legs, 'client');
  const isConnected = () => expect(legs.map((leg) => leg.has('connected'))).toEqual([true, true]);
  await eventually(isConnected);
  for (const [handshake] of vi.mocked(faultInHandshake).mock.calls) seen.set(handshake.role, handshake);
  return () => legs.forEach(({ transport }) => transport.close());
});
afterAll(() => {
  delete RTCDtlsTransport.localCertificate;
  delete RTCDtlsTransport.localCertificatePromise;
});

const unproven = 'peer does not hold the key of its certificate';
const changedCertificate = 'certificate differs from the one in the handshake';
const tampered = 'handshake was tampered with';

describe.each<Role>(['client', 'server'])('as DTLS %s', (role) => {
  const peerCertificateAt = role === 'client' ? 0 : 1;
  const signedMessage = role === 'client' ? messageType.serverKeyExchange : messageType.certificateVerify;

  test('the handshake that was made is in order, and so is one whose Finished was made again here', () => {
    const handshake = genuine(role);
    expect(faultInHandshake(handshake)).toBeUndefined();
    expect(finishedOf(handshake)).toEqual(handshake.peerFinished);
  });

  describe('Finished', () => {
    test.each([
      ['is missing', () => undefined],
      ['is empty', () => Buffer.alloc(0)],
      ['is cut', (right: Buffer) => right.subarray(0, 11)],
      ['is longer', (right: Buffer) => Buffer.concat([right, Buffer.of(0)])],
      ['has another first byte', (right: Buffer) => flipped(right, 0)],
      ['has another last byte', (right: Buffer) => flipped(right, 11)],
    ])('%s', (_, change) => {
      const handshake = genuine(role);
      expect(faultInHandshake({ ...handshake, peerFinished: change(finishedOf(handshake)) })).toBe(tampered);
    });

    test('is our own, sent back', () => {
      const handshake = genuine(role);
      expect(faultInHandshake({ ...handshake, peerFinished: finishedOf(handshake, labels[other(role)]) })).toBe(
        tampered,
      );
    });

    test('was made with another secret', () => {
      const handshake = genuine(role);
      expect(faultInHandshake({ ...handshake, masterSecret: flipped(handshake.masterSecret, 0) })).toBe(tampered);
    });

    test('follows a secret that is no secret', () => {
      const handshake = { ...genuine(role), masterSecret: Buffer.alloc(0) };
      expect(faultInHandshake(finishedAgain(handshake))).toBe(tampered);
    });
  });

  describe('certificate', () => {
    test('is believed, but another was sent', () => {
      const handshake = genuine(role);
      const shown = certificateBody(der(stranger.certPem));
      const lie = withMessage(handshake, messageType.certificate, () => shown, peerCertificateAt);
      expect(faultInHandshake(finishedAgain(lie))).toBe(changedCertificate);
    });

    test('was sent, but another is believed: with a key that the peer holds', () => {
      const peerCertificate = der(stranger.certPem);
      const lie = signedBy(stranger, { ...genuine(role), peerCertificate });
      expect(faultInHandshake(finishedAgain(lie))).toBe(changedCertificate);
    });

    test('was sent twice, the right one last', () => {
      const handshake = genuine(role);
      const { transcript } = handshake;
      const at = indexOf(transcript, messageType.certificate, peerCertificateAt);
      const first = message(transcript[at], certificateBody(der(stranger.certPem)));
      const lie = { ...handshake, transcript: transcript.toSpliced(at, 0, first) };
      expect(faultInHandshake(finishedAgain(lie))).toBe(changedCertificate);
    });

    test('was never sent', () => {
      const handshake = genuine(role);
      const { transcript } = handshake;
      const without = transcript.filter(({ msg_type }, at) =>
        role === 'client'
          ? msg_type !== messageType.certificate
          : at !== indexOf(transcript, messageType.certificate, peerCertificateAt),
      );
      expect(faultInHandshake(finishedAgain({ ...handshake, transcript: without }))).toBe(changedCertificate);
    });
  });

  describe('key of the certificate', () => {
    test('signed another ephemeral key than the one our secret is made with', () => {
      const handshake = genuine(role);
      const peerPublicKey = flipped(handshake.peerPublicKey, 20);
      expect(faultInHandshake(finishedAgain(signedBy(peerOf(role), { ...handshake, peerPublicKey })))).toBe(unproven);
    });

    test('did not sign: another did', () => {
      expect(faultInHandshake(finishedAgain(signedBy(stranger, genuine(role))))).toBe(unproven);
    });

    test('signed with SHA-1', () => {
      expect(faultInHandshake(finishedAgain(signedBy(peerOf(role), genuine(role))))).toBeUndefined();
      const weak = signedBy(peerOf(role), genuine(role), { name: 'sha1', id: 2 });
      expect(faultInHandshake(finishedAgain(weak))).toBe(unproven);
    });

    test('signed nothing', () => {
      const { transcript, ...handshake } = genuine(role);
      const without = transcript.filter(({ msg_type }) => msg_type !== signedMessage);
      expect(faultInHandshake(finishedAgain({ ...handshake, transcript: without }))).toBe('malformed handshake');
    });
  });
});

test('a signature of an earlier handshake, with other randoms, proves nothing', () => {
  const handshake = genuine('client');
  for (const random of ['clientRandom', 'serverRandom'] as const)
    expect(faultInHandshake({ ...handshake, [random]: flipped(handshake[random], 31) })).toBe(unproven);
});

test('a hello that was changed on the way to the server is noticed by the client', () => {
  const lie = withMessage(genuine('client'), messageType.clientHello, (body) => flipped(body, body.length - 1));
  expect(faultInHandshake(lie)).toBe(tampered);
});

test('a signature of another transcript, with another hello, proves nothing to the server', () => {
  const lie = withMessage(genuine('server'), messageType.clientHello, (body) => flipped(body, body.length - 1));
  expect(faultInHandshake(finishedAgain(lie))).toBe(unproven);
});

/** Legs of one thread otherwise share their certificate. */
async function legWith(role: 'caller' | 'callee', { keyPem, certPem }: Identity): Promise<Leg> {
  RTCDtlsTransport.localCertificate = new RTCCertificate(keyPem, certPem, algorithms);
  const leg = new Leg(role);
  await leg.transport.open();
  return leg;
}

function genuine(role: Role): Handshake {
  const handshake = seen.get(role);
  if (!handshake) throw new Error(`no handshake as ${role} was seen`);
  return handshake;
}

function peerOf(role: Role): Identity {
  const peer = peers.get(role);
  if (!peer) throw new Error(`nobody was shown to the ${role}`);
  return peer;
}

function other(role: Role): Role {
  return role === 'client' ? 'server' : 'client';
}

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
}

function indexOf(transcript: readonly HandshakeMessage[], wanted: number, nth = 0): number {
  const all = transcript.flatMap(({ msg_type }, at) => (msg_type === wanted ? [at] : []));
  const at = all[nth];
  if (at === undefined) throw new Error(`no message ${wanted}`);
  return at;
}

/** As `like`, with another body (RFC 6347 §4.2.2). */
function message(like: HandshakeMessage | undefined, fragment: Buffer): HandshakeMessage {
  if (!like) throw new Error('no such message');
  const header = Buffer.from(like.serialize().subarray(0, 12));
  header.writeUIntBE(fragment.length, 1, 3);
  header.writeUIntBE(fragment.length, 9, 3);
  return { msg_type: like.msg_type, fragment, serialize: () => Buffer.concat([header, fragment]) };
}

function withMessage(handshake: Handshake, wanted: number, change: (body: Buffer) => Buffer, nth = 0): Handshake {
  const { transcript } = handshake;
  const at = indexOf(transcript, wanted, nth);
  const old = transcript[at];
  return { ...handshake, transcript: transcript.with(at, message(old, change(old?.fragment ?? Buffer.alloc(0)))) };
}

/** A chain of one (RFC 5246 §7.4.2). */
function certificateBody(certificate: Buffer): Buffer {
  const lengths = Buffer.alloc(6);
  lengths.writeUIntBE(certificate.length + 3, 0, 3);
  lengths.writeUIntBE(certificate.length, 3, 3);
  return Buffer.concat([lengths, certificate]);
}

/** What the peer signs, signed with this key (RFC 8422 §5.4, RFC 5246 §7.4.8). */
function signedBy({ keyPem }: Identity, handshake: Handshake, hash = { name: 'sha256', id: 4 }): Handshake {
  const signature = (content: Buffer) => {
    const value = sign(hash.name, content, keyPem);
    return Buffer.concat([Buffer.of(hash.id, algorithms.signature, 0, value.length), value]);
  };
  if (handshake.role === 'client')
    return withMessage(handshake, messageType.serverKeyExchange, (body) => {
      const parameters = body.subarray(0, 4 + body.readUInt8(3));
      const signed = Buffer.concat([handshake.clientRandom, handshake.serverRandom, parameters]);
      return Buffer.concat([parameters, signature(signed)]);
    });
  return withMessage(handshake, messageType.certificateVerify, () =>
    signature(serialized(handshake, messageType.certificateVerify)),
  );
}

const labels = { client: 'server finished', server: 'client finished' } as const;

/** Who stands in the middle knows the secret, and makes the Finished that fits his lies. */
function finishedAgain(handshake: Handshake): Handshake {
  return { ...handshake, peerFinished: finishedOf(handshake) };
}

/** RFC 5246 §5, §7.4.9. */
function finishedOf(handshake: Handshake, label: string = labels[handshake.role]): Buffer {
  const covered = serialized(handshake, handshake.role === 'client' ? undefined : messageType.finished);
  const seed = Buffer.concat([Buffer.from(label), createHash('sha256').update(covered).digest()]);
  const hmac = (data: Buffer) => createHmac('sha256', handshake.masterSecret).update(data).digest();
  return hmac(Buffer.concat([hmac(seed), seed])).subarray(0, 12);
}

/** All messages, or those before the first of a type. */
function serialized({ transcript }: Handshake, end?: number): Buffer {
  const until = end === undefined ? transcript.length : indexOf(transcript, end);
  return Buffer.concat(transcript.slice(0, until).map((each) => each.serialize()));
}
