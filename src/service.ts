import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { createActor } from 'xstate';
import { Bridges } from './actors/bridges.ts';
import { CallJournal } from './actors/call-journal.ts';
import { CallNotices } from './actors/call-notices.ts';
import { Dialling } from './actors/dialling.ts';
import { DtmfSender } from './actors/dtmf-sender.ts';
import type { OwnedShard } from './actors/hosting/held-shards.ts';
import { Post } from './actors/hosting/post.ts';
import { ShardWork } from './actors/hosting/shard-work.ts';
import { SharedStandings } from './actors/hosting/shared-standings.ts';
import { EventLog } from './actors/inspection/event-log.ts';
import { InspectionHub } from './actors/inspection/hub.ts';
import { LineActors } from './actors/lines.ts';
import { pieceMissing } from './actors/piece-missing.ts';
import type { CallLog } from './actors/ports/call-log.ts';
import type { WallClock } from './actors/ports/clock.ts';
import type { Deadline } from './actors/ports/deadlines.ts';
import type { Faults } from './actors/ports/faults.ts';
import type { Letter, ShardInboxRow } from './actors/ports/shard-inbox.ts';
import type { Texts } from './actors/ports/texts.ts';
import { Reception } from './actors/reception.ts';
import { Recordings } from './actors/recordings.ts';
import { RecoveryFacts } from './actors/recovery-facts.ts';
import { toldPlans } from './actors/settings/told-plans.ts';
import { Softphones } from './actors/softphones.ts';
import { Switchboard } from './actors/switchboard.ts';
import { TestCalls } from './actors/test-calls.ts';
import { undelivered } from './actors/undelivered.ts';
import { UserDeadlines } from './actors/user-deadlines.ts';
import { type BotHandle, type SettingsOptions, startBot } from './adapters/bot/bot.ts';
import { botDelivery } from './adapters/bot/delivery/delivery.ts';
import { dialRules } from './adapters/dial-rules/dial-rules.ts';
import type { Part } from './adapters/http/readiness.ts';
import { systemClock } from './adapters/jobs/clock.ts';
import { QueuedDeadlines } from './adapters/jobs/deadlines.ts';
import { type Jobs, openJobs } from './adapters/jobs/jobs.ts';
import { RecordingDeliveries } from './adapters/jobs/recordings/delivery.ts';
import { type MediaOptions, type MediaPlane, startMedia } from './adapters/media/start-media.ts';
import type { PlanFile } from './adapters/plans/plan-file.ts';
import { plansOf } from './adapters/plans/plans.ts';
import { sipProbe } from './adapters/sip/probe.ts';
import { type SipAdapter, type SipOptions, startSip } from './adapters/sip/sip.ts';
import { telegramCalls } from './adapters/telegram/calls/calls.ts';
import { openTelegram, type TelegramAccount, type TelegramOptions } from './adapters/telegram/client/account.ts';
import { conversation } from './adapters/telegram/conversation/conversation.ts';
import { accountDelivery } from './adapters/telegram/delivery/delivery.ts';
import { FluentSettingsTexts } from './adapters/texts/settings/texts.ts';
import { FluentTexts } from './adapters/texts/texts.ts';
import { loggedCalls, loggedJoins, loggedRings } from './call-lines.ts';
import { CallEventRepository } from './db/call-event-repository.ts';
import { CallRepository } from './db/call-repository.ts';
import { DeadlineRepository } from './db/deadline-repository.ts';
import { keepRemovingExpired } from './db/expiry.ts';
import { FactsRepository } from './db/facts-repository.ts';
import { FirstContactBanRepository } from './db/first-contact-ban-repository.ts';
import { HintRepository } from './db/hint-repository.ts';
import { letterChannel, ShardInboxRepository } from './db/hosting/shard-inbox-repository.ts';
import { StandingRepository } from './db/hosting/standing-repository.ts';
import { watchLineChanges } from './db/line-changes.ts';
import { LineRepository } from './db/line-repository.ts';
import { MailboxRepository, PeerRepository } from './db/mailbox-repository.ts';
import { PanelRepository } from './db/panel-repository.ts';
import { PlacementRepository } from './db/placement-repository.ts';
import { PlanRepository } from './db/plan-repository.ts';
import { RecordingBookRepository } from './db/recording-book-repository.ts';
import { RecordingRepository } from './db/recording-repository.ts';
import { keepRows } from './db/row-changes.ts';
import { SegmentRepository } from './db/segment-repository.ts';
import { UserRepository } from './db/user-repository.ts';
import { watch } from './db/watching.ts';
import { healthParts } from './health-parts.ts';
import { hostLoad } from './host-options.ts';
import { type Hosting, type HostSettings, openHosting } from './hosting.ts';
import { EpochMs, type UserId } from './machines/model/ids.ts';
import { isPrivateAddress } from './machines/model/server-address.ts';
import { botShard, leadShard } from './machines/model/shards.ts';
import { productVersion } from './product-version.ts';
import {
  botSettings,
  type SettingsBot,
  type SettingsBotOptions,
  settingsStore,
  startSettingsBot,
} from './settings-bot.ts';
import type { Storage } from './storage.ts';

export interface ServiceOptions {
  readonly storage: Storage;
  readonly telegram: Omit<TelegramOptions, 'mailbox' | 'peers' | 'firstContactBan' | 'log'> & {
    readonly botToken: string;
    /** https://api.telegram.org by default. */
    readonly botApiRoot?: string;
    /** What this host's login does for others, while the account is open. */
    readonly serve?: (account: TelegramAccount) => Promise<() => Promise<void>>;
  };
  readonly sip: Pick<SipOptions, 'bind' | 'advertisedHost' | 'tls'>;
  readonly media: Omit<MediaOptions, 'log' | 'recordings'>;
  /** Where jobs live; in the database where not given. */
  readonly redisUrl?: string;
  readonly log: Logger;
  readonly host: HostSettings;
  /** Without it nothing is limited. */
  readonly plans?: PlanFile;
  readonly settings: SettingsBotOptions;
  /** Of the machines; the real one by default. Protocol clocks are always real. */
  readonly clock?: NonNullable<Parameters<typeof createActor>[1]>['clock'];
  /** Of what is written down and of hints; the system's by default. */
  readonly wallClock?: WallClock;
}

/** The running product. */
export interface Service {
  readonly chatAccountId: string;
  readonly lines: LineRepository;
  readonly lineActors: LineActors;
  readonly calls: CallLog;
  readonly sip: SipAdapter;
  readonly media: MediaPlane;
  /** Whose calls and lines are this host's. */
  readonly hosting: Pick<Hosting, 'carries' | 'ownership'>;
  /** What the machines receive. */
  readonly inspection: InspectionHub;
  /** What must be well for it to take calls. */
  readonly parts: readonly Part[];
  /** Whether this person's next number is called back. */
  setCallback(user: UserId, on: boolean): Promise<void>;
  /** How people set up lines; what they did in it is seen to as it comes. */
  readonly settings: Pick<SettingsBot, 'settled'>;
  /** Until what happened so far has been said and written down. */
  settled(): Promise<void>;
  /** Until everything said to this user so far has been sent or given up. */
  told(user: UserId): Promise<void>;
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

/** By then a host has its share, or lives with less. */
const fillingMs = 10_000;

/** What cannot be said or written by then is given up at the end. */
const settlingMs = 3_000;

/** Builds the adapters, hands them to the actors, and starts. @throws what an adapter throws when it cannot start */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { storage, log, clock } = options;
  const { host } = options.host;
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
    const faults: Faults = {
      report: (where, error, callId) => log.error({ err: error, where, ...(callId && { callId }) }, 'something failed'),
    };
    const jobs = await openJobs({
      databaseUrl: storage.url,
      redisUrl: options.redisUrl,
      host,
      log: log.child({ part: 'jobs' }),
    });
    started.push(() => jobs.close());
    // Before Telegram and the ports: a second process of this host would use the same login and the same ports.
    const hosting = await openHosting({
      databaseUrl: storage.url,
      redisUrl: options.redisUrl,
      host: options.host,
      holder: {
        gained: (owned) => work.gained(owned),
        lost: (owned, why) => work.lost(owned, why),
        isIdle: (shard) => work.isIdle(shard),
      },
      load: () => hostLoad({ lines: lineActors.size, calls: softphones.engaged + bridges.engaged }),
      faults,
      log: log.child({ part: 'hosting' }),
    });
    const { ownership } = hosting;
    started.push(() => ownership.close());
    let isOwner = false;
    // While it starts it does nothing for anybody but itself.
    const mayAct = () => !isOwner || ownership.mayActAtAll;
    started.push(await keepRemovingExpired(storage.database, (error) => faults.report('expiry', error)));
    started.push(await keepRows(storage.url, storage.database.rows));
    const { templates, allowPrivateRegistrars } = options.settings;
    const lines = new LineRepository(storage.database, storage.box, (template, server) => {
      const found = templates.find(template);
      return (found?.proxy || found?.domain) === server;
    });
    const users = new UserRepository(storage.database);
    const calls = loggedCalls(new CallRepository(storage.database), log.child({ part: 'calls' }));
    const panels = new PanelRepository(storage.database);
    const wall = options.wallClock ?? { now: () => EpochMs(Date.now()) };
    const inspection = new InspectionHub(wall, faults);
    const eventLog = new EventLog({
      rows: new CallEventRepository(storage.database),
      faults,
      version: productVersion,
      newId: randomUUID,
      after: (ms, then) => systemClock.after(ms, then),
    });
    inspection.watch(eventLog);
    started.push(() => eventLog.close());

    const media = await startMedia({
      ...options.media,
      recordings: { directory: storage.recordings, segmentClosed: (segment) => recordings.segmentClosed(segment) },
      log: log.child({ part: 'media' }),
    });
    started.push(() => media.close());
    const sip = await startSip({
      ...options.sip,
      accounts: lines,
      rtp: media.rtp,
      ...(allowPrivateRegistrars !== true && { isPrivate: isPrivateAddress }),
      mayAct,
      log: log.child({ part: 'sip' }),
    });
    started.push(() => sip.close());
    const account = await openAccount(mayAct);
    const texts = new FluentTexts();
    const settingsTexts = new FluentSettingsTexts();
    // The bot reads before there is anybody to be told.
    let take: SettingsBot['take'] = () => {};
    const store = settingsStore(storage, account.selfId);
    const bot = await openBot(
      account,
      panels,
      texts,
      botSettings(store, settingsTexts, options.settings, wall, (row, isNew) => take(row, isNew)),
      mayAct,
    );
    const telegram = telegramCalls({
      link: account,
      legs: media.webrtc,
      takes: (user) => hosting.carries(user),
      log: log.child({ part: 'telegram-calls' }),
    });
    started.push(() => telegram.close());
    const deliveries = openDeliveries(jobs, account, { texts, users });
    const deadlines = new QueuedDeadlines({
      rows: new DeadlineRepository(storage.database),
      queue: jobs.queues.deadlines,
      log: log.child({ part: 'deadlines' }),
      ...(clock && { clock: { now: () => wall.now(), after: afterOn(clock) } }),
    });
    started.push(() => deadlines.close());
    const chats = conversation({ account, bot, panels, log: log.child({ part: 'conversation' }) });

    const notices = new CallNotices(chats, texts, wall, faults, {
      hints: new HintRepository(storage.database),
      lines,
      callLog: calls,
      users,
    });
    const accounts = new PlanRepository(storage.database);
    const plans = plansOf(options.plans, { accounts, lines, workers: store.workers, log });
    const journal = new CallJournal(calls, wall, faults, async ({ line, cause, ...ended }) => {
      settings.callEnded(line, cause);
      testCalls.ended(ended.call, cause);
      const owner = (await lines.find(line))?.owner;
      if (owner !== undefined) await plans.count(owner, ended);
    });
    const book = new RecordingBookRepository(storage.database, host);
    const recordings: Recordings = new Recordings({
      recorder: media.recorder,
      delivery: deliveries,
      book,
      texts,
      users,
      clock: wall,
      faults,
    });
    // Nobody goes on with the calls of the process before.
    const interrupted = await book.begunOn(host);
    void deliveries
      .leftOverTried()
      .then(() => Promise.all(interrupted.map((recording) => recordings.finish(recording, host))))
      .catch((error: unknown) => faults.report('recording', error));
    const time = clock ? { clock } : {};
    const told = toldPlans(plans, { say: (saying) => settings.say(saying), faults });
    const lineActors = new LineActors({
      lines,
      registrar: sip.registrar,
      carries: ({ user }) => hosting.carries(user),
      faults,
      wallClock: wall,
      inspection,
      ...time,
    });
    const facts = new FactsRepository(storage.database, storage.box);
    const recovery = new RecoveryFacts({
      facts,
      dialogs: sip.dialogs,
      sip: sip.calls,
      leaseOf(user) {
        const owned = ownership.owned(hosting.shardOf(user));
        return owned && { shard: owned.shard, owner: ownership.incarnation, epoch: owned.epoch };
      },
      refused: ({ shard, epoch }) => ownership.refused(shard, epoch),
      windowUntil: (user) => userDeadlines.dueAt(user, 'reconnect-window'),
      wallClock: wall,
      faults,
    });
    const bridges = new Bridges({
      recovery,
      sip: sip.calls,
      media: media.media,
      notices,
      journal,
      faults,
      inspection,
      ...time,
      recall: (user, recall) => softphones.recall(user, recall),
    });
    const dialling = new Dialling({ lines, lineActors, rules: dialRules, plans: told, clock: wall });
    const userDeadlines = new UserDeadlines({ deadlines, wallClock: wall, faults });
    const softphones: Softphones = new Softphones({
      recovery,
      keys: new DtmfSender({
        sip: sip.calls,
        media: media.media,
        lines,
        faults,
        wait: (ms, signal) => sleep(ms, undefined, { signal, ref: false }),
        now: () => performance.now(),
      }),
      recordings,
      deadlines: userDeadlines,
      recordingFailed: (failed) => settings.recordingFailed(failed),
      handOver: (user, joined) => bridges.start(user, joined),
      limitOf: async (line) =>
        dialling.limitOf(line).catch((error: unknown) => {
          faults.report('dialling', error);
          throw error;
        }),
      sip: sip.calls,
      telegram: loggedRings(telegram, (user) => softphones.callOf(user), log.child({ part: 'calls' })),
      media: loggedJoins(media.media, log.child({ part: 'calls' })),
      notices,
      journal,
      users,
      faults,
      inspection,
      ...time,
    });
    const testCalls = new TestCalls({
      sip: sip.calls,
      media: media.media,
      faults,
      clock: wall,
      inspection,
      ...(clock && { actorClock: clock }),
      report: (report) => settings.testEnded(report),
      failed: (failed) => settings.testFailed(failed),
    });
    const switchboard = new Switchboard({
      sip: sip.calls,
      telegram,
      lines,
      users,
      callLog: calls,
      clock: wall,
      faults,
      dialling,
      plans: told,
      texts,
      inspection,
      ...(clock && { actorClock: clock }),
      softphones,
      notices,
      journal,
      testCalls,
      onContact: (user) => settings.personCame(user),
      settingsBot: bot.username,
      newId: randomUUID,
    });
    const inbox = new ShardInboxRepository(storage.database, storage.box);
    const toHostOf = (user: UserId, id: string, letter: Letter, expiresAt?: EpochMs) =>
      inbox.put({ id, shard: hosting.shardOf(user), letter, ...(expiresAt !== undefined && { expiresAt }) });
    const reception = new Reception({
      conversation: chats,
      bot,
      texts,
      clock: wall,
      carries: (user) => hosting.carries(user),
      pass: toHostOf,
      take: switchboard,
      say: (user, notice) => notices.say(user, notice),
    });
    const standings = new SharedStandings({
      host: ownership.incarnation,
      own: lineActors,
      book: new StandingRepository(storage.database, storage.url),
      carriage(line) {
        const user = lineActors.userOf(line);
        const owned = user === undefined ? undefined : ownership.owned(hosting.shardOf(user));
        return user !== undefined && owned ? { user, shard: owned.shard, epoch: owned.epoch } : undefined;
      },
      faults,
    });
    await standings.start();
    started.push(() => standings.close());
    const settings: SettingsBot = startSettingsBot({
      options: options.settings,
      store,
      chat: bot.settingsChat,
      texts: settingsTexts,
      planFile: options.plans,
      lineActors,
      standings,
      lines,
      chatAccount: account.username ?? '',
      codecs: media.rtp.codecs,
      clock: wall,
      actorClock: clock,
      inspection,
      faults,
      setCallback: async (user, on) =>
        hosting.carries(user)
          ? switchboard.setCallback(user, on)
          : toHostOf(user, randomUUID(), { kind: 'callback', user, on }),
      finds: (user, username) => account.finds(user, username),
      isSteady: () => store.hosts.isSteady(ownership.incarnation),
      probe: sipProbe({
        accounts: lines,
        mayAct,
        ...(allowPrivateRegistrars !== true && { isPrivate: isPrivateAddress }),
      }),
      placements: new PlacementRepository(storage.database, () => {
        const lead = ownership.owned(leadShard);
        return lead && { ...lead, owner: ownership.incarnation };
      }),
      startTestCall: async (user, line) => {
        const [{ login }, found] = await Promise.all([lines.settings(line), lines.find(line)]);
        const carrier = found?.user ?? user;
        if (hosting.carries(carrier)) return switchboard.testLine(user, line, login);
        await toHostOf(carrier, randomUUID(), { kind: 'test-line', user, line, login });
        return 'started';
      },
    });
    started.push(() => settings.close());
    take = (row, isNew) => settings.take(row, isNew);
    const settled = async () => {
      await Promise.all([notices.settled(), journal.settled(), recordings.settled(), settings.settled()]);
      await eventLog.settled();
    };
    const deadlinePassed = async (deadline: Deadline) => {
      const isOfSettings = settings.passed(deadline);
      if (isOfSettings === 'elsewhere') return inbox.put(toReader(deadline));
      if (await isOfSettings) return;
      const user = userDeadlines.passed(deadline);
      if (user) softphones.sendIfStarted(user, { type: 'deadline.passed' });
    };
    const post = new Post({
      inbox,
      incarnation: ownership.incarnation,
      shards: () => ownership.shards.map(({ shard }) => shard).filter((shard) => ownership.mayAct(shard)),
      async take(letter, isLate) {
        if (letter.kind === 'message') return reception.messagePassed(letter.message, isLate);
        if (letter.kind === 'press') return reception.pressPassed(letter.press, isLate);
        if (letter.kind === 'deadline') return deadlinePassed(letter.deadline);
        if (letter.kind === 'callback') return switchboard.setCallback(letter.user, letter.on);
        // Perhaps it was made already.
        if (!isLate) await switchboard.testLine(letter.user, letter.line, letter.login);
      },
      clock: wall,
      faults,
    });
    const engaged = () => [...softphones.users, ...bridges.users];
    const work = new ShardWork({
      bot: {
        read() {
          settings.read();
          bot.read();
        },
        async leave() {
          await bot.leave();
          await settings.leave();
        },
      },
      lead: reception,
      lines: lineActors,
      calls: {
        async recover(shards) {
          // Keypads of a process that died; those of calls that go on are drawn anew.
          const busy = new Set(engaged());
          const keypads = await panels.keypads();
          notices.removeLeftOver(keypads.filter(({ userId }) => hosting.carries(userId) && !busy.has(userId)));
          for (const owned of shards) await recoverCalls(owned);
          post.wake();
        },
        drop(isLost) {
          softphones.dropUsers(isLost);
          bridges.dropUsers(isLost);
        },
      },
      engaged,
      shardOf: (user) => hosting.shardOf(user),
      faults,
    });
    const recoverCalls = async ({ shard, previous }: OwnedShard) => {
      const found = await facts.open(shard, (_, error) => faults.report('recovery', error));
      await Promise.all(found.map((calls) => softphones.recover(calls, previous?.seenAt)));
      const before = previous?.owner.split('/')[0];
      // Its recordings end here: those of calls that go on begin anew.
      if (before !== undefined && before !== host) await recordings.abandoned(before);
    };
    const follow = () => {
      void lineActors.follow().catch((error: unknown) => faults.report('lines', error));
      settings.linesChanged();
    };
    const unwatch = await watchLineChanges(storage.url, follow);
    started.push(unwatch);
    started.push(
      await watch(storage.url, { channel: letterChannel, told: () => post.wake(), back: () => post.wake() }),
    );
    await ownership.start();
    started.push(() => post.close());
    await ownership.filled(AbortSignal.timeout(fillingMs));
    isOwner = true;
    await work.begin();
    deadlines.onPassed(deadlinePassed);
    let isDraining = false;

    return {
      chatAccountId: account.selfId,
      lines,
      lineActors,
      calls,
      sip,
      media,
      hosting,
      inspection,
      settings,
      settled,
      parts: healthParts({
        database: storage.database,
        jobs,
        account,
        bot,
        media,
        ownership,
        isDraining: () => isDraining,
      }),
      told: (user) => notices.told(user),
      setCallback: (user, on) => switchboard.setCallback(user, on),
      get engaged() {
        return softphones.engaged + bridges.engaged;
      },
      async stop(drainMs, hurry = new AbortController().signal) {
        isDraining = true;
        switchboard.drain();
        sip.drain();
        ownership.drain();
        const patience = AbortSignal.any([hurry, AbortSignal.timeout(drainMs)]);
        await Promise.all([softphones.quiet(patience), bridges.quiet(patience)]);
        const limit = AbortSignal.timeout(hurry.aborted ? hurriedEndingMs : endingMs);
        await Promise.all([softphones.endAll(limit), bridges.endAll(limit), testCalls.endAll(limit)]);
        await Promise.race([
          Promise.all([settled(), recordings.endAll(), recovery.settled()]),
          new Promise((done) => setTimeout(done, settlingMs).unref()),
        ]);
        work.close();
        reception.stop();
        await lineActors.stop();
        await closeAll();
      },
    };
  }

  function openDeliveries(
    jobs: Jobs,
    account: TelegramAccount,
    readers: Parameters<typeof undelivered>[0],
  ): RecordingDeliveries {
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
      notDelivered: undelivered(readers),
      pieceMissing: pieceMissing(readers),
      log: log.child({ part: 'delivery' }),
    });
    deliveries.start();
    started.push(() => deliveries.close());
    return deliveries;
  }

  async function openAccount(mayAct: () => boolean): Promise<TelegramAccount> {
    const { botToken: _, botApiRoot: __, serve, ...login } = options.telegram;
    const account = await openTelegram({
      ...login,
      mailbox: new MailboxRepository(storage.database),
      peers: new PeerRepository(storage.database),
      firstContactBan: new FirstContactBanRepository(storage.database),
      mayAct,
      log: log.child({ part: 'telegram' }),
    });
    started.push(() => account.close());
    if (serve) started.push(await serve(account));
    return account;
  }

  async function openBot(
    account: TelegramAccount,
    panels: PanelRepository,
    texts: Texts,
    settings: SettingsOptions,
    mayAct: () => boolean,
  ): Promise<BotHandle> {
    const { botToken, botApiRoot } = options.telegram;
    const bot = await startBot({
      token: botToken,
      ...(botApiRoot !== undefined && { apiRoot: botApiRoot }),
      chatAccountId: account.selfId,
      panels,
      settings,
      mayAct,
      toast: (says, language) => texts.render({ kind: 'toast', says }, language).text,
      log: log.child({ part: 'bot' }),
    });
    started.push(() => bot.stop());
    return bot;
  }
}

/** Timers of the machines' clock, for those outside of machines. */
const afterOn =
  (clock: NonNullable<ServiceOptions['clock']>) =>
  (ms: number, then: () => void): (() => void) => {
    const timer = clock.setTimeout(then, ms);
    return () => clock.clearTimeout(timer);
  };

/** A question of the settings bot whose time is over, for the host that reads it. */
const toReader = (deadline: Deadline): ShardInboxRow => ({
  id: `deadline-${deadline.address}-${deadline.kind}-${deadline.dueAt}`,
  shard: botShard,
  letter: { kind: 'deadline', deadline },
});
