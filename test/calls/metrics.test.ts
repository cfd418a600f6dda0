import { rename } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Pbx, startPbx } from '../../sandbox/pbx/pbx.ts';
import type { PhoneCall } from '../../sandbox/phone/phone.ts';
import { type Metrics, openMetrics } from '../../src/adapters/metrics/metrics.ts';
import { checkMetrics, hasPromtool } from '../peers/promtool.ts';
import { eventually } from '../support/eventually.ts';
import { type Sample, samplesOf, sumOf } from '../support/exposition.ts';
import { openStage, type Stage } from '../support/stage.ts';

const account = { user: '4930555', password: 'secret' };
/** Numbers of the PBX, and the party that calls. */
const [speaks, isBusy, rings] = ['601', '603', '604'];
const quinn = { from: '+4915112345678', displayName: 'Quinn' };
const partyHz = 1_004;

let stage: Stage;
let pbx: Pbx;
let metrics: Metrics;
let exposition: string;
let samples: readonly Sample[];
const valueOf = (name: string, labels: Readonly<Record<string, string>> = {}) => sumOf(samples, name, labels);

/** A day of Olga's, and what operators see at the end of it. */
beforeAll(async () => {
  pbx = await startPbx({ host: '127.0.0.1', accounts: [account], answerAfterMs: 100 });
  metrics = openMetrics({
    version: '1.2.3',
    parts: async () => ({ ready: true, parts: { service: { ok: true } } }),
    process: true,
  });
  stage = await openStage({ metrics });
  await stage.addLine({ domain: `127.0.0.1:${pbx.port}`, login: account.user, password: account.password });
  stage.phone.says({ frequencyHz: 700 });
  await talkAndMove();
  await talkAndLose();
  await recordWithoutDirectory();
  await callBusy();
  await callAndCancel();
  await takeCallWhileFlooded();
  await missCall();
  exposition = await told();
  samples = samplesOf(exposition);
}, 120_000);
afterAll(async () => {
  await stage?.close();
  pbx?.close();
});

async function dial(number: string): Promise<PhoneCall> {
  stage.olga.sends(number, stage.chat);
  const call = await stage.phone.rings();
  call.answer();
  return call;
}

async function talk(): Promise<PhoneCall> {
  const call = await dial(speaks);
  await call.heard(partyHz, { forMs: 500 });
  return call;
}

async function rest(): Promise<void> {
  await stage.quiet();
  await stage.service.settled();
  for (const message of stage.olga.conversation(stage.chat)) stage.olga.deletes(message);
}

async function talkAndMove(): Promise<void> {
  const call = await talk();
  await stage.olga.presses(await stage.panel(), '🔄 Reconnect');
  await call.ended;
  const again = await stage.phone.rings();
  again.answer();
  await again.heard(partyHz, { forMs: 500 });
  again.hangUp();
  await rest();
}

async function talkAndLose(): Promise<void> {
  const call = await talk();
  await stage.olga.presses(await stage.panel(), '🔄 Reconnect');
  await call.ended;
  await stage.phone.rings();
  stage.later(60_000);
  await rest();
}

async function recordWithoutDirectory(): Promise<void> {
  const call = await talk();
  const away = `${stage.storage.recordings}.away`;
  await rename(stage.storage.recordings, away);
  try {
    await stage.olga.presses(await stage.panel(), '🔴 Start recording');
    await stage.olga.waitsFor(({ text }) => text.includes('The recording failed'));
  } finally {
    await rename(away, stage.storage.recordings);
  }
  call.hangUp();
  await rest();
}

async function callBusy(): Promise<void> {
  await dial(isBusy);
  await rest();
}

async function callAndCancel(): Promise<void> {
  const call = await dial(rings);
  // Our ringback: the party rings.
  await call.heard(425, { forMs: 300 });
  call.hangUp();
  await rest();
}

async function takeCallWhileFlooded(): Promise<void> {
  stage.telegram.faults.wire.floodWait('messages.sendMessage', 1);
  await pbx.callAccount(account.user, { ...quinn, says: partyHz });
  const call = await stage.phone.rings();
  call.answer();
  await call.heard(partyHz, { forMs: 500 });
  call.hangUp();
  await rest();
}

async function missCall(): Promise<void> {
  const party = await pbx.callAccount(account.user, quinn);
  await stage.phone.rings();
  party.hangUp();
  await rest();
}

/** The media plane tells its numbers once a second, and of each leg when it is over. */
async function told(): Promise<string> {
  return eventually(async () => {
    const now = await metrics.exposition();
    const found = samplesOf(now);
    expect(sumOf(found, 'siptg_legs')).toBe(0);
    expect(sumOf(found, 'siptg_leg_mos_count', { leg: 'sip' })).toBe(4);
    expect(sumOf(found, 'siptg_leg_mos_count', { leg: 'telegram' })).toBeGreaterThanOrEqual(5);
    return now;
  });
}

describe('B-7 a day, as operators see it', () => {
  test.skipIf(!hasPromtool)('B-7 Prometheus takes it without a remark', () => {
    expect(checkMetrics(exposition)).toEqual({ status: 0, says: '' });
  });

  test('B-7 calls by direction, outcome and class of code, and how long they took', () => {
    const calls = (direction: string, outcome: string, code: string) =>
      valueOf('siptg_calls_total', { direction, outcome, code });
    expect(calls('outgoing', 'answered', '2xx')).toBe(3);
    expect(calls('outgoing', 'busy', '4xx')).toBe(1);
    expect(calls('outgoing', 'cancelled', 'none') ?? calls('outgoing', 'normal', 'none')).toBe(1);
    expect(calls('incoming', 'answered', '2xx')).toBe(1);
    expect(calls('incoming', 'cancelled', 'none')).toBe(1);
    expect(valueOf('siptg_calls_total')).toBe(7);
    expect(valueOf('siptg_call_talk_seconds_count')).toBe(4);
    // All five that rang or were answered at once; the busy one did neither.
    expect(valueOf('siptg_call_setup_seconds_count', { direction: 'outgoing' })).toBe(4);
    expect(valueOf('siptg_call_setup_seconds_count', { direction: 'incoming' })).toBe(2);
    expect(valueOf('siptg_call_ring_seconds_count', { direction: 'outgoing' })).toBe(3);
    expect(valueOf('siptg_call_ring_seconds_count', { direction: 'incoming' })).toBe(1);
    // The PBX answers 0.1 s after it has rung.
    expect(valueOf('siptg_call_ring_seconds_sum', { direction: 'outgoing' })).toBeGreaterThan(0.25);
    expect(valueOf('siptg_call_ring_seconds_sum', { direction: 'outgoing' })).toBeLessThan(10);
  });

  test('B-7 reconnections won and lost, failed recordings, flood waits', () => {
    expect(valueOf('siptg_reconnections_total', { result: 'won' })).toBe(1);
    expect(valueOf('siptg_reconnections_total', { result: 'lost' })).toBe(1);
    expect(valueOf('siptg_reconnections_total', { result: 'ended' })).toBe(0);
    expect(valueOf('siptg_recording_failures_total', { stage: 'record' })).toBe(1);
    expect(valueOf('siptg_telegram_flood_waits_total', { api: 'mtproto' })).toBe(1);
    expect(valueOf('siptg_telegram_flood_wait_seconds_total', { api: 'mtproto' })).toBe(1);
    expect(valueOf('siptg_telegram_ring_seconds_count', { result: 'answered' })).toBe(7);
    expect(valueOf('siptg_telegram_connect_seconds_count')).toBe(7);
  });

  test('B-7 loss and jitter of RTP, and that nothing of the day is left', () => {
    for (const leg of ['sip', 'telegram']) {
      for (const direction of ['in', 'out']) {
        expect(valueOf('siptg_rtp_packets_total', { leg, direction })).toBeGreaterThan(50);
        expect(valueOf('siptg_rtp_packets_lost_total', { leg, direction })).toBeGreaterThanOrEqual(0);
        expect(valueOf('siptg_leg_loss_ratio_count', { leg, direction })).toBeGreaterThanOrEqual(4);
      }
      expect(valueOf('siptg_leg_jitter_seconds_count', { leg })).toBeGreaterThanOrEqual(4);
      expect(valueOf('siptg_legs', { leg })).toBe(0);
    }
    expect(valueOf('siptg_legs_total', { leg: 'sip', codec: 'alaw' })).toBe(4);
    expect(valueOf('siptg_sip_calls')).toBe(0);
    expect(valueOf('siptg_users_in_calls')).toBe(0);
  });

  test('B-7 what the SIP side, the media plane and the host tell of themselves', () => {
    const messages = (direction: string, name: string) => valueOf('siptg_sip_messages_total', { direction, name });
    expect(messages('out', 'REGISTER')).toBeGreaterThanOrEqual(1);
    expect(messages('in', 'INVITE')).toBeGreaterThanOrEqual(2);
    expect(messages('in', '486')).toBeGreaterThanOrEqual(1);
    expect(messages('out', 'CANCEL')).toBe(1);
    expect(valueOf('siptg_sip_exceptions_total')).toBe(0);
    expect(valueOf('siptg_sip_parse_failures_total')).toBe(0);
    expect(valueOf('siptg_lines', { state: 'reachable' })).toBe(1);
    expect(valueOf('siptg_media_threads', { state: 'alive' })).toBe(1);
    expect(valueOf('siptg_media_ticks_total')).toBeGreaterThan(100);
    expect(valueOf('siptg_media_thread_busy_ratio', { thread: '0' })).toBeGreaterThan(0);
    expect(valueOf('siptg_host_state', { state: 'serving' })).toBe(1);
    expect(valueOf('siptg_host_shards')).toBeGreaterThan(0);
    expect(valueOf('siptg_jobs', { queue: 'deadlines', state: 'waiting' })).toBeGreaterThanOrEqual(0);
    expect(valueOf('siptg_ready')).toBe(1);
    expect(valueOf('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0);
    expect(valueOf('process_resident_memory_bytes')).toBeGreaterThan(0);
  });

  test('B-7 every family is there that the pages name', () => {
    const names = new Set(samples.map(({ name }) => name.replace(/_(?:bucket|sum|count)$/, '')));
    for (const [page, families] of Object.entries(named)) {
      expect([page, families.filter((family) => !names.has(family))]).toEqual([page, []]);
    }
    const missing = metrics.described.map(({ name }) => name).filter((name) => !names.has(name));
    expect(missing, 'told of in the documentation, and not there').toEqual([]);
  });

  test('B-7 no label holds a number, a name or an id', () => {
    const { olga, chat } = stage;
    const secrets = [speaks, isBusy, rings, '4915112345678', 'Quinn', account.user, 'Olga', 'Office', olga.id, chat];
    const labels = samples.flatMap(({ labels: found }) => Object.entries(found));
    const values = new Set(labels.filter(([label]) => label !== 'le').map(([, value]) => value));
    for (const secret of secrets) expect([...values].filter((value) => value.includes(secret))).toEqual([]);
    // Words of ours, methods and statuses: nothing that grows with the number of calls or people.
    expect(samples.length).toBeLessThan(1_000);
    for (const value of values) expect(value).toMatch(/^(?:[\w.-]+|\d)$/);
  });
});

/** What the specification names, and how it is called here. */
const named: Readonly<Record<string, readonly string[]>> = {
  'calls by direction, outcome, code; set-up time; ring time': [
    ...['siptg_calls_total', 'siptg_call_setup_seconds', 'siptg_call_ring_seconds'],
  ],
  'reconnections, recording failures, flood waits': [
    ...['siptg_reconnections_total', 'siptg_recording_failures_total', 'siptg_telegram_flood_waits_total'],
  ],
  'RTP loss and jitter, active legs': [
    ...['siptg_rtp_packets_lost_total', 'siptg_leg_loss_ratio', 'siptg_leg_jitter_seconds', 'siptg_legs'],
  ],
  'SIP: messages, parse failures, exceptions, retransmissions, registrations by state, calls by state': [
    ...['siptg_sip_messages_total', 'siptg_sip_parse_failures_total', 'siptg_sip_exceptions_total'],
    ...['siptg_sip_retransmissions_total', 'siptg_lines', 'siptg_sip_calls'],
  ],
  'media: packets, loss, late, duplicate, concealment, corrections, delay, RTT, SRTP failures, replay, skips, codec, MOS':
    [
      ...['siptg_rtp_packets_total', 'siptg_rtp_packets_discarded_total', 'siptg_rtp_made_up_seconds_total'],
      ...['siptg_rtp_delay_corrections_total', 'siptg_leg_delay_seconds', 'siptg_leg_round_trip_seconds'],
      ...['siptg_media_clock_skips_total', 'siptg_legs_total', 'siptg_leg_mos', 'siptg_rtp_send_errors_total'],
    ],
  'media threads: busy share, late ticks, level': [
    ...['siptg_media_thread_busy_ratio', 'siptg_media_late_ticks_total', 'siptg_media_thread_level'],
  ],
};
