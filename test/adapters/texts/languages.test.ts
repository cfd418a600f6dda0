import { readFileSync } from 'node:fs';
import { FluentResource } from '@fluent/bundle';
import { describe, expect, test } from 'vitest';
import { languageOf, languages, readPhrasebooks } from '../../../src/adapters/texts/phrasebook.ts';
import { FluentTexts } from '../../../src/adapters/texts/texts.ts';
import { parseAction } from '../../../src/machines/model/actions.ts';
import type { Notice } from '../../../src/machines/model/notices.ts';
import { samples } from './samples.ts';

const source = (language: string) =>
  readFileSync(new URL(`../../../src/adapters/texts/${language}.ftl`, import.meta.url), 'utf8');

/** Message ids of a .ftl file with the values each of them shows. */
function messagesOf(language: string): Map<string, string[]> {
  const { body } = new FluentResource(source(language));
  return new Map(
    body.map(({ id, value }) => {
      const text = JSON.stringify(value);
      return [id, [...text.matchAll(/"type":"var","name":"(\w+)"/g)].map(([, name = '']) => name).toSorted()];
    }),
  );
}

describe.each(languages)('the words in %s', (language) => {
  const asked = new Map<string, Set<string>>();
  const phrasebooks = readPhrasebooks();
  const watched = new FluentTexts({
    ...phrasebooks,
    [language]: (id: string, values: Readonly<Record<string, string | number | Date>> = {}) => {
      const before = asked.get(id) ?? new Set();
      asked.set(id, new Set([...before, Object.keys(values).toSorted().join()]));
      return phrasebooks[language](id, values);
    },
  });
  const rendered = samples.map((notice) => ({ notice, ...watched.render(notice, language) }));

  test('every message of the file could be read', () => {
    const begun = source(language).match(/^[a-z][\w-]* =/gm) ?? [];
    expect(begun.map((line) => line.slice(0, -2))).toEqual([...messagesOf(language).keys()]);
  });

  test('every notice has its text, without a hole and without isolation marks', () => {
    for (const { notice, text, buttons = [] } of rendered) {
      for (const said of [text, ...buttons.flat().map(({ label }) => label)]) {
        expect(said, notice.kind).toMatch(/\S/);
        expect(said, notice.kind).not.toMatch(/[{}$\u2066-\u2069]|undefined|\[object/);
        expect(said, notice.kind).toBe(said.trim());
      }
    }
  });

  test('no message is missing or never said', () => {
    expect([...asked.keys()].toSorted()).toEqual([...messagesOf(language).keys()].toSorted());
  });

  test('a message shows all it is given and is given all it shows', () => {
    for (const [id, shown] of messagesOf(language)) {
      expect([...(asked.get(id) ?? [])], id).toEqual([[...new Set(shown)].join()]);
    }
  });

  test('the messages and what they show are those of English', () => {
    expect([...messagesOf(language)]).toEqual([...messagesOf('en')]);
  });

  test('the buttons do what the English ones do', () => {
    const english = new FluentTexts();
    for (const { notice, buttons } of rendered) {
      const actions = (rows: typeof buttons) => rows?.map((row) => row.map(({ action }) => action));
      expect(actions(buttons), notice.kind).toEqual(actions(english.render(notice, 'en').buttons));
    }
  });

  test('buttons fit into Telegram’s limits and are understood when they come back', () => {
    for (const { label, action, url, locked = '' } of rendered.flatMap(({ buttons = [] }) => buttons.flat())) {
      expect(Array.from(label).length).toBeLessThanOrEqual(64);
      expect(Buffer.byteLength(action)).toBeLessThanOrEqual(35);
      if (url === undefined) expect(parseAction(action), action).toBeDefined();
      expect(locked.length).toBeLessThanOrEqual(200);
    }
  });

  test('toasts have no buttons and at most 200 characters', () => {
    for (const { text, buttons } of rendered.filter(({ notice }) => notice.kind === 'toast')) {
      expect(text.length).toBeLessThanOrEqual(200);
      expect(buttons).toBeUndefined();
    }
  });

  test('only the caller message looks like one to phone automation', () => {
    for (const { notice, text } of rendered) {
      if (notice.kind === 'caller') expect(text).toMatch(/^📞 /u);
      else expect(text, notice.kind).not.toMatch(/^📞/u);
    }
  });

  test('numbers, names and lines are shown in the words about a call', () => {
    for (const { notice, text } of rendered) {
      if ('label' in notice && notice.label.number) expect(text, notice.kind).toContain(notice.label.number);
      if (notice.kind === 'parallel') expect(text).toContain('+79261234567 · Quinn');
    }
  });
});

test('the caller message and what an operator answered are the same in all languages', () => {
  const texts = new FluentTexts();
  const untranslated = (notice: Notice) =>
    notice.kind === 'caller' ||
    (notice.kind === 'outcome' && 'sip' in notice.cause && !notice.talkedMs && notice.label.direction === 'outgoing');
  const some = samples.filter(untranslated);
  expect(some.length).toBeGreaterThan(3);
  for (const notice of some) {
    for (const language of languages) expect(texts.render(notice, language).text).toBe(texts.render(notice, 'en').text);
  }
});

test('every sentence is translated', () => {
  const [english = '', ...others] = languages.map(source);
  const sentence = /^([a-z][\w-]*) = (.*)$/gm;
  const inEnglish = new Map([...english.matchAll(sentence)].map(([, id, text]) => [id, text]));
  // Spanish abbreviates minutes and seconds as English does.
  const sameByRight = new Set(['minutes', 'seconds', 'line-limit']);
  for (const other of others) {
    for (const [, id = '', text = ''] of other.matchAll(sentence)) {
      if (text && !sameByRight.has(id)) expect(text, id).not.toBe(inEnglish.get(id));
    }
  }
});

test.each([
  ['ru', 'ru'],
  ['ru-RU', 'ru'],
  ['uk', 'uk'],
  ['UK-ua', 'uk'],
  ['es-MX', 'es'],
  ['es_419', 'es'],
  ['en-GB', 'en'],
  ['de', 'en'],
  ['rue', 'en'],
  ['pt-br', 'en'],
  ['', 'en'],
  ['constructor', 'en'],
  [undefined, 'en'],
])('a person whose Telegram speaks %j reads %s', (tag, language) => {
  expect(languageOf(tag)).toBe(language);
});
