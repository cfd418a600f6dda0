import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { Delivery } from '../../../src/actors/ports/recording-delivery.ts';
import { undelivered } from '../../../src/actors/undelivered.ts';
import { botDelivery } from '../../../src/adapters/bot/delivery/delivery.ts';
import { openJobs } from '../../../src/adapters/jobs/jobs.ts';
import {
  RecordingDeliveries,
  type RecordingDeliveriesOptions,
} from '../../../src/adapters/jobs/recordings/delivery.ts';
import { accountDelivery } from '../../../src/adapters/telegram/delivery/delivery.ts';
import { FluentTexts } from '../../../src/adapters/texts/texts.ts';
import { RecordingRepository } from '../../../src/db/recording-repository.ts';
import { SegmentRepository } from '../../../src/db/segment-repository.ts';
import { EpochMs, RecordingId, UserId } from '../../../src/machines/model/ids.ts';
import { eventually } from '../../support/eventually.ts';
import { type Relay, startRelay } from '../jobs/relay.ts';
import { freshDatabase, openTables, silent, through } from '../jobs/support.ts';
import { chatAccount } from '../telegram-client/chat-account.ts';
import { ManualClock } from '../telegram-client/manual-clock.ts';
import { type OggOptions, writeOggOpus } from './ogg.ts';

export const until = (holds: () => void | Promise<void>, timeoutMs = 15_000) =>
  eventually(holds, { timeout: timeoutMs, interval: 20 });

type Targets = Pick<RecordingDeliveriesOptions, 'conversation' | 'bot'>;
type Others = Partial<Pick<RecordingDeliveriesOptions, 'conversation' | 'bot' | 'segments'>>;

const onlyHost = 'main';

/** Deliveries on a database, queues and a directory of their own, whose process can be ended and started again. */
export async function office(clusterUrl: string, targets: Targets) {
  const databaseUrl = await freshDatabase(clusterUrl);
  const [rowsRelay, jobsRelay] = [await relayTo(databaseUrl), await relayTo(databaseUrl)];
  const root = await mkdtemp(join(tmpdir(), 'siptg-delivery-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const directory = join(root, 'recordings');
  await mkdir(directory);
  const clock = new ManualClock();
  const tables = await openTables(through(databaseUrl, rowsRelay.port));
  onTestFinished(() => tables.close());
  const rows = new RecordingRepository(tables);
  const segments = new SegmentRepository(tables, onlyHost);
  let number = 0;
  let jobsBeingDone = 0;

  /** A process of a host, which has a directory of its own. */
  const open = async (others: Others = {}, host = onlyHost) => {
    const own = host === onlyHost ? directory : join(root, host);
    await mkdir(own, { recursive: true });
    const jobs = await openJobs({ databaseUrl: through(databaseUrl, jobsRelay.port), host, log: silent });
    const { recordings } = jobs.queues;
    const work = recordings.work.bind(recordings);
    recordings.work = (handler, options) =>
      work((job, signal) => {
        jobsBeingDone++;
        return handler(job, signal).finally(() => jobsBeingDone--);
      }, options);
    const deliveries = new RecordingDeliveries({
      rows,
      segments: new SegmentRepository(tables, host),
      queue: recordings,
      uploads: jobs.queues.segments,
      host,
      ...targets,
      ...others,
      directory: own,
      notDelivered: undelivered({ texts: new FluentTexts(), users: { language: async () => 'es' } }),
      pieceMissing: async () => 'a piece is missing',
      log: silent,
      clock,
    });
    const close = async () => {
      await deliveries.close();
      await jobs.close();
    };
    onTestFinished(close);
    return { deliveries, close, directory: own };
  };

  /** A finished recording on the disk. */
  const recorded = async (about: Partial<Delivery> = {}, ogg: OggOptions = { seconds: 2 }): Promise<Delivery> => {
    const recording = RecordingId(`recording-${++number}`);
    return {
      recording,
      file: await writeOggOpus(join(directory, `${recording}.ogg`), ogg),
      user: UserId('1'),
      owner: UserId('2'),
      chat: undefined,
      title: 'Pat +49 30 1234',
      performer: 'Office',
      startedAt: EpochMs(Date.UTC(2026, 10, 22, 9, 30)),
      caption: 'Pat · Office · 22 Nov 2026 10:30:00',
      ...about,
    };
  };

  /** A look ends by waiting for the next one. Jobs that are told later find that their try was made. */
  const allIsTried = () => until(() => expect([clock.waiting, jobsBeingDone]).toEqual([1, 0]));

  return {
    databaseUrl,
    database: tables,
    rows,
    segments,
    clock,
    directory,
    rowsRelay,
    jobsRelay,
    open,
    recorded,
    left: async () => (await readdir(directory)).toSorted(),
    /**
     * Time passes minute by minute, and while the deliveries look and try it stands still, so that it does not matter how
     * fast the machine is.
     * @throws what does not hold after so many steps
     */
    passUntil: async (holds: () => void | Promise<void>, { stepMs = 60_000, steps = 24 * 60 } = {}) => {
      await allIsTried();
      for (let left = steps; ; left--) {
        await clock.leap(stepMs);
        await allIsTried();
        try {
          return await holds();
        } catch (error) {
          if (left <= 1) throw error;
        }
      }
    },
  };
}

/** The office in Telegram: a chat account, its user Anna, the owner Bert, the settings bot he has started. */
export async function telegramOffice(clusterUrl: string) {
  const { sandbox, account, accountId, anna, bert } = await chatAccount();
  anna.sends('hello', '@siptg');
  const { id: botId, token } = sandbox.addBot({ firstName: 'Settings', username: 'siptg_bot' });
  bert.starts('@siptg_bot');
  const conversation = accountDelivery({ account, log: silent });
  const bot = botDelivery({ token, apiRoot: sandbox.botApiRoot });
  const made = await office(clusterUrl, { conversation, bot });
  const people = { user: UserId(anna.id), owner: UserId(bert.id) };
  return {
    ...made,
    sandbox,
    account,
    accountId,
    anna,
    bert,
    botId,
    conversation,
    bot,
    recorded: (about: Partial<Delivery> = {}, ogg?: OggOptions) => made.recorded({ ...people, ...about }, ogg),
    /** A chat of Bert's, which the bot may write into. */
    chat: (kind: 'group' | 'channel') => {
      const { id } = sandbox.world.addChat({ kind, title: 'Recordings', creatorId: bert.id });
      sandbox.world.addToChat(id, bert.id, botId, kind === 'channel');
      return id;
    },
  };
}

async function relayTo(url: string): Promise<Relay> {
  const relay = await startRelay(Number(new URL(url).port));
  onTestFinished(() => relay.close());
  return relay;
}
