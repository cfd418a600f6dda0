import type { Question } from '../../../machines/model/settings.ts';
import type { Screen } from '../../../machines/model/settings-screens.ts';
import type { Phrase } from '../phrasebook.ts';
import { example, fieldName, importExample, numberExample } from './fields.ts';
import { button, type ScreenRendering } from './rendering.ts';
import { brief, plain } from './words.ts';

/** What is asked for, what is accepted, an example (product §3.4). */
export const questions: ScreenRendering<Extract<Screen, { kind: 'question' }>> = {
  question: ({ question, lineName, hint, current }, phrase) => ({
    text: [
      [...(lineName === undefined ? [] : [brief(lineName)]), titleOf(question, phrase)].join(' · '),
      '',
      ...asked(question, hint, phrase),
      ...(isForOneDevice(question) ? ['', phrase('question-one-device')] : []),
      ...(current === undefined ? [] : ['', phrase('question-now', { value: plain(current) })]),
      '',
      phrase('question-answer'),
    ].join('\n'),
    buttons: [[button(phrase('button-cancel'), { do: 'cancel' })]],
  }),
};

function titleOf(question: Question, phrase: Phrase): string {
  return question.kind === 'field' ? fieldName(question.field, phrase) : phrase(`label-${question.kind}`);
}

/** A hint of the line's template says more than our example. */
function asked(question: Question, hint: string | undefined, phrase: Phrase): string[] {
  switch (question.kind) {
    case 'field':
      return [
        phrase(`question-${question.field}`),
        hint === undefined ? example(question.field, phrase) : phrase('question-hint', { hint: brief(hint) }),
      ];
    case 'try':
      return [phrase('question-try'), numberExample(phrase)];
    case 'import':
      return [phrase('question-import'), importExample(phrase)];
  }
}

/** F-SET-13: with two devices at one login, calls reach one of them at best. */
const isForOneDevice = (question: Question): boolean =>
  question.kind === 'field' && (question.field === 'login' || question.field === 'password');
