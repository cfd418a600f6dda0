import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { backends } from '../adapters/jobs/places.ts';
import { hasBaresip } from '../peers/baresip.ts';
import { hasKamailio } from '../peers/kamailio.ts';
import { eventually } from '../support/eventually.ts';
import { openSipHouse, type SipHouse } from '../support/sip-house.ts';
import { stopwatch } from '../support/stopwatch.ts';
import { type HouseOfHosts, openHouseOfHosts, type Subscriber } from './support/house-of-hosts.ts';
import type { Running } from './support/running.ts';

const patSaysHz = 440;
const userSaysHz = 700;
/** One of the two that a party hears while the user is away (product §12). */
const reconnectionHz = 440;

describe.skipIf(!hasBaresip || !hasKamailio).each(backends)('services on three hosts whose jobs are on %s', (kind) => {
  let pbx: SipHouse;
  let house: HouseOfHosts;
  const hosts: Record<string, Running> = {};
  let anna: Subscriber;
  let bert: Subscriber;
  beforeAll(async () => {
    pbx = await openSipHouse(['101', '102', '200'], { tapped: ['200'] });
    house = await openHouseOfHosts(kind, pbx);
    for (const host of ['a', 'b', 'c']) hosts[host] = await house.start(host);
    await house.shared({ a: 4, b: 4, c: 4 }, 30_000);
    anna = await house.subscriber('101', 'a');
    bert = await house.subscriber('102', 'b');
    await isRegistered(anna, 'a');
    await isRegistered(bert, 'b');
  }, 180_000);
  afterAll(async () => {
    await house?.close();
    await pbx?.close();
  });

  const isRegistered = ({ line }: Subscriber, ...where: readonly string[]) => house.isRegistered(line, ...where);
  /** He writes the number, is rung, and both hear each other. */
  const talks = async ({ person, phone }: Subscriber) => {
    const pat = await pbx.telephone({ user: '200', toneHz: patSaysHz });
    phone.says({ frequencyHz: userSaysHz });
    person.sends('200', house.chat);
    const call = await phone.rings();
    call.answer();
    await pat.until('CALL_INCOMING');
    await pat.answer();
    await pat.until('CALL_ESTABLISHED');
    await call.heard(patSaysHz, { forMs: 500 });
    await pbx.hearing('200').heard(userSaysHz, { forMs: 500 });
    return { pat, call };
  };
  /** A call from the PBX rings him. The PBX may know the dead host still; who answers first has it. */
  const isRung = async ({ phone, number }: Subscriber) => {
    const pat = await pbx.telephone({ user: '200', toneHz: patSaysHz });
    const ringing = phone.rings();
    await pat.dial(number);
    const call = await ringing;
    call.answer();
    await pat.until('CALL_ESTABLISHED');
    await call.heard(patSaysHz, { forMs: 500 });
    call.hangUp();
    await pat.until('CALL_CLOSED');
    await pat.stop();
  };

  test('a host is killed: its lines are registered elsewhere within 15 s, and nobody else’s call notices', {
    timeout: 120_000,
  }, async () => {
    const { pat, call } = await talks(bert);
    const sinceKilled = stopwatch();
    hosts.a?.signal('SIGKILL');
    await isRegistered(anna, 'b', 'c');
    expect(sinceKilled()).toBeLessThan(15_000);
    await house.shared({ b: 6, c: 6 }, 15_000);
    await call.heard(patSaysHz, { forMs: 500 });
    await pbx.hearing('200').heard(userSaysHz, { forMs: 500 });
    expect(call.state).toBe('connected');
    call.hangUp();
    await pat.until('CALL_CLOSED');
    await pat.stop();
    await isRung(anna);
    const again = await talks(anna);
    again.call.hangUp();
    await again.pat.until('CALL_CLOSED');
    await again.pat.stop();
    hosts.a = await house.start('a');
    await house.shared({ a: 4, b: 4, c: 4 }, 30_000);
  });

  test('a host is killed with a call up: the party hears tones, the user is rung again, and they hear each other', {
    timeout: 180_000,
  }, async () => {
    const host = (await house.hostOf(bert.user)) ?? '';
    const { pat, call } = await talks(bert);
    const sinceKilled = stopwatch();
    hosts[host]?.signal('SIGKILL');
    // What is left of the old call on his phone would only keep it busy.
    call.hangUp();
    const again = await eventually(() => bert.phone.rings(), { timeout: 30_000 });
    await pbx.hearing('200').heard(reconnectionHz, { forMs: 50, withinMs: 10_000 });
    again.answer();
    bert.phone.says({ frequencyHz: userSaysHz });
    await again.heard(patSaysHz, { forMs: 500 });
    await pbx.hearing('200').heard(userSaysHz, { forMs: 500 });
    expect(sinceKilled()).toBeLessThan(60_000);
    again.hangUp();
    await pat.until('CALL_CLOSED');
    await pat.stop();
    hosts[host] = await house.start(host);
  });

  test('a host is killed with a call up, and the user does not come back: nobody is left on the line after a minute', {
    timeout: 240_000,
  }, async () => {
    await house.shared({ a: 4, b: 4, c: 4 }, 30_000);
    const host = (await house.hostOf(bert.user)) ?? '';
    const { pat, call } = await talks(bert);
    hosts[host]?.signal('SIGKILL');
    call.hangUp();
    await bert.phone.rings();
    const closed = async () => expect(pat.events.some(({ type }) => type === 'CALL_CLOSED')).toBe(true);
    await eventually(closed, { timeout: 75_000, interval: 500 });
    await pat.stop();
    hosts[host] = await house.start(host);
    await house.shared({ a: 4, b: 4, c: 4 }, 30_000);
  });

  test('a host that sleeps with a call up is replaced, and when it wakes it disturbs nobody: neither the call nor its lines', {
    timeout: 240_000,
  }, async () => {
    await house.shared({ a: 4, b: 4, c: 4 }, 30_000);
    const asleep = (await house.hostOf(bert.user)) ?? '';
    const { pat, call } = await talks(bert);
    hosts[asleep]?.signal('SIGSTOP');
    call.hangUp();
    const again = await eventually(() => bert.phone.rings(), { timeout: 30_000 });
    again.answer();
    bert.phone.says({ frequencyHz: userSaysHz });
    await again.heard(patSaysHz, { forMs: 500 });
    await house.ownsNothing(asleep, 20_000);
    hosts[asleep]?.signal('SIGCONT');
    const rung: unknown[] = [];
    const unwatch = bert.phone.onRing((ring) => rung.push(ring));
    await again.heard(patSaysHz, { forMs: 5_000, withinMs: 8_000 });
    await pbx.hearing('200').heard(userSaysHz, { forMs: 500 });
    unwatch();
    expect(rung).toEqual([]);
    expect(pat.events.some(({ type }) => type === 'CALL_CLOSED')).toBe(false);
    // The shard of the call stays where it is for as long as it lasts; of the others the woken host gets its share again.
    expect(await house.hostOf(bert.user)).not.toBe(asleep);
    again.hangUp();
    await pat.until('CALL_CLOSED');
    await pat.stop();
    await house.shared({ a: 4, b: 4, c: 4 }, 30_000);
    await isRegistered(bert, 'a', 'b', 'c');
    await isRung(bert);
  });

  test('PostgreSQL stopped for 20 s: a call goes on without a gap, nothing changes hands, and people are served after it', {
    timeout: 180_000,
  }, async () => {
    await house.shared({ a: 4, b: 4, c: 4 }, 30_000);
    const where = await house.hostOf(bert.user);
    const { pat, call } = await talks(bert);
    house.server.freeze();
    try {
      // It lasts longer where the machine itself makes a gap.
      await Promise.all([
        call.heard(patSaysHz, { forMs: 20_000, withinMs: 60_000 }),
        pbx.hearing('200').heard(userSaysHz, { forMs: 20_000, withinMs: 60_000 }),
      ]);
    } finally {
      house.server.thaw();
    }
    // All that wanted a connection meanwhile is answered first.
    await house.shared({ a: 4, b: 4, c: 4 }, 30_000);
    expect(await house.hostOf(bert.user)).toBe(where);
    expect(call.state).toBe('connected');
    call.hangUp();
    await pat.until('CALL_CLOSED');
    await pat.stop();
    // With jobs on PostgreSQL too its hosts were fenced meanwhile, and refuse calls until they have renewed what they own.
    await house.isReady('a', 'b', 'c');
    await isRung(bert);
  });

  test.each(kind === 'Redis' ? [kind] : [])(
    '%s started again without its data: no call ends, nothing changes hands',
    {
      timeout: 180_000,
    },
    async () => {
      const where = await house.hostOf(bert.user);
      const { pat, call } = await talks(bert);
      await house.redis?.lose();
      await Promise.all([
        call.heard(patSaysHz, { forMs: 10_000, withinMs: 30_000 }),
        pbx.hearing('200').heard(userSaysHz, { forMs: 10_000, withinMs: 30_000 }),
      ]);
      house.redis?.mend();
      await call.heard(patSaysHz, { forMs: 10_000, withinMs: 30_000 });
      await house.shared({ a: 4, b: 4, c: 4 }, 1_000);
      expect(await house.hostOf(bert.user)).toBe(where);
      call.hangUp();
      await pat.until('CALL_CLOSED');
      await pat.stop();
      await isRung(bert);
    },
  );

  test('each host in turn is told to stop with a call up: it ends none, and leaves when its calls have ended', {
    timeout: 180_000,
  }, async () => {
    await house.shared({ a: 4, b: 4, c: 4 }, 30_000);
    for (const host of ['a', 'b', 'c']) {
      const caller = (await house.hostOf(anna.user)) === host ? anna : bert;
      await isRegistered(caller, 'a', 'b', 'c');
      const { pat, call } = await talks(caller);
      hosts[host]?.signal('SIGTERM');
      await call.heard(patSaysHz, { forMs: 2_000 });
      await pbx.hearing('200').heard(userSaysHz, { forMs: 500 });
      call.hangUp();
      await pat.until('CALL_CLOSED');
      await pat.stop();
      expect(await hosts[host]?.exited).toBe(0);
      hosts[host] = await house.start(host);
      await house.shared({ a: 4, b: 4, c: 4 }, 30_000);
    }
  });
});
