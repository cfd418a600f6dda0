import { randomBytes } from 'node:crypto';
import type { Clock } from './clock.ts';
import { formatSip, type HeaderLines, header, parameter, type SipMessage, sequenceOf } from './sip-message.ts';
import { type Flow, SipNetwork } from './sip-network.ts';

/** RFC 3261 §17.1.1.1: round trip, longest interval, and the life of a transaction. */
const t1Ms = 500;
const t2Ms = 4000;
const lifeMs = 64 * t1Ms;
const mostTransactions = 2000;

const reasons: Readonly<Record<number, string>> = {
  100: 'Trying',
  180: 'Ringing',
  183: 'Session Progress',
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  407: 'Proxy Authentication Required',
  420: 'Bad Extension',
  480: 'Temporarily Unavailable',
  481: 'Call/Transaction Does Not Exist',
  486: 'Busy Here',
  487: 'Request Terminated',
  488: 'Not Acceptable Here',
  503: 'Service Unavailable',
};

export const allowedMethods = 'INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, REGISTER';

/** A request that wants an answer. */
export interface Incoming {
  readonly message: SipMessage;
  readonly flow: Flow;
  /** Of an INVITE: the caller gave up. */
  onCancel: () => void;
  /** Of an INVITE: nobody acknowledged the final answer within 32 s. */
  onUnacknowledged: () => void;
  /**
   * Answers. A final answer to an INVITE is repeated until it is acknowledged (§13.3.1.4, §17.2.1). Only the first final one counts.
   * @param options.tag our tag of To; needed in everything but 100
   */
  respond(
    status: number,
    options?: { readonly tag?: string; readonly headers?: HeaderLines; readonly body?: string },
  ): void;
  /** The ACK of a 200 has come. */
  acknowledged(): void;
}

export interface OutgoingEvents {
  /** Each response; a 200 to INVITE again whenever it is repeated. */
  response(message: SipMessage): void;
  timeout(): void;
}

interface Transaction {
  readonly receive: (message: SipMessage) => void;
  end(): void;
}

/** Transactions over UDP and TCP (RFC 3261 §17), enough for a PBX on one machine. */
export class UserAgent {
  readonly #network: SipNetwork;
  readonly #clock: Clock;
  readonly #host: string;
  readonly #servers = new Map<string, Transaction & { readonly incoming: Incoming }>();
  readonly #clients = new Map<string, Transaction>();

  private constructor(network: SipNetwork, host: string, clock: Clock) {
    this.#network = network;
    this.#host = host;
    this.#clock = clock;
  }

  static async listen(
    options: { readonly host: string; readonly port: number; readonly clock: Clock },
    events: { request(incoming: Incoming): void; acknowledge(message: SipMessage): void },
  ): Promise<UserAgent> {
    let agent: UserAgent | undefined;
    const network = await SipNetwork.listen(options.host, options.port, (message, flow) => {
      if (agent === undefined) return;
      if (message.status !== 0) agent.#receiveResponse(message);
      else agent.#receiveRequest(message, flow, events);
    });
    agent = new UserAgent(network, options.host, options.clock);
    return agent;
  }

  get port(): number {
    return this.#network.port;
  }

  /** `host:port` of ours, for URIs. */
  get address(): string {
    return `${this.#host.includes(':') ? `[${this.#host}]` : this.#host}:${this.port}`;
  }

  udpFlow(host: string, port: number): Flow {
    return this.#network.udpFlow(host, port);
  }

  /**
   * Sends a request, repeated over UDP until something comes back (§17.1).
   * @returns what withdraws an INVITE that has no final answer yet (§9.1)
   */
  send(method: string, uri: string, flow: Flow, lines: HeaderLines, body: string, events: OutgoingEvents): () => void {
    const branch = newBranch();
    const via = ['Via', `SIP/2.0/${flow.transport} ${this.address};branch=${branch};rport`] as const;
    const text = formatSip(`${method} ${uri} SIP/2.0`, [via, ['Max-Forwards', '70'], ...lines], body);
    const key = `${branch} ${method}`;
    const mostMs = method === 'INVITE' ? Number.POSITIVE_INFINITY : t2Ms;
    const stop = flow.transport === 'UDP' ? this.#repeat(() => flow.send(text), mostMs) : () => {};
    let hasProvisional = false;
    let hasFinal = false;
    const endLater = this.#clock.after(method === 'INVITE' ? 6 * lifeMs : lifeMs, () => finish());
    const silent = this.#clock.after(lifeMs, () => {
      if (!hasProvisional) finish();
    });
    const end = (): void => {
      for (const cancel of [stop, endLater, silent]) cancel();
      this.#clients.delete(key);
    };
    const finish = (): void => {
      end();
      if (!hasFinal) events.timeout();
    };
    const receive = (message: SipMessage): void => {
      stop();
      hasProvisional = true;
      if (message.status >= 200) hasFinal = true;
      if (method === 'INVITE' && message.status >= 300)
        flow.send(acknowledgement(uri, via, lines, header(message, 'to')));
      if (method !== 'INVITE' && hasFinal) end();
      events.response(message);
    };
    this.#clients.set(key, { receive, end });
    flow.send(text);
    return () => {
      if (hasFinal || !hasProvisional) return;
      const cancel = lines.map(
        ([name, value]) => [name, name === 'CSeq' ? value.replace(/\w+$/, 'CANCEL') : value] as const,
      );
      const kept = cancel.filter(([name]) => ['From', 'To', 'Call-ID', 'CSeq', 'Route'].includes(name));
      flow.send(formatSip(`CANCEL ${uri} SIP/2.0`, [via, ['Max-Forwards', '70'], ...kept]));
    };
  }

  /** Sends what no one answers: the ACK of a 200. */
  sendOnce(method: string, uri: string, flow: Flow, lines: HeaderLines): void {
    const via = ['Via', `SIP/2.0/${flow.transport} ${this.address};branch=${newBranch()};rport`] as const;
    flow.send(formatSip(`${method} ${uri} SIP/2.0`, [via, ['Max-Forwards', '70'], ...lines]));
  }

  close(): void {
    for (const transaction of [...this.#servers.values(), ...this.#clients.values()]) transaction.end();
    this.#network.close();
  }

  #receiveResponse(message: SipMessage): void {
    const branch = parameter(header(message, 'via'), 'branch') ?? '';
    this.#clients.get(`${branch} ${sequenceOf(message).method}`)?.receive(message);
  }

  #receiveRequest(
    message: SipMessage,
    flow: Flow,
    events: { request(incoming: Incoming): void; acknowledge(message: SipMessage): void },
  ): void {
    const branch = parameter(header(message, 'via'), 'branch') ?? header(message, 'call-id');
    const key = `${branch} ${message.method === 'ACK' ? 'INVITE' : message.method}`;
    const known = this.#servers.get(key);
    if (known !== undefined) return known.receive(message);
    if (message.method === 'ACK') return events.acknowledge(message);
    if (this.#servers.size >= mostTransactions) return;
    const incoming = this.#begin(key, message, flow);
    if (!isComplete(message)) return incoming.respond(400, { tag: newTag() });
    if (message.method === 'CANCEL') return this.#cancel(branch, incoming);
    events.request(incoming);
  }

  #cancel(branch: string, incoming: Incoming): void {
    const invite = this.#servers.get(`${branch} INVITE`)?.incoming;
    incoming.respond(invite === undefined ? 481 : 200, { tag: newTag() });
    invite?.onCancel();
  }

  #begin(key: string, message: SipMessage, flow: Flow): Incoming {
    let last = '';
    let finalStatus = 0;
    let stop: () => void = () => {};
    let forget: () => void = () => {};
    const end = (): void => {
      stop();
      forget();
      this.#servers.delete(key);
    };
    const incoming: Incoming = {
      message,
      flow,
      onCancel: () => {},
      onUnacknowledged: () => {},
      acknowledged: () => stop(),
      respond: (status, options = {}) => {
        if (finalStatus !== 0) return;
        last = this.#response(message, flow, status, options);
        flow.send(last);
        if (status < 200) return;
        finalStatus = status;
        if (message.method === 'INVITE' && (status < 300 || flow.transport === 'UDP')) {
          const cancelRepeats = this.#repeat(() => flow.send(last), t2Ms);
          const cancelGiveUp = this.#clock.after(lifeMs, () => {
            cancelRepeats();
            incoming.onUnacknowledged();
          });
          stop = () => {
            cancelRepeats();
            cancelGiveUp();
          };
        }
        forget = this.#clock.after(lifeMs + 1000, end);
      },
    };
    const receive = (again: SipMessage): void => {
      if (again.method === 'ACK') stop();
      else if (last !== '') flow.send(last);
    };
    this.#servers.set(key, { receive, end, incoming });
    return incoming;
  }

  #response(
    request: SipMessage,
    flow: Flow,
    status: number,
    { tag, headers = [], body = '' }: { readonly tag?: string; readonly headers?: HeaderLines; readonly body?: string },
  ): string {
    const [top = '', ...others] = request.headers.get('via') ?? [];
    // Where we saw it come from (RFC 3581 §4).
    const seen = top.replace(/;\s*rport(?=;|$)/i, `;rport=${flow.port}`);
    const to = header(request, 'to');
    return formatSip(
      `SIP/2.0 ${status} ${reasons[status] ?? 'Status'}`,
      [
        ['Via', `${seen};received=${flow.host}`],
        ...others.map((value) => ['Via', value] as const),
        ...(request.headers.get('record-route') ?? []).map((value) => ['Record-Route', value] as const),
        ['From', header(request, 'from')],
        ['To', tag === undefined || parameter(to, 'tag') !== undefined ? to : `${to};tag=${tag}`],
        ['Call-ID', header(request, 'call-id')],
        ['CSeq', header(request, 'cseq')],
        ['Allow', allowedMethods],
        ['Server', 'demo-pbx'],
        ...headers,
      ],
      body,
    );
  }

  #repeat(send: () => void, mostMs: number): () => void {
    let interval = t1Ms;
    let cancel: () => void = () => {};
    const again = (): void => {
      send();
      interval = Math.min(interval * 2, mostMs);
      cancel = this.#clock.after(interval, again);
    };
    cancel = this.#clock.after(interval, again);
    return () => cancel();
  }
}

export const newTag = (): string => randomBytes(6).toString('hex');
export const newBranch = (): string => `z9hG4bK${randomBytes(8).toString('hex')}`;

/** What §8.1.1 makes mandatory. */
const isComplete = (message: SipMessage): boolean =>
  ['via', 'from', 'to', 'call-id'].every((name) => header(message, name) !== '') &&
  sequenceOf(message).method === message.method &&
  sequenceOf(message).number >= 0;

/** Of a refusal: same branch as the INVITE, the refuser's tag (§17.1.1.3). */
const acknowledgement = (uri: string, via: readonly [string, string], lines: HeaderLines, to: string): string => {
  const kept = lines.filter(([name]) => ['From', 'Call-ID', 'CSeq', 'Route'].includes(name));
  const fitted = kept.map(([name, value]) => [name, name === 'CSeq' ? value.replace(/\w+$/, 'ACK') : value] as const);
  return formatSip(`ACK ${uri} SIP/2.0`, [via, ['Max-Forwards', '70'], ['To', to], ...fitted]);
};
