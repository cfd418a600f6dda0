import type { Core } from 'sip.js';
import { RegistrarUnreachable } from '../../machines/model/registration.ts';
import type { Account } from './account.ts';
import { type Endpoint, plainAddress } from './net/flow.ts';
import type { Stack } from './stack.ts';
import { originalOf } from './wire/core-message.ts';
import { topVia } from './wire/fields.ts';
import { headerOf, headersOf, type SipMessage } from './wire/message.ts';
import { splitOutside } from './wire/split.ts';
import { type NameAddress, parseNameAddress, parseUri } from './wire/uri.ts';

export interface RegisterAnswer {
  readonly status: number;
  readonly reason: string;
  /** Lifetime of our binding, seconds; of a 200. */
  readonly grantedS: number | undefined;
  /** Min-Expires of a 423. */
  readonly minLifetimeS: number | undefined;
  readonly retryAfterMs: number | undefined;
  /** First Contact of a 3xx. */
  readonly redirection: string | undefined;
  /** Where our request came from, in the registrar's eyes. */
  readonly seenAs: Endpoint | undefined;
}

/**
 * REGISTER requests of one account, through the core.
 *
 * The library's Registerer is passed by: after a 423 it forgets who waits for the answer, it drops a 200 whose Contact the
 * registrar rewrote, and it re-registers by timers of its own.
 */
export class Register {
  readonly #stack: Stack;
  readonly #account: Account;

  constructor(stack: Stack, account: Account) {
    this.#stack = stack;
    this.#account = account;
  }

  /** @throws RegistrarUnreachable without a final answer; the signal's reason when aborted */
  send(options: {
    readonly lifetimeS: number;
    /** Request-URI instead of the domain's. */
    readonly target?: string;
    /** A Contact of ours to be removed. */
    readonly stale?: string;
    readonly timeoutMs: number;
    readonly signal: AbortSignal;
  }): Promise<RegisterAnswer> {
    const account = this.#account;
    const sequence = ++account.registration.sequence;
    const domain = account.addressOfRecord.toString().replace(/^sip:[^@]*@/, 'sip:');
    const target = parseUri(options.target ?? domain) ?? parseUri(domain);
    if (target === undefined) return Promise.reject(new RegistrarUnreachable('the domain is no address'));
    const contacts = [`Contact: <${account.contact}>;expires=${options.lifetimeS}`];
    if (options.stale !== undefined) contacts.push(`Contact: <${options.stale}>;expires=0`);
    const message = account.core.makeOutgoingRequestMessage(
      'REGISTER',
      target,
      account.addressOfRecord,
      account.addressOfRecord,
      { callId: account.registration.callId, cseq: sequence },
      [...contacts, `Expires: ${options.lifetimeS}`],
    );
    return new Promise((resolve, reject) => {
      let request: Core.OutgoingRequest | undefined;
      const settle = (act: () => void) => {
        stopWaiting();
        options.signal.removeEventListener('abort', onAbort);
        // Authentication raised it.
        account.registration.sequence = Math.max(account.registration.sequence, message.cseq);
        act();
      };
      const abandon = (error: unknown) =>
        settle(() => {
          if (request !== undefined) request.delegate = {};
          reject(error);
        });
      const onAbort = () => abandon(options.signal.reason);
      const stopWaiting = this.#stack.time.after(options.timeoutMs, () =>
        abandon(new RegistrarUnreachable('no answer')),
      );
      options.signal.addEventListener('abort', onAbort, { once: true });
      const onFinal = (response: Core.IncomingResponse) => settle(() => resolve(this.#read(response.message)));
      request = account.core.register(message, { onAccept: onFinal, onRedirect: onFinal, onReject: onFinal });
    });
  }

  #read(message: Core.IncomingResponseMessage): RegisterAnswer {
    // Undefined for the 408 and 503 that the core makes up itself.
    const original = originalOf(message);
    return {
      status: message.statusCode ?? 500,
      reason: message.reasonPhrase ?? '',
      grantedS: original && this.#granted(original),
      minLifetimeS: secondsIn(original, 'min-expires'),
      retryAfterMs: ((seconds) => (seconds === undefined ? undefined : seconds * 1_000))(
        secondsIn(original, 'retry-after'),
      ),
      redirection: original && contactsOf(original)[0]?.uri.toString(),
      seenAs: original && seenAs(original),
    };
  }

  /**
   * Several bindings may be listed, and ours may come back rewritten or not at all: it is known by our Contact user, and else
   * the Expires header speaks for it.
   */
  #granted(response: SipMessage): number | undefined {
    const own = contactsOf(response).find(({ uri }) => uri.user === this.#account.token);
    const expires = own?.parameters.get('expires');
    return expires !== undefined && /^\d{1,9}$/.test(expires) ? Number(expires) : secondsIn(response, 'expires');
  }
}

const contactsOf = (message: SipMessage): NameAddress[] =>
  headersOf(message.headers, 'contact')
    .flatMap((value) => splitOutside(value, ',') ?? [])
    .flatMap((value) => parseNameAddress(value) ?? []);

const secondsIn = (message: SipMessage | undefined, name: string): number | undefined => {
  const digits = /^\s*(\d{1,9})/.exec((message && headerOf(message.headers, name)) ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
};

const seenAs = (message: SipMessage): Endpoint | undefined => {
  const parameters = topVia(message)?.parameters;
  const host = parameters?.get('received');
  const port = Number(parameters?.get('rport'));
  return host !== undefined && host !== '' && port > 0 ? { host: plainAddress(host), port } : undefined;
};
