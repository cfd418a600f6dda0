import { createSocket } from 'node:dgram';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { stopwatch } from '../../support/stopwatch.ts';
import { connected, introduce, Leg, rtpText } from './pair.ts';

const legs: Leg[] = [];
const leg = (...args: ConstructorParameters<typeof Leg>): Leg => {
  const made = new Leg(...args);
  legs.push(made);
  return made;
};
afterEach(() => {
  for (const each of legs.splice(0)) each.transport.close();
});

const talking = async (callersDtlsRole: 'client' | 'server' = 'client') => {
  const [caller, callee] = [leg('caller'), leg('callee')];
  await introduce(caller, callee, callersDtlsRole);
  await connected(caller, callee);
  return { caller, callee };
};

describe.each(['client', 'server'] as const)('two legs, the caller being DTLS %s', (callersDtlsRole) => {
  test('carry RTP, RTCP and texts both ways', async () => {
    const { caller, callee } = await talking(callersDtlsRole);
    caller.sendRtp(1, 'one');
    caller.sendRtp(2, 'two');
    callee.sendRtp(65_535, 'last of a round');
    callee.sendRtp(0, 'first of the next');
    await expect.poll(() => callee.rtp.map(rtpText)).toEqual(['one', 'two']);
    await expect.poll(() => caller.rtp.map(rtpText)).toEqual(['last of a round', 'first of the next']);

    const report = Buffer.alloc(100);
    Buffer.from('80c90001000000ff', 'hex').copy(report);
    caller.transport.sendRtcp(report, 8);
    await expect.poll(() => callee.rtcp.map((packet) => packet.toString('hex'))).toEqual(['80c90001000000ff']);

    caller.transport.sendText('{"@type":"MediaState"}');
    callee.transport.sendText('');
    callee.transport.sendText('ж'.repeat(2000));
    await expect.poll(() => callee.texts).toEqual(['{"@type":"MediaState"}']);
    await expect.poll(() => caller.texts).toEqual(['', 'ж'.repeat(2000)]);
    expect([caller.has('channelOpen'), callee.has('channelOpen')]).toEqual([true, true]);
    expect([...caller.failures, ...callee.failures]).toEqual([]);
  });
});

test('texts said before the channel opens are not lost', async () => {
  const [caller, callee] = [leg('caller'), leg('callee')];
  await introduce(caller, callee);
  caller.transport.sendText('early');
  await expect.poll(() => callee.texts).toEqual(['early']);
});

test('candidates that come before the parameters are kept', async () => {
  const [caller, callee] = [leg('caller'), leg('callee')];
  const callers = await caller.transport.open();
  const callees = await callee.transport.open();
  await expect.poll(() => caller.candidates.length * callee.candidates.length).toBeGreaterThan(0);
  for (const sdpString of caller.candidates) callee.transport.addCandidate(sdpString);
  for (const sdpString of callee.candidates) caller.transport.addCandidate(sdpString);
  await callee.transport.setRemote(callers, 'server');
  await caller.transport.setRemote(callees, 'client');
  await connected(caller, callee);
});

test('only loopback candidates are gathered when that is all there is', async () => {
  const { caller } = await talking();
  expect(caller.candidates).toEqual([expect.stringMatching(/^candidate:\S+ 1 udp \d+ 127\.0\.0\.1 \d+ typ host$/)]);
});

test('ports come from the range given, also when some are taken', async () => {
  const blocker = createSocket('udp4');
  await new Promise<void>((resolve) => {
    blocker.bind(0, '127.0.0.1', resolve);
  });
  const taken = blocker.address().port;
  const portRange = [taken, Math.min(taken + 9, 65_535)] as const;
  const several = Array.from({ length: 4 }, () => leg('caller', { portRange }));
  await Promise.all(several.map((each) => each.transport.open()));
  await expect.poll(() => several.map((each) => each.candidates.length)).toEqual([1, 1, 1, 1]);
  const ports = several.map((each) => each.port);
  expect(new Set(ports).size).toBe(4);
  for (const port of ports) {
    expect(port).toBeGreaterThan(taken);
    expect(port).toBeLessThanOrEqual(portRange[1]);
  }
  blocker.close();
});

test('an address this machine does not have is left out', async () => {
  const caller = leg('caller', { addresses: ['192.0.2.254', '127.0.0.1'] });
  await caller.transport.open();
  await expect.poll(() => caller.candidates).toHaveLength(1);
  expect(caller.candidates[0]).toContain(' 127.0.0.1 ');
});

test('relay only, without a relay: nothing is told', async () => {
  const caller = leg('caller', { relayOnly: true, servers: [{ kind: 'stun', host: '127.0.0.1', port: 9 }] });
  const callee = leg('callee');
  await introduce(caller, callee);
  await expect.poll(() => callee.candidates).toHaveLength(1);
  expect(caller.candidates).toEqual([]);
});

test('IPv6 works as well', async () => {
  const [caller, callee] = [leg('caller', { addresses: ['::1'] }), leg('callee', { addresses: ['::1'] })];
  await introduce(caller, callee);
  await connected(caller, callee);
  caller.sendRtp(1, 'six');
  await expect.poll(() => callee.rtp.map(rtpText)).toEqual(['six']);
});

describe('the peer is there', () => {
  test('as long as it sends RTP', async () => {
    const { caller, callee } = await talking();
    const before = callee.aliveMs.length;
    caller.sendRtp(1, 'x');
    await expect.poll(() => callee.aliveMs.length).toBeGreaterThan(before);
  });

  test('also when it is mute: within 3 s something authenticated comes', async () => {
    const { caller, callee } = await talking();
    const start = performance.now();
    const watch = stopwatch();
    const gaps = (each: Leg): number => {
      const times = [start, ...each.aliveMs.filter((time) => time > start)];
      return Math.max(...times.map((time, nth) => (times[nth + 1] ?? performance.now()) - time));
    };
    await expect
      .poll(() => Math.min(...[caller, callee].map((each) => each.aliveMs.filter((time) => time > start).length)), {
        timeout: 12_000,
      })
      .toBeGreaterThanOrEqual(3);
    const keptWaitingMs = performance.now() - start - watch();
    for (const each of [caller, callee]) expect(gaps(each)).toBeLessThan(3100 + keptWaitingMs);
  });
});

describe('what cannot be mended is told once', () => {
  test.each(['client', 'server'] as const)('a certificate other than announced, to the DTLS %s', async (role) => {
    const [caller, callee] = [leg('caller'), leg('callee')];
    const [callers, callees] = [await caller.transport.open(), await callee.transport.open()];
    caller.tellCandidatesTo((sdpString) => callee.transport.addCandidate(sdpString));
    callee.tellCandidatesTo((sdpString) => caller.transport.addCandidate(sdpString));
    const fingerprint = callees.fingerprint.replace(/^../, flip);
    await caller.transport.setRemote({ ...callees, fingerprint }, role);
    await callee.transport.setRemote(callers, role === 'client' ? 'server' : 'client');
    await expect.poll(() => caller.failures, { timeout: 5000 }).toEqual(['remote certificate fingerprint mismatch']);
    callee.sendRtp(1, 'x');
    callee.transport.sendText('x');
    expect(caller.has('connected')).toBe(false);
    expect([caller.rtp, caller.texts]).toEqual([[], []]);
  });

  test.each([
    ['a fragment too short', { ufrag: 'abc' }],
    ['a fragment with a colon', { ufrag: 'abc:def' }],
    ['a short password', { pwd: 'short' }],
    ['a password beyond all bounds', { pwd: 'x'.repeat(300) }],
    ['half a fingerprint', { fingerprint: 'AB:CD' }],
    ['no fingerprint', { fingerprint: '' }],
  ])('%s', async (_, wrong) => {
    const [caller, callee] = [leg('caller'), leg('callee')];
    await caller.transport.open();
    await caller.transport.setRemote({ ...(await callee.transport.open()), ...wrong }, 'client');
    expect(caller.failures).toEqual(['malformed ICE or DTLS parameters']);
  });

  test('a fingerprint that changes in mid-call', async () => {
    const { caller, callee } = await talking();
    const remote = await callee.transport.open();
    await caller.transport.setRemote({ ...remote, fingerprint: remote.fingerprint.replace(/^../, flip) }, 'client');
    expect(caller.failures).toEqual(['fingerprint changed']);
  });

  test('a peer that never comes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const [caller, callee] = [leg('caller'), leg('callee')];
      await caller.transport.open();
      await caller.transport.setRemote(await callee.transport.open(), 'client');
      vi.advanceTimersByTime(29_999);
      expect(caller.failures).toEqual([]);
      vi.advanceTimersByTime(1);
      expect(caller.failures).toEqual(['no connection within 30 s']);
    } finally {
      vi.useRealTimers();
    }
  });

  test('after it, and after close, nothing is told', async () => {
    const { caller, callee } = await talking();
    callee.transport.close();
    const told = callee.facts.length;
    caller.sendRtp(1, 'x');
    caller.transport.sendText('x');
    callee.transport.addCandidate('candidate:1 1 udp 1 127.0.0.1 4000 typ host');
    callee.transport.sendText('y');
    callee.sendRtp(1, 'y');
    callee.transport.close();
    await callee.transport.setRemote(await caller.transport.open(), 'server');
    expect(callee.facts.length).toBe(told);
    expect(callee.rtp).toEqual([]);
  });
});

/** Another byte, whatever it was. */
const flip = (byte: string): string => (byte === '00' ? 'FF' : '00');
