import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PhoneCall } from '../../sandbox/phone/call.ts';
import { readPlanFile } from '../../src/adapters/plans/plan-file.ts';
import { hasBaresip } from '../peers/baresip.ts';
import { hasKamailio } from '../peers/kamailio.ts';
import { openSipHouse, passwordOf, type SipHouse } from '../support/sip-house.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { levelAtDbfs } from '../support/tones.ts';

// Far from the tones of product §12.
const patSaysHz = 1_000;

/** How often a tone began over the talk, which gives way by 6 dB. */
const beeps = (call: PhoneCall, frequencyHz: number, sinceMs: number): number => {
  const { samples, sampleRate } = call.recording(sinceMs);
  const block = sampleRate / 20;
  const isOn = Array.from({ length: Math.floor(samples.length / block) }, (_, index) => {
    const part = samples.subarray(index * block, (index + 1) * block);
    return levelAtDbfs(part, sampleRate, frequencyHz) > -30;
  });
  return isOn.filter((on, index) => on && isOn[index - 1] !== true).length;
};

describe.skipIf(!hasBaresip || !hasKamailio)('a line whose owner has a limited plan', () => {
  let stage: Stage;
  let house: SipHouse;
  const directory = mkdtempSync(join(tmpdir(), 'siptg-plans-'));
  beforeAll(async () => {
    const file = join(directory, 'plans.json');
    writeFileSync(file, JSON.stringify({ limited: { default: true, callSeconds: 120, failedCallsPerHour: 10 } }));
    house = await openSipHouse(['100', '200']);
    stage = await openStage({ plans: readPlanFile(file) });
    await stage.addLine({ domain: house.kamailio.domain, proxy: house.address('udp'), password: passwordOf('100') });
  });
  afterAll(async () => {
    await stage?.close();
    await house?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  test('AC-59 at 1:50 a double beep, at 2:00 the call ends with a text', async () => {
    const { olga, phone, chat, clock } = stage;
    const pat = await house.telephone({ user: '200', toneHz: patSaysHz });
    olga.sends('200', chat);
    const call = await phone.rings();
    call.answer();
    await pat.until('CALL_INCOMING');
    await pat.answer();
    await call.heard(patSaysHz);
    clock.increment(109_000);
    await call.heard(patSaysHz, { forMs: 500 });
    const began = performance.now();
    clock.increment(1_000);
    await expect.poll(() => beeps(call, 1_400, began), { timeout: 5_000 }).toBe(2);
    await call.heard(patSaysHz);
    clock.increment(10_000);
    expect(await call.ended).toBe('hangup');
    await pat.until('CALL_CLOSED');
    await olga.waitsFor(({ text }) => text.endsWith('The call was ended: the plan allows 2 min for a call.'));
    await stage.quiet();
    await pat.stop();
  });

  test('AC-59 the 11th failed call in the hour is refused with 402, on both sides', { timeout: 120_000 }, async () => {
    const { olga, phone, chat } = stage;
    const outcomes = () => olga.conversation(chat).filter(({ text }) => text.startsWith('404 ')).length;
    for (let failed = 1; failed <= 10; failed++) {
      olga.sends('404', chat);
      const call = await phone.rings();
      call.answer();
      await stage.panel();
      await stage.quiet();
      await olga.waitsUntil(() => outcomes() === failed);
      await stage.service.settled();
    }
    olga.sends('404', chat);
    const refusal = await olga.waitsFor(({ text }) => text.includes('402'));
    expect(refusal.text).toContain('402 Amount of fail calls is exceeded');
    expect(phone.currentCalls).toEqual([]);
    const pat = await house.telephone({ user: '200' });
    await pat.dial(`sip:100@${house.kamailio.domain}`);
    expect((await pat.until('CALL_CLOSED')).param).toContain('402');
    await pat.stop();
  });
});
