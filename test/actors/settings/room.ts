import { randomUUID } from 'node:crypto';
import { SimulatedClock } from 'xstate';
import type { Deadline } from '../../../src/actors/ports/deadlines.ts';
import { pressMs } from '../../../src/actors/ports/inbox.ts';
import type { Plan, PlanRefusal } from '../../../src/actors/ports/plans.ts';
import type { SettingsMessage, SettingsTexts } from '../../../src/actors/ports/settings-chat.ts';
import type { Template } from '../../../src/actors/ports/templates.ts';
import { SettingsDesk } from '../../../src/actors/settings/desk.ts';
import { type HandlerTable, handlerTable } from '../../../src/actors/settings/handler-table.ts';
import type { SettingsParts } from '../../../src/actors/settings/parts.ts';
import { settingsHandlers } from '../../../src/actors/settings/settings.ts';
import { Views } from '../../../src/actors/settings/views.ts';
import { voiceOf } from '../../../src/actors/settings/voice.ts';
import { dialRules } from '../../../src/adapters/dial-rules/dial-rules.ts';
import { EpochMs, type LineId, UserId } from '../../../src/machines/model/ids.ts';
import type { AskedField, OwnedLine, SettingsInput, SettingsPress } from '../../../src/machines/model/settings.ts';
import type { Screen, SettingsNotice } from '../../../src/machines/model/settings-screens.ts';
import { MemoryDialogues } from '../../fakes/settings/dialogues.ts';
import { MemoryHints } from '../../fakes/settings/hints.ts';
import { ListedHosts } from '../../fakes/settings/hosts.ts';
import { MemoryInbox } from '../../fakes/settings/inbox.ts';
import { MemoryLineBook } from '../../fakes/settings/line-book.ts';
import { MemoryOffers } from '../../fakes/settings/offers.ts';
import { MemoryOperatorNotices } from '../../fakes/settings/operator-notices.ts';
import { MemoryPeople } from '../../fakes/settings/people.ts';
import { PlayedSettingsChat } from '../../fakes/settings/settings-chat.ts';
import { SaidStandings } from '../../fakes/settings/standings.ts';
import { ListedTemplates } from '../../fakes/settings/templates.ts';
import { ListedWorkers } from '../../fakes/settings/workers.ts';

export const olga = UserId(1001);
export const uwe = UserId(1002);
/** A Sunday in winter. */
const dayOne = Date.UTC(2026, 10, 22);

export const everything: Plan = {
  name: 'everything',
  callSwitching: true,
  recording: true,
  fragmentMs: 0,
  assignment: true,
  paidWorkers: true,
};

/** Messages that say what they were made of. */
const plainTexts: SettingsTexts = {
  screen: (screen, language) => said({ language, screen }),
  notice: (notice, language, request) =>
    said({ language, notice }, notice.kind === 'picked' ? { keys: [] } : request === undefined ? {} : { keys: [] }),
  toast: (says) => says,
};
const said = (what: object, more: Partial<SettingsMessage> = {}): SettingsMessage => ({
  text: JSON.stringify(what),
  ...more,
});
const readText = (text: string): { language?: string; screen?: Screen; notice?: SettingsNotice } =>
  text.startsWith('{') ? (JSON.parse(text) as ReturnType<typeof readText>) : {};

interface Instead {
  readonly presses?: Partial<HandlerTable['presses']>;
  readonly picked?: Partial<HandlerTable['picked']>;
  readonly acceptOffer?: HandlerTable['acceptOffer'];
}

/** The room people and the settings bot are in: everything but Telegram and the database is the product's. */
export class Room {
  readonly clock = new SimulatedClock();
  readonly dialogues = new MemoryDialogues();
  readonly inbox = new MemoryInbox(this.dialogues);
  readonly book = new MemoryLineBook();
  readonly people = new MemoryPeople();
  readonly offers = new MemoryOffers();
  readonly hints = new MemoryHints();
  readonly standings = new SaidStandings();
  readonly chat = new PlayedSettingsChat();
  readonly faults: { readonly where: string; readonly error: unknown }[] = [];
  /** Where names lead. */
  readonly hosts = new Map<string, readonly string[]>([
    ['pbx.test', ['203.0.113.10']],
    ['pbx2.test', ['203.0.113.11', '2001:db8::11']],
    ['proxy.test', ['203.0.113.12']],
  ]);
  plan: Plan = everything;
  refusal: PlanRefusal | undefined;
  templates: readonly Template[] = [];
  desk!: SettingsDesk;
  table!: HandlerTable;
  #instead: Instead = {};
  #updates = 0;
  #made = 0;

  readonly #texts: SettingsTexts;

  constructor({ texts = plainTexts } = {}) {
    this.#texts = texts;
    this.restart();
  }

  /** Those that stand in the database. */
  get deadlines(): readonly Deadline[] {
    return [...this.book.deadlines, ...this.dialogues.deadlines];
  }

  /** What some of the handlers do instead, also those of a later process. */
  instead({ presses, picked, ...rest }: Instead): void {
    const before = this.#instead;
    this.#instead = {
      ...{ ...before, ...rest },
      presses: { ...before.presses, ...presses },
      picked: { ...before.picked, ...picked },
    };
    this.#replace();
  }

  onPress(presses: Partial<HandlerTable['presses']>): void {
    this.instead({ presses });
  }

  now(): EpochMs {
    return EpochMs(dayOne + this.clock.now());
  }

  /** Another process takes over. */
  restart(): void {
    const { inbox, book: lines, people, offers, standings, chat, dialogues } = this;
    const templates = {
      all: () => this.templates,
      find: (id: string) => new ListedTemplates(...this.templates).find(id),
    };
    const plans = {
      planOf: async () => this.plan,
      refusalOf: async () => this.refusal,
      count: async () => {},
      firstToldOf: async () => false,
    };
    const voice = voiceOf({ chat, texts: this.#texts, people, faults: this });
    const screens = new Views({
      ...{ lines, people, plans, templates, offers, standings },
      workersOf: async () => ({ set: undefined, carrier: undefined }),
      chatTitle: async () => undefined,
      chatAccount: 'siptg',
      settingsBot: 'siptg_bot',
    });
    const parts: SettingsParts = {
      ...{ lines, people, offers, plans, templates, screens, chat, standings, hints: this.hints },
      workers: new ListedWorkers(),
      hosts: new ListedHosts(),
      planBook: { names: () => [], setPlan: async () => {} },
      rules: dialRules,
      operatorNotices: new MemoryOperatorNotices(lines),
      checks: {
        rules: dialRules,
        hosts: { lookup: async (host) => this.hosts.get(host) ?? [] },
        allowPrivateRegistrars: false,
        codecs: ['opus', 'alaw', 'mulaw', 'g722', 'gsm'],
        timeZone: 'UTC',
      },
      chatAccount: 'siptg',
      admins: new Set(),
      say: async (saying) => (await voice(saying)) === 'arrived',
      setCallback: (user, on) => people.setCallback(user, on),
      startTestCall: async () => 'started',
      reach: async () => true,
      newToken: () => `token-${String((this.#made += 1)).padStart(10, '0')}`,
      newRequest: () => (this.#made += 1),
    };
    this.table = handlerTable(parts);
    this.#replace();
    this.desk = new SettingsDesk({
      ...{ inbox, dialogues, people, chat, lines },
      texts: this.#texts,
      handlers: settingsHandlers(parts, this.table),
      clock: { now: () => this.now() },
      faults: this,
      actorClock: this.clock,
    });
  }

  report(where: string, error: unknown): void {
    this.faults.push({ where, error });
  }

  async does(user: UserId, input: SettingsInput, about: { language?: string; name?: string } = {}): Promise<void> {
    await this.put(user, input, about);
    this.desk.wake();
    await this.desk.settled();
  }

  async put(user: UserId, input: SettingsInput, { language, name }: { language?: string; name?: string } = {}) {
    this.#updates += 1;
    const expiresAt = EpochMs(this.now() + pressMs);
    const row = {
      id: `bot-${this.#updates}`,
      key: randomUUID(),
      user,
      input,
      language,
      name,
      ...(input.kind === 'press' && { expiresAt }),
    };
    await this.inbox.put(row);
    return row;
  }

  async presses(user: UserId, press: SettingsPress, messageId?: number): Promise<void> {
    await this.does(user, { kind: 'press', press, messageId: messageId ?? (await this.screenMessage(user)) ?? -1 });
  }

  /** The newest button with these words. */
  async pressesLabel(user: UserId, label: string): Promise<void> {
    await this.does(user, this.chat.press(user, label));
  }

  command(user: UserId, command: 'start' | 'softphone' | 'help' | 'language' | 'cancel' | 'workers', payload = '') {
    return this.does(user, { kind: 'command', command, payload });
  }

  /** @returns the message's id */
  async writes(user: UserId, text: string): Promise<number> {
    const messageId = this.chat.writes(user, text);
    await this.does(user, { kind: 'text', text, messageId });
    return messageId;
  }

  async answers(user: UserId, line: LineId, field: AskedField, text: string): Promise<void> {
    await this.presses(user, { do: 'ask', line, field });
    await this.writes(user, text);
  }

  /** Time passes, and what was due is told. */
  async after(ms: number): Promise<void> {
    this.clock.increment(ms);
    await this.desk.settled();
    for (const deadline of this.deadlines.filter(({ dueAt }) => dueAt <= this.now())) await this.desk.passed(deadline);
    await this.desk.settled();
  }

  async screenMessage(user: UserId): Promise<number | undefined> {
    return (await this.dialogues.of(user)).screenMessage;
  }

  async screen(user: UserId): Promise<Screen> {
    return (await this.shown(user)).screen;
  }

  async shown(user: UserId): Promise<{ screen: Screen; language: string | undefined }> {
    const id = await this.screenMessage(user);
    const message = this.chat.page(user).find((other) => other.id === id);
    const { screen, language } = readText(message?.text ?? '');
    if (!screen) throw new Error('he has no screen');
    return { screen, language };
  }

  /** The own-line screen he sees. */
  async lineScreen(user: UserId): Promise<Extract<Screen, { kind: 'own-line' }>> {
    const screen = await this.screen(user);
    if (screen.kind !== 'own-line') throw new Error(`he sees ${screen.kind}`);
    return screen;
  }

  notices(user: UserId): readonly SettingsNotice[] {
    return this.chat.page(user).flatMap(({ text }) => readText(text).notice ?? []);
  }

  /** The only line there is, or the newest. */
  async line(user: UserId): Promise<OwnedLine> {
    const line = (await this.book.of(user)).at(-1);
    if (!line) throw new Error('he has no line');
    return line;
  }

  /** Presses `New`. */
  async newLine(user: UserId): Promise<LineId> {
    await this.command(user, 'softphone');
    await this.presses(user, { do: 'new' });
    return (await this.line(user)).id;
  }

  /** A line that is registered. */
  async registeredLine(user: UserId, login = 'olga'): Promise<LineId> {
    const line = await this.newLine(user);
    await this.answers(user, line, 'login', login);
    await this.answers(user, line, 'password', 's3cret');
    await this.answers(user, line, 'domain', 'pbx.test');
    await this.presses(user, { do: 'apply', line });
    this.standings.stand(line, { state: 'reachable' }, EpochMs(this.now() + 60_000));
    return line;
  }

  #replace(): void {
    const { presses, picked, ...rest } = this.#instead;
    Object.assign(this.table, rest);
    Object.assign(this.table.presses, presses);
    Object.assign(this.table.picked, picked);
  }
}
