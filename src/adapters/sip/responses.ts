import type { Account } from './account.ts';
import type { Flow } from './net/flow.ts';
import type { Stack } from './stack.ts';
import { coreResponse } from './wire/core-message.ts';
import { type Challenge, tagOf, topVia } from './wire/fields.ts';
import {
  type Header,
  headerOf,
  headersOf,
  parseMessage,
  type SipRequest,
  type SipResponse,
  setHeader,
} from './wire/message.ts';
import { splitOutside } from './wire/split.ts';

export interface ResponseEvents {
  /** A 18x without To tag: it rings, but there is no dialog yet (RFC 2543 servers). */
  onBareRinging(account: Account, callId: string): void;
  /** A 2xx to an INVITE of ours is about to reach the library. */
  onAnswer(account: Account, response: SipResponse): void;
  /** A response to a request that this process never sent. */
  onForeign(response: SipResponse, flow: Flow): void;
}

/** Finds the request a response answers, and hands it to the core in a form the core takes. */
export const receiveResponse = (stack: Stack, response: SipResponse, flow: Flow, events: ResponseEvents): void => {
  const wireBranch = topVia(response)?.parameters.get('branch') ?? '';
  const names = stack.branches.read(wireBranch);
  const account = names && stack.accounts.ofToken(names.accountToken);
  const vias = headersOf(response.headers, 'via').flatMap((value) => splitOutside(value, ',') ?? []);
  // More than one Via: it was not for us (RFC 3261 §8.1.3.3).
  if (names === undefined || account === undefined || vias.length !== 1) {
    stack.counters.count('unmatched');
    if (names === undefined && vias.length === 1) events.onForeign(response, flow);
    return;
  }
  if (stack.client.receive(wireBranch, response.method, response.status) !== 'news') return;
  const request = parseMessage(stack.client.find(wireBranch, response.method)?.bytes ?? Buffer.alloc(0));
  const sent = request?.kind === 'request' ? request : undefined;
  if (response.method === 'INVITE' && response.status > 100 && response.status < 300) {
    // The library drops these without a Contact, and ringing or even the call would be lost.
    if (headerOf(response.headers, 'contact') === undefined && sent !== undefined) {
      response.headers.push(['contact', `<${sent.requestUri}>`]);
    }
    if (response.status < 200 && tagOf(headerOf(response.headers, 'to')) === undefined) {
      events.onBareRinging(account, headerOf(response.headers, 'call-id') ?? '');
      // As a 100 it still stops the core's timer B and lets a CANCEL go out.
      deliver(stack, account, { ...response, status: 100 }, names.branch);
      return;
    }
  }
  // RFC 3261 §12.1.2: none is to be expected of old servers. The library leaves such an answer, and the call, lying.
  const to = headerOf(response.headers, 'to') ?? '';
  if (response.status >= 200 && tagOf(to) === undefined) setHeader(response, 'to', `${to};tag=none`);
  if (response.method === 'INVITE' && response.status >= 200 && response.status < 300)
    events.onAnswer(account, response);
  const isChallenge = response.status === 401 || response.status === 407;
  if (isChallenge && sent !== undefined && !['INVITE', 'ACK', 'CANCEL', 'BYE', 'REGISTER'].includes(sent.method)) {
    advanceDialog(account, response);
  }
  const has = (name: string) => sent !== undefined && headerOf(sent.headers, name) !== undefined;
  // A proxy and a server may challenge in turn; the library allows a second challenge only to a stale nonce.
  const isSecondOfTwo =
    (response.status === 401 && has('proxy-authorization') && !has('authorization')) ||
    (response.status === 407 && has('authorization') && !has('proxy-authorization'));
  const isReadable = coreResponse(response, names.branch) !== undefined;
  deliver(stack, account, isReadable ? response : plain(response, sent), names.branch, isSecondOfTwo);
};

/** A final answer counts even with headers nobody can read: of those the library is shown what was asked. */
const plain = (response: SipResponse, sent: SipRequest | undefined): SipResponse => {
  if (sent === undefined || response.status < 200) return response;
  const tag = tagOf(headerOf(response.headers, 'to')) ?? 'none';
  const to = headerOf(sent.headers, 'to') ?? '';
  const headers: Header[] = [
    ...sent.headers.filter(([name]) => ['via', 'from', 'call-id', 'cseq'].includes(name)),
    ['to', tagOf(to) === undefined ? `${to};tag=${tag}` : to],
    ['contact', `<${sent.requestUri}>`],
    ...response.headers.filter(([name]) => name === 'content-type'),
  ];
  return { ...response, headers };
};

/** A final answer that never came: the library would wait for ever for the end of a cancelled INVITE. */
export const endCancelledInvite = (stack: Stack, wireBranch: string, bytes: Buffer): void => {
  const names = stack.branches.read(wireBranch);
  const account = names && stack.accounts.ofToken(names.accountToken);
  const invite = parseMessage(bytes);
  if (names === undefined || account === undefined || invite?.kind !== 'request') return;
  const copied = invite.headers.filter(([name]) => ['via', 'from', 'call-id', 'cseq'].includes(name));
  const to = headerOf(invite.headers, 'to') ?? '';
  const headers: SipResponse['headers'] = [...copied, ['to', tagOf(to) === undefined ? `${to};tag=none` : to]];
  const response: SipResponse = {
    kind: 'response',
    status: 487,
    reason: 'Request Terminated',
    method: 'INVITE',
    headers,
    body: '',
  };
  deliver(stack, account, response, names.branch);
};

const deliver = (
  stack: Stack,
  account: Account,
  response: SipResponse,
  branch: string,
  isSecondOfTwo = false,
): void => {
  const message = coreResponse(response, branch);
  if (message === undefined) {
    stack.counters.count('malformed');
    return;
  }
  if (isSecondOfTwo) {
    const name = response.status === 401 ? 'www-authenticate' : 'proxy-authenticate';
    const challenge = message.hasHeader(name) ? (message.parseHeader(name) as Challenge) : undefined;
    if (challenge !== undefined) challenge.stale = true;
  }
  account.core.receiveIncomingResponseFromTransport(message);
};

/**
 * A challenged request of a dialog is repeated with the next CSeq, which the core does not tell the dialog: the request after
 * it would use the number again (RFC 3261 §12.2.1.1).
 */
const advanceDialog = (account: Account, response: SipResponse): void => {
  const tag = (name: string) => tagOf(headerOf(response.headers, name)) ?? '';
  const id = `${headerOf(response.headers, 'call-id')}${tag('from')}${tag('to')}`;
  const dialog = account.core.dialogs.get(id);
  if (dialog?.localSequenceNumber !== undefined) dialog.incrementLocalSequenceNumber();
};
