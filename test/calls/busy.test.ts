import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasSipp, startSipp } from '../peers/sipp.ts';
import { openStage, type Stage } from '../support/stage.ts';

describe.skipIf(!hasSipp)('a party who is busy', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage?.close());

  test('AC-26 PBX answers 486: busy tone about 4 s, then the voice leg ends and the message shows it with Redial', async () => {
    const { olga, phone, chat, clock } = stage;
    const keys = { user: '100', pass: 'secret' };
    const registrar = await startSipp({ scenario: 'uas_register_digest', keys, extra: ['-deadcall_wait', '0'] });
    await stage.addLine({ domain: `127.0.0.1:${registrar.port}` });
    await registrar.done;
    const party = await startSipp({ scenario: 'uas_busy', port: registrar.port });

    olga.sends('200', chat);
    const call = await phone.rings();
    call.answer();
    await call.connected;
    await party.done;
    const listeningSince = performance.now();
    // One whole period of the cadence and a little more: 425 Hz, 0.35 s on, 0.35 s off.
    await call.heard(425, { forMs: 300 });
    await call.heardSilence({ forMs: 250 });
    await call.heard(425, { forMs: 300 });
    await call.heardSilence({ forMs: 100 });
    // Without the first and the last step, which may have been heard in part only.
    const whole = call.cadence(425, listeningSince).slice(1, -1);
    const burst = whole.find(({ on, lengthMs }) => on && lengthMs > 200);
    expect(burst?.lengthMs).toBeGreaterThan(310);
    expect(burst?.lengthMs).toBeLessThan(390);

    clock.increment(3_999);
    expect(call.state).toBe('connected');
    clock.increment(1);
    expect(await call.ended).toBe('hangup');
    const message = await olga.waitsFor(({ text }) => text.startsWith('486 Busy Here'));
    expect(message.text).toContain('200');
    expect(message.buttons.flat()).toContain('Redial');
  });
});
