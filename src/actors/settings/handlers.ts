import type { EpochMs, UserId } from '../../machines/model/ids.ts';
import type { Picking, Question, SettingsPress, WrongAnswer } from '../../machines/model/settings.ts';
import type { Screen, SettingsNotice } from '../../machines/model/settings-screens.ts';

/** Who is pressing or writing, and when. */
export interface Visitor {
  readonly user: UserId;
  /** What he chose, else that of his Telegram. */
  readonly language: string | undefined;
  /** First name in Telegram. */
  readonly name: string | undefined;
  readonly at: EpochMs;
  /** A UUID of what he does, the same when that is done again after a crash. */
  readonly key: string;
}

/** What is to be said to whom. `request`: of the keys of a picker. */
export interface Saying {
  readonly to: UserId;
  readonly notice: SettingsNotice;
  readonly request?: number;
}

/** What follows from something a person did; without a screen the one he has stays as it is. */
export interface Next {
  readonly screen?: Screen;
  /** Open from now on. Every input that is not its answer closes it. */
  readonly question?: Question;
  /** The picker whose keys are shown from now on. */
  readonly picking?: Picking;
  /** Closed without his doing. */
  readonly givenUp?: Question;
  readonly sayings?: readonly Saying[];
}

/**
 * What each press does. Each looks at the presser's role at the moment of the press: the line is read anew, and whoever may
 * not do it gets the list of his lines, with the remark `not-yours`, and changes nothing.
 */
export type PressHandlers<Do extends SettingsPress['do'] = SettingsPress['do']> = {
  readonly [Key in Do]: (visitor: Visitor, press: PressOf<Key>) => Promise<Next>;
};

/** What a press of this kind says, also of a kind that looks like others. */
export type PressOf<Do extends SettingsPress['do'], Press = SettingsPress> = Press extends { readonly do: infer Kind }
  ? Do extends Kind
    ? Press & { readonly do: Do }
    : never
  : never;

/** What an answer to each kind of question does. A wrong one leaves the question open. */
export type AnswerHandlers<Kind extends Question['kind'] = Question['kind']> = {
  readonly [Key in Kind]: (
    visitor: Visitor,
    question: Extract<Question, { kind: Key }>,
    text: string,
  ) => Promise<Next | { readonly wrong: WrongAnswer }>;
};
