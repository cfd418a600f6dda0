import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Pbx, type PbxCall, startPbx } from '../../sandbox/pbx/pbx.ts';
import type { PhoneCall } from '../../sandbox/phone/phone.ts';
import { backends } from '../adapters/jobs/places.ts';
import { eventually } from '../support/eventually.ts';
import { passwordOf } from '../support/sip-house.ts';
import type { Failpoint } from './support/failpoints.ts';
import { type HouseOfHosts, openHouseOfHosts, type Subscriber } from './support/house-of-hosts.ts';
import type { Running } from './support/running.ts';

const seed = Number(process.env.SEED ?? 20_261_122);
const points = 14;
const windowMs = 60_000;

let pbx: Pbx;
let house: HouseOfHosts;
let host: Running | undefined;
const calls: { readonly call: PbxCall; how?: string }[] = [];
beforeAll(async () => {
  const accounts = Array.from({ length: points }, (_, at) => String(101 + at));
  pbx = await startPbx({
    host: '127.0.0.1',
    accounts: accounts.map((user) => ({ user, password: passwordOf(user) })),
    answerAfterMs: 300,
  });
  pbx.calls.on('incoming', (call) => calls.push({ call }));
  pbx.calls.on('ended', (call, how) => {
    const known = calls.find((each) => each.call === call);
    if (known) known.how = how;
  });
  const address = `127.0.0.1:${pbx.port}`;
  house = await openHouseOfHosts(backends.at(-1) ?? '', { kamailio: { domain: '127.0.0.1' }, address: () => address });
}, 60_000);
afterAll(async () => {
  await house?.close();
  pbx?.close();
});

/** Mulberry32: the same seed gives the same points. */
const random = (() => {
  let state = seed;
  return (below: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
})();

/** The PBX may know the process before for a moment, which is not there any more: 404 or nothing is not of this call. */
const callTo = (number: string) =>
  eventually(async () => {
    const call = await pbx.callAccount(number, { from: '606', displayName: 'Pat', says: 800 });
    const known: (typeof calls)[number] = { call };
    calls.push(known);
    await eventually(() => expect(call.state === 'ringing' || call.state === 'up' || known.how).toBeTruthy(), {
      timeout: 3_000,
    }).catch(() => call.hangUp());
    if (known.how === undefined) return;
    calls.splice(calls.indexOf(known), 1);
    throw new Error(`the call was ${known.how}`);
  });

/** He is rung or calls, talks for a moment if it comes to that, and hangs up: whichever comes first, that or the end of the host. */
const callOf = async ({ person, phone, number }: Subscriber, direction: 'outgoing' | 'incoming'): Promise<void> => {
  let voice: PhoneCall | undefined;
  phone.answers = 'at once';
  const unwatch = phone.onRing((ring) => {
    voice = ring;
  });
  if (direction === 'outgoing') person.sends('600', house.chat);
  else await callTo(number);
  const talking = eventually(() => expect(voice?.state).toBe('connected'), { timeout: 6_000 });
  const dead = host?.exited;
  await Promise.race([dead, talking.then(() => voice?.heard(() => true)).catch(() => {})]);
  voice?.hangUp();
  const isOver = eventually(() => expect(phone.currentCalls).toEqual([]), { timeout: 3_000 });
  await Promise.race([dead, isOver.catch(() => {})]);
  unwatch();
  phone.answers = 'by hand';
};

test(`a host is killed at ${points} points between two writes of facts: never two INVITEs for one call, never a ghost after the deadline`, {
  timeout: 240_000,
}, async () => {
  host = await house.start('a');
  await house.shared({ a: 12 }, 20_000);
  const people: Subscriber[] = [];
  for (let at = 0; at < points; at++) people.push(await house.subscriber(String(101 + at), 'a'));
  host.signal('SIGKILL');
  await host.exited;
  const story: string[] = [];
  for (const [at, subscriber] of people.entries()) {
    const direction = random(3) === 0 ? 'incoming' : 'outgoing';
    const dies: Failpoint = { is: 'between writes', user: subscriber.user, done: random(9), withinMs: random(200) };
    host = await house.start('a', { dies });
    await house.mayDie(host);
    await callOf(subscriber, direction);
    host.signal('SIGKILL');
    await host.exited;
    story.push(`${at}: ${direction}, after ${dies.done} writes and ${dies.withinMs} ms`);
  }
  host = await house.start('a');
  const told = () =>
    `seed ${seed}\n${story.join('\n')}\n${calls.map(({ call, how }) => `${call.user} ${call.direction} ${call.state} ${how}`).join('\n')}`;
  const isQuiet = async () => {
    const ghosts = calls.filter(({ call }) => call.state === 'up');
    expect(ghosts.length, told()).toBe(0);
    const [{ left } = { left: '' }] = await house.database
      .fork()
      .execute<{ left: string }[]>('select count(*) as left from call_fact');
    expect(left, told()).toBe('0');
  };
  await eventually(isQuiet, { timeout: windowMs + 5_000, interval: 500 });
  for (const { number } of people) {
    const his = calls.filter(({ call }) => call.user === number);
    expect(his.length, told()).toBeLessThanOrEqual(1);
    // Nobody’s answer was left without ACK, which would end it as well, half a minute later.
    for (const { how } of his) expect(how, told()).not.toBe('not acknowledged');
  }
});
