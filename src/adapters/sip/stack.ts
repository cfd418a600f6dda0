import { createHash, randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Account } from './account.ts';
import { ClientTransactions } from './client-transactions.ts';
import type { SipCounters } from './counters.ts';
import { Silence } from './dialogs/silence.ts';
import { AccountDirectory } from './directory.ts';
import { bracketed, type Endpoint, type Flow } from './net/flow.ts';
import type { Hop, NextHops } from './net/next-hop.ts';
import type { Sockets } from './net/sockets.ts';
import { BranchNames, correct, firstRoute, libraryBranch, stampVia } from './outbound.ts';
import type { Answer } from './screening.ts';
import { ServerTransactions } from './server-transactions.ts';
import type { SipTime } from './time.ts';
import { tagOf, topVia } from './wire/fields.ts';
import {
  type Header,
  headerOf,
  headersOf,
  parseMessage,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  writeMessage,
} from './wire/message.ts';
import { parseUri } from './wire/uri.ts';

export interface StackOptions {
  readonly time: SipTime;
  readonly counters: SipCounters;
  readonly log: Logger;
  readonly hops: NextHops;
  readonly isPrivate: (address: string) => boolean;
  /** The host peers are told to use; undefined: what the route shows. */
  readonly advertisedHost: string | undefined;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Seconds after which a call ends unless it is refreshed, as we propose it (RFC 4028). */
  readonly sessionIntervalS: number;
  /** Whether this host may bind lines and begin calls; asked before each packet that does. */
  readonly mayAct: () => boolean;
}

/** What every part of the adapter shares: the sockets, both transaction memories, the accounts, and the way out. */
export class Stack {
  readonly time: SipTime;
  readonly counters: SipCounters;
  readonly log: Logger;
  readonly hops: NextHops;
  readonly advertisedHost: string | undefined;
  readonly random: () => number;
  readonly sessionIntervalS: number;
  readonly accounts = new AccountDirectory();
  readonly branches = new BranchNames(randomBytes(4).toString('hex'));
  readonly client: ClientTransactions;
  readonly server: ServerTransactions;
  readonly silence: Silence;
  isDraining = false;
  readonly #isPrivate: (address: string) => boolean;
  readonly #mayAct: () => boolean;
  /** Set right after construction: sockets tell the intake, which needs the stack. */
  sockets!: Sockets;
  /** What has to be done before a message of a call leaves; undefined: nothing. A rejection keeps it from leaving. */
  beforeSending: (account: Account, message: SipMessage) => Promise<void> | undefined = () => undefined;

  /** For who looks on. */
  onMessage: (isIn: boolean, message: SipRequest | SipResponse) => void = () => {};

  constructor(options: StackOptions, onCancelUnanswered: (branch: string, invite: Buffer) => void) {
    this.time = options.time;
    this.counters = options.counters;
    this.log = options.log;
    this.hops = options.hops;
    this.#isPrivate = options.isPrivate;
    this.advertisedHost = options.advertisedHost;
    this.random = options.random;
    this.sessionIntervalS = options.sessionIntervalS;
    this.#mayAct = options.mayAct;
    this.client = new ClientTransactions(this.time, this.counters, {
      transmit: (flow, bytes) => {
        if (this.#mayAct() || !begins(parseMessage(bytes))) this.transmit(flow, bytes);
      },
      onCancelUnanswered,
    });
    this.server = new ServerTransactions(this.time, this.counters, (flow, bytes) => this.transmit(flow, bytes));
    this.silence = new Silence(this);
  }

  /**
   * Judged at each contact: a name that led to a public address when it was entered may lead into our own network now, and so
   * may a route that a peer wrote.
   */
  mayContact({ settings }: Account, { host }: Pick<Hop, 'host'>): boolean {
    return settings.mayBePrivate || !this.#isPrivate(host);
  }

  /** Sends and forgets: whoever waits for an answer has a timer. */
  transmit(flow: Flow, bytes: Buffer): void {
    flow.send(bytes).catch(() => this.counters.count('send failures'));
  }

  /**
   * What the library wants on the wire.
   * @throws when the flow is gone, which the core turns into 503
   */
  async send(account: Account, text: string): Promise<void> {
    const message = parseMessage(Buffer.from(text, 'latin1'));
    if (message === undefined || message.kind === 'refusal') throw new Error('the library wrote no message');
    correct(message);
    const callId = headerOf(message.headers, 'call-id') ?? '';
    const preparation = this.silence.covers(account, callId) ? undefined : this.beforeSending(account, message);
    if (preparation !== undefined) await preparation;
    if (this.silence.covers(account, callId)) return;
    if (message.kind === 'response') await this.#sendResponse(message);
    else await this.#sendRequest(account, message);
  }

  /** Answers a request without the library. The transaction remembers it for repetitions. */
  reply(
    request: { readonly headers: readonly Header[]; readonly method: string },
    key: string,
    flow: Flow,
    answer: Answer,
  ): void {
    if (request.method === 'ACK') return;
    const to = headerOf(request.headers, 'to') ?? '';
    const copied = ['from', 'call-id', 'cseq'].flatMap((name) =>
      headersOf(request.headers, name)
        .slice(0, 1)
        .map((value): Header => [name, value]),
    );
    const body = answer.body ?? '';
    const response: SipResponse = {
      kind: 'response',
      status: answer.status,
      reason: answer.reason,
      method: request.method,
      headers: [
        ...headersOf(request.headers, 'via').map((value): Header => ['via', value]),
        ['to', tagOf(to) === undefined ? `${to};tag=${randomBytes(6).toString('hex')}` : to],
        ...copied,
        ...(answer.headers ?? []).map(([name, value]): Header => [name, value]),
        ...(body === '' ? [] : [['content-type', 'application/sdp'] satisfies Header]),
      ],
      body,
    };
    const bytes = writeMessage(response);
    this.counters.count(`sent ${answer.status}`);
    this.onMessage(false, response);
    this.server.reply(key, answer.status, bytes);
    this.transmit(flow, bytes);
  }

  /** The account's flow to its server; opened where it is a stream. @throws when it cannot be opened */
  async flowOf(account: Account): Promise<Flow> {
    const { hop } = account;
    if (hop === undefined) throw new Error('no server address known');
    return hop.transport === 'UDP'
      ? this.sockets.udp(hop)
      : this.sockets.connect(hop.transport, hop, hop.serverName, account.token);
  }

  /** Our address on a flow, as peers are told: configured, else as the registrar saw it, else as the socket has it. */
  addressOn(account: Account, flow: Flow): Endpoint {
    const port = this.sockets.listeningPort(flow.transport) ?? flow.local.port;
    if (this.advertisedHost !== undefined) return { host: this.advertisedHost, port };
    return account.publicAddress ?? { host: account.localHost ?? flow.local.host, port };
  }

  async #sendRequest(account: Account, request: SipRequest): Promise<void> {
    // The line, or its user, may be another host's by now. Who waits for the answer hears 503 and tries again.
    if (begins(request) && !this.#mayAct()) throw new Error('this host may not act');
    const ownBranch = libraryBranch(request);
    const branch = this.branches.onWire(ownBranch, account.token);
    const invite = this.client.find(branch, 'INVITE');
    const followsInvite = request.method === 'CANCEL' || request.method === 'ACK';
    const flow = followsInvite && invite?.flow.isOpen ? invite.flow : await this.#flowFor(account, request);
    const address = this.addressOn(account, flow);
    stampVia(request, {
      transport: flow.transport,
      sentBy: { host: bracketed(address.host), port: address.port },
      parameters: new Map([
        ['branch', branch],
        ['rport', ''],
        // Lets the peer send requests back on the connection (RFC 5923).
        ...(flow.transport === 'UDP' ? [] : [['alias', ''] as const]),
      ]),
    });
    const bytes = writeMessage(request);
    this.counters.count(`sent ${request.method}`);
    this.onMessage(false, request);
    if (request.method !== 'ACK') this.client.open(branch, request.method, bytes, flow);
    else if (invite !== undefined) this.client.acknowledge(branch, bytes);
    await flow.send(bytes);
  }

  /**
   * In a dialog a recorded route counts, and else the way the call came in by. Everything else goes to the line's server,
   * whatever the Request-URI says: behind NAT nobody else hears us.
   */
  async #flowFor(account: Account, request: SipRequest): Promise<Flow> {
    const isInDialog = tagOf(headerOf(request.headers, 'to')) !== undefined;
    const route = isInDialog ? firstRoute(request) : undefined;
    const back = isInDialog ? account.returnFlows.get(headerOf(request.headers, 'call-id') ?? '') : undefined;
    if (route === undefined && back?.isOpen) return back;
    const uri = route === undefined ? undefined : parseUri(route);
    const { hop } = account;
    if (uri === undefined || hop === undefined) return this.flowOf(account);
    try {
      const port = uri.port === undefined ? '' : `:${uri.port}`;
      const [first] = await this.hops.find(`${uri.host}${port}`, hop.transport);
      if (first === undefined || (first.host === hop.host && first.port === hop.port))
        return await this.flowOf(account);
      if (!this.mayContact(account, first)) return await this.flowOf(account);
      account.sources.add(first.host);
      return first.transport === 'UDP'
        ? this.sockets.udp(first)
        : await this.sockets.connect(first.transport, first, hop.serverName, account.token);
    } catch {
      // An inner name of the PBX that we cannot resolve: its proxy can.
      return this.flowOf(account);
    }
  }

  async #sendResponse(response: SipResponse): Promise<void> {
    const key = transactionKey(response);
    const transaction = key === undefined ? undefined : this.server.find(key);
    if (key === undefined || transaction === undefined) return;
    const bytes = writeMessage(response);
    this.counters.count(`sent ${response.status}`);
    this.onMessage(false, response);
    this.server.reply(key, response.status, bytes);
    await (await this.#replyFlow(transaction.flow, response)).send(bytes);
  }

  /** A stream that broke meanwhile is replaced by one to where the request said it came from (RFC 3261 §18.2.2). */
  async #replyFlow(flow: Flow, response: SipResponse): Promise<Flow> {
    const via = flow.isOpen || flow.transport === 'UDP' ? undefined : topVia(response);
    if (via?.sentBy.port === undefined || flow.transport === 'UDP') return flow;
    return this.sockets.connect(
      flow.transport,
      { host: flow.remote.host, port: via.sentBy.port },
      via.sentBy.host,
      'answers',
    );
  }
}

/** Binds a line or begins a call. What belongs to a call that runs is the peer's to judge (RFC 3261 §12.2.2). */
const begins = (message: ReturnType<typeof parseMessage>): boolean =>
  message?.kind === 'request' &&
  (message.method === 'REGISTER' ||
    (message.method === 'INVITE' && tagOf(headerOf(message.headers, 'to')) === undefined));

/** Requests and responses of a transaction share it (RFC 3261 §17.2.3). */
export const transactionKey = (message: SipRequest | SipResponse): string | undefined => {
  const via = topVia(message);
  if (via === undefined) return undefined;
  const method = message.method === 'ACK' ? 'INVITE' : message.method;
  return `${branchOf(message)} ${via.sentBy.host}:${via.sentBy.port ?? ''} ${method}`;
};

/** RFC 2543 had no branches, or meaningless ones: then what cannot change within a transaction stands in. */
export const branchOf = (message: SipRequest | SipResponse): string => {
  const branch = topVia(message)?.parameters.get('branch') ?? '';
  if (/^z9hG4bK./.test(branch)) return branch;
  const parts = [
    headerOf(message.headers, 'call-id'),
    tagOf(headerOf(message.headers, 'from')),
    headerOf(message.headers, 'cseq')?.split(/\s+/)[0],
  ];
  return `z9hG4bK${createHash('sha1')
    .update(`${branch} ${parts.join(' ')}`)
    .digest('hex')}`;
};
