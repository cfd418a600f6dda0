import { rm } from 'node:fs/promises';
import { pino } from 'pino';
import { vi } from 'vitest';
import { SimulatedClock } from 'xstate';
import { UserPhone } from '../../sandbox/phone/phone.ts';
import type { Person, PersonMessage } from '../../sandbox/telegram/person.ts';
import { startTelegram, type TelegramSandbox } from '../../sandbox/telegram/telegram.ts';
import { readConfig } from '../../src/config.ts';
import type { NewLine } from '../../src/db/line-repository.ts';
import { type LineId, UserId } from '../../src/machines/model/ids.ts';
import { type Service, type ServiceOptions, startService } from '../../src/service.ts';
import { openStorage } from '../../src/storage.ts';
import { temporaryDirectory } from './database.ts';

/** Telegram, the whole service with the machines' clock in hand, and Olga with her phone. */
export interface Stage {
  readonly telegram: TelegramSandbox;
  readonly service: Service;
  /** Of the machines; protocol clocks run in real time. */
  readonly clock: SimulatedClock;
  readonly olga: Person;
  readonly phone: UserPhone;
  /** The conversation partner of everybody: the chat account's id. */
  readonly chat: string;
  /** Adds a line of Olga's and waits until it is registered. */
  addLine(line: Partial<NewLine> & Pick<NewLine, 'domain'>): Promise<LineId>;
  removeLine(line: LineId): Promise<void>;
  setCallback(on: boolean): Promise<void>;
  /** The keypad, once it is there. */
  panel(): Promise<PersonMessage>;
  /** Until no call is made or runs any more. */
  quiet(): Promise<void>;
  /** Ends what a test left: calls, lines, switches. */
  rest(): Promise<void>;
  close(): Promise<void>;
}

export async function openStage(options: { readonly tls?: ServiceOptions['sip']['tls'] } = {}): Promise<Stage> {
  const directory = await temporaryDirectory();
  const log = pino({ level: process.env.TEST_LOG ?? 'silent' });
  const clock = new SimulatedClock();
  const telegram = await startTelegram();
  const olgaId = telegram.addUser({ firstName: 'Olga' }).id;
  const chat = telegram.addUser({ firstName: 'Telephone', username: 'siptg' }).id;
  const { token } = telegram.addBot({ firstName: 'Settings', username: 'siptg_bot', inline: true });
  const olga = telegram.person(olgaId);
  olga.sends('hello', chat);
  const storage = await openStorage(readConfig({}), directory);
  const service = await startService({
    storage,
    log,
    clock,
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
  const phone = new UserPhone(olga.device());

  const quiet = async () => {
    await vi.waitFor(() => {
      // Tones that end a failed call, and rests, are the machines' time.
      clock.increment(1_000);
      if (service.engaged > 0) throw new Error('a call is still there');
    }, 10_000);
  };
  return {
    telegram,
    service,
    clock,
    olga,
    phone,
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
    setCallback: (on) => service.setCallback(UserId(olgaId), on),
    panel: () => olga.waitsFor(({ buttons }) => buttons.flat().includes('#')),
    quiet,
    async rest() {
      for (const call of phone.currentCalls) call.hangUp();
      await quiet();
      for (const { id } of await service.lines.all()) await service.lines.remove(id);
      await service.lineActors.follow();
      await service.setCallback(UserId(olgaId), true);
      await service.settled();
      for (const message of olga.conversation(chat)) olga.deletes(message);
    },
    async close() {
      phone.close();
      await service.stop(0);
      await storage.close();
      await telegram.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
