import type { Logger } from 'pino';
import type { createActor } from 'xstate';
import { pieceMissing } from '../actors/piece-missing.ts';
import type { WallClock } from '../actors/ports/clock.ts';
import type { Conversation } from '../actors/ports/conversation.ts';
import type { TelegramCalls } from '../actors/ports/telegram-calls.ts';
import type { Texts } from '../actors/ports/texts.ts';
import { undelivered } from '../actors/undelivered.ts';
import { type BotHandle, type SettingsOptions, startBot } from '../adapters/bot/bot.ts';
import { botDelivery } from '../adapters/bot/delivery/delivery.ts';
import { QueuedDeadlines } from '../adapters/jobs/deadlines.ts';
import type { Jobs } from '../adapters/jobs/jobs.ts';
import { RecordingDeliveries } from '../adapters/jobs/recordings/delivery.ts';
import { type MediaOptions, type MediaPlane, startMedia } from '../adapters/media/start-media.ts';
import type { TroubleMeter } from '../adapters/metrics/call-families.ts';
import { type SipAdapter, type SipOptions, startSip } from '../adapters/sip/sip.ts';
import { telegramCalls } from '../adapters/telegram/calls/calls.ts';
import { openTelegram, type TelegramAccount, type TelegramOptions } from '../adapters/telegram/client/account.ts';
import { conversation } from '../adapters/telegram/conversation/conversation.ts';
import { accountDelivery } from '../adapters/telegram/delivery/delivery.ts';
import { DeadlineRepository } from '../db/deadline-repository.ts';
import { FirstContactBanRepository } from '../db/first-contact-ban-repository.ts';
import type { LineRepository } from '../db/line-repository.ts';
import { MailboxRepository, PeerRepository } from '../db/mailbox-repository.ts';
import type { PanelRepository } from '../db/panel-repository.ts';
import { RecordingRepository } from '../db/recording-repository.ts';
import { SegmentRepository } from '../db/segment-repository.ts';
import type { UserRepository } from '../db/user-repository.ts';
import type { UserId } from '../machines/model/ids.ts';
import { isPrivateAddress } from '../machines/model/server-address.ts';
import type { Storage } from '../storage.ts';
import type { Opened } from './opened.ts';

/** Where the networks are, and who we are in them. */
export interface OutsideOptions {
  readonly telegram: Omit<
    TelegramOptions,
    'mailbox' | 'peers' | 'firstContactBan' | 'log' | 'mayAct' | 'onPeerFlood' | 'onFloodWait'
  > & {
    readonly botToken: string;
    /** https://api.telegram.org by default. */
    readonly botApiRoot?: string;
    /** What this host's login does for others, while the account is open. */
    readonly serve?: (account: TelegramAccount) => Promise<() => Promise<void>>;
  };
  readonly sip: Pick<SipOptions, 'bind' | 'advertisedHost' | 'tls' | 'onMessage'>;
  readonly media: Omit<MediaOptions, 'log' | 'recordings' | 'legEnded'>;
  /** Of the machines; the real one by default. Protocol clocks are always real. */
  readonly clock?: NonNullable<Parameters<typeof createActor>[1]>['clock'];
}

export interface OutsideParts {
  readonly options: OutsideOptions;
  readonly storage: Storage;
  /** Its id. */
  readonly host: string;
  readonly jobs: Jobs;
  readonly lines: LineRepository;
  readonly users: UserRepository;
  readonly panels: PanelRepository;
  readonly texts: Texts;
  readonly wall: WallClock;
  /** Whether this host may begin anything. */
  readonly mayAct: () => boolean;
  readonly whenSure: (then: () => void) => void;
  /** Whether a call of this person to the chat account is its to take. */
  readonly takes: (user: UserId) => boolean | Promise<boolean>;
  readonly mayBePrivate: boolean;
  readonly legEnded: NonNullable<MediaOptions['legEnded']>;
  readonly meter: TroubleMeter;
  readonly segmentClosed: NonNullable<NonNullable<MediaOptions['recordings']>['segmentClosed']>;
  readonly settings: (chatAccount: UserId) => SettingsOptions;
  readonly opened: Opened;
  readonly log: Logger;
}

/** Both networks, the sound between them, the bot, and what outlives this process. */
export interface Outside {
  readonly media: MediaPlane;
  readonly sip: SipAdapter;
  readonly account: TelegramAccount;
  readonly bot: BotHandle;
  readonly telegram: TelegramCalls;
  readonly chats: Conversation;
  readonly deliveries: RecordingDeliveries;
  readonly deadlines: QueuedDeadlines;
}

/** Opens the adapters, one after the other. @throws what an adapter throws when it cannot start */
export async function openOutside(parts: OutsideParts): Promise<Outside> {
  const { options, storage, jobs, lines, panels, wall, mayAct, whenSure, opened, log } = parts;
  const { clock } = options;
  const media = await startMedia({
    ...options.media,
    whenSure,
    recordings: { directory: storage.recordings, segmentClosed: parts.segmentClosed },
    legEnded: parts.legEnded,
    log: log.child({ part: 'media' }),
  });
  opened.closedBy(() => media.close());
  const sip = await startSip({
    ...options.sip,
    accounts: lines,
    rtp: media.rtp,
    ...(!parts.mayBePrivate && { isPrivate: isPrivateAddress }),
    mayAct,
    whenSure,
    log: log.child({ part: 'sip' }),
  });
  opened.closedBy(() => sip.close());
  const account = await openAccount(parts);
  const bot = await openBot(parts, account);
  const telegram = telegramCalls({
    link: account,
    legs: media.webrtc,
    takes: parts.takes,
    log: log.child({ part: 'telegram-calls' }),
  });
  opened.closedBy(() => telegram.close());
  const deliveries = openDeliveries(parts, account);
  const deadlines = new QueuedDeadlines({
    rows: new DeadlineRepository(storage.database),
    queue: jobs.queues.deadlines,
    told: (lateMs) => parts.meter.deadlineTold(lateMs),
    log: log.child({ part: 'deadlines' }),
    ...(clock && { clock: { now: () => wall.now(), after: afterOn(clock) } }),
  });
  opened.closedBy(() => deadlines.close());
  const chats = conversation({ account, bot, panels, log: log.child({ part: 'conversation' }) });
  return { media, sip, account, bot, telegram, chats, deliveries, deadlines };
}

async function openAccount({
  options,
  storage,
  mayAct,
  whenSure,
  meter,
  opened,
  log,
}: OutsideParts): Promise<TelegramAccount> {
  const { botToken: _, botApiRoot: __, serve, ...login } = options.telegram;
  const account = await openTelegram({
    ...login,
    mailbox: new MailboxRepository(storage.database),
    peers: new PeerRepository(storage.database),
    firstContactBan: new FirstContactBanRepository(storage.database),
    mayAct,
    onPeerFlood: () => meter.peerFlood(),
    onFloodWait: (seconds) => meter.floodWait('mtproto', seconds),
    whenSure,
    log: log.child({ part: 'telegram' }),
  });
  opened.closedBy(() => account.close());
  if (serve) opened.closedBy(await serve(account));
  return account;
}

async function openBot(parts: OutsideParts, { selfId }: TelegramAccount): Promise<BotHandle> {
  const { options, panels, texts, mayAct, whenSure, meter, opened, log } = parts;
  const { botToken, botApiRoot } = options.telegram;
  const bot = await startBot({
    token: botToken,
    ...(botApiRoot !== undefined && { apiRoot: botApiRoot }),
    chatAccountId: selfId,
    panels,
    settings: parts.settings(selfId),
    mayAct,
    onFloodWait: (seconds) => meter.floodWait('bot', seconds),
    whenSure,
    toast: (says, language) => texts.render({ kind: 'toast', says }, language).text,
    log: log.child({ part: 'bot' }),
  });
  opened.closedBy(() => bot.stop());
  return bot;
}

function openDeliveries(parts: OutsideParts, account: TelegramAccount): RecordingDeliveries {
  const { options, storage, host, jobs, texts, users, meter, opened, log } = parts;
  const { botToken: token, botApiRoot: apiRoot } = options.telegram;
  const deliveries = new RecordingDeliveries({
    rows: new RecordingRepository(storage.database),
    segments: new SegmentRepository(storage.database, host),
    queue: jobs.queues.recordings,
    uploads: jobs.queues.segments,
    host,
    conversation: accountDelivery({ account, log: log.child({ part: 'delivery' }) }),
    bot: botDelivery({ token, ...(apiRoot !== undefined && { apiRoot }) }),
    directory: storage.recordings,
    notDelivered: undelivered({ texts, users }),
    pieceMissing: pieceMissing({ texts, users }),
    tryFailed: () => meter.recordingFailed('deliver'),
    log: log.child({ part: 'delivery' }),
  });
  deliveries.start();
  opened.closedBy(() => deliveries.close());
  return deliveries;
}

/** Timers of the machines' clock, for those outside of machines. */
const afterOn =
  (clock: NonNullable<OutsideOptions['clock']>) =>
  (ms: number, then: () => void): (() => void) => {
    const timer = clock.setTimeout(then, ms);
    return () => clock.clearTimeout(timer);
  };
