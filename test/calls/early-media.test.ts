import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Pbx, startPbx } from '../../sandbox/pbx/pbx.ts';
import { openStage, type Stage } from '../support/stage.ts';

let stage: Stage;
let pbx: Pbx;
beforeAll(async () => {
  pbx = await startPbx({ host: '127.0.0.1', accounts: [{ user: '100', password: 'secret' }] });
  stage = await openStage();
});
afterAll(async () => {
  await stage?.close();
  pbx?.close();
});

test('F-OUT-8 what the PBX says before it answers is heard, and after it the party', async () => {
  await stage.addLine({ domain: `127.0.0.1:${pbx.port}` });
  let answeredAt = Number.POSITIVE_INFINITY;
  pbx.calls.once('answered', () => (answeredAt = performance.now()));
  stage.olga.sends('605', stage.chat);
  const call = await stage.phone.rings();
  call.answer();
  // Its tone for 2 s. Our own ringback has that frequency, too, but stops after 0.8 s.
  await call.heard(425, { forMs: 1_200 });
  expect(performance.now()).toBeLessThan(answeredAt);
  await call.heard(1_004, { forMs: 500 });
  expect(answeredAt).toBeLessThan(performance.now());
  call.hangUp();
  await stage.quiet();
});
