import { RE2JS } from 're2js';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { dialRules } from '../../../src/adapters/dial-rules/dial-rules.ts';
import type { DialTarget } from '../../../src/machines/model/party.ts';
import { processorMs } from '../../support/processor-time.ts';

const number = (user: string): DialTarget => ({ kind: 'number', user });
const uri = (text: string): DialTarget => ({ kind: 'uri', uri: text });
const dialled = (rules: string, typed: string | DialTarget) => {
  const result = dialRules.apply(rules, typeof typed === 'string' ? number(typed) : typed);
  if (result.kind !== 'dial') return result.kind;
  return result.target.kind === 'number' ? result.target.user : result.target.uri;
};
const cleanUp = '[^+*#\\w]= ^8=7';

test('AC-14 the table of the product page holds row by row', () => {
  expect(dialled(cleanUp, '8 (926) 123-45-67')).toBe('79261234567');
  expect(dialled(cleanUp, '+7 926 123-45-67')).toBe('+79261234567');
  expect(dialled('^79\\d{9}$', '79261234567')).toBe('79261234567');
  expect(dialRules.apply('^79\\d{9}$', number('74951234567'))).toEqual({
    kind: 'filtered',
    rule: 1,
    text: '^79\\d{9}$',
  });
  expect(dialled(`${cleanUp} ^79\\d{9}$`, '8 926 1234567')).toBe('79261234567');
  expect(dialRules.apply('.*=', number('anything'))).toEqual({ kind: 'empty' });
  expect(dialRules.check('=')).toEqual({ ok: true, rules: [] });
});

test('AC-16 a look-ahead is refused with the rule quoted', () => {
  expect(dialRules.check('^8=7 (?=1)2')).toMatchObject({ ok: false, rule: '(?=1)2', position: 5 });
  expect(dialRules.check('(?=1)2')).toMatchObject({ ok: false, rule: '(?=1)2', position: 0 });
});

test('entered rules are told in order, each with its kind; a lone equals sign clears; an empty left part is refused', () => {
  expect(dialRules.check(`  ${cleanUp}  ^7 `)).toEqual({
    ok: true,
    rules: [
      { kind: 'replaces', text: '[^+*#\\w]=' },
      { kind: 'replaces', text: '^8=7' },
      { kind: 'filters', text: '^7' },
    ],
  });
  expect(dialRules.check(' = ')).toEqual({ ok: true, rules: [] });
  expect(dialRules.check('=7 ^8')).toMatchObject({ ok: false, rule: '=7', position: 0 });
  expect(dialRules.check('^8 =')).toMatchObject({ ok: false, rule: '=', position: 3 });
});

describe('replacement', () => {
  test.each([
    ['(\\d)(\\d)=$2$1', '1234', '2143'],
    ['(1)|(2)=[$2]', '12', '[][2]'],
    ['1=$$', '1', '$'],
    ['(\\d)=$10', '5', '50'],
    ['^=9', '100', '9100'],
    ['\\x3d==', 'a=b', 'a=b'],
    ['x=y=z', 'x', 'y=z'],
    ['\\s= \\x20=-', '1 2', '12'],
    ['A=b', 'aA', 'ab'],
    ['\\d=x', '1٣', 'x٣'],
  ])('%s makes of %s: %s', (rules, typed, result) => expect(dialled(rules, typed)).toBe(result));

  test('a rule for any number applies once, not again to the empty rest', () => {
    expect(dialled('.*=100', '4711')).toBe('100');
    expect(dialled('a*=x', 'baac')).toBe('xbxcx');
  });

  test.each([
    ['a=$', 2, 'dollar'],
    ['b a=x$0', 5, 'dollar'],
    ['(a)=$1$2', 6, 'no group 2'],
  ])('%s is refused at %i', (rules, position, why) => {
    expect(dialRules.check(rules)).toMatchObject({ ok: false, position, why: expect.stringContaining(why) as string });
  });
});

test.each([
  ['a**', 1],
  ['^8=7 ab)c', 7],
  ['ab(c', 2],
  ['((a)', 0],
  ['[a', 0],
  ['z-a[z-a]', 4],
  ['x\\1', 1],
  ['1 x\\', 3],
  ['a{2,1}', 1],
  ['1 (?<!x)a', 2],
])('%s does not compile, and where is told', (rules, position) => {
  expect(dialRules.check(rules)).toMatchObject({ ok: false, position, rule: rules.split(' ').at(-1) });
});

describe('limits', () => {
  test('64 rules are taken, 65 are not', () => {
    expect(dialRules.check(Array(64).fill('1').join(' '))).toMatchObject({ ok: true });
    expect(dialRules.check(Array(65).fill('1').join(' '))).toMatchObject({ ok: false, position: 128 });
  });

  test('1000 characters are taken, 1001 are not', () => {
    expect(dialRules.check('1'.repeat(1_000))).toMatchObject({ ok: true });
    expect(dialRules.check('1'.repeat(1_001))).toMatchObject({ ok: false, position: 1_000 });
    expect(dialRules.check('a*'.repeat(500))).toMatchObject({ ok: true });
    expect(dialRules.check('()'.repeat(500))).toMatchObject({ ok: true });
  });

  test('a number may grow to 128 characters', () => {
    expect(dialled('^=1', '1'.repeat(127))).toBe('1'.repeat(128));
    expect(dialled('^=1', '1'.repeat(128))).toBe('tooLong');
    expect(dialled(Array(60).fill('(.)=$1$1').join(' '), '1')).toBe('tooLong');
  });
});

describe('addresses', () => {
  test.each([
    [
      'of a SIP address only the user part is seen',
      'h=x ^8=7',
      'sip:8h@host.h:5070;transport=tcp',
      'sip:7x@host.h:5070;transport=tcp',
    ],
    ['a password stays', '^8=7', 'sips:8:8@host', 'sips:7:8@host'],
    ['of a tel: URI the number is seen', '-= ^\\+49=0', 'tel:+49-30-1;ext=4-9', 'tel:0301;ext=4-9'],
    ['what a rule writes cannot change the host', '8=a@b:c%', 'sip:8@host', 'sip:a%40b%3Ac%25@host'],
    ['an address that no rule changes stays as typed', '1', 'SIP:%31 2@host', 'SIP:%31 2@host'],
    ['without rules an address without a user part is dialled', '', 'sip:host', 'sip:host'],
    ['with rules an address without a user part is empty', '8=7', 'sip:host', 'empty'],
    ['a rule may give it one', '^=7', 'sip:host', 'sip:7@host'],
  ])('%s', (_, rules, typed, result) => expect(dialled(rules, uri(typed))).toBe(result));
});

test('a try-out shows the string after each rule, up to the filter that stops it', () => {
  expect(dialRules.trace(`${cleanUp} ^7 ^79`, number('8 (495)'))).toEqual({
    steps: ['8495', '7495', '7495'],
    result: { kind: 'filtered', rule: 4, text: '^79' },
  });
  expect(dialRules.trace('.*=', number('1'))).toEqual({ steps: [''], result: { kind: 'empty' } });
});

test('rules that do not compile let nothing through', () => {
  expect(dialRules.apply('^8=7 (', number('8'))).toEqual({ kind: 'filtered', rule: 2, text: '(' });
});

describe('time', () => {
  // A backtracking engine takes 2^120 steps.
  test.each([`${'a'.repeat(5_000)}!`, `${'a'.repeat(120)}1`])(
    'AC-15 (a+)+$ is valid and decided in well under a second',
    (typed) => {
      expect(dialRules.check('(a+)+$')).toMatchObject({ ok: true });
      expect(processorMs(() => expect(dialled('(a+)+$', typed)).toBe('filtered'))).toBeLessThan(500);
    },
  );

  // Each search runs to the end of the text in vain, and the next begins one character further.
  test.each([['(a{0,90}){0,10}!|a=a'], [Array(60).fill('.*!|(a)=$1').join(' ')]])(
    '%s is decided in under a second, whatever is typed',
    (rules) => {
      expect(dialRules.check(rules)).toMatchObject({ ok: true });
      expect(dialled(rules, 'a'.repeat(30))).toBe('a'.repeat(30));
      expect(processorMs(() => dialled(rules, 'a'.repeat(128)))).toBeLessThan(1_000);
    },
  );

  test('sixty-four ordinary rules rewrite the longest text there can be', () => {
    expect(dialled(Array(64).fill('[^+*#\\w]=').join(' '), '12345 '.repeat(21))).toBe('12345'.repeat(21));
    expect(dialled(Array(60).fill('(\\d)=$1').join(' '), '1'.repeat(128))).toBe('1'.repeat(128));
  });

  test.each(['(a?b?c?){1000}', `(${'a?'.repeat(400)}){999}`, '.{0,1000}.{0,1000}', '((x{9}){9}){9}[ab]{999}'])(
    '%s is refused as too large, without being compiled',
    (rules) => {
      const compile = vi.spyOn(RE2JS, 'compile');
      onTestFinished(() => compile.mockRestore());
      expect(dialRules.check(rules)).toMatchObject({
        ok: false,
        why: expect.stringContaining('too large') as string,
      });
      expect(compile).not.toHaveBeenCalled();
    },
  );
});
