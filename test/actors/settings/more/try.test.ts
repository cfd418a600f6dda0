import { expect, test } from 'vitest';
import type { Next } from '../../../../src/actors/settings/handlers.ts';
import { stopwatch } from '../../../support/stopwatch.ts';
import { olga, remarkOf, settingsHouse, uwe } from './house.ts';

async function office(dialRules = '') {
  const house = settingsHouse();
  const line = await house.has(olga, { dialRules });
  const { presses, answers } = house.handlers();
  const tries = (text: string, by = olga) => answers.try(house.visitor(by), { kind: 'try', line }, text);
  const outcome = async (text: string) => {
    const { screen } = (await tries(text)) as Next;
    if (screen?.kind !== 'tried') throw new Error(`no try-out: ${JSON.stringify(screen)}`);
    return {
      number: screen.number,
      steps: screen.steps.map(({ rule, result }) => `${rule} → ${result}`),
      verdict: screen.verdict,
    };
  };
  return { ...house, line, presses, tries, outcome };
}

test('B-6 F-DIA-4 the string after each rule is shown, and what is dialled', async () => {
  const { outcome, presses, visitor, line } = await office('[^+*#\\w]= ^8=7 ^79\\d{9}$');
  expect(await presses.try(visitor(olga), { do: 'try', line })).toMatchObject({
    question: { kind: 'try', line },
    screen: { kind: 'question', lineName: 'Office' },
  });
  expect(await outcome(' 8 (926) 123-45-67 ')).toEqual({
    number: '8 (926) 123-45-67',
    steps: ['[^+*#\\w]= → 89261234567', '^8=7 → 79261234567', '^79\\d{9}$ → 79261234567'],
    verdict: { kind: 'dial', text: '79261234567' },
  });
});

test('B-6 a filter that stops it is named with its number; nothing left of the number has its own words', async () => {
  const { outcome } = await office('^8=7 ^79\\d{9}$');
  expect(await outcome('84951234567')).toMatchObject({
    steps: ['^8=7 → 74951234567'],
    verdict: { kind: 'filtered', rule: 2, text: '^79\\d{9}$' },
  });
  expect(await (await office('.*=')).outcome('1234')).toMatchObject({ verdict: { kind: 'empty' } });
  expect(await (await office('^1=22222222')).outcome(`1${'0'.repeat(127)}`)).toMatchObject({
    verdict: { kind: 'tooLong' },
  });
});

test('AC-72 B-6 the rules as entered are tried, before Apply and after they are taken back the old ones', async () => {
  const { outcome, lines, line, visitor } = await office('^8=7');
  await lines.edit(olga, line, { dialRules: '^8=9' }, visitor(olga).at);
  expect((await outcome('81')).verdict).toEqual({ kind: 'dial', text: '91' });
  await lines.edit(olga, line, { dialRules: '^8=7' }, visitor(olga).at);
  expect((await outcome('81')).verdict).toEqual({ kind: 'dial', text: '71' });
});

test('AC-15 B-6 the try-out of the worst rule decides at once', async () => {
  const { outcome } = await office('(a+)+$');
  const elapsed = stopwatch();
  expect((await outcome(`${'a'.repeat(120)}1`)).verdict).toEqual({ kind: 'filtered', rule: 1, text: '(a+)+$' });
  expect(elapsed()).toBeLessThan(500);
});

test('B-6 addresses and words are tried as they would be dialled; without rules nothing happens to them', async () => {
  const { outcome } = await office('^8=7');
  expect((await outcome('sip:81@example.org')).verdict).toEqual({ kind: 'dial', text: 'sip:71@example.org' });
  expect((await outcome('reception')).verdict).toEqual({ kind: 'dial', text: 'reception' });
  expect(await (await office()).outcome('8 (926)')).toEqual({
    number: '8 (926)',
    steps: [],
    verdict: { kind: 'dial', text: '8 (926)' },
  });
});

test('what is no number keeps the question open; a stranger’s answer gets him his list', async () => {
  const { tries } = await office('^8=7');
  for (const text of ['', 'two\nlines', '<script>1', 'привет 1', '1'.repeat(129), 'hello there']) {
    expect(await tries(text)).toEqual({ wrong: { kind: 'number' } });
  }
  expect(remarkOf((await tries('123', uwe)) as Next)).toEqual({ kind: 'not-yours' });
});
