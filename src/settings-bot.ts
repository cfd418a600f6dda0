import { randomBytes, randomInt } from 'node:crypto';
import type { createActor } from 'xstate';
import { AutoPlacement } from './actors/auto-placement.ts';
import type { Inspection } from './actors/inspection/hub.ts';
import type { LineActors } from './actors/lines.ts';
import type { WallClock } from './actors/ports/clock.ts';
import type { Deadline } from './actors/ports/deadlines.ts';
import type { Faults } from './actors/ports/faults.ts';
import type { HostNames } from './actors/ports/host-names.ts';
import type { InboxRow } from './actors/ports/inbox.ts';
import type { Placements } from './actors/ports/placements.ts';
import type { RegistrarProbe } from './actors/ports/registrar-probe.ts';
import type { SettingsChat } from './actors/ports/settings-chat.ts';
import type { Standings } from './actors/ports/standings.ts';
import type { Templates } from './actors/ports/templates.ts';
import type { WorkerSaid } from './actors/ports/worker-book.ts';
import { RegistrarDistances } from './actors/registrar-distances.ts';
import { SettingsDesk } from './actors/settings/desk.ts';
import type { FieldChecks } from './actors/settings/fields/field.ts';
import { handlerTable } from './actors/settings/handler-table.ts';
import { titleOf } from './actors/settings/handlers/recordings-chat.ts';
import { workersOf } from './actors/settings/handlers/workers.ts';
import type { Saying } from './actors/settings/handlers.ts';
import { LateVoice } from './actors/settings/late-voice.ts';
import { OperatorVoice } from './actors/settings/operator-voice.ts';
import { OwnerNotices } from './actors/settings/owner-notices.ts';
import type { SettingsParts } from './actors/settings/parts.ts';
import { settingsHandlers } from './actors/settings/settings.ts';
import { tellOfChangedTemplates } from './actors/settings/template-notices.ts';
import { Views } from './actors/settings/views.ts';
import { type Said, voiceOf } from './actors/settings/voice.ts';
import { WorkerWatch } from './actors/settings/worker-watch.ts';
import type { FailedRecording } from './actors/softphone.ts';
import type { FailedTestCall } from './actors/test-calls.ts';
import type { SettingsOptions } from './adapters/bot/bot.ts';
import { dialRules } from './adapters/dial-rules/dial-rules.ts';
import { hostNames } from './adapters/dns/host-names.ts';
import type { PlanFile } from './adapters/plans/plan-file.ts';
import { plansOf } from './adapters/plans/plans.ts';
import { FluentSettingsTexts } from './adapters/texts/settings/texts.ts';
import { DialogueRepository } from './db/dialogue-repository.ts';
import { HintRepository } from './db/hint-repository.ts';
import { HostRepository } from './db/hosting/hosts.ts';
import { InboxRepository } from './db/inbox-repository.ts';
import { LineBookRepository } from './db/line-book-repository.ts';
import { OfferRepository } from './db/offer-repository.ts';
import { OperatorNoticeRepository } from './db/operator-notice-repository.ts';
import { PersonRepository } from './db/person-repository.ts';
import { PlanRepository } from './db/plan-repository.ts';
import { RegistrarRttRepository } from './db/registrar-rtt-repository.ts';
import { WorkerRepository } from './db/worker-repository.ts';
import type { HangupCause } from './machines/model/hangup-cause.ts';
import type { LineId, UserId } from './machines/model/ids.ts';
import { askedPerson } from './machines/model/settings-dialogue.ts';
import type { SettingsNotice } from './machines/model/settings-screens.ts';
import { mainWorker } from './machines/model/shards.ts';
import type { TestCallReport } from './machines/test-call.ts';
import type { Storage } from './storage.ts';

/** What the operator decides about the settings bot. */
export interface SettingsBotOptions {
  /** Who may see all owners, set plans and send notices. */
  readonly admins?: readonly UserId[];
  /** Whether lines may be set up at addresses of this machine and of private networks. */
  readonly allowPrivateRegistrars?: boolean;
  readonly templates: Templates;
  /** Where names of servers are looked up; the system's way by default. */
  readonly hosts?: HostNames;
  /** This host's, as people see it in the list of workers; the one of an installation that names none, where nothing else is said. */
  readonly worker: Pick<WorkerSaid, 'name' | 'place'> & Partial<WorkerSaid>;
}

/** What the settings bot keeps. */
export type SettingsStore = ReturnType<typeof settingsStore>;

export const settingsStore = ({ database, box }: Storage, chatAccount: UserId) => ({
  book: new LineBookRepository(database, box),
  offers: new OfferRepository(database),
  dialogues: new DialogueRepository(database),
  people: new PersonRepository(database, chatAccount),
  workers: new WorkerRepository(database),
  hosts: new HostRepository(database),
  rtts: new RegistrarRttRepository(database),
  inbox: new InboxRepository(database, box),
  hints: new HintRepository(database),
  operatorNotices: new OperatorNoticeRepository(database),
  planAccounts: new PlanRepository(database, database.rows),
});

/** What the bot adapter needs for conversations of its own. `onPut`: there is something in the inbox. */
export function botSettings(
  { inbox, book, dialogues }: SettingsStore,
  texts: FluentSettingsTexts,
  { admins = [] }: SettingsBotOptions,
  clock: WallClock,
  onPut: SettingsOptions['onPut'],
): SettingsOptions {
  return {
    inbox,
    onPut,
    toast: (says, language) => texts.toast(says, language),
    admins,
    clock,
    commands: texts.commands(),
    // Whoever is being asked to choose a chat adds the bot before he has chosen.
    mayStay: async (chat, by) =>
      (await book.isRecordingsChat(chat)) ||
      (by !== undefined && (await dialogues.of(by)).picking?.kind === 'recordings-chat'),
  };
}

export interface SettingsBotParts {
  readonly options: SettingsBotOptions;
  readonly store: SettingsStore;
  readonly chat: SettingsChat;
  readonly texts: FluentSettingsTexts;
  readonly planFile: PlanFile | undefined;
  /** The lines of this host: how they fare is told to their owners. */
  readonly lineActors: LineActors;
  /** How lines stand, those of other hosts too; only this host's where not given. */
  readonly standings?: Standings;
  readonly lines: ConstructorParameters<typeof OwnerNotices>[0]['lines'];
  /** Username without @; empty: it has none. */
  readonly chatAccount: string;
  /** What we can code and decode. */
  readonly codecs: readonly string[];
  readonly clock: WallClock;
  readonly actorClock: NonNullable<Parameters<typeof createActor>[1]>['clock'];
  readonly inspection?: Inspection;
  readonly faults: Faults;
  setCallback(user: UserId, on: boolean): Promise<void>;
  readonly startTestCall: SettingsParts['startTestCall'];
  /** Whether this host was seen without a gap for 15 s. */
  readonly isSteady?: () => Promise<boolean>;
  /** Asks registrars how far they are; they are not measured where not given. */
  readonly probe?: RegistrarProbe;
  /** Where it is kept on which Worker lines on Auto are. */
  readonly placements: Placements;
  /** Whether the chat account finds this user by his user name. */
  finds(user: UserId, username: string): Promise<boolean>;
}

export interface SettingsBot {
  /** What people do in it is seen to here from now on, also what is open of an earlier host's. One host at a time does. */
  read(): void;
  /** Leaves it to another host: begins nothing any more, and ends what was begun. */
  leave(): Promise<void>;
  /** Somebody did something, and it is in the inbox; what is not new may be done already. */
  take(row: InboxRow, isNew: boolean): void;
  /** Somebody had contact with the chat account. */
  personCame(user: UserId): void;
  say(saying: Saying): Promise<Said>;
  /** A call ended: that a person cannot be rung is told to the owner of the line. */
  callEnded(line: LineId, cause: HangupCause): void;
  testEnded(report: TestCallReport): void;
  testFailed(failed: FailedTestCall): void;
  /** A recording could not be stored; who talked has been told. */
  recordingFailed(failed: FailedRecording): void;
  /** Lines changed, here or elsewhere, or the operator said something. */
  linesChanged(): void;
  /** @returns whether the deadline is one of ours; `elsewhere`: it is, and for the host that reads */
  passed(deadline: Deadline): Promise<boolean> | 'elsewhere';
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** Well before a worker counts as silent (product §13). */
const beatMs = 5_000;

/** Builds the settings bot behind its conversation, and starts it. */
export function startSettingsBot(parts: SettingsBotParts): SettingsBot {
  const { options, store, chat, texts, lineActors, standings = lineActors, clock, faults } = parts;
  const { book: lines, people, offers, workers, hints, operatorNotices } = store;
  const { templates } = options;
  const plans = plansOf(parts.planFile, { accounts: store.planAccounts, lines, workers });
  const fault = (where: string) => (error: unknown) => faults.report(where, error);

  const voice = voiceOf({ chat, texts, people, faults });
  const time = parts.actorClock ? { actorClock: parts.actorClock } : {};
  const lateVoice = new LateVoice({ voice, clock, faults, ...time });
  const say = (saying: Saying) => lateVoice.say(saying);
  const screens = new Views({
    lines,
    people,
    plans,
    templates,
    offers,
    standings,
    workersOf: (line) => workersOf({ workers }, line, clock.now()),
    chatTitle: (id) => titleOf({ people }, id),
    chatAccount: parts.chatAccount,
    settingsBot: chat.username,
  });
  const checks: FieldChecks = {
    rules: dialRules,
    hosts: options.hosts ?? hostNames(),
    allowPrivateRegistrars: options.allowPrivateRegistrars ?? false,
    codecs: parts.codecs,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
  const handlerParts: SettingsParts = {
    lines,
    offers,
    people,
    workers,
    hosts: store.hosts,
    templates,
    plans,
    planBook: {
      names: () => [...(parts.planFile?.plans.keys() ?? [])],
      setPlan: (owner, plan) => store.planAccounts.setPlan(owner, plan),
    },
    rules: dialRules,
    hints,
    standings,
    chat,
    operatorNotices,
    chatAccount: parts.chatAccount,
    admins: new Set(options.admins),
    screens,
    checks,
    // Whoever waits for the answer to a press does not wait for Telegram to come back.
    say: async (saying) => (await voice(saying)) === 'arrived',
    setCallback: (user, on) => parts.setCallback(user, on),
    startTestCall: (user, line) => parts.startTestCall(user, line),
    async reach(user) {
      const username = await chat.usernameOf(user);
      return username !== undefined && parts.finds(user, username);
    },
    newToken: () => randomBytes(12).toString('base64url'),
    newRequest: () => randomInt(1, 2 ** 30),
  };
  const table = handlerTable(handlerParts);
  const desk = new SettingsDesk({
    inbox: store.inbox,
    dialogues: store.dialogues,
    people,
    chat,
    texts,
    handlers: settingsHandlers(handlerParts, table),
    lines,
    clock,
    faults,
    ...(parts.inspection && { inspection: parts.inspection }),
    ...time,
  });
  const ownerNotices = new OwnerNotices({ lineActors, lines: parts.lines, hints, say, clock, faults });
  const operatorVoice = new OperatorVoice({ notices: operatorNotices, say: voice, faults, ...time });
  const watch = new WorkerWatch({
    ...{ workers, book: lines, hints, say, clock },
    ...(parts.isSteady && { isSteady: parts.isSteady }),
  });
  const ownWorker: WorkerSaid = { id: mainWorker, kind: 'official', owner: undefined, ...options.worker };
  const placement = new AutoPlacement({
    workers,
    plans,
    templates,
    clock,
    rtts: store.rtts,
    placements: parts.placements,
  });
  const place = () => placement.look().catch(fault('choosing workers'));
  const beat = () =>
    void workers
      .announce(ownWorker, clock.now())
      .then(() => Promise.all([place(), isReading ? watch.look() : undefined]))
      // Not before it stands in the list with the others.
      .then(() => void distances?.beat().catch(fault('distances of registrars')))
      .catch(fault('workers'));
  const { probe } = parts;
  const distances =
    probe && new RegistrarDistances({ own: ownWorker, workers, rtts: store.rtts, probe, templates, clock });
  const beating = setInterval(beat, beatMs);
  beat();
  const ofTest = (
    { line, user }: Pick<FailedTestCall, 'line' | 'user'>,
    noticeOf: (lineName: string) => SettingsNotice,
  ) =>
    void parts.lines
      .find(line)
      .then((found) => say({ to: user, notice: noticeOf(found?.name ?? '') }))
      .catch(fault('test call'));
  let isReading = false;
  const sayAll = () => {
    if (isReading) void operatorVoice.sayAll().catch(fault('notices of the operator'));
  };

  return {
    read() {
      isReading = true;
      desk.reopen();
      sayAll();
      tellOfChangedTemplates({ book: lines, templates, hints, say }, clock.now()).catch(fault('templates'));
    },
    async leave() {
      isReading = false;
      await desk.close();
    },
    take: (row, isNew) => (isNew ? desk.take(row) : desk.wake()),
    personCame: (user) =>
      void table
        .personCame(user, clock.now())
        .then(async (sayings) => {
          for (const saying of sayings) await say(saying);
        })
        .catch(fault('invitations')),
    say,
    testEnded: ({ codec, keys, ...test }) =>
      ofTest(test, (lineName) => ({ kind: 'test-report', lineName, codec, keys })),
    testFailed: ({ cause, ...test }) => {
      const sip = 'sip' in cause ? cause.sip : undefined;
      ofTest(test, (lineName) => ({ kind: 'test-failed', lineName, ...(sip && { sip }) }));
    },
    recordingFailed: (failed) => ownerNotices.recordingFailed(failed),
    callEnded: (line, cause) => ownerNotices.callEnded(line, cause),
    linesChanged() {
      sayAll();
      void place();
    },
    passed: (deadline) => (isReading || askedPerson(deadline) === undefined ? desk.passed(deadline) : 'elsewhere'),
    settled: async () => void (await Promise.all([desk.settled(), ownerNotices.settled()])),
    async close() {
      clearInterval(beating);
      ownerNotices.stop();
      lateVoice.close();
      operatorVoice.close();
      await desk.close();
    },
  };
}
