import { expect, test } from 'vitest';
import { type Action, formatAction, parseAction } from '../../../src/machines/model/actions.ts';

const actions: readonly Action[] = [
  ...Array.from('0123456789*#ABCD', (digit) => ({ kind: 'key', digit }) as Action),
  { kind: 'redial' },
  { kind: 'lines' },
  { kind: 'callback', on: true },
  { kind: 'callback', on: false },
  { kind: 'dial', word: 'ab' },
  { kind: 'dial', word: 'Z'.repeat(32) },
  { kind: 'line', choice: 0 },
  { kind: 'line', choice: 99 },
  { kind: 'cancel' },
  { kind: 'record', wanted: 'start' },
  { kind: 'record', wanted: 'stop' },
  { kind: 'reconnect' },
  { kind: 'end' },
  { kind: 'end', version: 0 },
  { kind: 'transfer', version: 1 },
  { kind: 'switch', version: 999_999_999 },
  { kind: 'decline', version: 12 },
];

test.each(actions)('%j comes back from a button as it went', (action) => {
  const text = formatAction(action);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(35);
  expect(parseAction(text)).toEqual(action);
});

test('no two actions share a button', () => {
  expect(new Set(actions.map(formatAction)).size).toBe(actions.length);
});

test.each([
  '',
  ':',
  'key',
  'key:',
  'key:12',
  'key:E',
  'redial:',
  'redial:1',
  'cancel:x',
  'callback',
  'callback:yes',
  'd:',
  'd:x',
  'd:кот',
  'd:two words',
  `d:${'x'.repeat(33)}`,
  'line',
  'line:-1',
  'line:1.5',
  'line:01',
  'line:1e3',
  'line:99999999999999999999',
  'record',
  'record:toggle',
  'end:',
  'end:x',
  'transfer',
  'switch:',
  'decline:1:2',
  'Redial',
  ' redial',
  'constructor',
  'hasOwnProperty:1',
])('%j is no action', (text) => {
  expect(parseAction(text)).toBeUndefined();
});
