import { RE2JS } from 're2js';
import { expect, test } from 'vitest';
import { instructionsOf } from '../../../src/adapters/dial-rules/pattern-size.ts';

test.each([
  '',
  'a',
  '^79\\d{9}$',
  '(a|b|[^x-z()\\]]*)+',
  '[]{9}]{3}',
  '[^]a]{5,}',
  '(a{0,30}b{2,}c?){0,20}',
  '(?:(a+)+){7}',
  '(?i)\\pL{3}|\\bx\\{9}',
  '(?P<n>x){4,6}',
  '\\Q[\\E.{8}',
  '(\\Q((((((\\E){40}',
  '\\Qx[[:alpha:]].\\E{9}\\Q++',
  'a{9}(?i){50}',
  'a{9}\\Q\\E{50}',
  '|a|',
  'a{,5}b{x}',
  '(){1000}',
  '(){0,90}]',
  '(((a*)*)*)*',
  '\\pN{100}',
  '\\x{10FFFF}{12}',
])('the size of %s is not underestimated', (pattern) => {
  expect(instructionsOf(pattern)).toBeGreaterThanOrEqual(RE2JS.compile(pattern).programSize());
  expect(instructionsOf(pattern)).toBeLessThan(4 * RE2JS.compile(pattern).programSize() + 20);
});
