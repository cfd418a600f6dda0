import { readFileSync } from 'node:fs';
import { FluentResource } from '@fluent/bundle';
import { describe, expect, test } from 'vitest';
import type { SettingsMessage } from '../../../../src/actors/ports/settings-chat.ts';
import { callWords, languages, readPhrasebooks } from '../../../../src/adapters/texts/phrasebook.ts';
import { FluentSettingsTexts, settingsWords } from '../../../../src/adapters/texts/settings/texts.ts';
import type { Screen, SettingsNotice } from '../../../../src/machines/model/settings-screens.ts';
import { notices, remarks, screens } from './samples.ts';

/** Message ids of a .ftl file with the values each of them shows. */
function messagesOf(file: URL): Map<string, string> {
  const { body } = new FluentResource(readFileSync(file, 'utf8'));
  return new Map(
    body.map(({ id, value }) => {
      const names = [...JSON.stringify(value).matchAll(/"type":"var","name":"(\w+)"/g)].map(([, name = '']) => name);
      return [id, [...new Set(names)].toSorted().join()];
    }),
  );
}

const isWhole = (screen: Screen) => screen.remark === undefined;
const everything: readonly (Screen | SettingsNotice)[] = [
  ...screens,
  // Each remark on a screen of each kind; what it says does not hang on the variant.
  ...[...new Map(screens.filter(isWhole).map((screen) => [screen.kind, screen])).values()].flatMap((screen) =>
    remarks.map((remark) => ({ ...screen, remark })),
  ),
  ...notices,
];
const screenKinds = new Set<string>(screens.map(({ kind }) => kind));
const render = (texts: FluentSettingsTexts, one: Screen | SettingsNotice, language: string): SettingsMessage =>
  screenKinds.has(one.kind) ? texts.screen(one as Screen, language) : texts.notice(one as SettingsNotice, language, 7);

describe.each(languages)('the settings bot in %s', (language) => {
  const asked = new Map<string, Set<string>>();
  const phrasebooks = readPhrasebooks(settingsWords);
  const watched = new FluentSettingsTexts({
    ...phrasebooks,
    [language]: (id: string, values: Readonly<Record<string, string | number | Date>> = {}) => {
      asked.set(id, new Set([...(asked.get(id) ?? []), Object.keys(values).toSorted().join()]));
      return phrasebooks[language](id, values);
    },
  });
  const rendered = everything.map((one) => ({ one, ...render(watched, one, language) }));
  const toasts = (['out-of-date', 'not-yours'] as const).map((says) => watched.toast(says, language));
  const own = messagesOf(settingsWords(language));
  const shared = messagesOf(callWords(language));

  test('every message of the file could be read', () => {
    const begun = readFileSync(settingsWords(language), 'utf8').match(/^[a-z][\w-]* =/gm) ?? [];
    expect(begun.map((line) => line.slice(0, -2))).toEqual([...own.keys()]);
  });

  test('every screen with every remark, and every notice, has its text and labels without a hole', () => {
    expect(rendered.length).toBeGreaterThan(500);
    for (const { one, text, buttons = [], keys = [] } of rendered) {
      const labels = [...buttons.flat(), ...keys].map(({ label }) => label);
      for (const said of [text, ...labels, ...toasts]) {
        expect(said, one.kind).toMatch(/\S/);
        // Braces are in rules people wrote; those of Fluent have a dollar or a space behind them.
        expect(said, one.kind).not.toMatch(/\{ ?\$|\{ |undefined|\[object|NaN|\p{Bidi_Control}|  /u);
        expect(said, one.kind).toBe(said.trim());
      }
      expect(text, one.kind).not.toMatch(/3b0c1c1e|(?<!start=l_)0123456789abcdef|-1001|label-|field-/);
    }
  });

  test('no message of the settings bot is missing or never said', () => {
    const said = [...asked.keys()].filter((id) => !shared.has(id));
    expect(said.toSorted()).toEqual([...own.keys()].toSorted());
  });

  test('a message shows all it is given and is given all it shows', () => {
    for (const [id, shown] of own) expect([...(asked.get(id) ?? [])], id).toEqual([shown]);
  });

  test('the messages and what they show are those of English', () => {
    expect([...own]).toEqual([...messagesOf(settingsWords('en'))]);
  });

  test('the buttons do what the English ones do, in the same places', () => {
    const english = new FluentSettingsTexts();
    for (const { one, buttons, keys } of rendered) {
      const does = (message: Pick<SettingsMessage, 'buttons' | 'keys'>) => ({
        buttons: message.buttons?.map((row) => row.map(({ label: _, ...rest }) => rest)),
        keys: message.keys?.map(({ label: _, ...rest }) => rest),
      });
      const here = { ...(buttons && { buttons }), ...(keys && { keys }) };
      expect(does(here), one.kind).toEqual(does(render(english, one, 'en')));
    }
  });

  test('buttons and texts fit into Telegram’s limits', () => {
    for (const { one, text, buttons = [] } of rendered) {
      expect(text.length, one.kind).toBeLessThanOrEqual(4_096);
      expect(buttons.flat().length, one.kind).toBeLessThanOrEqual(100);
      for (const row of buttons) {
        expect(row.length, one.kind).toBeGreaterThan(0);
        expect(row.length, one.kind).toBeLessThanOrEqual(3);
        for (const { label } of row) expect(Array.from(label).length, label).toBeLessThanOrEqual(40);
      }
    }
    for (const toast of toasts) expect(toast.length).toBeLessThanOrEqual(200);
  });

  test('labels without a value are short enough to stand whole', () => {
    for (const [id] of own) {
      if (!/^(label|field)-/.test(id)) continue;
      const label = phrasebooks[language](id);
      expect(Array.from(label).length, label).toBeLessThanOrEqual(24);
    }
  });

  test('commands have a description Telegram takes', () => {
    for (const { command, description } of watched.commands()[language]) {
      expect(command).toMatch(/^[a-z]{1,32}$/);
      expect(description).toMatch(/^\p{Lu}.{3,100}$/u);
    }
  });

  test('what people wrote is said again', () => {
    for (const { one, text } of rendered) {
      if ('lineName' in one && one.lineName !== undefined) expect(text, one.kind).toContain(one.lineName);
      if ('facts' in one) expect(text, one.kind).toContain(one.facts.name);
    }
  });
});

test('every sentence is translated', () => {
  const [english, ...others] = languages.map((language) => readPhrasebooks(settingsWords)[language]);
  const same = new Set(['label-no', 'state-limit']);
  for (const other of others) {
    for (const [id, shown] of messagesOf(settingsWords('en'))) {
      const values = Object.fromEntries(shown.split(',').map((name) => [name, 'x']));
      if (!same.has(id) && !/^rule-/.test(id)) expect(other?.(id, values), id).not.toBe(english?.(id, values));
    }
  }
});
