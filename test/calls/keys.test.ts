import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { hasBaresip } from '../peers/baresip.ts';
import { hasKamailio } from '../peers/kamailio.ts';
import { hasSipp, startSipp } from '../peers/sipp.ts';
import { openSipHouse, passwordOf, type SipHouse } from '../support/sip-house.ts';
import { openStage, type Stage } from '../support/stage.ts';

describe.skipIf(!hasBaresip || !hasKamailio || !hasSipp)('Olga presses keys', () => {
  let stage: Stage;
  let house: SipHouse;
  beforeAll(async () => {
    house = await openSipHouse(['100', '200'], { tapped: ['900'], elsewhere: ['900'] });
    stage = await openStage();
  });
  afterAll(async () => {
    await stage?.close();
    await house?.close();
  });
  afterEach(() => stage.rest());

  const talkTo = async (number: string) => {
    const { olga, phone, chat } = stage;
    await stage.addLine({ domain: house.kamailio.domain, proxy: house.address('udp'), password: passwordOf('100') });
    olga.sends(number, chat);
    const call = await phone.rings();
    call.answer();
    return call;
  };

  test('AC-33 the answer takes no telephone-events: INFO; it is refused with 501: this and later keys are tones in the voice', async () => {
    const party = await startSipp({ scenario: 'uas_no_events_no_info', port: house.portOf('900') });
    const call = await talkTo('900');
    const panel = await stage.panel();
    await stage.olga.waitsUntil(() => stage.service.sip.counters.open().dialogs === 1);
    const since = performance.now();
    const hearing = house.hearing('900');
    await stage.olga.presses(panel, '5');
    // 770 and 1336 Hz are the key 5, 941 and 1477 Hz the key # (ITU-T Q.23).
    await hearing.heard(({ frequencyHz }) => Math.abs(frequencyHz - 770) < 20 || Math.abs(frequencyHz - 1_336) < 20, {
      forMs: 50,
    });
    await stage.olga.presses(panel, '#');
    await hearing.heard(({ frequencyHz }) => Math.abs(frequencyHz - 941) < 20 || Math.abs(frequencyHz - 1_477) < 20, {
      forMs: 50,
    });
    await hearing.heardSilence();
    for (const frequencyHz of [770, 1_336, 941, 1_477])
      expect(hearing.cadence(frequencyHz, since).filter(({ on }) => on).length).toBe(1);
    expect(stage.service.sip.counters.totals()['sent INFO']).toBe(1);
    call.hangUp();
    await party.done;
  });

  test('AC-34 a reply 1234,,5# to the keypad is six keys with a pause of 4 s after the 4, and no second call', async () => {
    const pat = await house.telephone({ user: '200', toneHz: 440 });
    const call = await talkTo('200');
    await pat.until('CALL_INCOMING');
    await pat.answer();
    await call.heard(440);
    stage.olga.replies(await stage.panel(), '1234,,5#');
    const keys: { key: string | undefined; atMs: number }[] = [];
    while (keys.length < 6) {
      const { param } = await pat.until('CALL_DTMF_START');
      keys.push({ key: param, atMs: performance.now() });
    }
    expect(keys.map(({ key }) => key).join('')).toBe('12345#');
    expect((keys[4]?.atMs ?? 0) - (keys[3]?.atMs ?? 0)).toBeGreaterThan(4_000);
    expect(stage.service.sip.counters.open()).toMatchObject({ calls: 1 });
    expect(stage.phone.currentCalls).toHaveLength(1);
    call.hangUp();
    await pat.until('CALL_CLOSED');
    await pat.stop();
  });
});
