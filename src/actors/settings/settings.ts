import type { LineId } from '../../machines/model/ids.ts';
import type {
  Picking,
  Question,
  Remark,
  SettingsInput,
  SettingsPress,
  WrongAnswer,
} from '../../machines/model/settings.ts';
import type { Screen } from '../../machines/model/settings-screens.ts';
import type { HandlerTable } from './handler-table.ts';
import { commandHandlers } from './handlers/commands.ts';
import type { Next, PressOf, Visitor } from './handlers.ts';
import type { SettingsParts } from './parts.ts';

/** What is asked of the person now: a question, the keys of a picker; or what was asked until it was given up. */
export interface Open {
  readonly question: Question | undefined;
  readonly picking: Picking | undefined;
  readonly givenUp: Question | undefined;
}

/** What follows from everything a person can do in the settings bot. */
export interface SettingsHandlers {
  /** Of what he did; a message that is no answer is one of those things. */
  perform(visitor: Visitor, input: SettingsInput, open: Open): Promise<Next>;
  /** Of the answer to the open question. `text`: empty where it was no text. */
  answer(visitor: Visitor, question: Question, text: string): Promise<Next | { readonly wrong: WrongAnswer }>;
  /** The screen something began at: of its line, else the list. */
  home(visitor: Visitor, about: Question | Picking | SettingsPress | undefined, remark?: Remark): Promise<Screen>;
}

export function settingsHandlers(parts: SettingsParts, table: HandlerTable): SettingsHandlers {
  const press = <Do extends keyof HandlerTable['presses']>(visitor: Visitor, pressed: PressOf<Do>): Promise<Next> =>
    (table.presses[pressed.do as Do] as (visitor: Visitor, press: PressOf<Do>) => Promise<Next>)(visitor, pressed);
  const home: SettingsHandlers['home'] = (visitor, about, remark) => {
    const line = lineOf(about);
    return line === undefined ? parts.screens.lines(visitor, remark) : parts.screens.line(visitor, line, remark);
  };
  const cancel = async (visitor: Visitor, open: Open): Promise<Next> => ({
    screen: await home(visitor, open.question ?? open.picking),
  });
  const commands = commandHandlers(parts, table);

  const act = async (visitor: Visitor, input: SettingsInput, open: Open): Promise<Next> => {
    switch (input.kind) {
      case 'press':
        return input.press.do === 'cancel'
          ? cancel(visitor, open)
          : press(visitor, input.press as PressOf<keyof HandlerTable['presses']>);
      case 'command':
        return input.command === 'cancel' ? cancel(visitor, open) : commands[input.command](visitor, input.payload);
      case 'user-picked':
        return table.picked.user(visitor, open.picking, input);
      case 'chat-picked':
        return table.picked.chat(visitor, open.picking, input);
      case 'text':
      case 'other':
        return { screen: await home(visitor, open.givenUp, open.givenUp && { kind: 'gave-up' }) };
    }
  };
  return {
    home,
    perform: async (visitor, input, open) => {
      const next = await act(visitor, input, open);
      // A question that is closed does not stay on the screen as if it were open.
      const isLeft = open.question !== undefined && !next.screen;
      return isLeft ? { ...next, screen: await home(visitor, open.question) } : next;
    },
    answer: (visitor, question, text) =>
      (
        table.answers[question.kind] as (
          visitor: Visitor,
          question: Question,
          text: string,
        ) => ReturnType<SettingsHandlers['answer']>
      )(visitor, question, text),
  };
}

const lineOf = (about: Question | Picking | SettingsPress | undefined): LineId | undefined =>
  about && 'line' in about ? about.line : undefined;
