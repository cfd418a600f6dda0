import { Redis } from 'ioredis';
import { expect } from 'vitest';
import type { AnyMachineSnapshot } from 'xstate';
import { UserPhone } from '../../../sandbox/phone/phone.ts';
import type { Person } from '../../../sandbox/telegram/person.ts';
import { startTelegram } from '../../../sandbox/telegram/telegram.ts';
import type { Report } from '../../../src/adapters/http/readiness.ts';
import { type Database, openDatabase } from '../../../src/db/database.ts';
import { LineBookRepository } from '../../../src/db/line-book-repository.ts';
import { LineRepository, type NewLine } from '../../../src/db/line-repository.ts';
import { SecretBox } from '../../../src/db/secret-box.ts';
import { type LineId, UserId } from '../../../src/machines/model/ids.ts';
import { mainWorker, shardOf } from '../../../src/machines/model/shards.ts';
import { startRedis } from '../../adapters/jobs/redis.ts';
import { startRelay } from '../../adapters/jobs/relay.ts';
import { freePort } from '../../peers/program.ts';
import { temporaryCluster } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { loggedEnds } from '../../support/logged-ends.ts';
import { passwordOf, type SipHouse } from '../../support/sip-house.ts';
import { type BotDoor, openBotDoor } from './bot-door.ts';
import type { Failpoint } from './failpoints.ts';
import { FreezableServer } from './frozen-server.ts';
import { Running, reachableDirectory } from './running.ts';

/** Somebody with a line and a phone. */
export interface Subscriber {
  readonly user: UserId;
  readonly person: Person;
  readonly phone: UserPhone;
  /** Of the PBX. */
  readonly number: string;
  readonly line: LineId;
}

/** What a host asked of Telegram. */
export interface HostRequest {
  readonly host: string;
  readonly of: 'the chat account' | 'the bot';
  readonly method: string;
  readonly atMs: number;
}

/** An installation of several service processes, its Telegram and its people. */
type Environment = Readonly<Record<string, string>>;

export interface HouseOfHosts {
  /** The conversation partner of everybody: the chat account's id. */
  readonly chat: string;
  /** Until it takes calls. With `dies` it kills itself there, from `mayDie` on. `more`: of its environment. */
  start(host: string, options?: { readonly dies?: Failpoint; readonly more?: Environment }): Promise<Running>;
  mayDie(host: Running): Promise<void>;
  /** Where it has its SIP, UDP and TCP, each time it runs. */
  sipPort(host: string): Promise<number>;
  readonly requests: readonly HostRequest[];
  /** Which host has this shard, also `bot` and `lead`. */
  ownerOf(shard: string): Promise<string | undefined>;
  /** Until these hosts, and no others, have so many shards each. */
  shared(counts: Readonly<Record<string, number>>, timeoutMs: number): Promise<void>;
  /** Until this host has no shard any more. */
  ownsNothing(host: string, timeoutMs: number): Promise<void>;
  /** Until these say themselves that they are ready to take calls. */
  isReady(...hosts: readonly string[]): Promise<void>;
  /** Until a line is registered by one of these hosts, as it has said itself. */
  isRegistered(line: LineId, ...where: readonly string[]): Promise<void>;
  /** Which host has this person. */
  hostOf(user: UserId): Promise<string | undefined>;
  /** Of people that nobody has met yet, one whom this host has, with a line on Auto at the PBX. */
  subscriber(number: string, host: string, line?: Partial<NewLine>): Promise<Subscriber>;
  readonly database: Database;
  /** Where the logs of all machines lead, the oldest first. */
  loggedEnds(): Promise<readonly AnyMachineSnapshot[]>;
  /** Rows of the installation's database. */
  query<Row>(sql: string, parameters?: readonly unknown[]): Promise<readonly Row[]>;
  /** His lines as he has them in the settings bot. */
  readonly book: LineBookRepository;
  /** The database itself, and with jobs on PostgreSQL these too. */
  readonly server: FreezableServer;
  /** Redis forgets everything and is away, until `mend`; undefined: there is none. */
  readonly redis: { lose(): Promise<void>; mend(): void } | undefined;
  close(): Promise<void>;
}

const shards = 10;
const key = Buffer.alloc(32, 5);

/** Whose lines they are. */
export type LineServer = Pick<SipHouse, 'address'> & { readonly kamailio: Pick<SipHouse['kamailio'], 'domain'> };

export async function openHouseOfHosts(backend: string, pbx: LineServer): Promise<HouseOfHosts> {
  await using opening = new AsyncDisposableStack();
  const directory = await reachableDirectory();
  opening.defer(() => directory.remove());
  const cluster = await temporaryCluster();
  opening.defer(() => cluster.stop());
  const redis = backend === 'Redis' ? await startRedis() : undefined;
  if (redis) opening.defer(() => redis.stop());
  const way = redis && (await startRelay(redis.port));
  if (way) opening.defer(() => way.close());
  const database = await openDatabase(cluster.url);
  opening.defer(() => database.close());
  const [{ data_directory: data } = { data_directory: '' }] = await database
    .fork()
    .execute<{ data_directory: string }[]>('show data_directory');
  const server = await FreezableServer.of(data);
  opening.defer(async () => server.thaw());
  const requests: HostRequest[] = [];
  const telegram = await startTelegram({
    requested({ _: method }, device) {
      const host = device.replace(/^siptg /, '');
      requests.push({ host, of: 'the chat account', method, atMs: Date.now() });
    },
  });
  opening.defer(() => telegram.close());
  const chat = telegram.addUser({ firstName: 'Telephone', username: 'siptg' }).id;
  const { token } = telegram.addBot({ firstName: 'Settings', username: 'siptg_bot', inline: true });
  const box = new SecretBox(key);
  const lines = new LineRepository(database, box, () => false);
  const phones: UserPhone[] = [];
  opening.defer(async () => phones.forEach((phone) => phone.close()));
  const sipPorts = new Map<string, number>();
  const sipPort = async (host: string) => {
    const port = sipPorts.get(host) ?? (await freePort());
    sipPorts.set(host, port);
    return port;
  };
  const botDoors = new Map<string, BotDoor>();
  opening.defer(async () => {
    for (const door of botDoors.values()) await door.close();
  });
  const botDoor = async (host: string) => {
    const requested = (method: string) => requests.push({ host, of: 'the bot', method, atMs: Date.now() });
    const door = botDoors.get(host) ?? (await openBotDoor(telegram.botApiRoot, requested));
    botDoors.set(host, door);
    return door.root;
  };
  const running: Running[] = [];
  opening.defer(async () => {
    for (const host of running) host.signal('SIGKILL');
    await Promise.all(running.map(({ exited }) => exited));
  });
  const owners = async () =>
    database
      .fork()
      .execute<{ id: string; host: string | null }[]>(`select id, split_part(owner, '/', 1) as host from shard`);
  const ownerOf = async (shard: string) => (await owners()).find(({ id }) => id === shard)?.host ?? undefined;
  const hostOf = (user: UserId) => ownerOf(shardOf(user, mainWorker, shards));
  const registeredOn = async (line: LineId) => {
    const [standing] = await database
      .fork()
      .execute<{ host: string }[]>(
        `select split_part(host, '/', 1) as host from line_standing where line_id = ? and reachability ->> 'state' = 'reachable'`,
        [line],
      );
    return standing?.host;
  };
  const pages = new Map<string, string>();
  let rtpFrom = 26_000;
  const open = opening.move();
  return {
    chat,
    hostOf,
    loggedEnds: () => loggedEnds(database),
    ownerOf,
    sipPort,
    requests,
    database,
    server,
    redis: redis && {
      async lose() {
        way?.cut();
        const operator = new Redis(redis.port, '127.0.0.1');
        await operator.flushall();
        operator.disconnect();
      },
      mend: () => way?.mend(),
    },
    async mayDie(host) {
      host.signal('SIGUSR2');
      await host.prints(/^It may die/);
    },
    ownsNothing: (host, timeoutMs) =>
      eventually(async () => expect((await owners()).filter((owner) => owner.host === host)).toEqual([]), {
        timeout: timeoutMs,
        interval: 50,
      }),
    async isReady(...hosts) {
      for (const host of hosts) {
        await eventually(
          async () => {
            const { parts } = (await (await fetch(pages.get(host) ?? '')).json()) as Report;
            expect(Object.entries(parts).filter(([, { ok }]) => !ok)).toEqual([]);
          },
          { timeout: 30_000 },
        );
      }
    },
    isRegistered: (line, ...where) =>
      eventually(async () => expect(where).toContain(await registeredOn(line)), { timeout: 20_000 }),
    async start(host, { dies, more = {} } = {}) {
      const started = Running.start('test/process/support/service-process.ts', {
        HOST: host,
        SHARDS: String(shards),
        DATA_DIR: `${directory.path}/${host}`,
        // So that the database knows who writes.
        DATABASE_URL: `${cluster.url}?application_name=${host}`,
        SECRET_KEY: key.toString('base64'),
        // A login of its own.
        SESSION: telegram.sessionString(chat),
        SOCKS_PORT: String(telegram.socksPort),
        BOT_TOKEN: token,
        BOT_API_ROOT: await botDoor(host),
        SIP_PORT: String(await sipPort(host)),
        RTP_FROM: String(rtpFrom),
        ...(dies && { DIES: JSON.stringify(dies) }),
        DRAIN_MS: '60000',
        // To look into what failed.
        ...(process.env.LOG_LEVEL && { LOG_LEVEL: process.env.LOG_LEVEL }),
        ...(way && { REDIS_URL: `redis://127.0.0.1:${way.port}` }),
        ...more,
      });
      rtpFrom += 1_000;
      running.push(started);
      pages.set(host, (await started.prints(/^The service is ready/)).replace(/^.*: http/, 'http'));
      return started;
    },
    shared: (counts, timeoutMs) =>
      eventually(
        async () => {
          const byHost = Object.groupBy(await owners(), ({ host }) => host ?? 'nobody');
          expect(Object.fromEntries(Object.entries(byHost).map(([host, of]) => [host, of?.length]))).toEqual(counts);
        },
        { timeout: timeoutMs, interval: 50 },
      ),
    query: (sql, parameters = []) => database.fork().execute(sql, [...parameters]),
    book: new LineBookRepository(database, box),
    async subscriber(number, host, options) {
      for (;;) {
        const { id } = telegram.addUser({ firstName: `Caller ${number}` });
        const user = UserId(id);
        if ((await hostOf(user)) !== host) continue;
        const person = telegram.person(id);
        person.sends('hello', chat);
        const phone = new UserPhone(person.device());
        phones.push(phone);
        const line = await lines.add({
          name: 'Office',
          owner: user,
          login: number,
          password: passwordOf(number),
          domain: pbx.kamailio.domain,
          proxy: pbx.address('udp'),
          transport: 'udp',
          codecs: ['alaw'],
          ...options,
        });
        return { user, person, phone, number, line };
      }
    },
    close: () => open.disposeAsync(),
  };
}
