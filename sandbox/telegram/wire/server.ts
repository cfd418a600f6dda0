import { createServer, type Server, type Socket } from 'node:net';
import { type Logger, pino } from 'pino';
import { AuthKeys } from './auth-keys.ts';
import { gramJsSession, type MtcuteSession, mtcuteDcs, mtcuteSession, randomAuthKey } from './client-logins.ts';
import { Connection, type ConnectionParts } from './connection.ts';
import { RpcError, type RpcMethods, type RpcSession } from './contract.ts';
import { Faults } from './faults.ts';
import { Inbound } from './inbound.ts';
import { KeyExchange } from './key-exchange.ts';
import { installedLayers } from './layers.ts';
import { MessageNumbers } from './outbox.ts';
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
  /** A new login of this user as a GramJS StringSession. To be used through the proxy. */
  sessionString(userId: string): string;
  /** A new login of this user as mtcute's session data. */
  mtcuteSession(userId: string): MtcuteSession;
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
  const sessions: Sessions = new Sessions(methods, { layers, faults, nowMs });
  const requests = new Requests({ keys, methods, layers, faults, log });
  const inbound = new Inbound({ keys, sessions, requests, faults, nowMs });
  const plainNumbers = new MessageNumbers();
  const parts: ConnectionParts = {
    keys,
    inbound,
    faults,
    log,
    plainMsgId: () => plainNumbers.nextMsgId(nowMs(), true),
    closed(connection) {
      connections.delete(connection);
      sessions.detached(connection);
    },
  };

  const adopt = (socket: Socket): void => {
    if (faults.refusesConnections) socket.resetAndDestroy();
    else connections.add(new Connection(socket, new KeyExchange(rsa, keys, nowMs), parts));
  };
  const proxied = new Set<Socket>();
  const listener = createServer(adopt);
  const proxy = createServer((socket) => {
    proxied.add(socket);
    socket.on('close', () => proxied.delete(socket));
    serveSocks5(socket, { accepts: () => !faults.refusesConnections, connected: adopt });
  });
  const boundPort = await listening(listener, port, host);
  const socksPort = await listening(proxy, options.socksPort ?? 0, host).catch((error: unknown) => {
    listener.close();
    throw error;
  });
  const dcs = mtcuteDcs(host, boundPort);

  const newLogin = (userId: string): Buffer => {
    const key = randomAuthKey();
    keys.add(key).userId = userId;
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
    addAuthKey(key, userId) {
      keys.add(key).userId = userId;
    },
    sessionsOf: (userId) => [...sessions.where((session) => session.userId === userId)],
    sessionString: (userId) => gramJsSession(newLogin(userId)),
    mtcuteSession: (userId) => mtcuteSession(newLogin(userId), userId, dcs),
    revoke(userId, how = 'SESSION_REVOKED') {
      const ended = keys.ofUser(userId);
      const affected = sessions.where(({ key }) => ended.includes(key));
      for (const session of affected) sessions.forget(session);
      for (const key of ended) {
        if (how === 'key-forgotten') keys.forget(key);
        else key.login.refusal = new RpcError(how === 'AUTH_KEY_DUPLICATED' ? 406 : 401, how);
      }
    },
    transports: () => [...connections].flatMap(({ transport }) => transport.name ?? []),
    async close() {
      const closed = [listener, proxy].map((one) => new Promise((resolve) => one.close(resolve)));
      for (const socket of proxied) socket.destroy();
      dropSockets(undefined);
      await Promise.all(closed);
      sessions.forgetAll();
    },
  };
};

const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

const listening = (server: Server, port: number, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
