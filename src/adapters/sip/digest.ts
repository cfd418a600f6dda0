import { createHash, randomBytes } from 'node:crypto';
import type { Challenge } from './wire/fields.ts';
import { wireText } from './wire/message.ts';
import { quoted } from './wire/split.ts';

/** Node's names of the hashes of RFC 8760, weakest first. */
const hashes: Readonly<Record<string, string>> = { md5: 'md5', 'sha-256': 'sha256', 'sha-512-256': 'sha512-256' };

/** What one account proves itself with. Keeps how often each nonce was used, because a server may give it out again. */
export class AccountCredentials {
  readonly username: string;
  readonly password: string;
  readonly #uses = new Map<string, number>();

  constructor(username: string, password: string) {
    this.username = username;
    this.password = password;
  }

  /** 1 for a new nonce (RFC 7616 §3.4). */
  nextNonceCount(nonce: string): number {
    const count = (this.#uses.get(nonce) ?? 0) + 1;
    this.#uses.delete(nonce);
    this.#uses.set(nonce, count);
    const [oldest] = this.#uses.keys();
    if (this.#uses.size > 16 && oldest !== undefined) this.#uses.delete(oldest);
    return count;
  }
}

/** Answers the challenges of one request; the core asks for a new one per request. */
export class DigestAnswer {
  readonly #credentials: AccountCredentials;
  readonly #clientNonce: () => string;
  #header = '';

  constructor(credentials: AccountCredentials, clientNonce: () => string = () => randomBytes(12).toString('hex')) {
    this.#credentials = credentials;
    this.#clientNonce = clientNonce;
  }

  /** False when the challenge cannot be answered. */
  authenticate(request: ChallengedRequest, challenge: Challenge): boolean {
    const qop = chosenQop(challenge.qop);
    if (strengthOf(challenge) < 0 || qop === undefined) return false;
    const username = wireText(this.#credentials.username);
    const uri = request.ruri.toRaw();
    const clientNonce = this.#clientNonce();
    const nonceCount = this.#credentials.nextNonceCount(challenge.nonce).toString(16).padStart(8, '0');
    const response = digestResponse({
      algorithm: challenge.algorithm ?? 'MD5',
      username,
      password: wireText(this.#credentials.password),
      realm: challenge.realm,
      nonce: challenge.nonce,
      method: request.method,
      uri,
      qop,
      clientNonce,
      nonceCount,
      body: request.body?.body ?? '',
    });
    this.#header = [
      `Digest username=${quoted(username)}`,
      `realm=${quoted(challenge.realm)}`,
      `nonce=${quoted(challenge.nonce)}`,
      `uri="${uri}"`,
      `response="${response}"`,
      // Left out where the server left it out: old registrars fail on parameters they do not know (RFC 2069).
      ...(challenge.algorithm === undefined ? [] : [`algorithm=${challenge.algorithm}`]),
      ...(challenge.opaque === undefined ? [] : [`opaque=${quoted(challenge.opaque)}`]),
      ...(qop === '' && !isSession(challenge.algorithm) ? [] : [`cnonce="${clientNonce}"`]),
      ...(qop === '' ? [] : [`qop=${qop}`, `nc=${nonceCount}`]),
    ].join(', ');
    return true;
  }

  /** The value of Authorization or Proxy-Authorization. */
  toString(): string {
    return this.#header;
  }
}

interface ChallengedRequest {
  readonly method: string;
  readonly ruri: { toRaw(): string };
  readonly body: { readonly body: string } | undefined;
}

/** Higher is stronger; negative when the algorithm is not known. */
export const strengthOf = (challenge: Challenge): number =>
  Object.keys(hashes).indexOf((challenge.algorithm ?? 'MD5').toLowerCase().replace(/-sess$/, ''));

/** `response` of RFC 7616 §3.4.1. Texts are bytes (latin1). */
export const digestResponse = (input: {
  readonly algorithm: string;
  readonly username: string;
  readonly password: string;
  readonly realm: string;
  readonly nonce: string;
  readonly method: string;
  readonly uri: string;
  /** Empty for RFC 2069. */
  readonly qop: '' | 'auth' | 'auth-int';
  readonly clientNonce: string;
  readonly nonceCount: string;
  readonly body: string;
}): string => {
  const name = hashes[input.algorithm.toLowerCase().replace(/-sess$/, '')] ?? 'md5';
  const hash = (...parts: readonly string[]) => createHash(name).update(parts.join(':'), 'latin1').digest('hex');
  const account = hash(input.username, input.realm, input.password);
  const secret = isSession(input.algorithm) ? hash(account, input.nonce, input.clientNonce) : account;
  const request =
    input.qop === 'auth-int' ? hash(input.method, input.uri, hash(input.body)) : hash(input.method, input.uri);
  return input.qop === ''
    ? hash(secret, input.nonce, request)
    : hash(secret, input.nonce, input.nonceCount, input.clientNonce, input.qop, request);
};

const isSession = (algorithm: string | undefined) => /-sess$/i.test(algorithm ?? '');

const chosenQop = (offered: readonly string[]): '' | 'auth' | 'auth-int' | undefined => {
  if (offered.length === 0) return '';
  if (offered.includes('auth')) return 'auth';
  return offered.includes('auth-int') ? 'auth-int' : undefined;
};
