import type { Logger } from 'pino';
import { type Api, helpers, TelegramClient } from 'telegram';
import { _serverKeys } from 'telegram/crypto/RSA.js';
import { UpdateConnectionState } from 'telegram/network/index.js';
import { TelegramTimeout, TelegramUnreachable } from './errors.ts';
import { LibraryLog } from './library-log.ts';
import { forget, keepContainersWhole, stopDialling, withSender } from './sender.ts';
import { TappedSession } from './session.ts';
import { type Sockets, sockets } from './sockets.ts';

export interface SocksProxy {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
}

/** A public key that servers may prove themselves with in the key exchange. */
export interface RsaKey {
  /** Lower 64 bits of SHA-1 over the key's TL bytes, signed. */
  readonly fingerprint: bigint;
  readonly n: bigint;
  readonly e: number;
}

export interface LifeOptions {
  readonly apiId: number;
  readonly apiHash: string;
  /** A saved login, or '' for none. */
  readonly session: string;
  readonly proxy?: SocksProxy;
  /** How the login is called in the account's list of devices. */
  readonly device?: string;
  /** In addition to Telegram's own. */
  readonly rsaKeys?: readonly RsaKey[];
  readonly log: Logger;
}

/** What happens to a connection. All listeners are called in order of arrival and must not throw. */
export interface LifeListener {
  /** Connected, the first time or again; updates sent in between were missed. */
  connected(): void;
  disconnected(): void;
  /** Telegram answered −404: it does not know our authorization key. */
  broken(): void;
  /** An update container, or the result of a request. */
  received(object: unknown): void;
}

/**
 * One instance of the library's client, from connecting to its end. It is never connected twice: what is left of an
 * ended connection (loops, timers, resent requests) stays in the instance that is thrown away.
 */
export class Life {
  readonly #client: TelegramClient;
  readonly #session: TappedSession;
  readonly #sockets: Sockets;
  readonly #settlers = new Set<(reason: Error) => void>();
  #connecting: Promise<unknown> | undefined;
  #isReady = false;
  #over = false;

  constructor(options: LifeOptions, listener: LifeListener) {
    for (const { fingerprint, n, e } of options.rsaKeys ?? []) {
      _serverKeys.set(fingerprint.toString(), { n: helpers.returnBigInt(n), e });
    }
    this.#sockets = sockets();
    this.#session = new TappedSession(options.session, (object) => {
      if (this.#over) return;
      if (!(object instanceof UpdateConnectionState)) listener.received(object);
      else if (object.state === UpdateConnectionState.connected) listener.connected();
      else if (object.state === UpdateConnectionState.broken) listener.broken();
      else listener.disconnected();
    });
    this.#client = new TelegramClient(this.#session, options.apiId, options.apiHash, {
      baseLogger: new LibraryLog(options.log),
      // Fewer, and an outage leaves a client that is dead for good with requests that never settle.
      connectionRetries: Number.POSITIVE_INFINITY,
      reconnectRetries: Number.POSITIVE_INFINITY,
      retryDelay: 1_000,
      // The library sleeps through short waits inside a request by default; who asked shall know.
      floodSleepThreshold: 0,
      // Its documentation says this is the default; it is not.
      securityChecks: true,
      networkSocket: this.#sockets.kind,
      deviceModel: options.device ?? 'siptg',
      ...(options.proxy && { proxy: { ip: options.proxy.host, socksType: 5, ...credentials(options.proxy) } }),
    });
    this.#client.onError = async (error) => options.log.info({ error: error?.message }, 'telegram library');
    withSender(this.#client, keepContainersWhole);
    // A second memory of users, beside the session's, that grows as well.
    Object.assign(this.#client._entityCache, { add() {} });
  }

  /** The login as a string, once there is one. Secret. */
  get savedSession(): string {
    return this.#session.save() as unknown as string;
  }

  /** Telegram has answered the first request. Before, the library watches nothing: no ping, no time-out. */
  get isReady() {
    return this.#isReady;
  }

  /**
   * Connects; once. Goes on dialling after it threw, until the end.
   * @throws TelegramUnreachable when there is no connection in time
   */
  async connect(timeoutMs: number): Promise<void> {
    const connecting = (this.#connecting ??= this.#client.connect().then(() => {
      this.#isReady = true;
    }));
    await this.#within(timeoutMs, new TelegramUnreachable('no connection to Telegram'), () => connecting);
  }

  /**
   * Sends a request, as soon as there is a connection.
   * @throws TelegramTimeout; the request is then forgotten, so that a reconnection does not repeat it much later
   * @throws TelegramUnreachable when this life ended
   * @throws the library's RPCError
   */
  async invoke<R extends Api.AnyRequest>(request: R, timeoutMs: number): Promise<R['__response']> {
    const late = new TelegramTimeout(request.className, timeoutMs);
    let isLate = false;
    try {
      return await this.#within(timeoutMs, late, async () => {
        await this.#connecting;
        // Nobody waits for it any more: it must not be sent when the connection comes up at last.
        if (isLate) throw late;
        return this.#client.invoke(request);
      });
    } catch (error) {
      isLate = true;
      if (error === late) forget(this.#client, request, late);
      throw error;
    }
  }

  /** To another data centre, where the connection gets a key of its own. @throws TelegramUnreachable */
  async moveTo(dcId: number, timeoutMs: number): Promise<void> {
    await this.#within(timeoutMs, new TelegramUnreachable('no connection to Telegram'), () =>
      this.#client._switchDC(dcId),
    );
  }

  /** Ends the instance; requests under way fail. Takes at most 2 s. */
  async end(reason: Error = new TelegramUnreachable('the client was closed')): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    this.#sockets.close();
    // The library's connect loop asks nobody whether it is still wanted.
    stopDialling(this.#client);
    for (const settle of [...this.#settlers]) settle(reason);
    const destroyed = this.#client.destroy().catch(() => {});
    await Promise.race([destroyed, new Promise((resolve) => setTimeout(resolve, 2_000).unref())]);
  }

  async #within<T>(timeoutMs: number, late: Error, work: () => Promise<T>): Promise<T> {
    if (this.#over) throw new TelegramUnreachable('the client was closed');
    const { promise: ended, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(reject, timeoutMs, late);
    this.#settlers.add(reject);
    try {
      const working = work();
      working.catch(() => {});
      return await Promise.race([working, ended]);
    } finally {
      clearTimeout(timer);
      this.#settlers.delete(reject);
    }
  }
}

const credentials = ({ port, username, password }: SocksProxy) => ({
  port,
  ...(username !== undefined && { username }),
  ...(password !== undefined && { password }),
});
