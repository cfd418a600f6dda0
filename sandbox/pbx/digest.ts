import { createHash, randomBytes } from 'node:crypto';

const realm = 'demo-pbx';
const nonceLifeMs = 300_000;
const mostNonces = 1000;

/** What came of a request's credentials. */
export type Verdict = { readonly user: string } | 'missing' | 'stale' | 'wrong';

/** Digest authentication with MD5 (RFC 2617, RFC 3261 §22), with and without qop=auth. */
export class Digest {
  readonly #passwords: ReadonlyMap<string, string>;
  readonly #now: () => number;
  readonly #nonces = new Map<string, number>();

  constructor(accounts: readonly { readonly user: string; readonly password: string }[], now: () => number) {
    this.#passwords = new Map(accounts.map(({ user, password }) => [user, password]));
    this.#now = now;
  }

  /** Value of WWW-Authenticate or Proxy-Authenticate. */
  challenge(isStale: boolean): string {
    const nonce = randomBytes(16).toString('hex');
    this.#nonces.set(nonce, this.#now() + nonceLifeMs);
    for (const oldest of this.#nonces.keys()) {
      if (this.#nonces.size <= mostNonces) break;
      this.#nonces.delete(oldest);
    }
    return `Digest realm="${realm}", nonce="${nonce}", qop="auth", algorithm=MD5${isStale ? ', stale=true' : ''}`;
  }

  check(method: string, credentials: string): Verdict {
    if (!/^digest\s/i.test(credentials)) return 'missing';
    const given = parametersOf(credentials);
    const user = given['username'] ?? '';
    const password = this.#passwords.get(user);
    const nonce = given['nonce'] ?? '';
    const ends = this.#nonces.get(nonce);
    if (password === undefined) return 'wrong';
    if (ends === undefined || ends < this.#now()) return 'stale';
    const secret = md5(`${user}:${given['realm']}:${password}`);
    const request = md5(`${method}:${given['uri']}`);
    const middle = given['qop'] === undefined ? nonce : [nonce, given['nc'], given['cnonce'], given['qop']].join(':');
    return given['realm'] === realm && given['response'] === md5(`${secret}:${middle}:${request}`) ? { user } : 'wrong';
  }
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

const parametersOf = (credentials: string): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(
    [...credentials.matchAll(/([a-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/gi)].map((match) => [
      match[1]!.toLowerCase(),
      match[2] ?? match[3],
    ]),
  );
