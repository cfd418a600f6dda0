import { Invitation, SessionState } from 'sip.js';
import type { Account } from './account.ts';
import { acceptedBody, allow, supported } from './capabilities.ts';
import { dialogIdOf, sessionOf } from './directory.ts';
import type { Flow } from './net/flow.ts';
import { markReceived } from './outbound.ts';
import { LIFETIME_MS } from './protocol-timers.ts';
import { type ResponseEvents, receiveResponse } from './responses.ts';
import { type Answer, objectionTo } from './screening.ts';
import { descriptionsOf } from './sdp/descriptions.ts';
import { branchOf, type Stack, transactionKey } from './stack.ts';
import { coreRequest } from './wire/core-message.ts';
import { tagOf, topVia } from './wire/fields.ts';
import { type Header, headerOf, parseMessage, type Refusal, type SipRequest } from './wire/message.ts';

/** How long a request may wait for a call that is just being answered. */
const ANSWERING_PATIENCE_MS = 5_000;
/** Answers a second to hosts that no line knows; the rest meets silence. */
const STRANGER_ANSWERS_PER_S = 20;

export interface IntakeEvents extends ResponseEvents {
  /** An UPDATE in a dialog: the library does not know the method. */
  onUpdate(account: Account, dialogId: string, request: SipRequest): Answer;
}

/** Everything that arrives. No exception leaves it, whatever arrives. */
export class Intake {
  readonly #stack: Stack;
  readonly #events: IntakeEvents;
  #strangerWindow = { startMs: 0, answers: 0 };

  constructor(stack: Stack, events: IntakeEvents) {
    this.#stack = stack;
    this.#events = events;
  }

  receive(bytes: Buffer, flow: Flow): void {
    try {
      const message = parseMessage(bytes);
      if (message === undefined) this.#stack.counters.count('malformed');
      else if (message.kind === 'refusal') this.#refuse(message, flow);
      else if (message.kind === 'response') {
        this.#stack.counters.count(`received ${message.status}`);
        this.#stack.onMessage(true, message);
        receiveResponse(this.#stack, message, flow, this.#events);
      } else this.#receiveRequest(message, flow);
    } catch (error) {
      this.#onException(error);
    }
  }

  #refuse({ status, reason, method, headers }: Refusal, flow: Flow): void {
    this.#stack.counters.count('malformed');
    const request: SipRequest = { kind: 'request', method, requestUri: '', headers: [...headers], body: '' };
    const via = topVia(request);
    if (via === undefined || method === 'ACK') return;
    markReceived(request, via, flow.remote);
    const key = transactionKey(request);
    const replyFlow = this.#replyFlow(flow, via);
    if (key === undefined || !this.#admits(request, key, flow, replyFlow)) return;
    this.#stack.reply(request, key, replyFlow, { status, reason });
  }

  #receiveRequest(request: SipRequest, flow: Flow): void {
    const via = topVia(request);
    if (via === undefined) {
      this.#stack.counters.count('malformed');
      return;
    }
    this.#stack.counters.count(`received ${request.method}`);
    this.#stack.onMessage(true, request);
    markReceived(request, via, flow.remote);
    const key = transactionKey(request) ?? '';
    if (this.#isSilenced(request)) {
      this.#stack.counters.count('dropped');
      return;
    }
    if (request.method === 'ACK') {
      this.#acknowledge(request, key, flow);
      return;
    }
    const replyFlow = this.#replyFlow(flow, via);
    if (!this.#admits(request, key, flow, replyFlow)) return;
    const decision = this.#decide(request, flow, key);
    if ('status' in decision) {
      this.#stack.counters.count('refused');
      this.#stack.reply(request, key, replyFlow, decision);
      return;
    }
    this.#stack.server.assign(key, decision.account.token);
    const isNewCall = request.method === 'INVITE' && tagOf(headerOf(request.headers, 'to')) === undefined;
    this.#dispatch(decision.account, request, key, replyFlow);
    if (isNewCall) this.#rememberWayBack(decision.account, request, replyFlow);
  }

  /** Of a call that another process owns: an answer of ours would end it. */
  #isSilenced(request: SipRequest): boolean {
    if (!this.#stack.silence.isKnown(headerOf(request.headers, 'call-id') ?? '')) return false;
    const id = dialogIdOf(request);
    return !this.#stack.accounts.all.some(({ core }) => core.dialogs.has(id));
  }

  #rememberWayBack(account: Account, invite: SipRequest, flow: Flow): void {
    const session = sessionOf(account, invite);
    if (session === undefined || session.state === SessionState.Terminated) return;
    const callId = headerOf(invite.headers, 'call-id') ?? '';
    account.returnFlows.set(callId, flow);
    session.stateChange.addListener((state) => {
      if (state !== SessionState.Terminated) return;
      // The BYE may have to be repeated with credentials.
      this.#stack.time.after(LIFETIME_MS, () => account.returnFlows.delete(callId));
    });
  }

  /** Whose it is, or why nobody's. */
  #decide(request: SipRequest, flow: Flow, key: string): Answer | { readonly account: Account } {
    const objection = objectionTo(request);
    if (objection !== undefined) return objection;
    const isInDialog = tagOf(headerOf(request.headers, 'to')) !== undefined;
    const source = flow.remote.host;
    if (request.method === 'CANCEL') {
      const invite = this.#stack.server.find(key.replace(/CANCEL$/, 'INVITE'));
      const account = invite?.owner === undefined ? undefined : this.#stack.accounts.ofToken(invite.owner);
      return account === undefined ? { status: 481, reason: 'Call/Transaction Does Not Exist' } : { account };
    }
    const account = this.#stack.accounts.find(request, source);
    if (isInDialog) {
      return account?.core.dialogs.has(dialogIdOf(request))
        ? { account }
        : { status: 481, reason: 'Call/Transaction Does Not Exist' };
    }
    if (!this.#stack.accounts.isKnownSource(source)) return { status: 403, reason: 'Forbidden' };
    if (request.method === 'OPTIONS')
      return this.#capabilities(account !== undefined || !request.requestUri.includes('@'));
    if (account === undefined || !account.sources.has(source)) return { status: 404, reason: 'Not Found' };
    return outOfDialogObjection(request) ?? this.#capacityObjection() ?? { account };
  }

  #capabilities(isKnown: boolean): Answer {
    if (!isKnown) return { status: 404, reason: 'Not Found' };
    const headers: Header[] = [
      ['allow', allow],
      ['accept', acceptedBody],
      ['supported', supported],
    ];
    return this.#stack.isDraining
      ? { status: 503, reason: 'Service Unavailable', headers: [['retry-after', '30'], ...headers] }
      : { status: 200, reason: 'OK', headers };
  }

  #capacityObjection(): Answer | undefined {
    if (!this.#stack.isDraining && !this.#stack.server.isFull) return undefined;
    return { status: 503, reason: 'Service Unavailable', headers: [['retry-after', '30']] };
  }

  #acknowledge(request: SipRequest, key: string, flow: Flow): void {
    const owner = this.#stack.server.find(key)?.owner;
    this.#stack.server.acknowledge(key);
    const account =
      owner === undefined ? this.#stack.accounts.find(request, flow.remote.host) : this.#stack.accounts.ofToken(owner);
    if (account === undefined || objectionTo(request) !== undefined) return;
    // The library takes a description that nobody waits for as an offer, and hangs up.
    const isAwaited = request.body === '' || this.#awaitsAnswer(account, request);
    this.#deliver(account, isAwaited ? request : { ...request, body: '' });
  }

  #awaitsAnswer(account: Account, request: SipRequest): boolean {
    const session = sessionOf(account, request);
    return session !== undefined && descriptionsOf.get(session)?.isStable === false;
  }

  #dispatch(account: Account, request: SipRequest, key: string, replyFlow: Flow): void {
    const failed = () => this.#stack.reply(request, key, replyFlow, { status: 500, reason: 'Server Internal Error' });
    if (request.method === 'UPDATE') {
      try {
        this.#stack.reply(request, key, replyFlow, this.#events.onUpdate(account, dialogIdOf(request), request));
      } catch (error) {
        this.#onException(error);
        failed();
      }
      return;
    }
    if (request.method === 'PRACK' && !isAwaitedPrack(sessionOf(account, request), request)) {
      this.#stack.reply(request, key, replyFlow, { status: 481, reason: 'Call/Transaction Does Not Exist' });
      return;
    }
    if (this.#isBeingAnswered(account, request)) {
      this.#deliverLater(account, request);
      return;
    }
    const ringing = request.method === 'BYE' ? sessionOf(account, request) : undefined;
    if (!this.#deliver(account, request)) failed();
    // A caller may end a ringing call by BYE (RFC 3261 §15). The library answers it, and lets the call ring on.
    if (ringing instanceof Invitation && ringing.state === SessionState.Initial) {
      ringing.reject({ statusCode: 487 }).catch(() => {});
    }
  }

  /** Between the 2xx and the end of its processing the library drops a BYE without a word, and the call stays for ever. */
  #isBeingAnswered(account: Account, request: SipRequest): boolean {
    // The answer may be waiting for this very PRACK.
    if (['CANCEL', 'PRACK'].includes(request.method)) return false;
    if (tagOf(headerOf(request.headers, 'to')) === undefined) return false;
    return sessionOf(account, request)?.state === SessionState.Establishing;
  }

  #deliverLater(account: Account, request: SipRequest): void {
    const session = sessionOf(account, request);
    let isDone = false;
    const deliver = () => {
      if (isDone) return;
      isDone = true;
      stopWaiting();
      session?.stateChange.removeListener(onChange);
      this.#deliver(account, request);
    };
    // The listener runs in the middle of the transition.
    const onChange = () => queueMicrotask(deliver);
    const stopWaiting = this.#stack.time.after(ANSWERING_PATIENCE_MS, deliver);
    session?.stateChange.addListener(onChange);
  }

  /** False when the core could not take it and has not answered. */
  #deliver(account: Account, request: SipRequest): boolean {
    // The core answers 404 when the user is not our Contact's, which is what providers do that send the dialled number; and
    // 416 to sips.
    const message = coreRequest({ ...request, requestUri: account.contact }, branchOf(request));
    if (message === undefined) return false;
    try {
      account.core.receiveIncomingRequestFromTransport(message);
      return true;
    } catch (error) {
      this.#onException(error);
      return false;
    }
  }

  #replyFlow(
    flow: Flow,
    via: { readonly sentBy: { readonly port: number | undefined }; readonly parameters: Map<string, string> },
  ): Flow {
    if (flow.transport !== 'UDP') return flow;
    const port = via.parameters.has('rport') ? flow.remote.port : (via.sentBy.port ?? 5060);
    return this.#stack.sockets.udp({ host: flow.remote.host, port });
  }

  /** Is it new, and worth an answer? Strangers get few, and are not remembered: an answer is never repeated to them. */
  #admits(request: SipRequest, key: string, flow: Flow, replyFlow: Flow): boolean {
    return this.#isStranger(request, flow)
      ? this.#mayAnswerStranger()
      : this.#stack.server.open(key, request.method, replyFlow, headerOf(request.headers, 'call-id'));
  }

  #isStranger(request: SipRequest, flow: Flow): boolean {
    return (
      !this.#stack.accounts.isKnownSource(flow.remote.host) &&
      this.#stack.accounts.find(request, flow.remote.host) === undefined
    );
  }

  /** Not worth scanning, nor useful to flood others or our memory with. */
  #mayAnswerStranger(): boolean {
    const nowMs = this.#stack.time.now();
    if (nowMs - this.#strangerWindow.startMs >= 1_000) this.#strangerWindow = { startMs: nowMs, answers: 0 };
    if (++this.#strangerWindow.answers <= STRANGER_ANSWERS_PER_S) return true;
    this.#stack.counters.count('silenced');
    return false;
  }

  #onException(error: unknown): void {
    this.#stack.counters.count('exceptions');
    this.#stack.log.error({ err: error }, 'a SIP message could not be processed');
  }
}

/** Does the PRACK answer our last reliable 18x (RFC 3262 §3)? The library throws on one in an answered call. */
const isAwaitedPrack = (session: object | undefined, request: SipRequest): boolean => {
  if (!(session instanceof Invitation)) return false;
  const { waitingForPrack, rseq } = session as unknown as { waitingForPrack: boolean; rseq: number };
  return waitingForPrack && Number(/^\d+/.exec(headerOf(request.headers, 'rack') ?? '')?.[0]) === rseq - 1;
};

/** What may not start a dialog here. */
const outOfDialogObjection = (request: SipRequest): Answer | undefined => {
  switch (request.method) {
    case 'INVITE':
      return undefined;
    // A transfer needs a call to transfer.
    case 'REFER':
      return { status: 403, reason: 'Forbidden' };
    case 'NOTIFY':
      return { status: 489, reason: 'Bad Event' };
    default:
      return { status: 481, reason: 'Call/Transaction Does Not Exist' };
  }
};
