import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NotRegistered, type Pbx, type PbxCall, startPbx } from '../../../sandbox/pbx/pbx.ts';
import { levelDbfs } from '../../support/tones.ts';
import { Baresip, hasBaresip, shareOf } from './baresip.ts';

const account = { user: '100', password: 'secret' };
let pbx: Pbx;
let phone: Baresip | undefined;
let events: string[];
const calls: PbxCall[] = [];

beforeEach(async () => {
  pbx = await startPbx({
    host: '127.0.0.1',
    accounts: [account, { user: '101', password: 'other' }],
    answerAfterMs: 100,
  });
  events = [];
  calls.length = 0;
  pbx.calls.on('incoming', (call) => {
    calls.push(call);
    events.push(`incoming ${call.number}`);
  });
  pbx.calls.on('answered', (call) => events.push(`answered ${call.number}`));
  pbx.calls.on('digit', (_, digit) => events.push(`digit ${digit}`));
  pbx.calls.on('ended', (call, how) => events.push(`ended ${call.number}: ${how}`));
});
afterEach(async () => {
  await phone?.stop();
  phone = undefined;
  pbx.close();
});

const call = async (number: string, options: Partial<Parameters<typeof Baresip.start>[0]> = {}): Promise<Baresip> => {
  phone = await Baresip.start({ pbxPort: pbx.port, ...account, ...options });
  await phone.registered();
  phone.dial(`sip:${number}@127.0.0.1:${pbx.port};transport=${options.transport ?? 'udp'}`);
  return phone;
};

/** One second of the middle of what the phone heard. */
const middleOf = (samples: Int16Array): Int16Array => {
  const start = Math.floor(samples.length / 2) - 2000;
  return samples.subarray(start, start + 4000);
};

const heardByPbx = (): Int16Array => {
  const call = calls[0];
  return call === undefined ? new Int16Array(0) : pbx.heard(call);
};

describe.skipIf(!hasBaresip)('baresip', () => {
  test.each([
    ['udp', 'PCMA'],
    ['tcp', 'PCMU'],
  ] as const)('600 gives back what is said, over %s in %s', async (transport, codec) => {
    const baresip = await call('600', { transport, codec });
    await expect.poll(() => heardByPbx().length, { timeout: 8000 }).toBeGreaterThan(16_000);
    expect(shareOf(heardByPbx().subarray(-8000), 440)).toBeGreaterThan(0.95);
    expect(pbx.isRegistered('100')).toBe(true);
    calls[0]!.hangUp();
    await expect.poll(() => baresip.output).toMatch(/session closed|terminated/i);
    expect(shareOf(middleOf(baresip.heard()), 440)).toBeGreaterThan(0.9);
    expect(events).toEqual(['incoming 600', 'answered 600', 'ended 600: hung up']);
    expect(pbx.heard(calls[0]!).length).toBeGreaterThan(16_000);
  });

  test('601 says 1004 Hz at −10 dBFS, paced so that nothing is missing', async () => {
    const baresip = await call('601');
    await expect.poll(() => heardByPbx().length, { timeout: 8000 }).toBeGreaterThan(16_000);
    calls[0]!.hangUp();
    await expect.poll(() => baresip.output).toMatch(/session closed|terminated/i);
    const heard = middleOf(baresip.heard());
    expect(shareOf(heard, 1004)).toBeGreaterThan(0.99);
    expect(levelDbfs(heard)).toBeCloseTo(-10, 0);
  });

  test('602 reads keys and plays them back after #', async () => {
    const baresip = await call('602');
    await expect.poll(() => events, { timeout: 8000 }).toContain('answered 602');
    for (const key of '15#') {
      const before = events.length;
      baresip.press(key);
      await expect.poll(() => events.length, { timeout: 3000 }).toBeGreaterThan(before);
    }
    expect(events.slice(2)).toEqual(['digit 1', 'digit 5', 'digit #']);
    expect(calls[0]!.digits).toBe('15#');
    const soFar = heardByPbx().length;
    await expect.poll(() => heardByPbx().length, { timeout: 8000 }).toBeGreaterThan(soFar + 12_000);
    calls[0]!.hangUp();
    await expect.poll(() => baresip.output).toMatch(/session closed|terminated/i);
    const heard = baresip.heard();
    const has = (low: number, high: number): boolean => {
      for (let at = 0; at + 400 <= heard.length; at += 80) {
        const piece = heard.subarray(at, at + 400);
        if (levelDbfs(piece) > -30 && shareOf(piece, low) > 0.3 && shareOf(piece, high) > 0.3) return true;
      }
      return false;
    };
    expect({ one: has(697, 1209), five: has(770, 1336), nine: has(852, 1477) }).toEqual({
      one: true,
      five: true,
      nine: false,
    });
  });

  test('605 is heard before it answers', async () => {
    const baresip = await call('605');
    await expect.poll(() => baresip.output, { timeout: 8000 }).toContain('183 Session Progress');
    await expect.poll(() => heardByPbx().length, { timeout: 8000 }).toBeGreaterThan(4000);
    expect(events).toEqual(['incoming 605']);
    await expect.poll(() => events, { timeout: 8000 }).toContain('answered 605');
    const soFar = heardByPbx().length;
    await expect.poll(() => heardByPbx().length, { timeout: 8000 }).toBeGreaterThan(soFar + 8000);
    calls[0]!.hangUp();
    await expect.poll(() => baresip.output).toMatch(/session closed|terminated/i);
    const heard = baresip.heard();
    expect(shareOf(heard.subarray(4000, 8000), 425)).toBeGreaterThan(0.9);
    expect(shareOf(heard.subarray(-5000, -1000), 1004)).toBeGreaterThan(0.9);
  });

  test('606 hangs up and calls back with its name', async () => {
    const baresip = await call('606');
    await expect.poll(() => events, { timeout: 8000 }).toEqual(['incoming 606', 'answered 606', 'ended 606: hung up']);
    await expect.poll(() => baresip.output, { timeout: 8000 }).toMatch(/Incoming call from: Demo PBX/);
  });

  test('an account is called, hears the tone and is heard', async () => {
    phone = await Baresip.start({ pbxPort: pbx.port, ...account, says: 700, answers: true });
    await phone.registered();
    const outgoing = await pbx.callAccount('100', { from: '42', displayName: 'Uwe "X" Müller', says: 900 });
    expect(await outgoing.answered).toBe(true);
    await expect.poll(() => pbx.heard(outgoing).length, { timeout: 8000 }).toBeGreaterThan(16_000);
    expect(shareOf(pbx.heard(outgoing).subarray(-8000), 700)).toBeGreaterThan(0.95);
    outgoing.hangUp();
    await expect.poll(() => phone!.output).toMatch(/session closed|terminated/i);
    expect(shareOf(middleOf(phone.heard()), 900)).toBeGreaterThan(0.9);
    expect(outgoing.state).toBe('ended');
  });

  test('a wrong password is no registration', async () => {
    phone = await Baresip.start({ pbxPort: pbx.port, user: '100', password: 'wrong' });
    await expect.poll(() => phone!.output, { timeout: 8000 }).toMatch(/403/);
    expect(pbx.isRegistered('100')).toBe(false);
    await expect(pbx.callAccount('100', { from: '1', displayName: '' })).rejects.toThrow(NotRegistered);
  });
});
