import type { WrongAnswer } from '../../../machines/model/settings.ts';
import type { Phrase } from '../phrasebook.ts';
import { example, importExample, numberExample } from './fields.ts';
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
      return lines(phrase('wrong-number'), numberExample(phrase));
    case 'import':
      return lines(wrongImport(wrong, phrase), importExample(phrase));
  }
}

function wrongImport({ line, why, text }: Extract<WrongAnswer, { kind: 'import' }>, phrase: Phrase): string {
  switch (why) {
    case 'empty':
      return phrase('wrong-import-empty');
    case 'too-long':
      return phrase('wrong-import-too-long', { line });
    case 'unknown-key':
      return text === ''
        ? phrase('wrong-import-no-key', { line })
        : phrase('wrong-import-unknown-key', { line, text: brief(text) });
    default:
      return phrase(`wrong-import-${why}`, { line, text: brief(text) });
  }
}

const lines = (...said: readonly string[]): string => said.join('\n');
