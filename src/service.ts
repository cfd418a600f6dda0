import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { createActor } from 'xstate';
import { Bridges } from './actors/bridges.ts';
import { CallJournal } from './actors/call-journal.ts';
import { CallNotices } from './actors/call-notices.ts';
import { Dialling } from './actors/dialling.ts';
import { LineActors } from './actors/lines.ts';
import type { Faults } from './actors/ports/faults.ts';
import { Softphones } from './actors/softphones.ts';
import { Switchboard } from './actors/switchboard.ts';
import { type BotHandle, startBot } from './adapters/bot/bot.ts';
import { dialRules } from './adapters/dial-rules/dial-rules.ts';
import { type MediaOptions, type MediaPlane, startMedia } from './adapters/media/start-media.ts';
import type { PlanFile } from './adapters/plans/plan-file.ts';
import { plansOf } from './adapters/plans/plans.ts';
import { type SipAdapter, type SipOptions, startSip } from './adapters/sip/sip.ts';
import { telegramCalls } from './adapters/telegram/calls/calls.ts';
import { openTelegram, type TelegramAccount, type TelegramOptions } from './adapters/telegram/client/account.ts';
import { conversation } from './adapters/telegram/conversation/conversation.ts';
import { FluentTexts } from './adapters/texts/texts.ts';
import { CallRepository } from './db/call-repository.ts';
import { watchLineChanges } from './db/line-changes.ts';
import { LineRepository } from './db/line-repository.ts';
import { MailboxRepository, PeerRepository } from './db/mailbox-repository.ts';
import { PanelRepository } from './db/panel-repository.ts';
import { PlanRepository } from './db/plan-repository.ts';
import { UserRepository } from './db/user-repository.ts';
import { EpochMs, type UserId } from './machines/model/ids.ts';
import type { Storage } from './storage.ts';

export interface ServiceOptions {
  readonly storage: Storage;
  readonly telegram: Omit<TelegramOptions, 'mailbox' | 'peers' | 'log'> & {
    readonly botToken: string;
    /** https://api.telegram.org by default. */
    readonly botApiRoot?: string;
  };
  readonly sip: Pick<SipOptions, 'bind' | 'advertisedHost' | 'tls'>;
  readonly media: Omit<MediaOptions, 'log'>;
  readonly log: Logger;
  /** Without it nothing is limited. */
  readonly plans?: PlanFile;
  /** Of the machines; the real one by default. Protocol clocks are always real. */
  readonly clock?: NonNullable<Parameters<typeof createActor>[1]>['clock'];
}

/** The running product. */
export interface Service {
  readonly chatAccountId: string;
  readonly lines: LineRepository;
  readonly lineActors: LineActors;
  readonly calls: CallRepository;
  readonly sip: SipAdapter;
  readonly media: MediaPlane;
  /** Whether this person's next number is called back. */
  setCallback(user: UserId, on: boolean): Promise<void>;
  /** Until what happened so far has been said and written down. */
  settled(): Promise<void>;
  /** Calls that are being made or run. */
  readonly engaged: number;
  /**
   * No new calls from now on; those that are may finish within `drainMs`, or until `hurry` aborts; then they are ended on
   * both sides, lines are un-registered and everything is closed. The storage stays open.
   */
  stop(drainMs: number, hurry?: AbortSignal): Promise<void>;
}

/** A telephone that will not be ended politely is left after this. */
const endingMs = 10_000;

/** The same when somebody has asked twice. */
const hurriedEndingMs = 2_000;

/** What cannot be said or written by then is given up at the end. */
const settlingMs = 3_000;

/** Builds the adapters, hands them to the actors, and starts. @throws what an adapter throws when it cannot start */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { storage, log, clock } = options;
  const started: (() => Promise<void>)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of started.splice(0).reverse()) {
      await close().catch((error: unknown) => log.error({ err: error }, 'a part did not close'));
    }
  };
  try {
    return await build();
  } catch (error) {
    await closeAll();
    throw error;
  }

  async function build(): Promise<Service> {
    const lines = new LineRepository(storage.database, storage.box);
    const users = new UserRepository(storage.database);
    const calls = new CallRepository(storage.database);
    const panels = new PanelRepository(storage.database);
    const wall = { now: () => EpochMs(Date.now()) };
    const faults: Faults = { report: (where, error) => log.error({ err: error, where }, 'something failed') };

    const media = await startMedia({ ...options.media, log: log.child({ part: 'media' }) });
    started.push(() => media.close());
    const sip = await startSip({
      ...options.sip,
      accounts: lines,
      rtp: media.rtp,
      log: log.child({ part: 'sip' }),
    });
    started.push(() => sip.close());
    const account = await openAccount();
    const bot = await openBot(account, panels);
    const telegram = telegramCalls({ link: account, legs: media.webrtc, log: log.child({ part: 'telegram-calls' }) });
    started.push(() => telegram.close());
    const chats = conversation({ account, bot, panels, log: log.child({ part: 'conversation' }) });

    const texts = new FluentTexts();
    const notices = new CallNotices(chats, texts, wall, faults);
    const journal = new CallJournal(calls, wall, faults);
    const settled = async () => void (await Promise.all([notices.settled(), journal.settled()]));
    const time = clock ? { clock } : {};
    const lineActors = new LineActors({ lines, registrar: sip.registrar, faults, ...time });
    const plans = plansOf(options.plans, { accounts: new PlanRepository(storage.database), lines, log });
    const bridges = new Bridges({
      sip: sip.calls,
      media: media.media,
      notices,
      journal,
      faults,
      ...time,
      recall: (user, call) =>
        void softphones
          .send(user, { type: 'recalled', call })
          .catch((error: unknown) => faults.report('recall', error)),
    });
    const softphones: Softphones = new Softphones({
      handOver: (user, joined) => bridges.start(user, joined),
      sip: sip.calls,
      telegram,
      media: media.media,
      notices,
      journal,
      users,
      faults,
      ...time,
    });
    const switchboard = new Switchboard({
      sip: sip.calls,
      telegram,
      conversation: chats,
      lines,
      users,
      callLog: calls,
      clock: wall,
      faults,
      dialling: new Dialling({ lines, lineActors, rules: dialRules, plans, clock: wall }),
      plans,
      texts,
      ...(clock && { actorClock: clock }),
      softphones,
      notices,
      newId: randomUUID,
    });
    notices.removeLeftOver(await panels.keypads());
    const follow = () => void lineActors.follow().catch((error: unknown) => faults.report('lines', error));
    const unwatch = await watchLineChanges(storage.url, follow);
    started.push(unwatch);
    await lineActors.follow();

    return {
      chatAccountId: account.selfId,
      lines,
      lineActors,
      calls,
      sip,
      media,
      settled,
      setCallback: (user, on) => switchboard.setCallback(user, on),
      get engaged() {
        return softphones.engaged + bridges.engaged;
      },
      async stop(drainMs, hurry = new AbortController().signal) {
        switchboard.drain();
        sip.drain();
        const patience = AbortSignal.any([hurry, AbortSignal.timeout(drainMs)]);
        await Promise.all([softphones.quiet(patience), bridges.quiet(patience)]);
        const limit = AbortSignal.timeout(hurry.aborted ? hurriedEndingMs : endingMs);
        await Promise.all([softphones.endAll(limit), bridges.endAll(limit)]);
        await Promise.race([settled(), new Promise((done) => setTimeout(done, settlingMs).unref())]);
        switchboard.stop();
        await lineActors.stop();
        await closeAll();
      },
    };
  }

  async function openAccount(): Promise<TelegramAccount> {
    const { botToken: _, botApiRoot: __, ...login } = options.telegram;
    const account = await openTelegram({
      ...login,
      mailbox: new MailboxRepository(storage.database),
      peers: new PeerRepository(storage.database),
      log: log.child({ part: 'telegram' }),
    });
    started.push(() => account.close());
    return account;
  }

  async function openBot(account: TelegramAccount, panels: PanelRepository): Promise<BotHandle> {
    const { botToken, botApiRoot } = options.telegram;
    const bot = await startBot({
      token: botToken,
      ...(botApiRoot !== undefined && { apiRoot: botApiRoot }),
      chatAccountId: account.selfId,
      panels,
      log: log.child({ part: 'bot' }),
    });
    started.push(() => bot.stop());
    return bot;
  }
}
