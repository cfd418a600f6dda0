import { readMessage } from '../../../machines/model/numbers.ts';
import type { DialTarget } from '../../../machines/model/party.ts';
import type { OwnedLine } from '../../../machines/model/settings.ts';
import type { Verdict } from '../../../machines/model/settings-screens.ts';
import type { RulesResult } from '../../ports/dial-rules.ts';
import { withEdits } from '../fields/field.ts';
import type { AnswerHandlers, PressHandlers } from '../handlers.ts';
import type { SettingsParts } from '../parts.ts';
import { forOwner } from './owned.ts';

type Parts = Pick<SettingsParts, 'lines' | 'screens' | 'rules'>;

/** The rules as edited are tried on a number; nothing is dialled (product §4, B-6). */
export const tryPress = (parts: Parts): PressHandlers<'try'> => ({
  try: (visitor, press) =>
    forOwner(parts, visitor, press.line, async (line) => {
      const question = { kind: 'try', line: line.id } as const;
      const lineName = withEdits(line).name;
      return { question, screen: { kind: 'question', question, lineName, hint: undefined, current: undefined } };
    }),
});

export const tryAnswer = (parts: Parts): AnswerHandlers<'try'> => ({
  try: async (visitor, question, text) => {
    const number = readNumber(text);
    if (!number) return { wrong: { kind: 'number' } };
    return forOwner(parts, visitor, question.line, async (line) => ({
      screen: { kind: 'tried', line: line.id, number: number.shown, ...trial(parts, line, number.target) },
    }));
  },
});

/** As the chat account reads it; a single word counts as if it were confirmed. */
function readNumber(text: string): { readonly target: DialTarget; readonly shown: string } | undefined {
  const read = readMessage(text);
  if (read.kind === 'confirm') return { target: { kind: 'number', user: read.word }, shown: read.word };
  return read.kind === 'dial' ? read : undefined;
}

function trial({ rules }: Parts, line: OwnedLine, target: DialTarget) {
  const { dialRules } = withEdits(line);
  const check = rules.check(dialRules);
  const { steps, result } = rules.trace(dialRules, target);
  return {
    steps: steps.map((result, place) => ({ rule: (check.ok && check.rules[place]?.text) || '', result })),
    verdict: verdictOf(result),
  };
}

function verdictOf(result: RulesResult): Verdict {
  if (result.kind !== 'dial') return result;
  return { kind: 'dial', text: result.target.kind === 'number' ? result.target.user : result.target.uri };
}
