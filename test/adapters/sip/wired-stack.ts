import { pino } from 'pino';
import type { Account } from '../../../src/adapters/sip/account.ts';
import { Accounts } from '../../../src/adapters/sip/accounts.ts';
import { Calls } from '../../../src/adapters/sip/calls/calls.ts';
import { SipCounters } from '../../../src/adapters/sip/counters.ts';
import { Dialogs } from '../../../src/adapters/sip/dialogs/dialogs.ts';
import { FactKeeping } from '../../../src/adapters/sip/dialogs/fact-keeping.ts';
import { LateAnswers } from '../../../src/adapters/sip/dialogs/late-answers.ts';
import { Intake } from '../../../src/adapters/sip/intake.ts';
import type { Endpoint, Flow } from '../../../src/adapters/sip/net/flow.ts';
import { NextHops, type SipResolver } from '../../../src/adapters/sip/net/next-hop.ts';
import type { Sockets } from '../../../src/adapters/sip/net/sockets.ts';
import { endCancelledInvite } from '../../../src/adapters/sip/responses.ts';
import { Stack } from '../../../src/adapters/sip/stack.ts';
import { type Header, headerOf, parseMessage, type SipMessage } from '../../../src/adapters/sip/wire/message.ts';
import { LineId } from '../../../src/machines/model/ids.ts';
import { EchoingRtpLegs } from './echoing-rtp-legs.ts';
import { SteppedTime } from './stepped-time.ts';

export const server: Endpoint = { host: '192.0.2.1', port: 5060 };

/** Everything of the adapter but its sockets: what it sends is kept, and time is stepped. */
export class WiredStack {
  readonly time = new SteppedTime();
  readonly counters = new SipCounters();
  readonly rtp = new EchoingRtpLegs();
  readonly sent: { readonly to: Endpoint; readonly text: string; readonly message: SipMessage }[] = [];
  readonly stack: Stack;
  readonly calls: Calls;
  readonly dialogs: Dialogs;
  readonly #intake: Intake;
  readonly accounts: Accounts;

  /** Without an advertised host it believes what the registrar saw. `proxy` is what the line has. */
  constructor(
    setup: {
      readonly advertisedHost?: string | undefined;
      readonly proxy?: string;
      readonly resolver?: SipResolver;
      readonly isPrivate?: (address: string) => boolean;
      readonly mayBePrivate?: boolean;
      readonly mayAct?: () => boolean;
    } = {},
  ) {
    const nameless: SipResolver = {
      addresses: () => Promise.reject(new Error('no names')),
      services: () => Promise.reject(new Error('none')),
    };
    const hops = new NextHops(setup.resolver ?? nameless, this.time, () => 0.5);
    const advertisedHost = 'advertisedHost' in setup ? setup.advertisedHost : '198.51.100.7';
    const options = {
      time: this.time,
      counters: this.counters,
      log: pino({ level: 'silent' }),
      hops,
      isPrivate: setup.isPrivate ?? (() => false),
      advertisedHost,
      random: () => 0.5,
      sessionIntervalS: 1_800,
      mayAct: setup.mayAct ?? (() => true),
    };
    this.stack = new Stack(options, (branch, invite) => endCancelledInvite(this.stack, branch, invite));
    this.stack.sockets = {
      udp: (remote: Endpoint) => this.#flowTo(remote),
      listeningPort: () => 5060,
      release: () => {},
    } as unknown as Sockets;
    this.accounts = new Accounts(this.stack, {
      settings: async (lineId) => ({
        lineId,
        login: 'alice',
        password: 'secret',
        domain: 'pbx.test',
        proxy: setup.proxy ?? `${server.host}:${server.port}`,
        transport: 'udp',
        codecs: ['alaw', 'mulaw'],
        mayBePrivate: setup.mayBePrivate ?? false,
      }),
    });
    this.calls = new Calls(this.stack, this.accounts, this.rtp);
    this.accounts.onInvitation = (account, invitation) => this.calls.onInvitation(account, invitation);
    const keeping = new FactKeeping(this.time);
    this.stack.beforeSending = (account, message) => keeping.beforeSending(account, message);
    const lateAnswers = new LateAnswers(this.stack);
    this.dialogs = new Dialogs(this.stack, this.accounts, this.calls, this.rtp, keeping);
    this.#intake = new Intake(this.stack, {
      onBareRinging: (_account, callId) => this.calls.onBareRinging(callId),
      onUpdate: (account, dialogId, request) =>
        keeping.afterUpdate(account, request, this.calls.onUpdate(account, dialogId, request)),
      onAnswer: (account, response) => keeping.onAnswer(account, response),
      onForeign: (response, flow) => lateAnswers.take(response, flow),
    });
  }

  /** A line that takes calls from the server. */
  async boundAccount(): Promise<Account> {
    const account = await this.accounts.of(LineId('office'));
    const [hop] = await this.accounts.hops(account);
    if (hop === undefined) throw new Error('no hop');
    await this.accounts.reach(account, hop);
    account.isBound = true;
    return account;
  }

  receive(message: string | Buffer, from: Endpoint = server): void {
    this.#intake.receive(typeof message === 'string' ? Buffer.from(message, 'latin1') : message, this.#flowTo(from));
  }

  /** The last message sent. @throws when nothing was */
  get last(): SipMessage {
    const last = this.sent.at(-1);
    if (last === undefined) throw new Error('nothing was sent');
    return last.message;
  }

  get sentKinds(): string[] {
    return this.sent.map(({ message }) => (message.kind === 'request' ? message.method : String(message.status)));
  }

  #flowTo(remote: Endpoint): Flow {
    return {
      transport: 'UDP',
      remote,
      local: { host: '198.51.100.7', port: 5060 },
      isOpen: true,
      send: async (bytes) => {
        const message = parseMessage(bytes);
        if (message === undefined || message.kind === 'refusal') throw new Error(`malformed: ${bytes.toString()}`);
        this.sent.push({ to: remote, text: bytes.toString(), message });
      },
    };
  }
}

/** A response to a request of ours, as a server would write it. */
export const responseTo = (
  request: SipMessage,
  status: number,
  reason: string,
  options: { readonly toTag?: string; readonly headers?: readonly Header[]; readonly body?: string } = {},
): string => {
  const copied = request.headers.filter(([name]) => ['via', 'from', 'call-id', 'cseq'].includes(name));
  const to = headerOf(request.headers, 'to') ?? '';
  const body = options.body ?? '';
  const lines = [
    ...copied.map(([name, value]) => `${name}: ${value}`),
    `to: ${options.toTag === undefined ? to : `${to};tag=${options.toTag}`}`,
    ...(options.headers ?? []).map(([name, value]) => `${name}: ${value}`),
    ...(body === '' ? [] : ['content-type: application/sdp']),
    `content-length: ${body.length}`,
  ];
  return `SIP/2.0 ${status} ${reason}\r\n${lines.join('\r\n')}\r\n\r\n${body}`;
};

/** A request to alice, as the server would send it. Headers given replace those of the same name. */
export const requestTo = (method: string, headers: Readonly<Record<string, string>> = {}, body = ''): string => {
  const all: Record<string, string> = {
    via: `SIP/2.0/UDP ${server.host}:${server.port};branch=z9hG4bK${crypto.randomUUID()};rport`,
    from: '"Bob" <sip:100@pbx.test>;tag=bob',
    to: '<sip:alice@pbx.test>',
    'call-id': crypto.randomUUID(),
    cseq: `1 ${method}`,
    contact: '<sip:100@192.0.2.1:5060>',
    'max-forwards': '70',
    ...(body === '' ? {} : { 'content-type': 'application/sdp' }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return `${method} sip:alice@198.51.100.7 SIP/2.0\r\n${lines.join('\r\n')}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
};

export const sdp = (formats = '8 101', direction = 'sendrecv', port = 40_000): string =>
  [
    'v=0',
    'o=bob 1 1 IN IP4 192.0.2.9',
    's=-',
    'c=IN IP4 192.0.2.9',
    't=0 0',
    `m=audio ${port} RTP/AVP ${formats}`,
    'a=rtpmap:101 telephone-event/8000',
    `a=${direction}`,
    '',
  ].join('\r\n');
