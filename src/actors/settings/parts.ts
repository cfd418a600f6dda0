import type { LineId, UserId } from '../../machines/model/ids.ts';
import type { OwnedLine, Remark } from '../../machines/model/settings.ts';
import type { Screen, WorkerShown } from '../../machines/model/settings-screens.ts';
import type { Hints } from '../ports/hints.ts';
import type { LineBook } from '../ports/line-book.ts';
import type { Offers } from '../ports/offers.ts';
import type { People } from '../ports/people.ts';
import type { Plans } from '../ports/plans.ts';
import type { SettingsChat } from '../ports/settings-chat.ts';
import type { Standings } from '../ports/standings.ts';
import type { Templates } from '../ports/templates.ts';
import type { FieldChecks } from './fields/field.ts';
import type { Visitor } from './handlers.ts';

/** What screens of lines are drawn from. */
export interface ViewParts {
  readonly lines: Pick<LineBook, 'of' | 'formerOf' | 'find'>;
  readonly people: Pick<People, 'name' | 'callback'>;
  readonly plans: Pick<Plans, 'refusalOf'>;
  readonly templates: Templates;
  readonly offers: Pick<Offers, 'ofLine'>;
  readonly standings: Standings;
  /** The worker a line is on, also where Auto chose it; undefined: none. */
  workerOf(line: OwnedLine): Promise<WorkerShown | undefined>;
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

/** What the handlers of lines and their fields are made of. */
export interface SettingsParts {
  readonly lines: LineBook;
  readonly people: Pick<People, 'setLanguage'>;
  readonly plans: Pick<Plans, 'planOf'>;
  readonly templates: Templates;
  readonly hints: Hints;
  readonly screens: Screens;
  readonly checks: FieldChecks;
  readonly chat: Pick<SettingsChat, 'leave'>;
  readonly chatAccount: string;
  /** Also in calls that are under way. */
  setCallback(user: UserId, on: boolean): Promise<void>;
}
