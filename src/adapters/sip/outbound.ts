import { allow, honestSupported } from './capabilities.ts';
import { parseVia, topVia, type Via, writeVia } from './wire/fields.ts';
import { headerOf, removeHeader, type SipMessage, type SipRequest, setHeader } from './wire/message.ts';

/**
 * The library draws branches from ten million numbers, and all accounts share our sockets. So a branch on the wire is the
 * library's, the account's token and a token of this run: unique, and a response says whose it is. A pure function of the
 * library's branch, because CANCEL and the ACK to a failure must carry the branch of their INVITE (RFC 3261 §9.1, §17.1.1.3).
 */
export class BranchNames {
  readonly #suffix: string;

  constructor(runToken: string) {
    this.#suffix = runToken;
  }

  onWire(branch: string, accountToken: string): string {
    return `${branch}.${accountToken}.${this.#suffix}`;
  }

  /** Undefined when the branch is none of ours. */
  read(branch: string): { readonly branch: string; readonly accountToken: string } | undefined {
    const [own, accountToken, suffix, ...rest] = branch.split('.');
    return own !== undefined && accountToken !== undefined && suffix === this.#suffix && rest.length === 0
      ? { branch: own, accountToken }
      : undefined;
  }
}

/** What the library wrote, corrected. */
export const correct = (message: SipMessage): void => {
  const contact = headerOf(message.headers, 'contact');
  // RFC 5626 is not served: `;ob` would make registrars send by a flow they do not have.
  if (contact !== undefined) setHeader(message, 'contact', contact.replace(/;ob(?=[;>]|$)/, ''));
  const supported = honestSupported(message);
  if (supported === '') removeHeader(message, 'supported');
  else setHeader(message, 'supported', supported);
  if (headerOf(message.headers, 'allow') !== undefined) setHeader(message, 'allow', allow);
};

/** The branch the library gave a request. */
export const libraryBranch = (request: SipRequest): string => topVia(request)?.parameters.get('branch') ?? '';

export const stampVia = (request: SipRequest, via: Via): void => setHeader(request, 'via', writeVia(via));

/** Whom a request inside a dialog must visit first (RFC 3261 §12.2.1.1): the URI of its topmost Route. */
export const firstRoute = (request: SipRequest): string | undefined =>
  /<([^>]+)>/.exec(headerOf(request.headers, 'route') ?? '')?.[1];

/** RFC 3261 §18.2.1 and RFC 3581: where a request really came from, for the answer to find back. */
export const markReceived = (
  request: SipRequest,
  via: Via,
  source: { readonly host: string; readonly port: number },
): void => {
  if (via.parameters.has('rport')) via.parameters.set('rport', String(source.port));
  if (via.parameters.has('rport') || via.sentBy.host !== source.host) via.parameters.set('received', source.host);
  const header = request.headers.find(([name]) => name === 'via');
  if (header === undefined) return;
  const comma = endOfFirst(header[1]);
  header[1] = writeVia(via) + header[1].slice(comma);
};

/** Several Vias may share a header; the others stay as they are. */
const endOfFirst = (value: string): number => {
  let at = value.indexOf(',');
  while (at >= 0 && parseVia(value.slice(0, at)) === undefined) at = value.indexOf(',', at + 1);
  return at < 0 ? value.length : at;
};
