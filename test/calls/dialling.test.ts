import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { LineId } from '../../src/machines/model/ids.ts';
import { hasSipp } from '../peers/sipp.ts';
import { type BusyPbxOptions, callsBusy, openBusyPbx, untilBusy } from '../support/busy-pbx.ts';
import { eventually } from '../support/eventually.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { stopwatch } from '../support/stopwatch.ts';

describe.skipIf(!hasSipp)('what Olga sends becomes a number', () => {
  let stage: Stage;
  const directory = mkdtempSync(join(tmpdir(), 'siptg-dialling-'));
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => {
    await stage?.close();
    rmSync(directory, { recursive: true, force: true });
  });
  afterEach(() => stage.rest());

  const openPbx = (options: Omit<BusyPbxOptions, 'directory'> = {}) => openBusyPbx(stage, { ...options, directory });
  const calls = (text: string) => callsBusy(stage, text);
  const rules = (line: LineId, text: string) => stage.cli('line', 'set', line, '--rules', text);
  const hasRung = () => stage.phone.currentCalls.length > 0;

  test('AC-22 a word asks first, /call dials it at once, a polite word is no number, a SIP address goes by the line’s proxy', async () => {
    const { olga, chat } = stage;
    const { dialled } = await openPbx({ calls: 3, domain: 'pbx.test' });
    olga.sends('reception', chat);
    const asked = await olga.waitsFor(({ text }) => text === 'Dial “reception”?');
    expect(asked.buttons).toEqual([['Call reception']]);
    olga.sends('thanks!', chat);
    await olga.waitsFor(({ text }) => text.startsWith('Send me a phone number, a SIP address'));
    expect(stage.invites()).toBe(0);
    expect(hasRung()).toBe(false);

    expect(await olga.presses(asked, 'Call reception')).toBeUndefined();
    await untilBusy(stage);
    await calls('/call reception');
    await calls('sip:bob@other.test');
    expect(await dialled()).toEqual(['sip:reception@pbx.test', 'sip:reception@pbx.test', 'sip:bob@other.test']);
  });

  test('AC-23 characters that break a header, and several lines, are refused and nothing is sent', async () => {
    const { olga, chat } = stage;
    await openPbx();
    const before = stage.invites();
    for (const text of ['2<00', '200\n300']) {
      const sent = olga.sends(text, chat);
      await olga.waitsFor(({ id, text: answer }) => id > sent.id && answer.startsWith('This cannot be dialled'));
    }
    expect(hasRung()).toBe(false);
    expect(stage.invites()).toBe(before);
  });

  test('AC-24 a number that is edited places no second call', async () => {
    const { olga, chat, phone, clock } = stage;
    await openPbx();
    await stage.setCallback(false);
    const sent = olga.sends('200', chat);
    await olga.waitsFor(({ text }) => text === 'Press 📞 to call 200');
    clock.increment(60_000);
    await olga.waitsFor(({ text }) => text === '200\nNot dialled: you did not call.');
    olga.edits(sent, '201');
    // Messages are read in order: once this one is answered, the edit has been read, too.
    olga.sends('202', chat);
    await olga.waitsFor(({ text }) => text === 'Press 📞 to call 202');
    expect(olga.conversation(chat).some(({ text, out }) => !out && text.includes('201'))).toBe(false);
    expect(phone.currentCalls).toEqual([]);
  });

  test('AC-73 without rules nothing is cleaned, only escaped; with rules the number is what they make of it', async () => {
    const { line, address, dialled } = await openPbx({ calls: 3 });
    await calls('8 (926) 123-45-67');
    await calls('*21#');
    expect(await rules(line, '[^+*#\\w]= ^8=7')).toContain('Changed line Office');
    await calls('8 (926) 123-45-67');
    expect(await dialled()).toEqual([
      `sip:8%20(926)%20123-45-67@${address}`,
      `sip:*21%23@${address}`,
      `sip:79261234567@${address}`,
    ]);
  });

  test('AC-72 rules are told in order with their kind; calls follow those of the moment; = clears; what is wrong is refused', async () => {
    const { line, address, dialled } = await openPbx({ calls: 3 });
    await rules(line, '^8=9');
    await calls('8-926');
    expect(await rules(line, '[^+*#\\w]= ^8=7')).toBe(
      [`Changed line Office (${line}).`, '1 replaces [^+*#\\w]=', '2 replaces ^8=7'].join('\n'),
    );
    await calls('8-926');
    await expect(rules(line, '=7 ^8')).rejects.toThrow('the rule "=7" is refused at character 1');
    expect(await stage.cli('line', 'list')).toContain('rules [^+*#\\w]= ^8=7');
    expect(await rules(line, '=')).toContain('\nNo dial rules');
    await calls('8-926');
    expect(await dialled()).toEqual([`sip:9-926@${address}`, `sip:7926@${address}`, `sip:8-926@${address}`]);
  });

  test('F-DIA-7 rules that leave nothing of a number make no call', async () => {
    const { olga, chat } = stage;
    const { line } = await openPbx();
    await rules(line, '.*=');
    const before = stage.invites();
    olga.sends('200', chat);
    const told = await olga.waitsFor(({ text }) => text.startsWith('No lines for the call'));
    expect(told.text).toBe('No lines for the call\nOffice: number became empty');
    expect(hasRung()).toBe(false);
    expect(stage.invites()).toBe(before);
  });

  test('F-OUT-2 letters in a number are dialled as they are', async () => {
    const { address, dialled } = await openPbx({ calls: 1 });
    await calls('1800Flowers');
    expect(await dialled()).toEqual([`sip:1800Flowers@${address}`]);
  });

  test('AC-15 a rule of nested repetition decides at once about a long number that is sent', async () => {
    const { olga, chat } = stage;
    const { line } = await openPbx();
    expect(await rules(line, '(a+)+$')).toContain('\n1 filters (a+)+$');
    const before = stage.invites();
    const sinceSent = stopwatch();
    olga.sends(`${'a'.repeat(120)}1`, chat);
    const told = await olga.waitsFor(({ text }) => text.startsWith('No lines for the call'));
    expect(sinceSent()).toBeLessThan(1_000);
    expect(told.text).toBe('No lines for the call\nOffice: filtered by rule 1 ((a+)+$)');
    await eventually(() => expect(stage.service.engaged).toBe(0));
    expect(stage.invites()).toBe(before);
  });
});
