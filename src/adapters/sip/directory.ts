import type { Session } from 'sip.js';
import type { Account } from './account.ts';
import { tagOf } from './wire/fields.ts';
import { headerOf, type SipMessage, type SipRequest } from './wire/message.ts';
import { parseNameAddress, parseUri } from './wire/uri.ts';

/** Which account a request belongs to. */
export class AccountDirectory {
  readonly #byToken = new Map<string, Account>();
  readonly #byLine = new Map<string, Account>();

  get all(): readonly Account[] {
    return [...this.#byToken.values()];
  }

  ofLine(lineId: string): Account | undefined {
    return this.#byLine.get(lineId);
  }

  ofToken(token: string): Account | undefined {
    return this.#byToken.get(token);
  }

  /** The line's account from now on. An older one keeps its calls until it is removed. */
  add(account: Account): void {
    this.#byToken.set(account.token, account);
    this.#byLine.set(account.lineId, account);
  }

  remove(account: Account): void {
    this.#byToken.delete(account.token);
    if (this.#byLine.get(account.lineId) === account) this.#byLine.delete(account.lineId);
  }

  /** Does any line use a server at this address? */
  isKnownSource(host: string): boolean {
    for (const account of this.#byToken.values()) if (account.sources.has(host)) return true;
    return false;
  }

  /**
   * By our Contact; else by dialog; else by the dialled number, for trunks and providers that put it into the Request-URI.
   * The Call-ID alone would not do: both ends of a call may live in this process.
   */
  find(request: SipRequest, sourceHost: string): Account | undefined {
    const uri = parseUri(request.requestUri);
    const byContact = this.#byToken.get(uri?.user ?? '');
    if (byContact !== undefined) return byContact;
    if (tagOf(headerOf(request.headers, 'to')) !== undefined) return this.#byDialog(request);
    const to = parseNameAddress(headerOf(request.headers, 'to') ?? '')?.uri;
    const users = new Set([uri?.user, to?.user]);
    return [...this.#byLine.values()].find(
      (account) => account.isBound && account.sources.has(sourceHost) && users.has(account.addressOfRecord.user),
    );
  }

  #byDialog(request: SipRequest): Account | undefined {
    const id = dialogIdOf(request);
    for (const account of this.#byToken.values()) if (account.core.dialogs.has(id)) return account;
    return undefined;
  }
}

/** The library names sessions by Call-ID and the tag of whoever called, which may be on either side of a message. */
export const sessionOf = (account: Account, message: SipMessage): Session | undefined => {
  const callId = headerOf(message.headers, 'call-id') ?? '';
  const tags = new Set([tagOf(headerOf(message.headers, 'to')), tagOf(headerOf(message.headers, 'from'))]);
  return [...account.sessions].find(({ id }) => id.startsWith(callId) && tags.has(id.slice(callId.length)));
};

/** As the library names dialogs, for a request that arrives in one. */
export const dialogIdOf = (request: SipRequest): string =>
  `${headerOf(request.headers, 'call-id')}${tagOf(headerOf(request.headers, 'to')) ?? ''}${tagOf(headerOf(request.headers, 'from')) ?? ''}`;
