import { expect, test } from 'vitest';
import { AccountCredentials, DigestAnswer, digestResponse } from '../../../src/adapters/sip/digest.ts';
import { type Challenge, parseChallenges } from '../../../src/adapters/sip/wire/fields.ts';

const rfc2617 = {
  algorithm: 'MD5',
  username: 'Mufasa',
  password: 'Circle Of Life',
  realm: 'testrealm@host.com',
  nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
  method: 'GET',
  uri: '/dir/index.html',
  qop: 'auth',
  clientNonce: '0a4f113b',
  nonceCount: '00000001',
  body: '',
} as const;

const rfc7616 = {
  ...rfc2617,
  password: 'Circle of Life',
  realm: 'http-auth@example.org',
  nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
  clientNonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
} as const;

test.each([
  ['the example of RFC 2617 §3.5', rfc2617, '6629fae49393a05397450978507c4ef1'],
  [
    'the example of RFC 2069 §2.4',
    { ...rfc2617, password: 'CircleOfLife', qop: '' } as const,
    '1949323746fe6a43ef61f9606e7febea',
  ],
  ['the MD5 example of RFC 7616 §3.9.1', rfc7616, '8ca523f5e9506fed4657c9700eebdbec'],
  [
    'the SHA-256 example of RFC 7616 §3.9.1',
    { ...rfc7616, algorithm: 'SHA-256' },
    '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
  ],
] as const)('%s comes out', (_name, input, response) => {
  expect(digestResponse(input)).toBe(response);
});

/** By hand, from the formulas of RFC 7616 §3.4.2 and §3.4.3. */
test.each([
  ['MD5-sess', 'auth', 'md5'],
  ['SHA-256-sess', 'auth-int', 'sha256'],
  ['SHA-512-256', 'auth-int', 'sha512-256'],
] as const)('%s with %s follows the formula', async (algorithm, qop, hash) => {
  const { createHash } = await import('node:crypto');
  const h = (text: string) => createHash(hash).update(text).digest('hex');
  const plain = h('u:r:p');
  const secret = algorithm.endsWith('-sess') ? h(`${plain}:n:c`) : plain;
  const request = qop === 'auth' ? h('INVITE:sip:x') : h(`INVITE:sip:x:${h('v=0')}`);
  const input = {
    algorithm,
    username: 'u',
    password: 'p',
    realm: 'r',
    nonce: 'n',
    method: 'INVITE',
    uri: 'sip:x',
    qop,
  } as const;
  expect(digestResponse({ ...input, clientNonce: 'c', nonceCount: '00000001', body: 'v=0' })).toBe(
    h(`${secret}:n:00000001:c:${qop}:${request}`),
  );
});

const challenge = (text: string): Challenge => {
  const [first] = parseChallenges(text);
  if (first === undefined) throw new Error('no challenge');
  return first;
};
const request = { method: 'REGISTER', ruri: { toRaw: () => 'sip:pbx.test' }, body: undefined };

test('the nonce count grows with each use of a nonce, and starts anew with a new one', () => {
  const credentials = new AccountCredentials('alice', 'secret');
  const counts = ['a', 'a', 'b', 'a'].map((nonce) => {
    const answer = new DigestAnswer(credentials, () => 'c');
    answer.authenticate(request, challenge(`Digest realm="r", nonce="${nonce}", qop="auth"`));
    return /nc=(\d+)/.exec(answer.toString())?.[1];
  });
  expect(counts).toEqual(['00000001', '00000002', '00000001', '00000003']);
});

test('a challenge is read with a quoted algorithm, several qops and an opaque', () => {
  const answer = new DigestAnswer(new AccountCredentials('al"ice', 'secret'), () => 'c');
  const text = 'Digest realm="r\\"x", nonce="n", algorithm="SHA-256", qop="auth-int, auth", opaque="o", stale=TRUE';
  expect(challenge(text)).toMatchObject({ realm: 'r"x', stale: true, qop: ['auth-int', 'auth'] });
  expect(answer.authenticate(request, challenge(text))).toBe(true);
  expect(answer.toString()).toContain('username="al\\"ice", realm="r\\"x", nonce="n", uri="sip:pbx.test"');
  expect(answer.toString()).toMatch(
    /response="[0-9a-f]{64}", algorithm=SHA-256, opaque="o", cnonce="c", qop=auth, nc=00000001$/,
  );
});

test('an algorithm or qop that nobody knows is not answered', () => {
  const answer = new DigestAnswer(new AccountCredentials('alice', 'secret'));
  expect(answer.authenticate(request, challenge('Digest realm="r", nonce="n", algorithm=AKAv1-MD5'))).toBe(false);
  expect(answer.authenticate(request, challenge('Digest realm="r", nonce="n", qop="token"'))).toBe(false);
});

test('challenges that share a header are told apart, and other schemes skipped', () => {
  const text = 'Digest realm="a", nonce="1", algorithm=MD5, Basic realm="b", Digest realm="c", nonce="2", qop="auth"';
  expect(parseChallenges(text).map(({ realm }) => realm)).toEqual(['a', 'c']);
  expect(parseChallenges('NoOneKnowsThisScheme opaque-data=here')).toEqual([]);
});
