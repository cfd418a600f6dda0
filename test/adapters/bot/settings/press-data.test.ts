import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { SettingsPressData } from '../../../../src/adapters/bot/settings/settings-press-data.ts';
import { LineId, UserId } from '../../../../src/machines/model/ids.ts';
import type { AskedField, SettingsPress } from '../../../../src/machines/model/settings.ts';

const olga = UserId('777000111222');
const presses = new SettingsPressData('12:secret');

const fields: readonly AskedField[] = [
  'name',
  'login',
  'password',
  'domain',
  'proxy',
  'codecs',
  'dtmf',
  'rules',
  'quiet',
];
const ids = ['auto', 'a', '', 'a:b', ':', '~', '~~', '~AAAA', 'ü'.repeat(12), 'x'.repeat(25), randomUUID()];
const bare = ['lines', 'new', 'cancel', 'workers', 'import', 'language-list', 'hosts'] as const;
const hosts = ['a', 'hel-1.example.org', '_', 'x'.repeat(40), randomUUID()];
const ofLine = [
  'line',
  'templates',
  'line-workers',
  'chat',
  'chat-clear',
  'user',
  'unlink',
  'apply',
  'discard',
  'switch-on',
  'transfer',
  'transfer-back',
  'export',
  'test-call',
] as const;

/** Every kind of press there is, on a line of its own. */
function* all(line = LineId(randomUUID())): Generator<SettingsPress> {
  for (const page of [0, 1, 12]) yield { do: 'lines', page };
  for (const kind of bare) yield { do: kind };
  for (const kind of ofLine) yield { do: kind, line };
  for (const field of fields) yield { do: 'ask', line, field };
  yield { do: 'try', line };
  for (const to of ['udp', 'tcp', 'tls'] as const) yield { do: 'protocol', line, to };
  for (const language of ['en', 'ru', 'uk', 'es', 'zh-Hant-HK']) yield { do: 'language', language };
  for (const yes of [true, false]) {
    yield { do: 'callback', on: yes };
    yield { do: 'recording', line, on: yes };
    yield { do: 'switch-off', line, sure: yes };
    yield { do: 'delete', line, sure: yes };
    for (const template of ids) yield { do: 'template', line, template, sure: yes };
  }
  for (const worker of ids) yield { do: 'worker', line, worker };
  for (const offer of ids) yield { do: 'take', offer };
  for (const host of hosts) {
    yield { do: 'host', host };
    for (const on of [true, false]) yield { do: 'drain', host, on };
  }
}

/** The same text with one character changed, at each place, to several others. */
function* changed(data: string): Generator<string> {
  const characters = data.split('');
  for (const place of characters.keys()) {
    for (const other of ['A', 'B', '0', '1', ':', '~', '-', 'ü', '\n']) {
      if (characters[place] !== other) yield characters.with(place, other).join('');
    }
  }
}

describe('callback data of the settings bot', () => {
  test('is at most 64 bytes and is read back, whatever is pressed, by whom it was drawn for', () => {
    for (let round = 0; round < 50; round++) {
      for (const press of all()) {
        const data = presses.write(press, olga);
        expect(Buffer.byteLength(data)).toBeLessThanOrEqual(64);
        expect(presses.read(data, olga)).toEqual(press);
      }
    }
  });

  test('differs for each press', () => {
    const data = [...all()].map((press) => presses.write(press, olga));
    expect(new Set(data).size).toBe(data.length);
  });

  test('with any character changed, left out or added is not ours', () => {
    for (const press of all()) {
      const data = presses.write(press, olga);
      const forged = [...changed(data), data.slice(1), data.slice(0, -1), `${data}A`, `A${data}`];
      for (const one of forged) expect(presses.read(one, olga)).toBeUndefined();
    }
  });

  test('is no good for anybody else, and of another bot for nobody', () => {
    const other = new SettingsPressData('12:other');
    for (const press of all()) {
      const data = presses.write(press, olga);
      expect(presses.read(data, UserId('777000111223'))).toBeUndefined();
      expect(presses.read(data, UserId('77700011122'))).toBeUndefined();
      expect(other.read(data, olga)).toBeUndefined();
    }
  });

  test.each(['', 'x', 'hello world!', 'L:AAAAAAAAAAA', ':'.repeat(10_000), 'ü'.repeat(32), '\0'.repeat(64), '\ud800'])(
    'of others, such as “%s”, is not ours',
    (data) => expect(presses.read(data, olga)).toBeUndefined(),
  );

  test('that would be longer is not made', () => {
    const line = LineId(randomUUID());
    expect(() => presses.write({ do: 'template', line, template: 'x'.repeat(26), sure: true }, olga)).toThrow(
      RangeError,
    );
    expect(() => presses.write({ do: 'worker', line, worker: 'x'.repeat(28) }, olga)).toThrow(RangeError);
  });
});
