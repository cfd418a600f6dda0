import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { backends } from '../adapters/jobs/places.ts';
import { type Baresip, hasBaresip } from '../peers/baresip.ts';
import { hasKamailio } from '../peers/kamailio.ts';
import { eventually } from '../support/eventually.ts';
import { openSipHouse, type SipHouse } from '../support/sip-house.ts';
import { type HouseOfHosts, openHouseOfHosts, type Subscriber } from './support/house-of-hosts.ts';
import { watchRows } from './support/row-watch.ts';
import type { Running } from './support/running.ts';

const patSaysHz = 440;
const userSaysHz = 700;
const asleepMs = 20_000;
/** The chat account’s reader: what is written to it waits in the socket of a host that sleeps. */
const reader = 'main/lead';

describe.skipIf(!hasBaresip || !hasKamailio).each(backends)('a host that slept for 20 s, with jobs on %s', (kind) => {
  let pbx: SipHouse;
  let house: HouseOfHosts;
  const hosts: Record<string, Running> = {};
  beforeAll(async () => {
    pbx = await openSipHouse(['101', '102', '103', '200', '201'], { tapped: ['200'] });
    house = await openHouseOfHosts(kind, pbx);
    for (const host of ['a', 'b']) hosts[host] = await house.start(host);
    await house.shared({ a: 6, b: 6 }, 30_000);
  }, 120_000);
  afterAll(async () => {
    await house?.close();
    await pbx?.close();
  });

  const hears = async (pat: Baresip, { phone }: Subscriber) => {
    const call = phone.currentCalls[0] ?? (await phone.rings());
    if (call.state === 'ringing') call.answer();
    phone.says({ frequencyHz: userSaysHz });
    await pat.until('CALL_INCOMING');
    await pat.answer();
    await call.heard(patSaysHz, { forMs: 500 });
    await pbx.hearing('200').heard(userSaysHz, { forMs: 500 });
    return call;
  };

  test('wakes with lines, a call up and messages waiting: no REGISTER, INVITE or Telegram request by it and no row, until it owns shards again', {
    timeout: 180_000,
  }, async () => {
    const rows = await watchRows(house.database);
    const asleep = (await house.ownerOf(reader)) ?? '';
    const port = await house.sipPort(asleep);
    const [talker, writer, caller] = [
      await house.subscriber('101', asleep),
      await house.subscriber('102', asleep),
      await house.subscriber('103', asleep),
    ];
    for (const { line } of [talker, writer, caller]) await house.isRegistered(line, asleep);
    const pat = await pbx.telephone({ user: '200', toneHz: patSaysHz });
    const mary = await pbx.telephone({ user: '201', toneHz: patSaysHz });
    talker.person.sends('200', house.chat);
    const old = await hears(pat, talker);

    hosts[asleep]?.signal('SIGSTOP');
    const sleepsFrom = performance.now();
    old.hangUp();
    // It is in its sockets when it wakes, and by then another host's.
    writer.person.sends('201', house.chat);
    const again = await eventually(() => talker.phone.rings(), { timeout: 30_000 });
    again.answer();
    await again.heard(patSaysHz, { forMs: 500 });
    const called = await writer.phone.rings();
    called.answer();
    await mary.until('CALL_INCOMING');
    await mary.answer();
    await called.heard(patSaysHz, { forMs: 500 });
    await house.ownsNothing(asleep, 20_000);
    const calling = await caller.phone.calls(house.chat);
    await again.heard(patSaysHz, {
      forMs: Math.max(50, asleepMs - (performance.now() - sleepsFrom)),
      withinMs: 25_000,
    });

    const wakesAtMs = Date.now();
    hosts[asleep]?.signal('SIGCONT');
    const regains = async () =>
      (await rows.written()).find(
        ({ by, table, owner, atMs }) =>
          by === asleep && table === 'shard' && owner?.startsWith(`${asleep}/`) && atMs >= wakesAtMs,
      );
    await eventually(async () => expect(await regains()).toBeDefined(), { timeout: 20_000 });
    const untilMs = (await regains())?.atMs ?? 0;
    const isThen = ({ atMs }: { readonly atMs: number }) => atMs >= wakesAtMs && atMs < untilMs;

    // Of its own host it tells that it lives.
    const writes = (await rows.written()).filter((row) => row.by === asleep && row.table !== 'host' && isThen(row));
    expect(writes).toEqual([]);
    const requests = pbx.kamailio.requests.filter((request) => request.port === port && request.atMs >= wakesAtMs);
    expect(requests.filter(isThen)).toEqual([]);
    const asked = house.requests.filter((request) => request.host === asleep && isThen(request));
    expect(asked.filter(({ method }) => method !== 'phone.discardCall')).toEqual([]);

    // And of those that are another's still, nothing after it either.
    await again.heard(patSaysHz, { forMs: 5_000, withinMs: 8_000 });
    await pbx.hearing('200').heard(userSaysHz, { forMs: 500 });
    expect(await house.hostOf(talker.user)).not.toBe(asleep);
    expect(requests.filter(({ from }) => from === talker.number)).toEqual([]);
    expect(
      pbx.kamailio.requests.filter(
        (request) => request.port === port && request.method === 'INVITE' && request.atMs >= wakesAtMs,
      ),
    ).toEqual([]);
    for (const telephone of [pat, mary])
      expect(telephone.events.filter(({ type }) => type === 'CALL_CLOSED')).toEqual([]);
    for (const call of [again, called, calling]) call.hangUp();
    for (const telephone of [pat, mary]) await telephone.until('CALL_CLOSED');
  });
});
