import { rm } from 'node:fs/promises';
import { isIP } from 'node:net';
import { type Logger, pino } from 'pino';

import { SimulatedClock } from 'xstate';
import { UserPhone } from '../../sandbox/phone/phone.ts';
import type { Person, PersonMessage } from '../../sandbox/telegram/person.ts';
import { startTelegram, type TelegramSandbox } from '../../sandbox/telegram/telegram.ts';
import { systemClock } from '../../sandbox/telegram/world/clock.ts';
import { dialRules } from '../../src/adapters/dial-rules/dial-rules.ts';
import type { Metrics } from '../../src/adapters/metrics/metrics.ts';
import type { PlanFile } from '../../src/adapters/plans/plan-file.ts';
import { readTemplates, shippedTemplates } from '../../src/adapters/templates/catalogue.ts';
import { installationCommands } from '../../src/cli/installation-commands.ts';
import { readConfig } from '../../src/config.ts';
import { openDatabase } from '../../src/db/database.ts';
import type { NewLine } from '../../src/db/line-repository.ts';
import { hostOptionsOf } from '../../src/host-options.ts';
import { EpochMs, type LineId, UserId } from '../../src/machines/model/ids.ts';
import { type Service, type ServiceOptions, startService } from '../../src/service.ts';
import { openStorage, type Storage } from '../../src/storage.ts';
import { temporaryDirectory } from './database.ts';
import { eventually } from './eventually.ts';
import { loopbackOnly } from './loopback-only.ts';
import { Traces } from './traces.ts';

/** Telegram, the whole service with the machines' clock in hand, and Olga with her phone. */
export interface Stage {
  readonly telegram: TelegramSandbox;
  readonly service: Service;
  readonly storage: Storage;
  /** Of the machines; protocol clocks run in real time. */
  readonly clock: SimulatedClock;
  readonly olga: Person;
  readonly phone: UserPhone;
  /** May give the operator's commands in the settings bot. */
  readonly admin: Person;
  /** The conversation partner of everybody: the chat account's id. */
  readonly chat: string;
  /** Adds a line of Olga's and waits until it is registered. */
  addLine(line: Partial<NewLine> & Pick<NewLine, 'domain'>): Promise<LineId>;
  removeLine(line: LineId): Promise<void>;
  setCallback(on: boolean): Promise<void>;
  /** Somebody else with a phone, who has written to the chat account unless he is a stranger to it. */
  addPerson(
    firstName: string,
    options?: { readonly stranger?: boolean; readonly languageCode?: string; readonly username?: string },
  ): { person: Person; phone: UserPhone };
  /** Another host of the installation, in this process. @param worker whose: the first's where not given */
  addHost(id: string, worker?: string): Promise<Service>;
  /** A command of the operator, e.g. `line set <id> --rules ^8=7`. */
  cli(...words: readonly string[]): Promise<string>;
  /** How many INVITEs the service has sent, repetitions with credentials among them. */
  invites(): number;
  /** Everybody's clock goes forward; those of protocols do not. */
  later(ms: number): void;
  /** The keypad, once it is there. */
  panel(): Promise<PersonMessage>;
  /** Until no call is made or runs any more. */
  quiet(): Promise<void>;
  /** Ends what a test left: calls, lines, switches. @throws when its traces do not replay, or it reached elsewhere (AC-63) */
  rest(): Promise<void>;
  /** @throws as `rest` */
  close(): Promise<void>;
}

export interface StageOptions {
  readonly tls?: ServiceOptions['sip']['tls'];
  readonly plans?: PlanFile;
  readonly settings?: Partial<ServiceOptions['settings']>;
  /** Silent by default. */
  readonly log?: Logger;
  /** How many parts people are divided into. */
  readonly shards?: number;
  /** Of the first host. */
  readonly metrics?: Metrics;
}

export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const { shards = 2 } = options;
  const network = loopbackOnly();
  const directory = await temporaryDirectory();
  const log = options.log ?? pino({ level: process.env.TEST_LOG ?? 'silent' });
  let aheadMs = 0;
  const clock = new SimulatedClock();
  const telegram = await startTelegram({ clock: { ...systemClock, nowMs: () => systemClock.nowMs() + aheadMs } });
  const olgaId = telegram.addUser({ firstName: 'Olga' }).id;
  const chat = telegram.addUser({ firstName: 'Telephone', username: 'siptg' }).id;
  const { token } = telegram.addBot({ firstName: 'Settings', username: 'siptg_bot', inline: true });
  const admin = telegram.person(telegram.addUser({ firstName: 'Ada' }).id);
  const olga = telegram.person(olgaId);
  olga.sends('hello', chat);
  const storage = await openStorage(readConfig({}), directory);
  const traces: Traces[] = [];
  /** Each host has a login of its own. */
  const startHost = async (
    id: string,
    on: Storage,
    { worker = 'main', metrics }: { worker?: string; metrics?: Metrics | undefined } = {},
  ) => {
    const started = await startService({
      host: hostOptionsOf(readConfig({ HOST_ID: id, SHARDS: String(shards), WORKER_ID: worker })),
      storage: on,
      log,
      clock,
      wallClock: { now: () => EpochMs(Date.now() + aheadMs) },
      ...(options.plans && { plans: options.plans }),
      ...(metrics && { metrics }),
      settings: {
        admins: [UserId(admin.id)],
        allowPrivateRegistrars: true,
        templates: readTemplates([shippedTemplates], dialRules),
        worker: { name: 'This host', place: '' },
        // No test asks a name server of the world.
        hosts: { lookup: async (host) => (isIP(host) === 0 ? (names[host] ?? []) : [host]) },
        ...options.settings,
      },
      telegram: {
        apiId: 1,
        apiHash: '0'.repeat(32),
        session: telegram.sessionString(chat),
        proxy: { host: '127.0.0.1', port: telegram.socksPort },
        botToken: token,
        botApiRoot: telegram.botApiRoot,
      },
      sip: {
        bind: { host: '127.0.0.1', udpPort: 0, tcpPort: 0 },
        advertisedHost: '127.0.0.1',
        ...(options.tls && { tls: options.tls }),
      },
      media: {
        threads: 1,
        rtpHost: '127.0.0.1',
        rtpPorts: { from: 24_000, to: 24_999 },
        ice: { addresses: ['127.0.0.1'] },
      },
    });
    traces.push(new Traces(started, storage));
    return started;
  };
  const service = await startHost('local', storage, { metrics: options.metrics });
  const hosts: { service: Service; storage: Storage }[] = [];
  const phone = new UserPhone(olga.device());
  const others: UserPhone[] = [];

  const quiet = async () => {
    await eventually(() => {
      // Tones that end a failed call, and rests, are the machines' time.
      clock.increment(1_000);
      if (service.engaged > 0) throw new Error('a call is still there');
    });
  };
  /** AC-63, of every story that is told here. */
  const judge = async () => {
    for (const ofHost of traces) await ofHost.check();
    const elsewhere = network.elsewhere();
    if (elsewhere.length > 0) throw new Error(`the story reached elsewhere: ${elsewhere.join(', ')}`);
  };
  return {
    telegram,
    service,
    storage,
    clock,
    olga,
    phone,
    admin,
    chat,
    async addLine(line) {
      const id = await service.lines.add({
        name: 'Office',
        owner: UserId(olgaId),
        login: '100',
        password: 'secret',
        proxy: '',
        transport: 'udp',
        codecs: ['opus', 'alaw', 'mulaw'],
        ...line,
      });
      await service.lineActors.follow();
      await service.lineActors.until(id, 'reachable', AbortSignal.timeout(10_000));
      return id;
    },
    async removeLine(line) {
      await service.lines.remove(line);
      await service.lineActors.follow();
    },
    addPerson(firstName, { stranger = false, languageCode, username } = {}) {
      const { id } = telegram.addUser({
        firstName,
        ...(languageCode !== undefined && { languageCode }),
        ...(username !== undefined && { username }),
      });
      const person = telegram.person(id);
      if (!stranger) person.sends('hello', chat);
      const theirs = new UserPhone(person.device());
      others.push(theirs);
      return { person, phone: theirs };
    },
    async addHost(id, worker) {
      const database = await openDatabase(storage.url);
      const theirs = { ...storage, database, close: () => database.close() };
      const added = await startHost(id, theirs, { ...(worker && { worker }) });
      hosts.push({ service: added, storage: theirs });
      return added;
    },
    async cli(noun = '', verb = '', ...words) {
      const command = installationCommands[`${noun} ${verb}`];
      if (!command) throw new Error(`no command ${noun} ${verb}`);
      return (await command(words))(storage);
    },
    invites: () => service.sip.counters.totals()['sent INVITE'] ?? 0,
    later(ms) {
      aheadMs += ms;
      clock.increment(ms);
    },
    setCallback: (on) => service.setCallback(UserId(olgaId), on),
    panel: () => olga.waitsFor(({ buttons }) => buttons.flat().includes('#')),
    quiet,
    async rest() {
      for (const call of [phone, ...others].flatMap(({ currentCalls }) => currentCalls)) call.hangUp();
      aheadMs = 0;
      await quiet();
      // A number that waits for its user's call is not one that is made.
      clock.increment(60_000);
      for (const { id } of await service.lines.all()) await service.lines.remove(id);
      await service.lineActors.follow();
      await service.setCallback(UserId(olgaId), true);
      await service.settled();
      for (const message of olga.conversation(chat)) olga.deletes(message);
      await judge();
    },
    async close() {
      for (const one of [phone, ...others]) one.close();
      for (const host of hosts) {
        await host.service.stop(0);
        await host.storage.close();
      }
      await service.stop(0);
      try {
        await judge();
      } finally {
        await storage.close();
        await telegram.close();
        await rm(directory, { recursive: true, force: true });
        network.end();
      }
    },
  };
}

/** Names of servers that lead somewhere. */
const names: Readonly<Record<string, readonly string[]>> = { localhost: ['127.0.0.1'] };
