import { afterEach, expect, test } from 'vitest';
import {
  CipherContext,
  HashAlgorithm,
  NamedCurveAlgorithm,
  RTCCertificate,
  RTCDtlsTransport,
  SignatureAlgorithm,
} from 'werift';
import { connected, introduce, Leg } from './pair.ts';

const legs: Leg[] = [];
afterEach(() => {
  for (const each of legs.splice(0)) each.transport.close();
  delete RTCDtlsTransport.localCertificate;
  delete RTCDtlsTransport.localCertificatePromise;
});

const signatureHash = { signature: SignatureAlgorithm.ecdsa_3, hash: HashAlgorithm.sha256_4 };
const makeCertificate = () =>
  CipherContext.createSelfSignedCertificateWithKey(signatureHash, NamedCurveAlgorithm.secp256r1_23);

/** Two legs; the second shows the certificate given. Legs of one thread otherwise share theirs. */
const legsWith = async (certificate: RTCCertificate): Promise<readonly [Leg, Leg]> => {
  const caller = new Leg('caller');
  await caller.transport.open();
  RTCDtlsTransport.localCertificate = certificate;
  const callee = new Leg('callee');
  legs.push(caller, callee);
  return [caller, callee];
};

// Certificates travel in the clear: whoever has seen one can show it, and the fingerprint then matches.
test.each(['client', 'server'] as const)(
  'a peer that shows another one’s certificate fails at the DTLS %s',
  async (role) => {
    const [victim, thief] = [await makeCertificate(), await makeCertificate()];
    const [caller, callee] = await legsWith(new RTCCertificate(thief.keyPem, victim.certPem, signatureHash));
    await introduce(caller, callee, role);
    await expect
      .poll(() => caller.failures, { timeout: 5000 })
      .toEqual(['peer does not hold the key of its certificate']);
    expect(caller.has('connected')).toBe(false);
  },
);

test('with its own key it connects', async () => {
  const own = await makeCertificate();
  const [caller, callee] = await legsWith(new RTCCertificate(own.keyPem, own.certPem, signatureHash));
  await introduce(caller, callee);
  await connected(caller, callee);
});
