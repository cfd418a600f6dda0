import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import {
  type Core,
  EmitterImpl,
  type Invitation,
  type Session,
  SessionState,
  SIPExtension,
  type Transport,
  TransportState,
  type URI,
  UserAgent,
} from 'sip.js';
import type { SipAccountSettings } from '../../actors/ports/sip-accounts.ts';
import type { LineId } from '../../machines/model/ids.ts';
import { AccountCredentials, DigestAnswer } from './digest.ts';
import { bracketed, type Endpoint, type Flow, type SipTransport } from './net/flow.ts';
import { type Hop, splitHostPort } from './net/next-hop.ts';
import { descriptionsOf } from './sdp/descriptions.ts';
import { escapeUser, WireUri } from './wire/uri.ts';

/** The library ends a ringing call by itself after this; how long a call may ring is decided elsewhere, and sooner. */
const LIBRARY_RING_LIMIT_S = 600;

/** One line as SIP knows it: a user agent of the library, and what is known of the way to its server. */
export class Account {
  readonly lineId: LineId;
  /** User part of our Contact, and part of every branch: unguessable, new in every run. */
  readonly token = randomBytes(8).toString('hex');
  settings: SipAccountSettings;
  readonly userAgent: UserAgent;
  /** Address-of-record: what From and To say. */
  readonly addressOfRecord: URI;
  /** Where requests go, once resolved. */
  hop: Hop | undefined;
  /** Our address on the route to the server, where the socket does not say (it may be bound to all). */
  localHost: string | undefined;
  /** As the registrar saw us, where that differs from what we see. */
  publicAddress: Endpoint | undefined;
  /** Addresses requests may come from: all those the server's name ever led to. */
  readonly sources = new Set<string>();
  /** The registrar sends us calls. */
  isBound = false;
  /** Sessions of the library that are not over. */
  readonly sessions = new Set<Session>();
  /** By Call-ID: the way an incoming call came, and back. It worked, and need not be the server's own address. */
  readonly returnFlows = new Map<string, Flow>();
  /** The Call-ID is kept and the CSeq grows over all REGISTERs of a run (RFC 3261 §10.2). */
  registration: { readonly callId: string; sequence: number; queue: Promise<unknown> };
  onInvitation: ((invitation: Invitation) => void) | undefined;

  constructor(settings: SipAccountSettings, send: (account: Account, text: string) => Promise<void>, log: Logger) {
    this.lineId = settings.lineId;
    this.settings = settings;
    this.registration = { callId: randomBytes(16).toString('hex'), sequence: 0, queue: Promise.resolve() };
    const { host, port } = splitHostPort(settings.domain);
    const user = escapeUser(settings.login);
    this.addressOfRecord = new WireUri(`sip:${user}@${bracketed(host)}${port === undefined ? '' : `:${port}`}`, {
      scheme: 'sip',
      user,
      host: bracketed(host),
      port,
      parameters: {},
    });
    this.userAgent = new UserAgent({
      uri: this.addressOfRecord,
      contactName: this.token,
      contactParams: {},
      // Both are replaced on the way out.
      viaHost: `${this.token}.invalid`,
      forceRport: true,
      transportConstructor: AccountTransport,
      transportOptions: { name: this.transport, send: (text: string) => send(this, text) } satisfies TransportOptions,
      sessionDescriptionHandlerFactory: (session) => {
        const descriptions = descriptionsOf.get(session);
        if (descriptions === undefined) throw new Error('session without descriptions');
        return descriptions;
      },
      delegate: {
        onInvite: (invitation) => this.onInvitation?.(invitation),
        onReferRequest: (request) => request.reject({ statusCode: 403 }),
      },
      logBuiltinEnabled: false,
      logConfiguration: false,
      logLevel: 'warn',
      logConnector: (level, category, _label, content) => log.debug({ level, category }, content),
      sendInitialProvisionalResponse: false,
      noAnswerTimeout: LIBRARY_RING_LIMIT_S,
      gracefulShutdown: false,
      // Never required of others: many do without.
      sipExtension100rel: SIPExtension.Supported,
      sipExtensionReplaces: SIPExtension.Unsupported,
      userAgentString: 'siptg',
    });
    const credentials = new AccountCredentials(settings.login, settings.password);
    this.userAgent.userAgentCore.configuration.authenticationFactory = () =>
      // A class with private members in the library's types; the core only calls authenticate and toString.
      new DigestAnswer(credentials) as unknown as Core.DigestAuthentication;
  }

  get transport(): SipTransport {
    return this.settings.transport.toUpperCase() as SipTransport;
  }

  /** Host or host:port to contact. */
  get server(): string {
    return this.settings.proxy === '' ? this.settings.domain : this.settings.proxy;
  }

  /** Where peers reach us. Set before anything that carries a Contact is made: the library copies it. */
  set contactAddress(address: Endpoint) {
    const suffix = this.transport === 'UDP' ? '' : `;transport=${this.settings.transport}`;
    const text = `sip:${this.token}@${bracketed(address.host)}:${address.port}${suffix}`;
    this.userAgent.contact.uri = new WireUri(text, {
      scheme: 'sip',
      user: this.token,
      host: bracketed(address.host),
      port: address.port,
      parameters: this.transport === 'UDP' ? {} : { transport: this.settings.transport },
    });
  }

  get contact(): string {
    return this.userAgent.contact.uri.toString();
  }

  get core(): Core.UserAgentCore {
    return this.userAgent.userAgentCore;
  }

  /** Would new settings need a new user agent? Codecs do not: they count from the next call. */
  isFor(settings: SipAccountSettings): boolean {
    const fields = ['login', 'password', 'domain', 'proxy', 'transport'] as const;
    return fields.every((field) => this.settings[field] === settings[field]);
  }

  /** Counts a session until it is over. */
  track(session: Session): void {
    this.sessions.add(session);
    session.stateChange.addListener((state) => {
      if (state === SessionState.Terminated) this.sessions.delete(session);
    });
  }
}

interface TransportOptions {
  readonly name: SipTransport;
  readonly send: (text: string) => Promise<void>;
}

/** The library's idea of a transport: one that is always connected. Connections are the stack's business. */
class AccountTransport implements Transport {
  readonly protocol: string;
  readonly stateChange = new EmitterImpl<TransportState>();
  onConnect: (() => void) | undefined;
  onDisconnect: ((error?: Error) => void) | undefined;
  onMessage: ((message: string) => void) | undefined;
  readonly #send: (text: string) => Promise<void>;
  #state = TransportState.Connected;

  constructor(_logger: unknown, options: TransportOptions) {
    this.protocol = options.name;
    this.#send = options.send;
  }

  get state(): TransportState {
    return this.#state;
  }

  isConnected(): boolean {
    return this.#state === TransportState.Connected;
  }

  async connect(): Promise<void> {
    this.#state = TransportState.Connected;
  }

  async disconnect(): Promise<void> {
    this.#state = TransportState.Disconnected;
  }

  dispose(): Promise<void> {
    return this.disconnect();
  }

  send(text: string): Promise<void> {
    return this.#send(text);
  }
}
