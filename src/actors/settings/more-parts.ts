import type { EpochMs, UserId } from '../../machines/model/ids.ts';
import type { LineOptions } from '../../machines/model/settings.ts';
import type { DialRules } from '../ports/dial-rules.ts';
import type { Hints } from '../ports/hints.ts';
import type { LineBook, NewEdits } from '../ports/line-book.ts';
import type { Offers } from '../ports/offers.ts';
import type { OperatorNotices } from '../ports/operator-notices.ts';
import type { People } from '../ports/people.ts';
import type { PlanBook } from '../ports/plan-book.ts';
import type { Plans } from '../ports/plans.ts';
import type { SettingsChat } from '../ports/settings-chat.ts';
import type { Templates } from '../ports/templates.ts';
import type { Workers } from '../ports/workers.ts';
import type { FieldChecks } from './fields/field.ts';
import type { Saying } from './handlers.ts';
import type { Screens } from './parts.ts';

/** Values a person entered, as a line keeps them. */
export type FieldValues = Partial<LineOptions> & NewEdits;

/** What the handlers of templates, workers, users, chats, offers and texts are made of. */
export interface MoreParts {
  readonly lines: LineBook;
  readonly offers: Offers;
  readonly people: People;
  readonly workers: Workers;
  readonly templates: Templates;
  readonly plans: Plans;
  readonly planBook: PlanBook;
  readonly rules: DialRules;
  readonly hints: Hints;
  readonly chat: Pick<SettingsChat, 'username' | 'prove' | 'leave'>;
  readonly operatorNotices: Pick<OperatorNotices, 'put'>;
  /** User name of the chat account, without @. */
  readonly chatAccount: string;
  /** Those of ADMIN_IDS. */
  readonly admins: ReadonlySet<UserId>;
  readonly screens: Screens;
  readonly checks: FieldChecks;
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

/** Of a person or chat as it is written down. */
const longestName = 64;

/** What Telegram calls somebody, of bounded length; his id where it says nothing. */
export const nameOf = (name: string | undefined, id: string): string =>
  Array.from(name?.trim() ?? '')
    .slice(0, longestName)
    .join('') || id;

export const over = (expiresAt: EpochMs, at: EpochMs): boolean => at > expiresAt;
