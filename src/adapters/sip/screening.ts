import { acceptedBody, allow, contentTypeOf, isAllowed, isRegistered, supportedOptions } from './capabilities.ts';
import { parseSdp } from './sdp/sdp.ts';
import { parseCSeq } from './wire/fields.ts';
import { type Header, headerOf, headersOf, type SipRequest } from './wire/message.ts';
import { splitOutside } from './wire/split.ts';
import { parseNameAddress, parseUri } from './wire/uri.ts';

/** A final answer of the adapter's own. */
export interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly headers?: readonly Header[];
  readonly body?: string;
}

/** What is wrong with a request, whoever it is for (RFC 3261 §8.2). Undefined: nothing. */
export const objectionTo = (request: SipRequest): Answer | undefined =>
  malformation(request) ?? uriObjection(request) ?? methodObjection(request) ?? bodyObjection(request);

/** Headers without which, or with more than one of which, nobody can tell what is meant. */
const singles = ['from', 'to', 'call-id', 'cseq'];

const malformation = (request: SipRequest): Answer | undefined => {
  const bad = (what: string): Answer => ({ status: 400, reason: `Bad ${what}` });
  for (const name of singles) if (headersOf(request.headers, name).length !== 1) return bad(name);
  if (headersOf(request.headers, 'max-forwards').length > 1) return bad('max-forwards');
  const cseq = parseCSeq(headerOf(request.headers, 'cseq') ?? '');
  if (cseq === undefined || cseq.method !== request.method) return bad('cseq');
  if (!/^\d{0,9}$/.test(headerOf(request.headers, 'max-forwards') ?? '')) return bad('max-forwards');
  for (const name of ['from', 'to', 'refer-to']) {
    const value = headerOf(request.headers, name);
    if (value !== undefined && parseNameAddress(value) === undefined) return bad(name);
  }
  for (const name of ['via', 'contact', 'route', 'record-route']) {
    for (const value of headersOf(request.headers, name)) {
      const parts = splitOutside(value, ',');
      if (parts === undefined) return bad(name);
      if (name !== 'contact') continue;
      if (parts.some((part) => part !== '*' && parseNameAddress(part) === undefined)) return bad(name);
    }
  }
  if (request.method === 'INVITE' && headerOf(request.headers, 'contact') === undefined) return bad('contact');
  // RFC 3515 §2.4.2
  if (request.method === 'REFER' && headersOf(request.headers, 'refer-to').length !== 1) return bad('refer-to');
  return undefined;
};

const uriObjection = (request: SipRequest): Answer | undefined => {
  const uri = parseUri(request.requestUri);
  // Headers have no place in a Request-URI (RFC 3261 §19.1.1, table 1).
  if (uri === undefined || uri.hasHeaders) {
    return { status: 400, reason: 'Bad Request-URI' };
  }
  return ['sip', 'sips', 'tel'].includes(uri.scheme) ? undefined : { status: 416, reason: 'Unsupported URI Scheme' };
};

const methodObjection = (request: SipRequest): Answer | undefined => {
  if (!isAllowed(request.method)) {
    const headers: Header[] = [['allow', allow]];
    return isRegistered(request.method)
      ? { status: 405, reason: 'Method Not Allowed', headers }
      : { status: 501, reason: 'Not Implemented', headers };
  }
  if (request.method === 'ACK' || request.method === 'CANCEL') return undefined;
  const unsupported = headersOf(request.headers, 'require')
    .flatMap((value) => value.split(','))
    .map((tag) => tag.trim().toLowerCase())
    .filter((tag) => tag !== '' && !supportedOptions.includes(tag));
  return unsupported.length === 0
    ? undefined
    : { status: 420, reason: 'Bad Extension', headers: [['unsupported', unsupported.join(', ')]] };
};

/** Decided before the call reaches anybody; the library would answer 480. */
const bodyObjection = (request: SipRequest): Answer | undefined => {
  if ((request.method !== 'INVITE' && request.method !== 'UPDATE') || request.body === '') return undefined;
  if (contentTypeOf(request) !== acceptedBody) {
    return { status: 415, reason: 'Unsupported Media Type', headers: [['accept', acceptedBody]] };
  }
  if ((headerOf(request.headers, 'content-encoding') ?? 'identity').trim().toLowerCase() !== 'identity') {
    return { status: 415, reason: 'Unsupported Media Type', headers: [['accept-encoding', 'identity']] };
  }
  return parseSdp(request.body) === undefined ? { status: 488, reason: 'Not Acceptable Here' } : undefined;
};
