import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Pbx, startPbx } from '../../sandbox/pbx/pbx.ts';
import type { PhoneCall } from '../../sandbox/phone/phone.ts';
import { UserId } from '../../src/machines/model/ids.ts';
import { eventually } from '../support/eventually.ts';
import { samplesOf, sumOf } from '../support/exposition.ts';
import { openStage, type Stage } from '../support/stage.ts';

const partyHz = 1_004;

let stage: Stage;
let pbx: Pbx;
beforeAll(async () => {
  pbx = await startPbx({ host: '127.0.0.1', accounts: [{ user: '100', password: 'secret' }], answerAfterMs: 0 });
  stage = await openStage();
});
afterEach(() => stage.rest());
afterAll(async () => {
  await stage?.close();
  pbx?.close();
});

async function talk(): Promise<PhoneCall> {
  await stage.addLine({ domain: `127.0.0.1:${pbx.port}` });
  const { olga, phone, chat } = stage;
  phone.says({ frequencyHz: 700 });
  olga.sends('601', chat);
  const call = await phone.rings();
  call.answer();
  await call.heard(partyHz, { forMs: 500 });
  return call;
}

const legsTold = async () => sumOf(samplesOf(await stage.service.metrics.exposition()), 'siptg_legs_total') ?? 0;
const notes = () => stage.olga.conversation(stage.chat).filter(({ text }) => text.startsWith('Poor sound'));

test('B-10 a fifth of the packets between Olga and Telegram is lost for a while: after the call she is told so, with numbers', async () => {
  const call = await talk();
  call.network.lossRate = 0.2;
  await call.heard(partyHz, { forMs: 100 });
  const lostFrom = call.network.lost;
  // Seven seconds of both directions.
  await eventually(() => expect(call.network.lost - lostFrom).toBeGreaterThan(140), { timeout: 20_000 });
  call.network.lossRate = 0;
  call.hangUp();
  const note = await stage.olga.waitsFor(({ text }) => text.startsWith('Poor sound'));
  expect(note.text).toMatch(
    /^Poor sound · 601\nBetween you and Telegram \d+ % of the sound was lost, jitter \d+ ms, quality about [1-4](?:\.\d)? of 5\./,
  );
  const [, percent] = /(\d+) %/.exec(note.text) ?? [];
  expect(Number(percent)).toBeGreaterThanOrEqual(5);
  await stage.quiet();
  expect(notes()).toHaveLength(1);
});

test('B-10 nothing is said after a good call', async () => {
  const before = await legsTold();
  const call = await talk();
  await call.heard(partyHz, { forMs: 5_500, withinMs: 10_000 });
  call.hangUp();
  await stage.quiet();
  // It is judged when both legs have been told.
  await eventually(async () => expect(await legsTold()).toBe(before + 2));
  await stage.service.told(UserId(stage.olga.id));
  await stage.olga.waitsFor(({ text }) => text.startsWith('Answered'));
  expect(notes()).toEqual([]);
});
