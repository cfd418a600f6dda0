import { Core, NameAddrHeader } from 'sip.js';
import { strengthOf } from '../digest.ts';
import { type Challenge, parseChallenges, parseCSeq, parseVia } from './fields.ts';
import { headerOf, type SipMessage, type SipRequest, type SipResponse } from './message.ts';
import { parametersOf, splitOutside } from './split.ts';
import { type NameAddress, parseNameAddress, parseUri } from './uri.ts';

/** Builds what the core takes. Every header it will ask for carries its parsed form, so that its own grammar never runs. */
export const coreRequest = (request: SipRequest, branch: string): Core.IncomingRequestMessage | undefined => {
  const message = new Core.IncomingRequestMessage();
  const ruri = parseUri(request.requestUri);
  if (ruri === undefined || !fill(message, request, branch)) return undefined;
  return Object.assign(message, { method: request.method, ruri });
};

export const coreResponse = (response: SipResponse, branch: string): Core.IncomingResponseMessage | undefined => {
  const message = new Core.IncomingResponseMessage();
  if (!fill(message, response, branch)) return undefined;
  return Object.assign(message, {
    method: response.method,
    statusCode: response.status,
    reasonPhrase: response.reason,
  });
};

/** The request behind a message of the library, as it came from the wire: with what the core was not shown. */
export const originalOf = (message: object): SipMessage | undefined => originals.get(message);

const originals = new WeakMap<object, SipMessage>();

/** Of several challenges the strongest one is shown, the core would take the first (RFC 8760 §2.4). */
const strongestChallenge = (message: SipMessage, name: string): Challenge | undefined =>
  message.headers
    .filter(([its]) => its === name)
    .flatMap(([, value]) => parseChallenges(value))
    .filter((challenge) => strengthOf(challenge) >= 0)
    .reduce<Challenge | undefined>(
      (best, one) => (best === undefined || strengthOf(one) > strengthOf(best) ? one : best),
      undefined,
    );

const fill = (target: Core.IncomingMessage, message: SipMessage, branch: string): boolean => {
  originals.set(target, message);
  const add = (name: string, raw: string, parsed?: unknown) => {
    target.addHeader(name, raw);
    const added = Object.entries(target.headers)
      .find(([its]) => its.toLowerCase() === name)?.[1]
      .at(-1);
    if (added !== undefined && parsed !== undefined) added.parsed = parsed;
  };
  // A final answer that is not a 2xx makes no dialog: its Contact is nobody's target, and a bad one costs nothing.
  const needsContact = message.kind === 'request' || message.status < 300;
  for (const [name, value] of message.headers) {
    if (name === 'contact' && !needsContact) continue;
    if (!(addSpecial(name, value, add) ?? addPlain(name, value, add))) return false;
  }
  for (const name of ['www-authenticate', 'proxy-authenticate']) {
    const challenge = strongestChallenge(message, name);
    if (challenge !== undefined) add(name, headerOf(message.headers, name) ?? '', challenge);
  }
  const from = parseNameAddress(headerOf(message.headers, 'from') ?? '');
  const to = parseNameAddress(headerOf(message.headers, 'to') ?? '');
  const cseq = parseCSeq(headerOf(message.headers, 'cseq') ?? '');
  const callId = headerOf(message.headers, 'call-id');
  if (from === undefined || to === undefined || cseq === undefined || !callId) return false;
  Object.assign(target, {
    from: libraryForm(from),
    fromTag: from.parameters.get('tag'),
    to: libraryForm(to),
    toTag: to.parameters.get('tag'),
    cseq: cseq.number,
    callId,
    viaBranch: branch,
    // The core throws on a body of no type, and has no use for one.
    body: headerOf(message.headers, 'content-type') === undefined ? '' : message.body,
    data: '',
  });
  return true;
};

type Add = (name: string, raw: string, parsed?: unknown) => void;

/** Headers in which several values may share a line, or whose parsed form the core reads. Undefined: none of these. */
const addSpecial = (name: string, value: string, add: Add): boolean | undefined => {
  switch (name) {
    case 'via':
    case 'record-route': {
      const parts = splitOutside(value, ',');
      for (const part of parts ?? []) add(name, part, name === 'via' ? parseVia(part) : undefined);
      return parts !== undefined;
    }
    case 'contact': {
      const parts = splitOutside(value, ',');
      for (const part of parts ?? []) {
        const address = parseNameAddress(part);
        if (address === undefined && part !== '*') return false;
        add(name, part, address === undefined ? undefined : libraryForm(address));
      }
      return parts !== undefined;
    }
    case 'from':
    case 'to':
    case 'refer-to': {
      const address = parseNameAddress(value);
      if (address !== undefined) add(name, value, libraryForm(address));
      return address !== undefined;
    }
    // Shown below in one piece; and an identity would only be run through the library's grammar.
    case 'www-authenticate':
    case 'proxy-authenticate':
    case 'p-asserted-identity':
      return true;
    default:
      return undefined;
  }
};

const addPlain = (name: string, value: string, add: Add): true => {
  const [first = '', ...rest] = value.split(';');
  const parsed: Readonly<Record<string, () => unknown>> = {
    'call-id': () => value,
    cseq: () => {
      const cseq = parseCSeq(value);
      return cseq && { value: cseq.number, method: cseq.method };
    },
    'content-type': () => first.trim().toLowerCase(),
    'content-disposition': () => ({ type: first.trim().toLowerCase() }),
    event: () => ({ event: first.trim().toLowerCase() }),
    'subscription-state': () => ({ state: first.trim().toLowerCase() }),
    replaces: () => {
      const parameters = parametersOf(rest);
      return {
        call_id: first.trim(),
        replaces_to_tag: parameters.get('to-tag'),
        replaces_from_tag: parameters.get('from-tag'),
        early_only: parameters.has('early-only'),
      };
    },
  };
  add(name, value, parsed[name]?.());
  return true;
};

const libraryForm = ({ displayName, uri, parameters }: NameAddress): NameAddrHeader =>
  new NameAddrHeader(uri, displayName, Object.fromEntries(parameters));
