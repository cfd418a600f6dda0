import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Hearing } from '../../sandbox/phone/hearing.ts';
import { UserPhone } from '../../sandbox/phone/phone.ts';
import { UserId } from '../../src/machines/model/ids.ts';
import type { Baresip } from '../peers/baresip.ts';
import { hasBaresip } from '../peers/baresip.ts';
import { hasKamailio } from '../peers/kamailio.ts';
import { eventually } from '../support/eventually.ts';
import { openSipHouse, passwordOf, type SipHouse } from '../support/sip-house.ts';
import { openStage, type Stage } from '../support/stage.ts';

const olgaSaysHz = 700;
const patSaysHz = 440;

describe.skipIf(!hasBaresip || !hasKamailio)('Olga changes her telephone in a call', () => {
  let stage: Stage;
  let house: SipHouse;
  let tablet: UserPhone;
  let pat: Baresip;
  beforeAll(async () => {
    house = await openSipHouse(['100', '200'], { tapped: ['200'] });
    stage = await openStage();
  });
  afterAll(async () => {
    await stage?.close();
    await house?.close();
  });
  afterEach(async () => {
    tablet.close();
    await pat.stop();
    await stage.rest();
  });

  /** She talks to Pat on her phone; her tablet is there too. */
  const talk = async () => {
    const { olga, phone, chat } = stage;
    await stage.addLine({
      domain: house.kamailio.domain,
      proxy: house.address('udp'),
      password: passwordOf('100'),
    });
    pat = await house.telephone({ user: '200', toneHz: patSaysHz });
    tablet = new UserPhone(olga.device());
    for (const device of [phone, tablet]) device.says({ frequencyHz: olgaSaysHz });
    olga.sends('200', chat);
    const call = await phone.rings();
    call.answer();
    await pat.until('CALL_INCOMING');
    await pat.answer();
    await Promise.all([call.heard(patSaysHz), patHears(olgaSaysHz)]);
    return { call, panel: await stage.panel() };
  };
  const patHears: Hearing['heard'] = (what, options) => house.hearing('200').heard(what, options);
  /** Bursts and pauses of one frequency that Pat heard, whole ones, rounded to what the ear tells apart. */
  const patHeard = (frequencyHz: number, sinceMs: number) =>
    house
      .hearing('200')
      .cadence(frequencyHz, sinceMs)
      .map(({ on, lengthMs }) => ({ on, lengthMs: Math.round(lengthMs / 50) * 50 }));
  /** Product §12: three bursts of 0.1 s with 0.1 s between them, 350 and 440 Hz together, then 2.4 s of silence. */
  const patHearsTones = async () => {
    const silence = () => house.hearing('200').heardSilence({ forMs: 2_200, withinMs: 8_000 });
    await silence();
    // In the pause: what comes from now on is whole.
    const since = performance.now();
    await patHears(440, { forMs: 50 });
    await silence();
    for (const frequencyHz of [350, 440])
      expect(patHeard(frequencyHz, since).slice(1, -1)).toEqual(
        [true, false, true, false, true].map((on) => ({ on, lengthMs: 100 })),
      );
  };
  /** Whatever it is, silence too: the time that passes at the media plane. */
  const patIsSentAudio = ({ forMs, sinceMs }: { forMs: number; sinceMs: number }) =>
    eventually(
      () => {
        const { samples, sampleRate } = house.hearing('200').recording(sinceMs);
        expect(samples.length / sampleRate).toBeGreaterThanOrEqual(forMs / 1_000);
      },
      { timeout: forMs + 1_000, interval: 20 },
    );
  const dialogs = () => stage.service.sip.counters.open().dialogs;

  test('AC-43 Reconnect: her phone goes silent, Pat hears the tones, the tablet rings; after 30 s both hear each other in the same dialog, and digits work', async () => {
    const { olga, clock } = stage;
    const { call, panel } = await talk();
    const calls = () => stage.service.sip.counters.open();
    await olga.presses(panel, '🔄 Reconnect');
    expect(await call.ended).toBe('disconnect');
    const again = await tablet.rings();
    await patHearsTones();
    clock.increment(30_000);
    const answered = performance.now();
    again.answer();
    await Promise.all([again.heard(patSaysHz, { forMs: 1_000 }), patHears(olgaSaysHz, { forMs: 1_000 })]);
    expect(calls()).toMatchObject({ calls: 1, dialogs: 1 });
    expect(pat.events.filter(({ type }) => type === 'CALL_INCOMING')).toHaveLength(1);
    for (const frequencyHz of [950, 1_400])
      expect(patHeard(frequencyHz, answered)).toContainEqual({ on: true, lengthMs: 100 });
    await olga.presses(await stage.panel(), '5');
    expect((await pat.until('CALL_DTMF_START')).param).toBe('5');
    again.hangUp();
    await pat.until('CALL_CLOSED');
  });

  test('AC-44 Callback off: a prompt, and her own call within 60 s continues with Pat', async () => {
    const { olga, chat, clock } = stage;
    const { call, panel } = await talk();
    await stage.setCallback(false);
    await olga.presses(panel, '🔄 Reconnect');
    await call.ended;
    await olga.waitsFor(({ text }) => text.includes('Press 📞'));
    clock.increment(40_000);
    const again = await tablet.calls(chat);
    await again.connected;
    await Promise.all([again.heard(patSaysHz, { forMs: 1_000 }), patHears(olgaSaysHz, { forMs: 1_000 })]);
    expect(dialogs()).toBe(1);
  });

  test('AC-45 nobody answers for 60 s: BYE to Pat, and the chat says so', async () => {
    const { olga, clock } = stage;
    const { call, panel } = await talk();
    await olga.presses(panel, '🔄 Reconnect');
    await call.ended;
    await tablet.rings();
    clock.increment(59_000);
    expect(dialogs()).toBe(1);
    clock.increment(1_000);
    await pat.until('CALL_CLOSED');
    await olga.waitsFor(({ text }) => text.includes('not restored'));
  });

  test('AC-46 her phone dies without a word: after 2 s + 8 s = 10 s the window opens by itself; a normal hang-up never opens it', async () => {
    const { olga, clock } = stage;
    const { call } = await talk();
    const dropped = performance.now();
    call.drop();
    // The media plane, whose time is real, notices it after 2 s; a second is left of the 10 s + 1 s.
    await patIsSentAudio({ forMs: 2_800, sinceMs: dropped });
    // From then on it is the machines' time.
    const noticed = performance.now();
    clock.increment(7_999);
    await patIsSentAudio({ forMs: 500, sinceMs: noticed });
    expect(tablet.currentCalls).toEqual([]);
    expect(patHeard(350, noticed).filter(({ on }) => on)).toEqual([]);
    clock.increment(1);
    const ring = await tablet.rings(3_000);
    await olga.waitsFor(({ text, buttons }) => text.includes('lost') && buttons.flat().includes('End'));
    await patHearsTones();
    ring.answer();
    await Promise.all([ring.heard(patSaysHz), patHears(olgaSaysHz)]);
    ring.hangUp();
    await pat.until('CALL_CLOSED');
    await stage.quiet();
    expect([...tablet.currentCalls, ...stage.phone.currentCalls]).toEqual([]);
  });

  test('AC-48 Pat hangs up during the window: everything ends, the tablet stops ringing', async () => {
    const { olga } = stage;
    const { call, panel } = await talk();
    await olga.presses(panel, '🔄 Reconnect');
    await call.ended;
    const ring = await tablet.rings();
    await pat.hangUp();
    expect(await ring.ended).not.toBe('hangup');
    await stage.quiet();
  });

  test('AC-49 she declines the ring: no more ringing, Pat still hears tones, Reconnect rings again, End sends BYE', async () => {
    const { olga, clock } = stage;
    const { call, panel } = await talk();
    await olga.presses(panel, '🔄 Reconnect');
    await call.ended;
    (await tablet.rings()).decline();
    // It says now that nobody rings her any more; it may be another message then.
    const window = async () => {
      await stage.service.told(UserId(olga.id));
      return olga.waitsFor(({ buttons }) => buttons.flat().includes('End'));
    };
    await patHearsTones();
    clock.increment(10_000);
    expect(tablet.currentCalls).toEqual([]);
    await olga.presses(await window(), '🔄 Reconnect');
    await tablet.rings();
    await olga.presses(await window(), 'End');
    await pat.until('CALL_CLOSED');
  });

  test('AC-81 our ring is on the way and she calls from the tablet: our ring stops, talk goes on', async () => {
    const { olga, phone, chat } = stage;
    const { call, panel } = await talk();
    await olga.presses(panel, '🔄 Reconnect');
    await call.ended;
    const ring = await phone.rings();
    const own = await tablet.calls(chat);
    await ring.ended;
    await own.connected;
    await Promise.all([own.heard(patSaysHz, { forMs: 1_000 }), patHears(olgaSaysHz, { forMs: 1_000 })]);
    expect(dialogs()).toBe(1);
  });
});
