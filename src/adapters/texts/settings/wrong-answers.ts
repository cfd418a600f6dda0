import type { WrongAnswer } from '../../../machines/model/settings.ts';
import type { Phrase } from '../phrasebook.ts';
import { example } from './fields.ts';
import { brief } from './words.ts';

/** What was wrong, and an answer that is right (product §3.4). */
export function wrongAnswer(wrong: WrongAnswer, phrase: Phrase): string {
  switch (wrong.kind) {
    case 'field':
      return lines(phrase(`wrong-${wrong.field}`), example(wrong.field, phrase));
    case 'rule':
      return lines(
        // People count from 1.
        phrase('wrong-rule', { rule: brief(wrong.rule), position: wrong.position + 1, why: brief(wrong.why) }),
        example('rules', phrase),
      );
    case 'unknown-codec':
      return lines(
        phrase('wrong-codec', { word: brief(wrong.word), known: brief(wrong.known.join(', ')) }),
        example('codecs', phrase),
      );
    case 'private-address':
    case 'unknown-host':
      return lines(phrase(`wrong-${wrong.kind}`, { host: brief(wrong.host) }), example('domain', phrase));
    case 'number':
      return lines(phrase('wrong-number'), phrase('example', { text: '8 (926) 123-45-67' }));
    case 'import':
      return phrase(`wrong-import-${wrong.why}`, { line: wrong.line, text: brief(wrong.text) });
  }
}

const lines = (...said: readonly string[]): string => said.join('\n');
