import { randomUUID } from 'node:crypto';
import type { Plan } from '../../../../src/actors/ports/plans.ts';
import { SettingsMessageNotSent } from '../../../../src/actors/ports/settings-chat.ts';
import type { Worker } from '../../../../src/actors/ports/workers.ts';
import { handlerTable } from '../../../../src/actors/settings/handler-table.ts';
import type { Next, Saying, Visitor } from '../../../../src/actors/settings/handlers.ts';
import type { Screens } from '../../../../src/actors/settings/parts.ts';
import { dialRules } from '../../../../src/adapters/dial-rules/dial-rules.ts';
import { EpochMs, type LineId, UserId } from '../../../../src/machines/model/ids.ts';
import type { OwnedLine, Picking, Remark } from '../../../../src/machines/model/settings.ts';
import type { LineFacts, Screen } from '../../../../src/machines/model/settings-screens.ts';
import { MemoryHints } from '../../../fakes/settings/hints.ts';
import { ListedHosts } from '../../../fakes/settings/hosts.ts';
import { MemoryLineBook } from '../../../fakes/settings/line-book.ts';
import { MemoryOffers } from '../../../fakes/settings/offers.ts';
import { MemoryOperatorNotices } from '../../../fakes/settings/operator-notices.ts';
import { MemoryPeople } from '../../../fakes/settings/people.ts';
import { PlayedSettingsChat } from '../../../fakes/settings/settings-chat.ts';
import { SaidStandings } from '../../../fakes/settings/standings.ts';
import { ListedTemplates } from '../../../fakes/settings/templates.ts';
import { ListedWorkers } from '../../../fakes/settings/workers.ts';

export const olga = UserId(1);
export const uwe = UserId(2);
export const vera = UserId(3);
export const admin = UserId(9);
const names = new Map([
  [olga, 'Olga'],
  [uwe, 'Uwe'],
  [vera, 'Vera'],
  [admin, 'Ada'],
]);

export const unlimited: Plan = {
  name: 'unlimited',
  callSwitching: true,
  recording: true,
  fragmentMs: 0,
  assignment: true,
  paidWorkers: true,
};

/** Screens that say which they are, and the remark. */
class PlainScreens implements Screens {
  readonly #lines: MemoryLineBook;

  constructor(lines: MemoryLineBook) {
    this.#lines = lines;
  }

  async lines({ user }: Visitor, remark?: Remark): Promise<Screen> {
    const lines = (await this.#lines.of(user)).map(({ id, name, owner }) => ({
      id,
      name,
      dot: 'off' as const,
      own: owner === user,
    }));
    return { kind: 'lines', lines, callback: true, chatAccount: 'siptg', ...(remark && { remark }) };
  }

  async line(visitor: Visitor, id: LineId, remark?: Remark): Promise<Screen> {
    const line = await this.#lines.find(id);
    if (line?.owner !== visitor.user && line?.user !== visitor.user) return this.lines(visitor, { kind: 'not-yours' });
    return {
      kind: 'assigned-line',
      facts: { id, name: line.name } as LineFacts,
      chatAccount: 'siptg',
      ...(remark && { remark }),
    };
  }
}

/** The settings bot without its mouth: what people do, and what follows from it. */
export function settingsHouse() {
  const clock = { at: EpochMs(1_000_000_000) };
  const lines = new MemoryLineBook();
  const offers = new MemoryOffers();
  const people = new MemoryPeople();
  const workers = new ListedWorkers();
  const chat = new PlayedSettingsChat();
  const plans = new Map<UserId, Partial<Plan>>();
  const operatorNotices = new MemoryOperatorNotices(lines);
  const hints = new MemoryHints();
  const hosts = new ListedHosts();
  const house = {
    clock,
    lines,
    offers,
    people,
    workers,
    chat,
    plans,
    operatorNotices,
    hints,
    hosts,
    templates: new ListedTemplates(),
    /** Those whom the chat account cannot look up. */
    nameless: new Set<UserId>(),
    /** Said at once, to whom it can be said. */
    said: [] as Saying[],
    planNames: ['free', 'full'],
    visitor: (user: UserId): Visitor => ({
      user,
      language: 'en',
      name: names.get(user),
      at: clock.at,
      key: randomUUID(),
    }),
    handlers: () => made,
    /** A line as its owner has set it up. */
    has: async (owner: UserId, values: Partial<OwnedLine> = {}): Promise<LineId> => {
      const { id } = await lines.create(owner, {
        name: 'Office',
        codecs: ['opus', 'alaw', 'mulaw'],
        dtmfMethods: ['rfc2833', 'info', 'inband'],
        recording: false,
        recordingsChat: undefined,
        quietHours: undefined,
        ...values,
        login: values.login ?? '100',
        password: 's3cret',
        pendingSince: undefined,
      } as Parameters<MemoryLineBook['create']>[1]);
      return id;
    },
    find: async (id: LineId): Promise<OwnedLine> => {
      const line = await lines.find(id);
      if (!line) throw new Error('there is no such line');
      return line;
    },
    /** The keys are there; he picks somebody with them. */
    picks: (by: UserId, { picking }: Next, user: UserId, name = names.get(user)): Promise<Next> =>
      made.picked.user(house.visitor(by), picking, {
        kind: 'user-picked',
        request: picking?.request ?? -1,
        user,
        name,
      }),
    picksChat: (
      by: UserId,
      picking: Picking | undefined,
      chosen: string,
      title?: string,
      request = picking?.request ?? -1,
    ) => made.picked.chat(house.visitor(by), picking, { kind: 'chat-picked', request, chat: chosen, title }),
  };
  let made_ = 0;
  const made = handlerTable({
    lines,
    offers,
    people,
    workers,
    hosts,
    templates: { all: () => house.templates.all(), find: (id) => house.templates.find(id) },
    plans: {
      planOf: async (owner) => ({ ...unlimited, ...plans.get(owner) }),
      refusalOf: async () => undefined,
      count: async () => {},
      firstToldOf: async () => false,
    },
    planBook: {
      names: () => house.planNames,
      setPlan: async (owner, plan) => {
        if (plan === undefined) lines.plans.delete(owner);
        else lines.plans.set(owner, plan);
      },
    },
    rules: dialRules,
    hints,
    chat,
    operatorNotices,
    standings: new SaidStandings(),
    chatAccount: 'siptg',
    setCallback: async () => {},
    startTestCall: async () => 'restarting',
    reach: async (user) => !house.nameless.has(user),
    admins: new Set([admin]),
    screens: new PlainScreens(lines),
    checks: {
      rules: dialRules,
      hosts: { lookup: async (host) => (host.endsWith('.invalid') ? [] : ['192.0.2.1']) },
      allowPrivateRegistrars: false,
      codecs: ['opus', 'alaw', 'mulaw', 'g722'],
      timeZone: 'UTC',
    },
    say: async (saying) => {
      try {
        await chat.send(saying.to, { text: saying.notice.kind });
      } catch (error) {
        if (error instanceof SettingsMessageNotSent) return false;
        throw error;
      }
      house.said.push(saying);
      return true;
    },
    newToken: () => `token-${String((made_ += 1)).padStart(10, '0')}`,
    newRequest: () => (made_ += 1),
  });
  return house;
}
export type SettingsHouse = ReturnType<typeof settingsHouse>;

export const worker = (id: string, kind: Worker['kind'], says: Partial<Worker> = {}): Worker => ({
  id,
  kind,
  owner: undefined,
  name: id,
  place: 'Frankfurt',
  free: false,
  load: 0,
  seenAt: EpochMs(1_000_000_000),
  switchedOff: false,
  ...says,
});

export const remarkOf = (next: Next): Remark | undefined => next.screen?.remark;
export const told = ({ sayings = [] }: Next): readonly [UserId, string][] =>
  sayings.map(({ to, notice }) => [to, notice.kind]);
