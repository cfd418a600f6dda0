import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { PhoneCall } from '../../sandbox/phone/call.ts';
import { hasKamailio } from '../peers/kamailio.ts';
import { type SettingsConversation, settingsConversation } from '../support/settings-conversation.ts';
import { openSipHouse, passwordOf, type SipHouse } from '../support/sip-house.ts';
import { openStage, type Stage } from '../support/stage.ts';

// Far from the tones of product §12.
const olgaSaysHz = 700;

describe.skipIf(!hasKamailio)('B-14 a line calls its own number through its PBX', () => {
  let stage: Stage;
  let house: SipHouse;
  let olga: SettingsConversation;
  let acknowledged = 0;
  beforeAll(async () => {
    house = await openSipHouse(['100']);
    stage = await openStage();
    olga = settingsConversation(stage, stage.olga);
  });
  afterAll(async () => {
    await stage?.close();
    await house?.close();
  });
  afterEach(() => stage.rest());

  const openLine = async () => {
    const line = await stage.addLine({
      domain: house.kamailio.domain,
      proxy: house.address('udp'),
      password: passwordOf('100'),
    });
    await olga.open();
    await olga.press('🟢 Office');
    return line;
  };
  /** The call has come back, and its tone. */
  const greeted = async (call: PhoneCall) => {
    await expect.poll(() => stage.service.sip.counters.totals()['received ACK'] ?? 0).toBeGreaterThan(acknowledged);
    acknowledged += 1;
    await stage.service.settled();
    const both = Promise.all([950, 1_400].map((frequencyHz) => call.heard(frequencyHz, { forMs: 40 })));
    stage.clock.increment(1_000);
    await both;
  };
  const reports = (...lines: string[]) =>
    stage.olga.waitsFor(({ text }) => text === ['Test call: Office', ...lines].join('\n'));

  test('B-14 she hears a tone, then herself; keys come back; the report names the codec and the keys with their ways', async () => {
    const { phone, clock } = stage;
    await openLine();
    phone.says({ frequencyHz: olgaSaysHz });
    const started = await olga.press('Test call');
    expect(started.text).toMatch(/^The line calls its own number;/);
    const call = await phone.rings();
    call.answer();
    await greeted(call);
    clock.increment(1_000);
    await call.heard(olgaSaysHz, { forMs: 500 });
    for (const key of ['1', '2', '#']) await stage.olga.presses(await stage.panel(), key);
    await stage.service.settled();
    await call.heard(olgaSaysHz, { forMs: 500 });
    call.hangUp();
    await reports('It came back from the PBX. Codec: opus', 'Keys that arrived: 12# (rfc2833)');
  });

  test('B-14 keys that go by INFO are told as such', async () => {
    const { phone } = stage;
    await openLine();
    await olga.press(olga.label('DTMF Methods') ?? '');
    await olga.write('info');
    await olga.press('Test call');
    const call = await phone.rings();
    call.answer();
    await greeted(call);
    await stage.olga.presses(await stage.panel(), '5');
    await stage.service.settled();
    await expect.poll(() => stage.service.sip.counters.totals()['received INFO'] ?? 0).toBeGreaterThan(0);
    call.hangUp();
    await reports('It came back from the PBX. Codec: opus', 'Keys that arrived: 5 (info)');
  });

  test('B-14 without registration, in a call, and through a line of somebody else’s it says why there is none', async () => {
    const { phone, chat } = stage;
    const line = await openLine();
    stage.olga.sends('404', chat);
    const call = await phone.rings();
    expect((await olga.press('Test call')).text).toMatch(/^No test call: you are in a call\./);
    call.decline();
    await stage.quiet();

    const { person: uwe } = stage.addPerson('Uwe');
    await stage.cli('line', 'set', line, '--user', uwe.id);
    expect((await olga.press('Test call')).text).toMatch(/^No test call: somebody else talks through this line\./);
    await stage.cli('line', 'set', line, '--user', 'owner');

    await olga.press('Switch off');
    await olga.press('Yes');
    await stage.service.lineActors.follow();
    expect((await olga.press('Test call')).text).toMatch(/^No test call: the line is not registered\./);
    expect(phone.currentCalls).toEqual([]);
  });
});
