import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hasSipp } from '../peers/sipp.ts';
import { callsBusy, openBusyPbx } from '../support/busy-pbx.ts';
import { type SettingsConversation, settingsConversation } from '../support/settings-conversation.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { stopwatch } from '../support/stopwatch.ts';

describe.skipIf(!hasSipp)('Olga sets the dial rules of a line', () => {
  let stage: Stage;
  let olga: SettingsConversation;
  const directory = mkdtempSync(join(tmpdir(), 'siptg-rules-'));
  beforeAll(async () => {
    stage = await openStage();
    olga = settingsConversation(stage, stage.olga);
  });
  afterAll(async () => {
    await stage?.close();
    rmSync(directory, { recursive: true, force: true });
  });
  let pbx: Awaited<ReturnType<typeof openBusyPbx>>;
  const open = async (calls = 0) => {
    pbx = await openBusyPbx(stage, { calls, directory });
    await olga.open();
    await olga.press('🟢 Office');
  };
  beforeEach(() => stage.rest());
  afterEach(() => stage.rest());

  const askForRules = () => olga.press(olga.label('Dial Rules') ?? 'Dial Rules: —');
  const enter = async (rules: string) => {
    await askForRules();
    return olga.write(rules);
  };
  const toTheLine = async () => {
    await olga.open();
    const [[label = ''] = []] = olga.screen().buttons;
    return olga.press(label);
  };

  test('AC-72 F-DIA-1 F-DIA-9 rules are told one by one with their kinds; calls use them from Apply on; = clears them; =7 is refused', async () => {
    await open(3);
    const entered = await enter('[^+*#\\w]= ^8=7');
    expect(entered.text).toBe(
      [
        'Dial Rules, from left to right:',
        '1. [^+*#\\w]= — replaces',
        '2. ^8=7 — replaces',
        'Until you press Apply, or for 5 minutes from the first change, calls use the old rules.',
      ].join('\n'),
    );
    expect(entered.buttons).toEqual([['Apply', 'Cancel'], ['Try a number']]);
    await callsBusy(stage, '8-926');
    const line = await olga.press('Apply');
    expect(line.buttons.flat()).toContain('Dial Rules: [^+*#\\w]= ^8=7');
    expect(line.buttons.flat()).not.toContain('Apply');
    await callsBusy(stage, '8-926');

    const question = await askForRules();
    expect(question.text).toContain('Now: [^+*#\\w]= ^8=7');
    await olga.write('=7 ^8');
    expect(olga.said().at(-1)).toMatch(/^The rule =7 cannot be used\. Character 1 of the text:\n/);
    await olga.write('=');
    expect(olga.label('Dial Rules')).toBe('Dial Rules: —');
    expect(olga.screen().text).toContain('Pending changes: Dial Rules');
    await olga.press('Apply');
    await callsBusy(stage, '8-926');
    expect(await pbx.dialled()).toEqual(['8-926', '7926', '8-926'].map((number) => `sip:${number}@${pbx.address}`));
  });

  test('AC-16 what this dialect does not have is refused on entry with the rule quoted, and the question stays open', async () => {
    await open();
    await enter('^7 (?=1)2');
    const refusal = olga.said().at(-1);
    expect(refusal).toMatch(/^The rule \(\?=1\)2 cannot be used\. Character 4 of the text:\n/);
    expect(refusal).toContain('Example: ');
    await olga.write('^7');
    expect(olga.screen().text).toContain('1. ^7 — filters');
    await olga.press('Cancel');
    expect(olga.label('Dial Rules')).toBe('Dial Rules: —');
  });

  test('AC-15 B-6 a rule of nested repetition decides at once, in a try and about a number that is sent', async () => {
    await open();
    expect((await enter('(a+)+$')).text).toContain('1. (a+)+$ — filters');
    const number = `${'a'.repeat(120)}1`;
    await olga.press('Try a number');
    const sinceTried = stopwatch();
    const tried = await olga.write(number);
    expect(sinceTried()).toBeLessThan(1_000);
    expect(tried.text).toContain('The line is not usable for it: rule 1 ((a+)+$) does not match.');
    await toTheLine();
    await olga.press('Apply');

    const before = stage.invites();
    const sinceSent = stopwatch();
    stage.olga.sends(number, stage.chat);
    const told = await stage.olga.waitsFor(({ text }) => text.startsWith('No lines for the call'));
    expect(sinceSent()).toBeLessThan(1_000);
    expect(told.text).toBe('No lines for the call\nOffice: filtered by rule 1 ((a+)+$)');
    expect(stage.invites()).toBe(before);
  });

  test('B-6 F-DIA-2 F-DIA-3 F-DIA-4 F-DIA-5 a try shows the number after each rule and the verdict, and dials nothing', async () => {
    await open();
    const before = stage.invites();
    await enter('[^+*#\\w]= ^8=7 ^79\\d{9}$');
    await olga.press('Try a number');
    const tried = await olga.write('8 926 1234567');
    expect(tried.text).toBe(
      [
        'Number: 8 926 1234567',
        'Would be dialled: 79261234567',
        'This was a try: nothing was dialled.',
        '',
        '1. [^+*#\\w]= → 89261234567',
        '2. ^8=7 → 79261234567',
        '3. ^79\\d{9}$ → 79261234567',
      ].join('\n'),
    );
    await olga.press('Try a number');
    expect((await olga.write('8 495 1234567')).text).toContain(
      'The line is not usable for it: rule 3 (^79\\d{9}$) does not match.',
    );
    await olga.press('Try a number');
    await olga.write('2<00');
    expect(olga.said().at(-1)).toContain('This is no number that can be dialled.');
    await olga.write('/cancel');
    await toTheLine();
    await enter('.*=');
    await olga.press('Try a number');
    expect((await olga.write('200')).text).toContain('the number became empty');
    expect(stage.invites()).toBe(before);
    expect(stage.phone.currentCalls).toEqual([]);
  });
});
