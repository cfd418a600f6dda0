import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { hasBaresip } from '../peers/baresip.ts';
import { hasKamailio } from '../peers/kamailio.ts';
import { settingsConversation } from '../support/settings-conversation.ts';
import { openSipHouse, passwordOf, type SipHouse } from '../support/sip-house.ts';
import { openStage, type Stage } from '../support/stage.ts';

const minuteMs = 60_000;
/** Neither ours nor a whole number of hours from it. */
const place = 'Asia/Kathmandu';

const clockTime = (inMinutes: number): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone: place, hour: '2-digit', minute: '2-digit' }).format(
    Date.now() + inMinutes * minuteMs,
  );

describe.skipIf(!hasBaresip || !hasKamailio)('B-17 quiet hours', () => {
  let stage: Stage;
  let house: SipHouse;
  beforeAll(async () => {
    house = await openSipHouse(['100', '200']);
    stage = await openStage();
  });
  afterAll(async () => {
    await stage?.close();
    await house?.close();
  });
  afterEach(() => stage.rest());

  test('B-17 inside them the caller gets 480 and nobody is rung, the message has Redial; when they are over it rings', async () => {
    const { phone, chat } = stage;
    await stage.addLine({ domain: house.kamailio.domain, proxy: house.address('udp'), password: passwordOf('100') });
    const olga = settingsConversation(stage, stage.olga);
    await olga.open();
    await olga.press('🟢 Office');
    await olga.press('Quiet hours: —');
    await olga.write('after supper');
    expect(olga.said().at(-1)).toMatch(/^These are no hours: /);
    const hours = `${clockTime(-60)}-${clockTime(5)}`;
    await olga.write(`${hours} ${place}`);
    expect(olga.label('Quiet hours')).toContain(`Quiet hours: ${hours}`);

    const pat = await house.telephone({ user: '200' });
    await pat.dial(`sip:100@${house.kamailio.domain}`);
    expect((await pat.until('CALL_CLOSED')).param).toContain('480');
    const missed = await stage.olga.waitsFor(({ text }) => text === 'Missed · 200');
    expect(missed.buttons.flat()).toContain('Redial');
    expect(phone.currentCalls).toEqual([]);
    await stage.olga.presses(missed, 'Redial');
    (await phone.rings()).answer();
    await pat.until('CALL_INCOMING');
    for (const call of phone.currentCalls) call.hangUp();
    await pat.until('CALL_CLOSED');
    await stage.quiet();

    stage.later(6 * minuteMs);
    await pat.dial(`sip:100@${house.kamailio.domain}`);
    const ring = await phone.rings();
    await stage.olga.waitsFor(({ text, peerId }) => peerId === chat && text.startsWith('📞 200'));
    await pat.hangUp();
    await ring.ended;
    await pat.stop();
  });

  test('B-17 quiet hours taken away with a dash: it rings', async () => {
    const { phone } = stage;
    await stage.addLine({ domain: house.kamailio.domain, proxy: house.address('udp'), password: passwordOf('100') });
    const olga = settingsConversation(stage, stage.olga);
    await olga.open();
    await olga.press('🟢 Office');
    for (const answer of [`${clockTime(-60)}-${clockTime(60)} ${place}`, '-']) {
      await olga.press(olga.label('Quiet hours') ?? '');
      await olga.write(answer);
    }
    expect(olga.label('Quiet hours')).toBe('Quiet hours: —');
    const pat = await house.telephone({ user: '200' });
    await pat.dial(`sip:100@${house.kamailio.domain}`);
    const ring = await phone.rings();
    await pat.hangUp();
    await ring.ended;
    await pat.stop();
  });
});
