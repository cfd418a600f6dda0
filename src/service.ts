import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { PassedNumbers } from './actors/hosting/passed-numbers.ts';
import type { ShardWork } from './actors/hosting/shard-work.ts';
import { SharedStandings } from './actors/hosting/shared-standings.ts';
import { EventLog } from './actors/inspection/event-log.ts';
import { InspectionHub } from './actors/inspection/hub.ts';
import type { LineActors } from './actors/lines.ts';
import type { CallLog } from './actors/ports/call-log.ts';
import type { WallClock } from './actors/ports/clock.ts';
import type { Faults } from './actors/ports/faults.ts';
import type { Standings } from './actors/ports/standings.ts';
import type { Part } from './adapters/http/readiness.ts';
import { systemClock } from './adapters/jobs/clock.ts';
import { openJobs } from './adapters/jobs/jobs.ts';
import type { MediaPlane } from './adapters/media/start-media.ts';
import { type Metrics, openMetrics } from './adapters/metrics/metrics.ts';
import type { PlanFile } from './adapters/plans/plan-file.ts';
import { sipProbe } from './adapters/sip/probe.ts';
import type { SipAdapter } from './adapters/sip/sip.ts';
import { FluentSettingsTexts } from './adapters/texts/settings/texts.ts';
import { FluentTexts } from './adapters/texts/texts.ts';
import { loggedCalls } from './call-lines.ts';
import { CallEventRepository } from './db/call-event-repository.ts';
import { CallRepository } from './db/call-repository.ts';
import { keepRemovingExpired } from './db/expiry.ts';
import { FactsRepository } from './db/facts-repository.ts';
import { letterChannel, ShardInboxRepository } from './db/hosting/shard-inbox-repository.ts';
import { StandingRepository } from './db/hosting/standing-repository.ts';
import { watchLineChanges } from './db/line-changes.ts';
import { LineRepository } from './db/line-repository.ts';
import { PanelRepository } from './db/panel-repository.ts';
import { PlacementRepository } from './db/placement-repository.ts';
import { RecordingBookRepository } from './db/recording-book-repository.ts';
import { keepRows } from './db/row-changes.ts';
import { UserRepository } from './db/user-repository.ts';
import { watch } from './db/watching.ts';
import { healthParts } from './health-parts.ts';
import { hostLoad } from './host-options.ts';
import { type Hosting, type HostSettings, openHosting } from './hosting.ts';
import { EpochMs, UserId } from './machines/model/ids.ts';
import { isPrivateAddress } from './machines/model/server-address.ts';
import { leadShard } from './machines/model/shards.ts';
import { productVersion } from './product-version.ts';
import { type CallActors, callActors } from './service/call-actors.ts';
import { clockWhenSure, timers } from './service/clock-when-sure.ts';
import { judgedLeg } from './service/ended-leg.ts';
import { type InspectOptions, startInspecting } from './service/inspecting.ts';
import { Opened } from './service/opened.ts';
import { type OutsideOptions, openOutside } from './service/outside.ts';
import { awayAt, type Sharing, sharing } from './service/sharing.ts';
import {
  botSettings,
  type SettingsBot,
  type SettingsBotOptions,
  type SettingsStore,
  settingsStore,
  startSettingsBot,
} from './settings-bot.ts';
import type { Storage } from './storage.ts';

export interface ServiceOptions extends OutsideOptions {
  readonly storage: Storage;
  /** Where jobs live; in the database where not given. */
  readonly redisUrl?: string;
  readonly log: Logger;
  readonly host: HostSettings;
  /** Without it nothing is limited. */
  readonly plans?: PlanFile;
  readonly settings: SettingsBotOptions;
  /** Developers may look at the machines; nobody where not given. */
  readonly inspect?: InspectOptions;
  /** What operators see; its own, which nobody sees, where not given. */
  readonly metrics?: Metrics;
  /** Of what is written down and of hints; the system's by default. */
  readonly wallClock?: WallClock;
}

/** The running product. */
export interface Service {
  readonly chatAccountId: string;
  readonly lines: LineRepository;
  readonly lineActors: LineActors;
  /** How lines stand, those of other hosts too. */
  readonly standings: Pick<Standings, 'of'>;
  readonly calls: CallLog;
  readonly sip: SipAdapter;
  readonly media: MediaPlane;
  /** Whose calls and lines are this host's. */
  readonly hosting: Pick<Hosting, 'carries' | 'ownership'>;
  /** What the machines receive. */
  readonly inspection: InspectionHub;
  /** What operators see. */
  readonly metrics: Pick<Metrics, 'exposition' | 'described'>;
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
  const opened = new Opened(options.log);
  try {
    return await build(options, opened);
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function build(options: ServiceOptions, opened: Opened): Promise<Service> {
  const { storage, log, clock, redisUrl } = options;
  const { database, box, url } = storage;
  const { host } = options.host;
  const metrics = options.metrics ?? openMetrics({ version: productVersion });
  const faults: Faults = {
    report: (where, error, callId) => log.error({ err: error, where, ...(callId && { callId }) }, 'something failed'),
  };
  const jobs = await openJobs({ databaseUrl: url, redisUrl, host, log: log.child({ part: 'jobs' }) });
  opened.closedBy(() => jobs.close());
  // Of what follows, and asked only once that is there.
  let work: ShardWork;
  let settings: SettingsBot;
  let isOwner = false;
  // Before Telegram and the ports: a second process of this host would use the same login and the same ports.
  const hosting = await openHosting({
    ...{ databaseUrl: url, redisUrl, host: options.host, isPrepared: true, faults },
    holder: {
      gained: (owned) => work.gained(owned),
      lost: (owned, why) => work.lost(owned, why),
      isIdle: (shard) => work.isIdle(shard),
    },
    load: () => hostLoad({ lines: actors.lineActors.size, calls: engaged(actors) }),
    log: log.child({ part: 'hosting' }),
  });
  const { ownership } = hosting;
  opened.closedBy(() => ownership.close());
  opened.closedBy(await keepRemovingExpired(database, (error) => faults.report('expiry', error)));
  opened.closedBy(await keepRows(url, database.rows));
  const { templates, allowPrivateRegistrars: mayBePrivate = false } = options.settings;
  const lines = new LineRepository(database, box, (template, server) => {
    const found = templates.find(template);
    return (found?.proxy || found?.domain) === server;
  });
  const users = new UserRepository(database);
  const panels = new PanelRepository(database);
  const calls = loggedCalls(new CallRepository(database), log.child({ part: 'calls' }));
  const facts = new FactsRepository(database, box);
  const inbox = new ShardInboxRepository(database, box);
  const wall = options.wallClock ?? { now: () => EpochMs(Date.now()) };
  const texts = new FluentTexts();
  const settingsTexts = new FluentSettingsTexts();
  const { inspection, eventLog } = watched();
  const inspecting = await startInspecting({
    ...{ options: options.inspect, hub: inspection, host, clock: wall, faults, opened },
    async logsOf(call) {
      await eventLog.settled();
      return new CallEventRepository(database).ofCall(call);
    },
  });
  // While it starts it does nothing for anybody but itself.
  const mayAct = () => !isOwner || ownership.mayActAtAll;
  const whenSure = (then: () => void) => ownership.whenSure(then);
  const actorClock = clockWhenSure(clock ?? timers, whenSure);

  let store: SettingsStore | undefined;
  const networks = await openOutside({
    ...{
      options: inspecting.options(options),
      storage,
      host,
      jobs,
      lines,
      users,
      panels,
      texts,
      wall,
      mayAct,
      whenSure,
      mayBePrivate,
      opened,
      log,
    },
    takes(user) {
      if (actors.recovery.keeps(user)) return true;
      if (!hosting.isHome(user)) return false;
      // Without the database he is not left ringing.
      return awayAt({ hosting, facts }, user).then(
        (away) => away === undefined,
        () => true,
      );
    },
    segmentClosed: (segment) => actors.recordings.segmentClosed(segment),
    meter: metrics,
    legEnded(leg, statistics) {
      const judged = judgedLeg(leg, statistics);
      metrics.legEnded(judged);
      actors.quality.legEnded(judged);
    },
    settings(chatAccount) {
      store = settingsStore(storage, chatAccount);
      return botSettings(store, settingsTexts, options.settings, wall, (row, isNew) => settings.take(row, isNew));
    },
  });
  const outside = inspecting.outside(networks);
  const { account } = outside;
  let standings: SharedStandings | undefined;
  store ??= settingsStore(storage, UserId(account.selfId));
  const actors = callActors({
    ...{
      outside,
      storage,
      hosting,
      host,
      lines,
      users,
      calls,
      facts,
      texts,
      inspection,
      wall,
      clock: actorClock,
      faults,
      log,
    },
    workers: store.workers,
    planFile: options.plans,
    standings: () => standings ?? actors.lineActors,
    async passOn(number, line) {
      if (hosting.carriesLine(line)) return false;
      await passed.pass(number, hosting.shardOf(number.user, line.carrier));
      return true;
    },
    settings: () => settings,
    meter: metrics,
  });
  const passed = new PassedNumbers({
    ...{ inbox, clock: wall, faults, incarnation: ownership.incarnation },
    say: (user, notice) => actors.notices.say(user, notice),
  });
  await finishInterrupted(actors);
  settings = await openSettings(store);
  const shared = sharing({ outside, actors, settings, hosting, host, inbox, facts, panels, texts, wall, faults });
  work = shared.work;
  await share(shared);
  let isDraining = false;
  metrics.watch({
    sip: outside.sip.counters,
    lines: () => actors.lineActors.states,
    media: outside.media,
    host: {
      engaged: () => engaged(actors),
      shards: () => ownership.shards.length,
      state: () => (ownership.mayActAtAll ? (isDraining ? 'draining' : 'serving') : 'fenced'),
      jobs: () => jobs.depth(),
    },
  });

  return {
    chatAccountId: account.selfId,
    lines,
    lineActors: actors.lineActors,
    standings: { of: (line) => (standings ?? actors.lineActors).of(line) },
    calls,
    sip: outside.sip,
    media: outside.media,
    hosting,
    inspection,
    settings,
    metrics,
    settled,
    parts: healthParts({ ...outside, database, jobs, ownership, isDraining: () => isDraining }),
    told: (user) => actors.notices.told(user),
    setCallback: (user, on) => actors.switchboard.setCallback(user, on),
    get engaged() {
      return engaged(actors);
    },
    async stop(drainMs, hurry = new AbortController().signal) {
      isDraining = true;
      await stop(drainMs, hurry, shared);
    },
  };

  function watched() {
    const hub = new InspectionHub(wall, faults);
    const events = new EventLog({
      rows: new CallEventRepository(database),
      faults,
      version: productVersion,
      newId: randomUUID,
      after: (ms, then) => systemClock.after(ms, then),
    });
    hub.watch(events);
    opened.closedBy(() => events.close());
    return { inspection: hub, eventLog: events };
  }

  async function settled(): Promise<void> {
    const { notices, journal, recordings } = actors;
    await Promise.all([notices.settled(), journal.settled(), recordings.settled(), settings.settled()]);
    await eventLog.settled();
  }

  /** Recordings of this host's last process: nobody goes on with those that no other host took over. */
  async function finishInterrupted({ recordings }: CallActors): Promise<void> {
    const interrupted = await new RecordingBookRepository(database, host).begunOn(host);
    void outside.deliveries
      .leftOverTried()
      .then(() => Promise.all(interrupted.map((recording) => recordings.finish(recording, host))))
      .catch((error: unknown) => faults.report('recording', error));
  }

  async function openSettings(kept: SettingsStore): Promise<SettingsBot> {
    const { lineActors, switchboard } = actors;
    const shared = new SharedStandings({
      host: ownership.incarnation,
      own: lineActors,
      book: new StandingRepository(database, url),
      carriage(line) {
        const user = lineActors.userOf(line);
        const lease = user === undefined ? undefined : hosting.leaseOf(user);
        return user !== undefined && lease ? { user, shard: lease.shard, epoch: lease.epoch } : undefined;
      },
      faults,
    });
    await shared.start();
    standings = shared;
    opened.closedBy(() => shared.close());
    const bot = startSettingsBot({
      ...{ options: ofThisHost(options), store: kept, planFile: options.plans, texts: settingsTexts },
      ...{ lineActors, standings: shared, lines, clock: wall, actorClock, inspection, faults },
      chat: outside.bot.settingsChat,
      chatAccount: account.username ?? '',
      codecs: outside.media.rtp.codecs,
      setCallback: async (user, on) => {
        const shard = (await awayAt({ hosting, facts }, user)) ?? hosting.homeOf(user);
        if (ownership.owned(shard)) await switchboard.setCallback(user, on);
        else await inbox.put({ id: randomUUID(), shard, letter: { kind: 'callback', user, on } });
      },
      finds: (user, username) => account.finds(user, username),
      isSteady: () => kept.hosts.isSteady(ownership.incarnation),
      probe: sipProbe({
        accounts: lines,
        mayAct,
        localHost: options.sip.bind.host,
        ...(!mayBePrivate && { isPrivate: isPrivateAddress }),
      }),
      placements: new PlacementRepository(database, () => {
        const lead = ownership.owned(leadShard);
        return lead && { ...lead, owner: ownership.incarnation };
      }),
      startTestCall: async (user, line) => {
        const [{ login }, found] = await Promise.all([lines.settings(line), lines.find(line)]);
        if (!found || hosting.carriesLine(found)) return switchboard.testLine(user, line, login);
        const shard = hosting.shardOf(found.user, found.carrier);
        await inbox.put({ id: randomUUID(), shard, letter: { kind: 'test-line', user, line, login } });
        return 'started';
      },
    });
    opened.closedBy(() => bot.close());
    return bot;
  }

  /** From here on this host takes its share. */
  async function share({ post, work: begun, deadlinePassed }: Sharing): Promise<void> {
    const { lineActors } = actors;
    opened.closedBy(
      await watchLineChanges(url, () => {
        void lineActors.follow().catch((error: unknown) => faults.report('lines', error));
        settings.linesChanged();
      }),
    );
    opened.closedBy(await watch(url, { channel: letterChannel, told: () => post.wake(), back: () => post.wake() }));
    await ownership.start();
    opened.closedBy(() => post.close());
    await ownership.filled(AbortSignal.timeout(fillingMs));
    isOwner = true;
    await begun.begin();
    // Also where only the readers are: the one of the settings bot is written to as well.
    post.wake();
    outside.deadlines.onPassed(async (deadline) => {
      await new Promise<void>(whenSure);
      await deadlinePassed(deadline);
    });
  }

  async function stop(drainMs: number, hurry: AbortSignal, { work: begun, reception }: Sharing): Promise<void> {
    const { switchboard, softphones, bridges, testCalls, recordings, recovery, lineActors } = actors;
    switchboard.drain();
    outside.sip.drain();
    ownership.drain();
    const patience = AbortSignal.any([hurry, AbortSignal.timeout(drainMs)]);
    await Promise.all([softphones.quiet(patience), bridges.quiet(patience)]);
    const limit = AbortSignal.timeout(hurry.aborted ? hurriedEndingMs : endingMs);
    await Promise.all([softphones.endAll(limit), bridges.endAll(limit), testCalls.endAll(limit)]);
    await Promise.race([
      Promise.all([settled(), recordings.endAll(), recovery.settled()]),
      new Promise((done) => setTimeout(done, settlingMs).unref()),
    ]);
    actors.quality.close();
    begun.close();
    reception.stop();
    await lineActors.stop();
    await opened.close();
  }
}

/** As people see its Worker. */
const ofThisHost = ({ settings, host: { worker: id, kind, owner } }: ServiceOptions): SettingsBotOptions => ({
  ...settings,
  worker: { id, kind, owner, ...settings.worker },
});

const engaged = ({ softphones, bridges }: CallActors): number => softphones.engaged + bridges.engaged;
