import { afterAll, beforeAll, expect, test } from 'vitest';
import { runSipp, startSipp } from '../peers/sipp.ts';
import { openStage, type Stage } from '../support/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => {
  await stage?.close();
});

test('trial', async () => {
  const { olga, phone, chat } = stage;
  const registrar = await startSipp({ scenario: 'uas_register_digest', keys: { user: '100', pass: 'secret' }, extra: ['-deadcall_wait', '0'] });
  await stage.addLine({ domain: `127.0.0.1:${registrar.port}` });
  await registrar.done;
  const party = await startSipp({ scenario: 'uas_answer_with_rtp_echo', port: registrar.port, rtpEcho: true });
  phone.says({ frequencyHz: 700 });
  const t0 = performance.now();
  olga.sends('200', chat);
  const ring = await phone.rings();
  console.log('rings after', performance.now() - t0);
  ring.answer();
  await ring.connected;
  console.log('connected after', performance.now() - t0);
  const tone = await ring.heard(700);
  console.log('heard', tone, performance.now() - t0);
  for (const m of olga.conversation(chat)) console.log(JSON.stringify(m));
  ring.hangUp();
  await party.done.catch((e) => console.log(String(e)));
  await olga.waitsFor((m) => m.text.includes('Answered'));
  for (const m of olga.conversation(chat)) console.log(JSON.stringify(m));
  expect(1).toBe(1);
});
