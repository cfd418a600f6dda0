import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import {
  type PhoneCall,
  type PhoneFaults,
  UserPhone,
  type UserPhoneOptions,
  webClient,
} from '../../../sandbox/phone/phone.ts';
import { type Disturbance, Exchange } from './exchange.ts';

let exchange: Exchange;
const phone = (userId: string, options: UserPhoneOptions = {}): UserPhone => {
  const made = new UserPhone(exchange.device(userId), { log, ...options });
  onTestFinished(() => made.close());
  return made;
};
const log = pino({ level: process.env['LOG'] ?? 'silent' });

beforeEach(() => {
  exchange = new Exchange();
});

test('two people hear each other', async () => {
  const [alice, bob] = [phone('1'), phone('2')];
  alice.says({ frequencyHz: 440 });
  bob.says({ frequencyHz: 1_000, levelDbfs: -20 });
  const placed = await alice.calls('2');
  const ring = await bob.rings();
  await placed.ringing;
  ring.answer();
  await Promise.all([placed.connected, ring.connected]);
  const [atBob, atAlice] = await Promise.all([ring.heard(440), placed.heard(({ frequencyHz }) => frequencyHz > 900)]);
  expect(atBob.frequencyHz).toBeCloseTo(440, -1);
  expect(atBob.levelDbfs).toBeCloseTo(-12, -1);
  expect(atAlice.frequencyHz).toBeCloseTo(1_000, -1);
  expect(atAlice.levelDbfs).toBeCloseTo(-20, -1);
  expect(placed.emoji).toHaveLength(4);
  expect(placed.emoji).toEqual(ring.emoji);
});

describe('a call may be peculiar and still be heard both ways:', () => {
  const peculiar: [string, { caller?: PhoneFaults; callee?: PhoneFaults; disturb?: Disturbance; custom?: string }][] = [
    ['the callee is a web client', { callee: webClient }],
    ['the caller is a web client', { caller: webClient }],
    ['the callee takes the active DTLS role', { callee: { setup: 'active' } }],
    ['the callee waits for the channels', { callee: { waitsForChannels: true } }],
    ['the caller has another payload type id', { caller: { payloadId: 96 } }],
    ['both have other payload type ids', { caller: { payloadId: 97 }, callee: { payloadId: 98 } }],
    ['the caller has no data channel', { caller: { noDataChannel: true } }],
    ['the callee has no data channel', { callee: { noDataChannel: true } }],
    ['both begin with garbage', { caller: { garbageSignaling: true }, callee: { garbageSignaling: true } }],
    ['signaling goes without SCTP', { custom: '{"network_signaling_nosctp":true}' }],
    ['a fifth of the signaling is lost, repeated and out of order', { disturb: badPath(0.2) }],
  ];

  test.each(peculiar)('%s', async (_, { caller = {}, callee = {}, disturb, custom }) => {
    if (disturb) exchange.disturb = disturb;
    exchange.customParameters = custom;
    const alice = phone('1', { faults: caller });
    const bob = phone('2', { faults: callee, answers: 'at once' });
    await speakBothWays(alice, bob);
  });
});

describe('a call ends', () => {
  test('when the callee declines', async () => {
    const [alice, bob] = [phone('1'), phone('2')];
    const placed = await alice.calls('2');
    (await bob.rings()).decline();
    expect(await placed.ended).toBe('busy');
    await expect(placed.connected).rejects.toThrow('busy');
  });

  test('when the callee is busy, without ringing', async () => {
    const [alice, bob] = [phone('1'), phone('2')];
    bob.busy = true;
    const placed = await alice.calls('2');
    expect(await placed.ended).toBe('busy');
    expect(bob.currentCalls).toEqual([]);
  });

  test('when the callee is in another call', async () => {
    const [alice, carol] = [phone('1'), phone('3')];
    phone('2', { answers: 'at once' });
    const placed = await alice.calls('2');
    await placed.connected;
    expect(await (await carol.calls('2')).ended).toBe('busy');
    expect(placed.state).toBe('connected');
  });

  test('when the caller gives up', async () => {
    const [alice, bob] = [phone('1'), phone('2')];
    const placed = await alice.calls('2');
    const ring = await bob.rings();
    placed.hangUp();
    expect(await ring.ended).toBe('missed');
    expect(() => ring.answer()).toThrow('nothing to answer');
  });

  test.each(['caller', 'callee'] as const)('when the %s hangs up', async (who) => {
    const [alice, bob] = [phone('1'), phone('2', { answers: 'at once' })];
    const [placed, ring] = await speakBothWays(alice, bob);
    (who === 'caller' ? placed : ring).hangUp();
    expect(await Promise.all([placed.ended, ring.ended])).toEqual(['hangup', 'hangup']);
    expect([...alice.currentCalls, ...bob.currentCalls]).toEqual([]);
    await expect(ring.heard(440)).rejects.toThrow('ended before');
  });

  test('for the other side only later, when a phone dies', async () => {
    const [alice, bob] = [phone('1', { timeouts: { lostMs: 500 } }), phone('2', { answers: 'at once' })];
    const [placed, ring] = await speakBothWays(alice, bob);
    ring.drop();
    expect(await ring.ended).toBe('dropped');
    expect(placed.state).toBe('connected');
    await placed.heardSilence();
    expect(await placed.ended).toBe('disconnect');
  });

  test('when nobody answers', async () => {
    const alice = phone('1', { timeouts: { ringMs: 100 } });
    const bob = phone('2');
    const placed = await alice.calls('2');
    const ring = await bob.rings();
    expect(await Promise.all([placed.ended, ring.ended])).toEqual(['missed', 'missed']);
  });

  test('when media never connects', async () => {
    const [alice, bob] = [phone('1', { timeouts: { connectMs: 300 } }), phone('2')];
    exchange.disturb = () => {};
    const placed = await alice.calls('2');
    (await bob.rings()).answer();
    expect(await placed.ended).toBe('disconnect');
  });

  test.each<[string, PhoneFaults, PhoneFaults]>([
    ['the caller reveals another g_a', { wrongGA: true }, {}],
    ['the caller confirms another fingerprint', { wrongFingerprint: true }, {}],
    ['the callee has a public value everybody knows', {}, { weakGB: true }],
  ])('when %s', async (_, caller, callee) => {
    const [alice, bob] = [phone('1', { faults: caller }), phone('2', { faults: callee, answers: 'at once' })];
    expect(await (await alice.calls('2')).ended).toBe('disconnect');
    await expect.poll(() => bob.currentCalls).toEqual([]);
  });
});

test('a user who does not exist cannot be called', async () => {
  await expect(phone('1').calls('404')).rejects.toThrow('USER_ID_INVALID');
});

test('both phones of a user ring, and the one that answers has the call', async () => {
  const [alice, first, second] = [phone('1'), phone('2'), phone('2')];
  const placed = await alice.calls('2');
  const [atFirst, atSecond] = await Promise.all([first.rings(), second.rings()]);
  atSecond.answer();
  expect(await atFirst.ended).toBe('unknown');
  await Promise.all([placed.connected, atSecond.connected]);
  expect(first.currentCalls).toEqual([]);
});

test('the muted are shown as muted and not heard, and heard again afterwards', async () => {
  const [alice, bob] = [phone('1'), phone('2', { answers: 'at once' })];
  const [placed, ring] = await speakBothWays(alice, bob);
  alice.mute();
  await expect.poll(() => ring.peerMuted).toBe(true);
  await ring.heardSilence();
  placed.muted = false;
  await expect.poll(() => ring.peerMuted).toBe(false);
  await ring.heard(440);
});

test('switching the camera on disturbs nobody', async () => {
  const [alice, bob] = [phone('1'), phone('2', { answers: 'at once' })];
  const [placed, ring] = await speakBothWays(alice, bob);
  placed.offerVideo();
  ring.offerVideo();
  await Promise.all([ring.heard(440, { forMs: 500 }), placed.heard(1_000, { forMs: 500 })]);
});

test('a phone loses its network for a while and is heard again', async () => {
  const [alice, bob] = [phone('1'), phone('2', { answers: 'at once' })];
  const [placed, ring] = await speakBothWays(alice, bob);
  placed.network.up = false;
  await Promise.all([ring.heardSilence(), placed.heardSilence()]);
  placed.network.up = true;
  await Promise.all([ring.heard(440, { withinMs: 15_000 }), placed.heard(1_000, { withinMs: 15_000 })]);
});

test('what is heard can be kept as a WAV file, and its cadence told', async () => {
  const [alice, bob] = [phone('1'), phone('2', { answers: 'at once' })];
  const [, ring] = await speakBothWays(alice, bob);
  const sinceMs = performance.now();
  const beeping = new Int16Array(48_000 * 0.6);
  for (let i = 0; i < 48_000 * 0.3; i++) beeping[i] = 8_000 * Math.sin((2 * Math.PI * 425 * i) / 48_000);
  alice.says({ samples: beeping, repeats: true });
  await expect.poll(() => ring.recording(sinceMs).samples.length, { timeout: 10_000 }).toBeGreaterThan(48_000 * 3);
  // The jitter buffer stretches what comes late: the usual length counts.
  const lengthsMs = ring.cadence(425, sinceMs).map(({ lengthMs }) => lengthMs);
  expect(lengthsMs.length).toBeGreaterThan(6);
  expect(Math.abs(lengthsMs.toSorted((a, b) => a - b)[lengthsMs.length >> 1]! - 300)).toBeLessThanOrEqual(60);

  const folder = await mkdtemp(join(tmpdir(), 'phone-'));
  await ring.saveWav(join(folder, 'heard.wav'));
  const wav = await readFile(join(folder, 'heard.wav'));
  await rm(folder, { recursive: true });
  expect(wav.toString('latin1', 0, 4)).toBe('RIFF');
  expect(wav.readUInt32LE(40)).toBe(wav.length - 44);
});

test('a tone that does not come is missed, and the reason says what came instead', async () => {
  const [alice, bob] = [phone('1'), phone('2', { answers: 'at once' })];
  const [, ring] = await speakBothWays(alice, bob);
  await expect(ring.heard(2_000, { withinMs: 500 })).rejects.toThrow(
    /2000 Hz was not heard within 500 ms, but 44\d Hz/u,
  );
});

test('a process that made a call ends by itself', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'one-call.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = text(child.stdout);
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  expect({ said: await said, code, signal }).toEqual({ said: 'heard\n', code: 0, signal: null });
});

async function speakBothWays(alice: UserPhone, bob: UserPhone): Promise<[PhoneCall, PhoneCall]> {
  alice.says({ frequencyHz: 440 });
  bob.says({ frequencyHz: 1_000, levelDbfs: -20 });
  const placed = await alice.calls(bob.userId);
  const ring = await bob.rings();
  await Promise.all([placed.connected, ring.connected]);
  await Promise.all([ring.heard(440, { withinMs: 15_000 }), placed.heard(1_000, { withinMs: 15_000 })]);
  return [placed, ring];
}

/** Loses, repeats and delays, each with the given probability. */
function badPath(probability: number): Disturbance {
  return (deliver) => {
    const happens = (): boolean => Math.random() < probability;
    if (happens()) return;
    const arrive = (): void => void (happens() ? setTimeout(deliver, 300) : deliver());
    arrive();
    if (happens()) arrive();
  };
}
