import { describe, expect, test } from 'vitest';
import { PressData } from '../../../src/adapters/bot/press-data.ts';

const token = 'AAAAbbbb-_001234';
const presses = new PressData('12:secret');

describe('callback data', () => {
  test('of the longest action fills Telegram’s 64 bytes and is read back', () => {
    const action = `line:${'ü'.repeat(15)}`;
    const data = presses.write(action, token);
    expect(Buffer.byteLength(data)).toBe(64);
    expect(presses.read(data)).toEqual({ action, token });
  });

  test('may have colons in the action', () => {
    expect(presses.read(presses.write('a:b:c', token))).toEqual({ action: 'a:b:c', token });
  });

  test('is refused when longer, or empty', () => {
    expect(() => presses.write('x'.repeat(36), token)).toThrow(RangeError);
    expect(() => presses.write('', token)).toThrow(RangeError);
  });

  test.each([
    ['another action', presses.write('1', token).replace(/^1/, '2')],
    ['another panel', presses.write('1', token).replace('AAAA', 'AAAB')],
    ['another bot’s', new PressData('12:other').write('1', token)],
    ['no code', `1:${token}:`],
    ['nothing', ''],
    ['no colons', 'hello'],
    ['a long text', ':'.repeat(10_000)],
    ['a code of other letters', `1:${token}:${'ü'.repeat(11)}`],
  ])('of %s is not ours', (_, data) => {
    expect(presses.read(data)).toBeUndefined();
  });
});
