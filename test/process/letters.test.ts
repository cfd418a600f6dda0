import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Pbx, startPbx } from '../../sandbox/pbx/pbx.ts';
import type { PhoneCall } from '../../sandbox/phone/phone.ts';
import { backends } from '../adapters/jobs/places.ts';
import { eventually } from '../support/eventually.ts';
import { passwordOf } from '../support/sip-house.ts';
import { type HouseOfHosts, openHouseOfHosts, type Subscriber } from './support/house-of-hosts.ts';
import type { Running } from './support/running.ts';

/** Reads what people write, and puts it into the inbox of their shards. */
const reader = 'main/lead';

describe.each(backends.slice(-1))('a number written to a host that dies over it, with jobs on %s', (kind) => {
  let pbx: Pbx;
  let house: HouseOfHosts;
  const hosts: Record<string, Running> = {};
  let called: number;
  beforeAll(async () => {
    pbx = await startPbx({
      host: '127.0.0.1',
      accounts: ['101', '102', '103'].map((user) => ({ user, password: passwordOf(user) })),
    });
    pbx.calls.on('incoming', () => called++);
    const address = `127.0.0.1:${pbx.port}`;
    house = await openHouseOfHosts(kind, { kamailio: { domain: '127.0.0.1' }, address: () => address });
  }, 120_000);
  afterAll(async () => {
    await house?.close();
    pbx?.close();
  });

  /** Somebody of the host that does not read, which is to die at his next letter. */
  const subscriberOf = async (number: string, when: 'found' | 'begun' | 'handled'): Promise<[Subscriber, string]> => {
    for (const host of ['a', 'b']) {
      hosts[host]?.signal('SIGKILL');
      await hosts[host]?.exited;
      hosts[host] = await house.start(host, { dies: { is: 'at a letter', when } });
    }
    await house.shared({ a: 6, b: 6 }, 30_000);
    const dying = (await house.ownerOf(reader)) === 'a' ? 'b' : 'a';
    const subscriber = await house.subscriber(number, dying);
    await house.isRegistered(subscriber.line, dying);
    await eventually(async () => expect(await letters()).toBe('0'));
    const host = hosts[dying];
    if (host) await house.mayDie(host);
    return [subscriber, dying];
  };
  const letters = async () => {
    const rows = await house.database
      .fork()
      .execute<{ open: string }[]>('select count(*) as open from shard_inbox where done_at is null');
    return rows[0]?.open;
  };

  test.each([
    { when: 'begun', number: '101', then: 'it is taken up' },
    { when: 'handled', number: '102', then: 'it is marked as done' },
  ] as const)(
    'before $then: nobody dials it twice, and the next owner asks him to send it again',
    { timeout: 120_000 },
    async ({ when, number }) => {
      called = 0;
      const [{ person, phone }, dying] = await subscriberOf(number, when);
      const rings: PhoneCall[] = [];
      const unwatch = phone.onRing((ring) => rings.push(ring));
      const before = person.conversation(house.chat).length;
      person.sends('600', house.chat);
      await hosts[dying]?.exited;
      await eventually(async () => expect(await letters()).toBe('0'), { timeout: 20_000 });
      const texts = () =>
        person
          .conversation(house.chat)
          .slice(before)
          .map(({ text }) => text);
      await eventually(() => expect(texts()).toHaveLength(2));
      await house.shared(dying === 'a' ? { b: 12 } : { a: 12 }, 20_000);
      hosts[dying] = await house.start(dying);
      await house.shared({ a: 6, b: 6 }, 30_000);
      unwatch();
      expect(rings.length).toBeLessThanOrEqual(1);
      expect(called).toBeLessThanOrEqual(1);
    },
  );

  test('before it is begun: the next owner takes it up as if it had come to him, and rings the sender', {
    timeout: 120_000,
  }, async () => {
    called = 0;
    const [{ person, phone }, dying] = await subscriberOf('103', 'found');
    person.sends('600', house.chat);
    await hosts[dying]?.exited;
    const call = await phone.rings();
    call.answer();
    await call.connected;
    await eventually(() => expect(called).toBe(1));
    call.hangUp();
    await eventually(async () => expect(await letters()).toBe('0'));
  });
});
