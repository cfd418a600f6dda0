import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What a request is answered with that may not come in. */
export interface Refusal {
  readonly status: 403 | 404 | 405;
  readonly says: string;
}

/** Names of this machine: one that leads here from outside was made to (DNS rebinding). */
const ownNames: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Who comes in: only who knows the token, through a name of this machine, from a page of ours or from none. The token is
 * the first part of the path, so that every address of the page has it.
 */
export class Gate {
  readonly #token: Buffer;

  constructor(token: string) {
    this.#token = digest(token);
  }

  /** @returns the path after the token */
  admit(request: IncomingMessage): { readonly path: string } | Refusal {
    const { host = '', origin } = request.headers;
    if (!ownNames.has(host.replace(/:\d+$/, ''))) return { status: 403, says: 'Only by a name of this machine' };
    if (origin !== undefined && origin !== `http://${host}`) return { status: 403, says: 'Only from its own page' };
    const [, token = '', path] = /^\/([^/?]*)([^?]*)/.exec(request.url ?? '') ?? [];
    if (!timingSafeEqual(digest(token), this.#token)) return { status: 404, says: 'Not found' };
    return { path: path ?? '' };
  }
}

/** Of one length, whatever it is of. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
