import type { LineId, UserId } from '../../machines/model/ids.ts';
import type { OwnedLine, Remark, TestCallOutcome } from '../../machines/model/settings.ts';
import type { Screen, WorkerShown } from '../../machines/model/settings-screens.ts';
import type { DialRules } from '../ports/dial-rules.ts';
import type { Hints } from '../ports/hints.ts';
import type { Hosts } from '../ports/hosts.ts';
import type { LineBook } from '../ports/line-book.ts';
import type { Offers } from '../ports/offers.ts';
import type { OperatorNotices } from '../ports/operator-notices.ts';
import type { People } from '../ports/people.ts';
import type { PlanBook } from '../ports/plan-book.ts';
import type { Plans } from '../ports/plans.ts';
import type { SettingsChat } from '../ports/settings-chat.ts';
import type { Standings } from '../ports/standings.ts';
import type { Templates } from '../ports/templates.ts';
import type { Workers } from '../ports/workers.ts';
import type { FieldChecks } from './fields/field.ts';
import type { Saying, Visitor } from './handlers.ts';

/** What screens of lines are drawn from. */
export interface ViewParts {
  readonly lines: Pick<LineBook, 'of' | 'formerOf' | 'find'>;
  readonly people: Pick<People, 'name' | 'callback'>;
  readonly plans: Pick<Plans, 'refusalOf'>;
  readonly templates: Templates;
  readonly offers: Pick<Offers, 'ofLine'>;
  readonly standings: Standings;
  /** The worker a line is set to with its edits, and the one it is on; undefined: none that is known. */
  workersOf(
    line: OwnedLine,
  ): Promise<{ readonly set: WorkerShown | undefined; readonly carrier: WorkerShown | undefined }>;
  /** What a chat for recordings is called, where that is known. */
  chatTitle(chat: string): Promise<string | undefined>;
  /** User names without @. */
  readonly chatAccount: string;
  readonly settingsBot: string;
}

/** Screens that several handlers lead to. */
export interface Screens {
  lines(visitor: Visitor, remark?: Remark): Promise<Screen>;
  /** As the visitor may see it: its owner, its user, its former owner; to anybody else the list, with the remark `not-yours`. */
  line(visitor: Visitor, line: LineId, remark?: Remark): Promise<Screen>;
}

/** What the handlers are made of. */
export interface SettingsParts {
  readonly lines: LineBook;
  readonly offers: Offers;
  readonly people: People;
  readonly workers: Workers;
  readonly templates: Templates;
  readonly plans: Plans;
  readonly planBook: PlanBook;
  readonly hosts: Pick<Hosts, 'all' | 'setDraining'>;
  readonly rules: DialRules;
  readonly hints: Hints;
  readonly standings: Standings;
  readonly chat: Pick<SettingsChat, 'username' | 'prove' | 'leave'>;
  readonly operatorNotices: Pick<OperatorNotices, 'put'>;
  /** User name of the chat account, without @. */
  readonly chatAccount: string;
  /** Those of ADMIN_IDS. */
  readonly admins: ReadonlySet<UserId>;
  readonly screens: Screens;
  readonly checks: FieldChecks;
  /** Also in calls that are under way. */
  setCallback(user: UserId, on: boolean): Promise<void>;
  /** Rings the user and calls the line's own number through its PBX. `busy`: he has a call already. */
  startTestCall(user: UserId, line: LineId): Promise<Extract<TestCallOutcome, 'started' | 'busy' | 'restarting'>>;
  /**
   * Looks up somebody the chat account has not met, who has agreed to be called.
   * @returns whether it can write to and call him now; it cannot when he has no user name
   */
  reach(user: UserId): Promise<boolean>;
  /** Says it now. @returns whether it arrived */
  say(saying: Saying): Promise<boolean>;
  /** 16 characters A-Z, a-z, 0-9, - or _, not to be guessed. */
  newToken(): string;
  /** Of the keys of a picker, 1 to 2³¹ − 1: no number is seen twice soon. */
  newRequest(): number;
}
