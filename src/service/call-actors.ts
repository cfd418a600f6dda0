import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { Bridges } from '../actors/bridges.ts';
import { CallJournal } from '../actors/call-journal.ts';
import { CallNotices } from '../actors/call-notices.ts';
import { CallQuality } from '../actors/call-quality.ts';
import { Dialling } from '../actors/dialling.ts';
import { DtmfSender } from '../actors/dtmf-sender.ts';
import type { InspectionHub } from '../actors/inspection/hub.ts';
import { Reconnections } from '../actors/inspection/reconnections.ts';
import { LineActors } from '../actors/lines.ts';
import type { OutgoingCallParts } from '../actors/outgoing-calls.ts';
import type { CallLog } from '../actors/ports/call-log.ts';
import type { CallMeter } from '../actors/ports/call-meter.ts';
import type { WallClock } from '../actors/ports/clock.ts';
import type { Facts } from '../actors/ports/facts.ts';
import type { Faults } from '../actors/ports/faults.ts';
import type { Standings } from '../actors/ports/standings.ts';
import type { Texts } from '../actors/ports/texts.ts';
import { Recordings } from '../actors/recordings.ts';
import { RecoveryFacts } from '../actors/recovery-facts.ts';
import { toldPlans } from '../actors/settings/told-plans.ts';
import { Softphones } from '../actors/softphones.ts';
import { Switchboard } from '../actors/switchboard.ts';
import { TestCalls } from '../actors/test-calls.ts';
import { UserDeadlines } from '../actors/user-deadlines.ts';
import { dialRules } from '../adapters/dial-rules/dial-rules.ts';
import { systemClock } from '../adapters/jobs/clock.ts';
import type { LegMeter } from '../adapters/metrics/call-families.ts';
import type { Metrics } from '../adapters/metrics/metrics.ts';
import type { PlanFile } from '../adapters/plans/plan-file.ts';
import { plansOf } from '../adapters/plans/plans.ts';
import { loggedJoins, loggedRings } from '../call-lines.ts';
import { HintRepository } from '../db/hint-repository.ts';
import type { LineRepository } from '../db/line-repository.ts';
import { PlanRepository } from '../db/plan-repository.ts';
import { RecordingBookRepository } from '../db/recording-book-repository.ts';
import type { UserRepository } from '../db/user-repository.ts';
import type { WorkerRepository } from '../db/worker-repository.ts';
import type { Hosting } from '../hosting.ts';
import type { LineId } from '../machines/model/ids.ts';
import { mainWorker } from '../machines/model/shards.ts';
import type { SettingsBot } from '../settings-bot.ts';
import type { Storage } from '../storage.ts';
import { meteredSipCalls, meteredTelegramCalls } from './metered-legs.ts';
import type { Outside, OutsideOptions } from './outside.ts';
import { watchedJoins, watchedNotices } from './told-quality.ts';

export interface CallActorsParts {
  readonly outside: Outside;
  readonly storage: Storage;
  readonly hosting: Hosting;
  /** Its id. */
  readonly host: string;
  readonly lines: LineRepository;
  readonly users: UserRepository;
  readonly workers: WorkerRepository;
  readonly calls: CallLog;
  readonly facts: Facts;
  readonly texts: Texts;
  readonly planFile: PlanFile | undefined;
  /** Of the lines of all hosts; not there yet. */
  readonly standings: () => Pick<Standings, 'of'>;
  /** Brings a number to the host that has its line. @returns false: that is here */
  readonly passOn: NonNullable<OutgoingCallParts['passOn']>;
  /** Not there yet: what is told to owners is told later. */
  readonly settings: () => SettingsBot;
  readonly inspection: InspectionHub;
  readonly wall: WallClock;
  readonly clock: OutsideOptions['clock'];
  readonly faults: Faults;
  readonly meter: Pick<Metrics, keyof CallMeter | keyof LegMeter | 'recordingFailed'>;
  readonly log: Logger;
}

/** Everything that makes, carries and tells of calls. */
export interface CallActors {
  readonly notices: CallNotices;
  readonly journal: CallJournal;
  readonly quality: CallQuality;
  readonly recordings: Recordings;
  readonly lineActors: LineActors;
  readonly recovery: RecoveryFacts;
  readonly bridges: Bridges;
  readonly userDeadlines: UserDeadlines;
  readonly softphones: Softphones;
  readonly testCalls: TestCalls;
  readonly switchboard: Switchboard;
}

/** Builds them; nothing of it acts before lines are followed and offers come. */
export function callActors(parts: CallActorsParts): CallActors {
  const { outside, storage, hosting, lines, users, calls, texts, settings, inspection, wall, clock, faults } = parts;
  const { meter } = parts;
  const { sip, media, chats } = outside;
  const sipCalls = meteredSipCalls(sip.calls, meter);
  const telegram = meteredTelegramCalls(outside.telegram, meter);
  const log = parts.log.child({ part: 'calls' });
  const shared = { faults, inspection, ...(clock && { clock }) };

  const hints = new HintRepository(storage.database);
  const notices = new CallNotices(chats, texts, wall, faults, { hints, lines, callLog: calls, users });
  const quality = new CallQuality({
    say: (user, notice) => notices.say(user, notice),
    after: (ms, then) => systemClock.after(ms, then),
  });
  inspection.watch(new Reconnections(meter));
  const accounts = new PlanRepository(storage.database);
  const plans = plansOf(parts.planFile, { accounts, lines, workers: parts.workers, log: parts.log });
  const told = toldPlans(plans, { say: (saying) => settings().say(saying), faults });
  const journal = new CallJournal(
    calls,
    wall,
    faults,
    async ({ line, cause, ...ended }) => {
      settings().callEnded(line, cause);
      testCalls.ended(ended.call, cause);
      const owner = (await lines.find(line))?.owner;
      if (owner !== undefined) await plans.count(owner, ended);
    },
    meter,
  );
  const recordings = new Recordings({
    recorder: media.recorder,
    delivery: outside.deliveries,
    book: new RecordingBookRepository(storage.database, parts.host),
    texts,
    users,
    clock: wall,
    faults,
  });
  const lineActors = new LineActors({
    lines,
    registrar: sip.registrar,
    carries: (line) => hosting.carriesLine(line),
    wallClock: wall,
    ...shared,
  });
  const userDeadlines = new UserDeadlines({ deadlines: outside.deadlines, wallClock: wall, faults });
  const recovery = new RecoveryFacts({
    facts: parts.facts,
    dialogs: sip.dialogs,
    sip: sipCalls,
    leaseOf: (user) => hosting.leaseOf(user),
    refused: ({ shard, epoch }) => hosting.ownership.refused(shard, epoch),
    windowUntil: (user) => userDeadlines.dueAt(user, 'reconnect-window'),
    mayBeElsewhere: async (user) => {
      if (hosting.worker !== mainWorker) return true;
      const his = await lines.ofUser(user).catch(() => []);
      return his.some(({ carrier }) => carrier !== mainWorker);
    },
    wallClock: wall,
    faults,
  });
  const bridges = new Bridges({
    recovery,
    sip: sipCalls,
    media: media.media,
    notices,
    journal,
    recall: (user, recall) => softphones.recall(user, recall),
    ...shared,
  });
  const standings = { of: (line: LineId) => parts.standings().of(line) };
  const dialling = new Dialling({ lines, standings, rules: dialRules, plans: told, clock: wall });
  const softphones: Softphones = new Softphones({
    recovery,
    keys: new DtmfSender({
      sip: sipCalls,
      media: media.media,
      lines,
      faults,
      wait: (ms, signal) => sleep(ms, undefined, { signal, ref: false }),
      now: () => performance.now(),
    }),
    recordings,
    deadlines: userDeadlines,
    recordingFailed(failed) {
      meter.recordingFailed('record');
      settings().recordingFailed(failed);
    },
    handOver(user, joined) {
      // They are on their own: how they hear each other is not his to read.
      for (const { label } of [joined.first, joined.second]) quality.left(label.call);
      bridges.start(user, joined);
    },
    limitOf: async (line) =>
      dialling.limitOf(line).catch((error: unknown) => {
        faults.report('dialling', error);
        throw error;
      }),
    sip: sipCalls,
    telegram: loggedRings(telegram, (user) => softphones.callOf(user), log),
    media: watchedJoins(loggedJoins(media.media, log), quality),
    notices: watchedNotices(notices, { quality, meter }),
    journal,
    users,
    ...shared,
  });
  const testCalls = new TestCalls({
    sip: sipCalls,
    media: media.media,
    faults,
    clock: wall,
    inspection,
    ...(clock && { actorClock: clock }),
    report: (report) => settings().testEnded(report),
    failed: (failed) => settings().testFailed(failed),
  });
  const switchboard = new Switchboard({
    sip: sipCalls,
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
    onContact: (user) => settings().personCame(user),
    settingsBot: outside.bot.username,
    newId: randomUUID,
    passOn: parts.passOn,
  });
  return {
    ...{
      notices,
      journal,
      quality,
      recordings,
      lineActors,
      recovery,
      bridges,
      userDeadlines,
      softphones,
      testCalls,
      switchboard,
    },
  };
}
