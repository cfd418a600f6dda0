import { createServer, type Server, type Socket } from 'node:net';
import { type Logger, pino } from 'pino';
import { type AuthKey, AuthKeys } from './auth-keys.ts';
import { gramJsSession, type MtcuteSession, mtcuteDcs, mtcuteSession, randomAuthKey } from './client-logins.ts';
import { Connection, type ConnectionParts } from './connection.ts';
import { RpcError, type RpcLogin, type RpcMethods, type RpcSession } from './contract.ts';
import { Faults } from './faults.ts';
import { Inbound } from './inbound.ts';
import { KeyExchange } from './key-exchange.ts';
import { installedLayers } from './layers.ts';
import { MessageNumbers } from './outbox.ts';
import { Places } from './places.ts';
import { Requests } from './requests.ts';
import { ServerRsaKey } from './server-rsa-key.ts';
import { Sessions } from './sessions.ts';
import { serveSocks5 } from './socks5.ts';

export interface MtServerOptions {
  readonly methods: RpcMethods;
  /** Loopback only. Default 127.0.0.1. */
  readonly host?: string;
  /** Of the MTProto listener. Default: any free one. */
  readonly port?: number;
  /** Of the SOCKS5 proxy. Default: any free one. */
  readonly socksPort?: number;
  /** Milliseconds since the epoch. Default: the system's clock. */
  readonly now?: () => number;
  readonly logger?: Logger;
}

/**
 * How a login ends: its key unknown (transport error −404), or still known and every request refused with 401
 * (SESSION_REVOKED, AUTH_KEY_UNREGISTERED) or 406 (AUTH_KEY_DUPLICATED).
 */
export type Revocation = 'key-forgotten' | 'SESSION_REVOKED' | 'AUTH_KEY_UNREGISTERED' | 'AUTH_KEY_DUPLICATED';

/** A local stand-in for a Telegram data centre: MTProto without any knowledge of the methods. */
export interface MtServer {
  readonly host: string;
  readonly port: number;
  /** SOCKS5 proxy on the same host that leads every destination here. */
  readonly socksPort: number;
  /** PKCS#1 PEM. */
  readonly rsaPublicKeyPem: string;
  /** Signed. */
  readonly rsaFingerprint: bigint;
  readonly rsaModulus: bigint;
  readonly rsaExponent: number;
  readonly faults: Faults;
  /** The layers that can be spoken. */
  readonly layers: readonly number[];
  /** mtcute's `defaultDcs`. */
  readonly mtcuteDcs: MtcuteSession['primaryDcs'];
  /** Registers a key of 256 bytes as a login of this user: no handshake, no sign-in. */
  addAuthKey(key: Buffer, userId: string): void;
  /** The user's sessions, with or without a connection at the moment. */
  sessionsOf(userId: string): RpcSession[];
  /** The devices this user is logged in with. */
  loginsOf(userId: string): readonly RpcLogin[];
  /** A new login of this user as a GramJS StringSession. To be used through the proxy. */
  sessionString(userId: string): string;
  /** A new login of this user as mtcute's session data. */
  mtcuteSession(userId: string): MtcuteSession;
  /**
   * Another SOCKS5 proxy, in another place: a key that is used through two of them at once is ended (AUTH_KEY_DUPLICATED).
   * Resolves with its port.
   */
  newPlace(): Promise<number>;
  /** Ends all logins of this user. */
  revoke(userId: string, how?: Revocation): void;
  /** Transports in use now, for tests: `full`, `obfuscated abridged`, … */
  transports(): readonly string[];
  close(): Promise<void>;
}

/** Rejects when the address cannot be bound or is not a loopback one. */
export const startMtServer = async (options: MtServerOptions): Promise<MtServer> => {
  const { methods, host = '127.0.0.1', port = 0, now = Date.now, logger: log = pino({ level: 'silent' }) } = options;
  if (!loopback.has(host)) throw new RangeError('the sandbox listens on loopback only');
  const layers = installedLayers();
  const rsa = await ServerRsaKey.generate();
  const connections = new Set<Connection>();

  const dropSockets = (userId: string | undefined): void => {
    if (userId === undefined) for (const connection of connections) connection.drop();
    else for (const session of sessions.where((one) => one.userId === userId)) session.dropLink();
  };
  const rotateSalts = (): void => {
    for (const key of keys.all()) key.salt += 1n;
  };
  const faults: Faults = new Faults({ dropSockets, rotateSalts, nowMs: now });
  const nowMs = (): number => now() + faults.clockSkewMs;
  const keys: AuthKeys = new AuthKeys(nowMs);
  const refuse = (ended: readonly AuthKey[], error: RpcError): void => {
    for (const session of sessions.where(({ key }) => ended.includes(key.login))) sessions.forget(session);
    for (const key of ended) key.login.refusal = error;
  };
  const endLogin = (key: AuthKey): void => {
    const affected = sessions.where((session) => session.login === key);
    refuse([key], new RpcError(401, 'SESSION_REVOKED'));
    for (const session of affected) session.dropLink();
  };
  const loginsOf = (userId: string): readonly AuthKey[] =>
    keys.ofUser(userId).filter((key) => key === key.login && !key.refusal);
  const sessions: Sessions = new Sessions(methods, { layers, faults, nowMs, loginsOf, endLogin });
  const places = new Places();
  const requests = new Requests({ keys, methods, layers, faults, log });
  const inbound = new Inbound({ keys, sessions, requests, faults, nowMs });
  const plainNumbers = new MessageNumbers();
  const parts: ConnectionParts = {
    keys,
    inbound,
    faults,
    log,
    plainMsgId: () => plainNumbers.nextMsgId(nowMs(), true),
    used(key, connection) {
      if (places.use(key, connection)) refuse([key.login], new RpcError(406, 'AUTH_KEY_DUPLICATED'));
    },
    closed(connection) {
      connections.delete(connection);
      places.left(connection);
      sessions.detached(connection);
    },
  };

  const adopt = (socket: Socket, place: string): void => {
    if (faults.refusesConnections) socket.resetAndDestroy();
    else connections.add(new Connection(socket, place, new KeyExchange(rsa, keys, nowMs), parts));
  };
  const proxied = new Set<Socket>();
  const newProxy = (place: string): Server =>
    createServer((socket) => {
      proxied.add(socket);
      socket.on('close', () => proxied.delete(socket));
      serveSocks5(socket, { accepts: () => !faults.refusesConnections, connected: (one) => adopt(one, place) });
    });
  const here = 'here';
  const listener = createServer((socket) => adopt(socket, here));
  const proxy = newProxy(here);
  const proxies = [proxy];
  const boundPort = await listening(listener, port, host);
  const socksPort = await listening(proxy, options.socksPort ?? 0, host).catch((error: unknown) => {
    listener.close();
    throw error;
  });
  const dcs = mtcuteDcs(host, boundPort);

  /** Of old: what Telegram forbids to fresh ones, these may. */
  const adoptLogin = (key: Buffer, userId: string): void => {
    Object.assign(keys.add(key), { userId, createdMs: nowMs() - 30 * dayMs });
  };
  const newLogin = (userId: string): Buffer => {
    const key = randomAuthKey();
    adoptLogin(key, userId);
    return key;
  };

  return {
    host,
    port: boundPort,
    socksPort,
    rsaPublicKeyPem: rsa.publicKeyPem,
    rsaFingerprint: rsa.fingerprint,
    rsaModulus: rsa.modulus,
    rsaExponent: rsa.exponent,
    faults,
    layers: [...layers.keys()],
    mtcuteDcs: dcs,
    addAuthKey: adoptLogin,
    loginsOf,
    sessionsOf: (userId) => [...sessions.where((session) => session.userId === userId)],
    sessionString: (userId) => gramJsSession(newLogin(userId)),
    mtcuteSession: (userId) => mtcuteSession(newLogin(userId), userId, dcs),
    async newPlace() {
      const further = newProxy(`elsewhere ${proxies.length}`);
      proxies.push(further);
      return listening(further, 0, host);
    },
    revoke(userId, how = 'SESSION_REVOKED') {
      const ended = keys.ofUser(userId);
      refuse(ended, new RpcError(how === 'AUTH_KEY_DUPLICATED' ? 406 : 401, how));
      if (how === 'key-forgotten') for (const key of ended) keys.forget(key);
    },
    transports: () => [...connections].flatMap(({ transport }) => transport.name ?? []),
    async close() {
      const closed = [listener, ...proxies].map((one) => new Promise((resolve) => one.close(resolve)));
      for (const socket of proxied) socket.destroy();
      dropSockets(undefined);
      await Promise.all(closed);
      sessions.forgetAll();
    },
  };
};

const dayMs = 86_400_000;

const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

const listening = (server: Server, port: number, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
