import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { PhoneCall } from '../../sandbox/phone/call.ts';
import type { HearingOptions } from '../../sandbox/phone/hearing.ts';
import type { PersonMessage } from '../../sandbox/telegram/person.ts';
import { type Baresip, hasBaresip } from '../peers/baresip.ts';
import { hasKamailio } from '../peers/kamailio.ts';
import { eventually } from '../support/eventually.ts';
import { openSipHouse, passwordOf, type SipHouse } from '../support/sip-house.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { stopwatch } from '../support/stopwatch.ts';
import { levelAtDbfs } from '../support/tones.ts';

const olgaSaysHz = 700;
// Far from the tones of product §12.
const patSaysHz = 1_000;
const quinnSaysHz = 1_250;
/** A gap this long is an interruption; a shorter one is what a network loses now and then. */
const audibleMs = 300;

/** How long a party who speaks all the time was not heard at most. */
const longestGapMs = (call: PhoneCall, frequencyHz: number, sinceMs: number): number =>
  Math.max(0, ...call.cadence(frequencyHz, sinceMs).flatMap(({ on, lengthMs }) => (on ? [] : [lengthMs])));

describe.skipIf(!hasBaresip || !hasKamailio)('Olga has two calls', () => {
  let stage: Stage;
  let house: SipHouse;
  let pat: Baresip;
  let quinn: Baresip;
  beforeAll(async () => {
    house = await openSipHouse(['100', '200', '300'], { tapped: ['200', '300'] });
    stage = await openStage();
  });
  afterAll(async () => {
    await stage?.close();
    await house?.close();
  });
  afterEach(async () => {
    await Promise.all([pat.stop(), quinn.stop()]);
    await stage.rest();
  });

  /** Pat's telephone rings, and nobody has answered it. */
  const callPat = async () => {
    const { olga, phone, chat } = stage;
    await stage.addLine({ domain: house.kamailio.domain, proxy: house.address('udp'), password: passwordOf('100') });
    pat = await house.telephone({ user: '200', toneHz: patSaysHz });
    quinn = await house.telephone({ user: '300', toneHz: quinnSaysHz });
    phone.says({ frequencyHz: olgaSaysHz });
    olga.sends('200', chat);
    const call = await phone.rings();
    call.answer();
    await pat.until('CALL_INCOMING');
    return call;
  };
  const talkToPat = async () => {
    const call = await callPat();
    await pat.answer();
    await Promise.all([call.heard(patSaysHz), patHears(olgaSaysHz)]);
    return call;
  };
  const patHears = (hz: number, options?: HearingOptions) => house.hearing('200').heard(hz, options);
  const quinnHears = (hz: number, options?: HearingOptions) => house.hearing('300').heard(hz, options);
  /** Its notes change; none of them is her voice. */
  const hearsMusic = (user: string) =>
    house.hearing(user).heard(({ frequencyHz }) => Math.abs(frequencyHz - olgaSaysHz) > 25);
  const quinnCalls = async () => {
    await quinn.dial(`sip:100@${house.kamailio.domain}`);
    await quinn.until('CALL_RINGING');
    return parallel('Decline');
  };
  const parallel = (label: string): Promise<PersonMessage> =>
    stage.olga.waitsFor(({ buttons }) => buttons.flat().includes('Switch') && buttons.flat().includes(label));
  const press = async (label: string, beside = label) => stage.olga.presses(await parallel(beside), label);
  /** A press on the state the message shows in the end: edits are rationed. */
  const pressInTime = (label: string, beside = label) =>
    eventually(async () => expect(await press(label, beside)).toBeUndefined(), { interval: 200 });
  /** She is out, her panel is gone, the two hear each other; one hangs up, and so the other is hung up. */
  const theyTalkWithoutHer = async (call: PhoneCall) => {
    expect(await call.ended).toBe('hangup');
    await stage.olga.waitsUntil(() =>
      stage.olga.conversation(stage.chat).every(({ buttons }) => !buttons.flat().includes('#')),
    );
    await Promise.all([quinnHears(patSaysHz), patHears(quinnSaysHz)]);
    await pat.hangUp();
    await quinn.until('CALL_CLOSED');
  };
  const open = () => stage.service.sip.counters.open();
  /** Of a tone over the talk, which gives way by 6 dB: found by its frequency, block by block. */
  const levelsOf = (
    ear: Pick<PhoneCall, 'recording'>,
    frequencyHz: number,
    { sinceMs, blockMs }: { sinceMs: number; blockMs: number },
  ) => {
    const { samples, sampleRate } = ear.recording(sinceMs);
    const block = (sampleRate * blockMs) / 1_000;
    return Array.from({ length: Math.floor(samples.length / block) }, (_, index) =>
      levelAtDbfs(samples.subarray(index * block, (index + 1) * block), sampleRate, frequencyHz),
    );
  };
  /** Where such a tone is, as long as it is over: one that is on at the end is not yet counted. */
  const burstsOf = (
    ear: Pick<PhoneCall, 'recording'>,
    frequencyHz: number,
    span: { sinceMs: number; blockMs: number },
  ) => {
    const bursts: { startMs: number; lengthMs: number }[] = [];
    let startMs: number | undefined;
    for (const [index, level] of levelsOf(ear, frequencyHz, span).entries()) {
      const nowMs = index * span.blockMs;
      // Half the amplitude of a tone of −18 dBm0.
      if (level > -27) startMs ??= nowMs;
      else if (startMs !== undefined) {
        bursts.push({ startMs, lengthMs: nowMs - startMs });
        startMs = undefined;
      }
    }
    return bursts;
  };

  test('AC-51 Quinn calls: she hears beeps of 0.2 s every 5 s, Pat does not; Decline: 486 to Quinn, the beeps stop, the message is gone', {
    timeout: 60_000,
  }, async () => {
    const call = await talkToPat();
    const began = performance.now();
    const message = await quinnCalls();
    expect(message.buttons.flat()).toEqual(['Transfer', 'Switch', 'Decline']);
    const beeps = () => burstsOf(call, 425, { sinceMs: began, blockMs: 20 });
    await eventually(() => expect(beeps()).toHaveLength(2), { interval: 200 });
    const [first, second] = beeps();
    for (const beep of [first, second]) expect(Math.abs((beep?.lengthMs ?? 0) - 200)).toBeLessThanOrEqual(40);
    expect(Math.abs((second?.startMs ?? 0) - (first?.startMs ?? 0) - 5_000)).toBeLessThanOrEqual(300);
    await press('Decline');
    const declined = performance.now();
    const closed = await quinn.until('CALL_CLOSED');
    expect(closed.param).toContain('486');
    await stage.olga.waitsUntil(() =>
      stage.olga.conversation(stage.chat).every(({ buttons }) => !buttons.flat().includes('Decline')),
    );
    // Another beep would have come 4.8 s after the last one.
    await call.heard(patSaysHz, { forMs: 6_000, withinMs: 8_000 });
    expect(burstsOf(call, 425, { sinceMs: declined, blockMs: 20 })).toEqual([]);
    expect(burstsOf(house.hearing('200'), 425, { sinceMs: began, blockMs: 20 })).toEqual([]);
    call.hangUp();
    await pat.until('CALL_CLOSED');
  });

  test('Quinn calls while Pat is being called: he waits, Switch answers him, and Pat who answers then is held', async () => {
    const call = await callPat();
    const message = await quinnCalls();
    expect(message.buttons.flat()).toEqual(['Transfer', 'Switch', 'Decline']);
    expect(message.text).toBe('Calling you: 300\nCalling: 200');
    await press('Switch', 'Decline');
    await quinn.until('CALL_ESTABLISHED');
    await Promise.all([call.heard(quinnSaysHz, { forMs: 500 }), quinnHears(olgaSaysHz)]);
    await pat.answer();
    await stage.olga.waitsFor(({ text }) => text === 'Answered and on hold: 200\nOn the line: 300');
    await hearsMusic('200');
    await pressInTime('Switch', 'End');
    await Promise.all([call.heard(patSaysHz), patHears(olgaSaysHz), hearsMusic('300')]);
    expect(open()).toMatchObject({ calls: 2, dialogs: 2 });
  });

  test('Quinn calls while Pat is being called: Transfer lets him wait for Pat, and they talk without her', async () => {
    const call = await callPat();
    await quinnCalls();
    await press('Transfer', 'Decline');
    await quinn.until('CALL_ESTABLISHED');
    await call.ended;
    await pat.answer();
    await theyTalkWithoutHer(call);
  });

  test('Quinn calls while Pat is being called: she cancels that, and her phone rings for Quinn', async () => {
    const { olga, phone } = stage;
    const call = await callPat();
    await quinnCalls();
    await olga.presses(await olga.waitsFor(({ buttons }) => buttons.flat().includes('Cancel')), 'Cancel');
    await pat.until('CALL_CLOSED');
    await call.ended;
    const next = await phone.rings();
    next.answer();
    await next.heard(quinnSaysHz);
  });

  test('AC-52 Switch ten times: each hears her in turn while the other hears music, both dialogs stay healthy', async () => {
    const call = await talkToPat();
    await quinnCalls();
    await press('Switch', 'Decline');
    await quinn.until('CALL_ESTABLISHED');
    await call.heard(quinnSaysHz, { forMs: 500 });
    for (let times = 0; times < 10; times++) {
      await pressInTime('Switch', 'End');
      const isPat = times % 2 === 0;
      await Promise.all([
        call.heard(isPat ? patSaysHz : quinnSaysHz, { forMs: 400 }),
        isPat ? patHears(olgaSaysHz) : quinnHears(olgaSaysHz),
        // Whoever is held hears music.
        hearsMusic(isPat ? '300' : '200'),
      ]);
    }
    expect(open()).toMatchObject({ calls: 2, dialogs: 2 });
  });

  test('AC-32 a key arrives at the party she talks to, and not at the held one', async () => {
    const call = await talkToPat();
    await quinnCalls();
    await press('Switch', 'Decline');
    await call.heard(quinnSaysHz);
    expect(await stage.olga.presses(await stage.panel(), '5')).toBeUndefined();
    expect((await quinn.until('CALL_DTMF_START')).param).toBe('5');
    await pressInTime('Switch', 'End');
    await call.heard(patSaysHz);
    expect(await stage.olga.presses(await stage.panel(), '6')).toBeUndefined();
    // Had the 5 gone to him, too, it would stand before this one.
    expect((await pat.until('CALL_DTMF_START')).param).toBe('6');
  });

  test('AC-53 Transfer of a held pair: Pat and Quinn hear each other, her voice leg ended, the panel is gone; Pat hangs up: BYE to Quinn', async () => {
    const call = await talkToPat();
    await quinnCalls();
    await press('Switch', 'Decline');
    await call.heard(quinnSaysHz);
    await pressInTime('Transfer', 'End');
    await theyTalkWithoutHer(call);
  });

  test('AC-84 Quinn waits, Transfer: Quinn is answered, Pat and Quinn hear each other, her voice leg ended, the panel is gone', async () => {
    const call = await talkToPat();
    await quinnCalls();
    await press('Transfer', 'Decline');
    await theyTalkWithoutHer(call);
  });

  test('AC-55 End: the current one ends, the held one is heard within 500 ms', async () => {
    const call = await talkToPat();
    await quinnCalls();
    await press('Switch', 'Decline');
    await call.heard(quinnSaysHz);
    await pressInTime('End');
    const sinceEnded = stopwatch();
    await call.heard(patSaysHz, { forMs: 100 });
    expect(sinceEnded() - 100).toBeLessThan(500);
    await quinn.until('CALL_CLOSED');
  });

  test('AC-55 the current one hangs up: a tone, and the held one is heard', async () => {
    const call = await talkToPat();
    await quinnCalls();
    await press('Switch', 'Decline');
    await call.heard(quinnSaysHz);
    const began = performance.now();
    await quinn.hangUp();
    await Promise.all([call.heard(patSaysHz), patHears(olgaSaysHz)]);
    // Product §12, “back on line”: 0.08 s of it.
    const levels = levelsOf(call, 1_400, { sinceMs: began, blockMs: 40 });
    expect(Math.max(...levels)).toBeGreaterThan(-30);
    expect(Math.min(...levels)).toBeLessThan(-40);
    expect(open()).toMatchObject({ calls: 1, dialogs: 1 });
  });

  test('AC-57 she hangs up with Quinn held: BYE to both', async () => {
    const call = await talkToPat();
    await quinnCalls();
    await press('Switch', 'Decline');
    await call.heard(quinnSaysHz);
    await pressInTime('Switch', 'End');
    await call.heard(patSaysHz);
    call.hangUp();
    await Promise.all([pat.until('CALL_CLOSED'), quinn.until('CALL_CLOSED')]);
    expect(stage.phone.currentCalls).toEqual([]);
  });

  test('AC-57 she hangs up with Quinn waiting: BYE to Pat, her phone rings for Quinn', async () => {
    const call = await talkToPat();
    await quinnCalls();
    call.hangUp();
    await pat.until('CALL_CLOSED');
    const next = await stage.phone.rings();
    next.answer();
    await quinn.until('CALL_ESTABLISHED');
    await next.heard(quinnSaysHz);
  });

  test('AC-82 she sends 300: Quinn is dialled, Pat is still heard; Quinn answers: one beep, then Switch', async () => {
    const call = await talkToPat();
    stage.olga.sends('300', stage.chat);
    await quinn.until('CALL_INCOMING');
    expect((await parallel('End')).buttons.flat()).toEqual(['Transfer', 'Switch', 'End']);
    await call.heard(patSaysHz, { forMs: 500 });
    const began = performance.now();
    await quinn.answer();
    // Edits are rationed: the message may say so a second later.
    await stage.olga.waitsFor(({ text }) => text.includes('Answered and on hold'));
    await quinn.until('CALL_ESTABLISHED');
    await Promise.all([call.heard(patSaysHz, { forMs: 2_000 }), hearsMusic('300')]);
    // Product §12, “back on line”: its end, 0.08 s of 1400 Hz, stands for the whole beside Pat's own tone.
    const beeps = burstsOf(call, 1_400, { sinceMs: began, blockMs: 20 });
    expect(beeps).toHaveLength(1);
    expect(Math.abs((beeps[0]?.lengthMs ?? 0) - 80)).toBeLessThanOrEqual(40);
    await press('Switch', 'End');
    await Promise.all([call.heard(quinnSaysHz, { forMs: 500 }), quinnHears(olgaSaysHz), hearsMusic('200')]);
  });

  test('AC-82 with Switch before Quinn answers she hears the ringback and Pat music; End cancels, and Pat is back', async () => {
    const call = await talkToPat();
    stage.olga.sends('300', stage.chat);
    await quinn.until('CALL_INCOMING');
    await press('Switch', 'End');
    await Promise.all([call.heard(425, { forMs: 500 }), hearsMusic('200')]);
    await pressInTime('End');
    await quinn.until('CALL_CLOSED');
    await Promise.all([call.heard(patSaysHz), patHears(olgaSaysHz)]);
    await parallelIsGone();
    expect(open()).toMatchObject({ calls: 1, dialogs: 1 });
  });

  const parallelIsGone = () =>
    stage.olga.waitsUntil(() =>
      stage.olga.conversation(stage.chat).every(({ buttons }) => !buttons.flat().includes('Switch')),
    );

  test('AC-47 Reconnect with Quinn held: BYE to Quinn, Pat stays', async () => {
    const call = await talkToPat();
    await quinnCalls();
    await press('Switch', 'Decline');
    await call.heard(quinnSaysHz);
    await pressInTime('Switch', 'End');
    await call.heard(patSaysHz);
    await stage.olga.presses(await stage.panel(), '🔄 Reconnect');
    await quinn.until('CALL_CLOSED');
    await call.ended;
    const again = await stage.phone.rings();
    again.answer();
    await Promise.all([again.heard(patSaysHz), patHears(olgaSaysHz)]);
    expect(open()).toMatchObject({ calls: 1, dialogs: 1 });
  });

  test('AC-47 Reconnect with Quinn waiting: 480 to Quinn; with Quinn being called: CANCEL', async () => {
    const call = await talkToPat();
    await quinnCalls();
    await stage.olga.presses(await stage.panel(), '🔄 Reconnect');
    expect((await quinn.until('CALL_CLOSED')).param).toContain('480');
    await call.ended;
    const again = await stage.phone.rings();
    again.answer();
    await again.heard(patSaysHz);
    stage.olga.sends('300', stage.chat);
    await quinn.until('CALL_INCOMING');
    await stage.olga.presses(await stage.panel(), '🔄 Reconnect');
    await quinn.until('CALL_CLOSED');
    await again.ended;
    const once = await stage.phone.rings();
    once.answer();
    await Promise.all([once.heard(patSaysHz), patHears(olgaSaysHz)]);
    expect(open()).toMatchObject({ calls: 1, dialogs: 1 });
  });

  test('AC-54 Transfer while Quinn is being called, who then declines: she is rung, answers, and is with Pat again', async () => {
    const call = await talkToPat();
    stage.olga.sends('300', stage.chat);
    await quinn.until('CALL_INCOMING');
    await press('Transfer', 'End');
    expect(await call.ended).toBe('hangup');
    await quinn.hangUp();
    const back = await stage.phone.rings();
    await stage.olga.waitsFor(({ text }) => text.includes('was not reached'));
    back.answer();
    await Promise.all([back.heard(patSaysHz), patHears(olgaSaysHz)]);
    expect(open()).toMatchObject({ calls: 1, dialogs: 1 });
  });

  test('AC-56 held Quinn hangs up: a text, the message is gone, the talk with Pat is not interrupted', async () => {
    const call = await talkToPat();
    await quinnCalls();
    await press('Switch', 'Decline');
    await call.heard(quinnSaysHz);
    await pressInTime('Switch', 'End');
    await call.heard(patSaysHz);
    const began = performance.now();
    await Promise.all([call.heard(patSaysHz, { forMs: 2_000 }), quinn.hangUp()]);
    await stage.olga.waitsFor(({ text }) => text.includes('hung up') && text.includes('still talking to 200'));
    await parallelIsGone();
    expect(longestGapMs(call, patSaysHz, began)).toBeLessThan(audibleMs);
    await patHears(olgaSaysHz);
  });

  test('AC-83 Quinn is busy: the message shows it, Pat was heard throughout; with Switch before: busy tone, then Pat', async () => {
    const call = await talkToPat();
    await call.heard(patSaysHz);
    const talked = performance.now();
    stage.olga.sends('300', stage.chat);
    await quinn.until('CALL_INCOMING');
    await Promise.all([call.heard(patSaysHz, { forMs: 1_500 }), quinn.hangUp()]);
    await stage.olga.waitsFor(({ text, buttons }) => text.startsWith('486') && buttons.flat().includes('Redial'));
    await parallelIsGone();
    expect(longestGapMs(call, patSaysHz, talked)).toBeLessThan(audibleMs);

    stage.olga.sends('300', stage.chat);
    await quinn.until('CALL_INCOMING');
    await press('Switch', 'End');
    await hearsMusic('200');
    const began = performance.now();
    await quinn.hangUp();
    await eventually(() => expect(call.cadence(425, began).filter(({ on }) => on).length).toBeGreaterThan(2));
    stage.clock.increment(3_999);
    await call.heard(425, { forMs: 300 });
    stage.clock.increment(1);
    await Promise.all([call.heard(patSaysHz), patHears(olgaSaysHz)]);
  });
});
