import type { Logger } from 'pino';
import type { BotApiFaults } from './botapi/faults.ts';
import { startBotApi } from './botapi/server.ts';
import { Person } from './person.ts';
import { WorldRpc } from './rpc/methods.ts';
import type { TlObject } from './wire/contract.ts';
import type { Faults } from './wire/faults.ts';
import { type MtServer, startMtServer } from './wire/server.ts';
import type { Clock } from './world/clock.ts';
import type { NewBot, NewUser } from './world/directory.ts';
import type { WorldFaults } from './world/faults.ts';
import type { UserId } from './world/model.ts';
import { World } from './world/world.ts';

export interface TelegramOptions {
  /** Of the world: call timeouts, dates, code lifetimes. The MTProto server always runs on the system's clock. */
  readonly clock?: Clock;
  /** The same seed gives the same ids, codes and tokens. */
  readonly seed?: string;
  readonly mtprotoPort?: number;
  readonly botApiPort?: number;
  readonly logger?: Logger;
  /** Is told of each request that reaches the methods, and of whose: what the client calls its device. */
  readonly requested?: (request: TlObject, device: string) => void;
}

export interface TelegramSandbox {
  readonly world: World;
  readonly mtproto: MtServer;
  /** What bot libraries call apiRoot. */
  readonly botApiRoot: string;
  /** SOCKS5 on 127.0.0.1; every destination leads to the MTProto server. */
  readonly socksPort: number;
  /** The server's public key, for clients that make their own auth key. */
  readonly rsa: {
    readonly publicKeyPem: string;
    readonly fingerprint: bigint;
    readonly modulus: bigint;
    readonly exponent: number;
  };
  readonly faults: { readonly wire: Faults; readonly world: WorldFaults; readonly botApi: BotApiFaults };
  addUser(user: NewUser): { readonly id: UserId };
  addBot(bot: NewBot): { readonly id: UserId; readonly token: string };
  person(userId: UserId): Person;
  /** A new login of this user as a GramJS StringSession; to be used through the proxy. */
  sessionString(userId: UserId): string;
  close(): Promise<void>;
}

/** Starts a Telegram on loopback: MTProto, Bot API, and the people in it. */
export async function startTelegram(options: TelegramOptions = {}): Promise<TelegramSandbox> {
  const world = new World(options);
  const rpc = new WorldRpc(world);
  const mtproto = await startMtServer({
    methods: {
      handle(request, session) {
        options.requested?.(request, session.login.device.deviceModel);
        return rpc.handle(request, session);
      },
      opened: (session) => rpc.opened(session),
      closed: (session) => rpc.closed(session),
    },
    ...(options.mtprotoPort === undefined ? {} : { port: options.mtprotoPort }),
    ...(options.logger ? { logger: options.logger } : {}),
  });
  const botApi = await startBotApi(world, options.botApiPort === undefined ? {} : { port: options.botApiPort });
  const people = new Map<UserId, Person>();
  return {
    world,
    mtproto,
    botApiRoot: botApi.root,
    socksPort: mtproto.socksPort,
    rsa: {
      publicKeyPem: mtproto.rsaPublicKeyPem,
      fingerprint: mtproto.rsaFingerprint,
      modulus: mtproto.rsaModulus,
      exponent: mtproto.rsaExponent,
    },
    faults: { wire: mtproto.faults, world: world.faults, botApi: botApi.faults },
    addUser: (user) => ({ id: world.directory.addUser(user).id }),
    addBot(bot) {
      const { id, bot: traits } = world.directory.addBot(bot);
      return { id, token: traits?.token ?? '' };
    },
    person(userId) {
      const known = people.get(userId) ?? new Person(world, userId);
      people.set(userId, known);
      return known;
    },
    sessionString(userId) {
      world.directory.user(userId);
      return mtproto.sessionString(userId);
    },
    async close() {
      rpc.close();
      await Promise.all([mtproto.close(), botApi.close()]);
    },
  };
}
