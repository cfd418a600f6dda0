import type { Screen, Verdict } from '../../../machines/model/settings-screens.ts';
import type { Phrase } from '../phrasebook.ts';
import { backToLine, button, type ScreenRendering } from './rendering.ts';
import { brief } from './words.ts';

/** Dial rules: what was entered, and how they treat a number (product §4). */
export const rules: ScreenRendering<Extract<Screen, { kind: 'rules' | 'tried' }>> = {
  rules: ({ line, rules: entered }, phrase) => ({
    text: [
      phrase('rules-entered'),
      ...entered.map(({ kind, text }, index) =>
        phrase(`rule-${kind}`, { number: String(index + 1), rule: brief(text) }),
      ),
      phrase('rules-wait'),
    ].join('\n'),
    buttons: [
      [button(phrase('label-apply'), { do: 'apply', line }), button(phrase('button-cancel'), { do: 'discard', line })],
      [button(phrase('label-try'), { do: 'try', line })],
    ],
  }),
  tried: ({ line, number, steps, verdict }, phrase) => ({
    // The verdict first: steps of many rules may not all fit.
    text: [
      phrase('tried-number', { number: brief(number) }),
      said(verdict, phrase),
      phrase('tried-nothing-dialled'),
      ...(steps.length > 0 ? [''] : []),
      ...steps.map(({ rule, result }, index) => `${index + 1}. ${brief(rule)} → ${brief(result)}`),
    ].join('\n'),
    buttons: [[button(phrase('label-try'), { do: 'try', line }), backToLine(line, phrase)]],
  }),
};

function said(verdict: Verdict, phrase: Phrase): string {
  switch (verdict.kind) {
    case 'dial':
      return phrase('verdict-dial', { number: brief(verdict.text) });
    case 'filtered':
      return phrase('verdict-filtered', { number: String(verdict.rule), rule: brief(verdict.text) });
    default:
      return phrase(`verdict-${verdict.kind}`);
  }
}
