import { rm } from 'node:fs/promises';
import { startConsole } from '../sandbox/console.ts';
import { type SandboxPage, startPage } from '../sandbox/page/page.ts';
import { startPbx } from '../sandbox/pbx/pbx.ts';
import { UserPhone } from '../sandbox/phone/phone.ts';
import type { Person } from '../sandbox/telegram/person.ts';
import { startTelegram } from '../sandbox/telegram/telegram.ts';
import type { Config } from './config.ts';
import { UserId } from './machines/model/ids.ts';
import type { Service, ServiceOptions } from './service.ts';
import { dataDirOf, openStorage, type Storage } from './storage.ts';

/** Everything outside of the service that a call needs: Telegram, a PBX, and Olga with her telephone. */
export interface SandboxProfile {
  readonly storage: Storage;
  /** How the service reaches this Telegram. */
  readonly telegram: ServiceOptions['telegram'];
  readonly olga: Person;
  readonly phone: UserPhone;
  readonly pbx: Awaited<ReturnType<typeof startPbx>>;
  /** Olga's messenger in a browser, with telephones of the PBX beside it. */
  readonly page: SandboxPage;
  /** The chat account's id. */
  readonly chat: string;
  /** Gives Olga her line at the PBX and waits until it is registered. */
  connect(service: Service): Promise<void>;
  /** Says what there is to try, and lets the person at the terminal play Olga. */
  introduce(service: Service): Promise<void>;
  close(): Promise<void>;
}

/** Where the page is unless somebody else is there. */
const pagePort = 8070;
const account = { user: '100', password: 'sandbox' };
/** For a line that is set up in the settings bot. */
const spare = { user: '101', password: 'sandbox' };

/** Starts the sandbox on loopback. Its world lasts as long as the process, so its database starts empty each time. */
export async function openSandbox(config: Config): Promise<SandboxProfile> {
  const dataDir = dataDirOf(config);
  // Also with DATABASE_URL: nobody's database is emptied for a game.
  await using starting = new AsyncDisposableStack();
  const storage = await openStorage({ ...config, DATABASE_URL: undefined }, dataDir, { fresh: true });
  starting.defer(async () => {
    await storage.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  const double = await startTelegram();
  starting.defer(() => double.close());
  const pbx = await startPbx({ host: '127.0.0.1', accounts: [account, spare] });
  starting.defer(() => pbx.close());
  const olgaId = double.addUser({ firstName: 'Olga' }).id;
  const chat = double.addUser({ firstName: 'Telephone', username: 'siptg' }).id;
  const bot = double.addBot({ firstName: 'Settings', username: 'siptg_bot', inline: true });
  const olga = double.person(olgaId);
  // For the pickers of the settings bot: somebody to give a line to, somewhere to have recordings sent.
  double.addUser({ firstName: 'Boris' });
  double.world.addChat({ kind: 'group', title: 'Recordings', creatorId: olgaId });
  // The chat account writes and calls first to nobody who has not written to it.
  olga.sends('hello', chat);
  const phone = new UserPhone(olga.device());
  starting.defer(() => phone.close());
  const people = { me: olgaId, chat, bot: bot.id };
  const page = await startPage({ telegram: double, pbx, people, account: account.user, spare, port: pagePort });
  starting.defer(() => page.close());

  const connect = async (service: Service): Promise<void> => {
    const line = await service.lines.add({
      name: 'Demo PBX',
      owner: UserId(olgaId),
      login: account.user,
      password: account.password,
      domain: `127.0.0.1:${pbx.port}`,
      proxy: '',
      transport: 'udp',
      codecs: ['opus', 'alaw', 'mulaw'],
    });
    await service.lineActors.follow();
    await service.lineActors.until(line, 'reachable', AbortSignal.timeout(10_000));
  };
  const started = starting.move();
  return {
    storage,
    telegram: {
      apiId: 1,
      apiHash: '0'.repeat(32),
      session: double.sessionString(chat),
      proxy: { host: '127.0.0.1', port: double.socksPort },
      botToken: bot.token,
      botApiRoot: double.botApiRoot,
    },
    olga,
    phone,
    pbx,
    page,
    chat,
    connect,
    async introduce(service) {
      await connect(service);
      startConsole({ olga, phone, pbx, page, chat, bot: bot.id, account: account.user, spare });
    },
    close: () => started.disposeAsync(),
  };
}
