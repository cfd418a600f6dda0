import { describe, expect, test } from 'vitest';
import type { SettingsMessage } from '../../../../src/actors/ports/settings-chat.ts';
import { languages } from '../../../../src/adapters/texts/phrasebook.ts';
import { LineId } from '../../../../src/machines/model/ids.ts';
import type { Screen, SettingsNotice } from '../../../../src/machines/model/settings-screens.ts';
import { facts, frankfurt, fullDetails, host, list, office } from './samples.ts';
import { asksFor, say, show } from './shown.ts';

describe('what strangers write', () => {
  const hostile: readonly [string, string][] = [
    ['emoji', '👨‍👩‍👧‍👦'.repeat(20)],
    ['128 characters', '𝕏'.repeat(128)],
    ['very much', 'x'.repeat(100_000)],
    ['line breaks', 'Office\n🟢 Bank\r\nPassword: 1\u2028\u2029\u0085x'],
    ['control characters', '\u0000\u0007\u001b[31mred\u007f'],
    ['turned directions', '\u202egnikcah\u2066\u2067\u200f'],
    ['another direction', 'مكتب الاستقبال'],
    ['half a character', 'a\ud800b\udc00'],
    ['nothing to be seen', '\u200b\u200d\u2060 \u3000'],
    ['nothing', ''],
    ['Fluent', '{ $name } { label-name } -term'],
  ];

  test.each(hostile)('%s stay within their line and the limits', (_, foreign) => {
    const line = { ...facts, name: foreign };
    const some: readonly Screen[] = [
      {
        kind: 'own-line',
        facts: { ...line, standing: { state: 'refused', sip: { status: 403, reason: foreign } } },
        details: {
          ...fullDetails,
          login: foreign,
          domain: foreign,
          proxy: foreign,
          dialRules: foreign,
          templateName: foreign,
          fixed: ['proxy'],
          recordingsChatTitle: foreign,
          workerShown: { ...frankfurt, name: foreign, place: foreign },
          user: { id: frankfurt.id as never, name: foreign },
          invited: { name: foreign, link: 'https://t.me/siptg_bot?start=l_0' },
        },
        remark: { kind: 'chat-refused', title: foreign, reason: foreign },
      },
      {
        kind: 'assigned-line',
        facts: { ...line, standing: { state: 'unreachable', detail: foreign } },
        chatAccount: 'x',
      },
      { ...list, lines: [{ id: LineId('1'), name: foreign, dot: 'off', own: false }] },
      { kind: 'former-line', id: office, name: foreign },
      { kind: 'templates', line: office, templates: [{ id: 'x', name: foreign, country: foreign }] },
      {
        kind: 'workers',
        line: undefined,
        chosen: undefined,
        workers: [{ ...frankfurt, name: foreign, place: foreign }],
      },
      { kind: 'recordings-chat', line: office, title: foreign },
      { kind: 'sure', what: 'delete', line: office, name: foreign, calls: 1 },
      { kind: 'sure-template', line: office, template: 'x', name: foreign },
      { kind: 'rules', line: office, rules: [{ kind: 'replaces', text: foreign }] },
      {
        kind: 'tried',
        line: office,
        number: foreign,
        steps: [{ rule: foreign, result: foreign }],
        verdict: { kind: 'dial', text: foreign },
      },
      { kind: 'hosts', hosts: [{ ...host, place: foreign }] },
      { kind: 'host', host: { ...host, place: foreign, version: foreign } },
      { ...asksFor('rules'), lineName: foreign, hint: foreign, current: foreign },
      { ...list, remark: { kind: 'user-invited', name: foreign, link: 'https://t.me/x' } },
      { ...list, remark: { kind: 'offered-by-link', name: foreign, link: 'https://t.me/x' } },
      { ...list, remark: { kind: 'deleted', name: foreign } },
    ];
    const said: readonly SettingsNotice[] = [
      { kind: 'wrong-answer', wrong: { kind: 'rule', rule: foreign, position: 0, why: foreign } },
      { kind: 'wrong-answer', wrong: { kind: 'unknown-codec', word: foreign, known: [foreign] } },
      { kind: 'wrong-answer', wrong: { kind: 'import', line: 1, why: 'unknown-key', text: foreign } },
      { kind: 'user-active', lineName: foreign, name: foreign },
      { kind: 'hand-over-offer', lineName: foreign, from: foreign, offer: 'x' },
      { kind: 'worker-down', worker: foreign, lineNames: Array.from({ length: 200 }, () => foreign) },
      { kind: 'registration-failing', lineName: foreign, detail: foreign },
    ];
    const tame = (text: string) => text.split('\n').length;
    const lengths = (messages: readonly SettingsMessage[]) => messages.map(({ text }) => tame(text));
    for (const language of languages) {
      const messages = [...some.map((screen) => show(screen, language)), ...said.map((one) => say(one, language))];
      for (const { text, buttons = [] } of messages) {
        expect(text.length).toBeLessThanOrEqual(4_096);
        expect(text.isWellFormed()).toBe(true);
        expect(text).not.toMatch(/(?!\n)\p{Cc}|\p{Bidi_Control}|[\u2028\u2029]/u);
        expect(text).toMatch(/\S/);
        for (const { label } of buttons.flat()) {
          expect(Array.from(label).length).toBeLessThanOrEqual(40);
          expect(label.isWellFormed()).toBe(true);
          expect(label).not.toMatch(/\p{Cc}|\p{Bidi_Control}|[\u2028\u2029]/u);
          expect(label).toMatch(/[\p{L}\p{N}\p{P}\p{S}]/u);
        }
      }
      // As many lines as with a word in its place: only what does not fit at all is left off.
      if (foreign.length <= 1_000) {
        const word = (value: unknown): unknown =>
          JSON.parse(JSON.stringify(value).replaceAll(JSON.stringify(foreign), '"x"'));
        const plain = [
          ...some.map((screen) => show(word(screen) as Screen, language)),
          ...said.map((one) => say(word(one) as SettingsNotice, language)),
        ];
        for (const [place, count] of lengths(messages).entries()) {
          expect(count).toBeLessThanOrEqual(lengths(plain)[place] ?? 0);
        }
      }
    }
  });

  test('a person may write paragraphs to all, and not more than Telegram takes', () => {
    const { text } = say({ kind: 'operator-says', text: `Sorry.\u202e\n\n${'x'.repeat(5_000)}` });
    expect(text).toMatch(/^Message from the operator:\nSorry\./);
    expect(text.length).toBeLessThanOrEqual(4_096);
    expect(say({ kind: 'admin', text: `x${'👍'.repeat(3_000)}` }).text).toMatch(/^x(👍)+…$/u);
    expect(say({ kind: 'admin', text: `${'row\n'.repeat(2_000)}` }).text).toMatch(/^(row\n)+…$/);
    expect(say({ kind: 'admin', text: '' }).text).toBe('—');
  });
});
