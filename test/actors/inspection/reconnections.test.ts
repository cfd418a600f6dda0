import { beforeEach, describe, expect, test } from 'vitest';
import { InspectionHub } from '../../../src/actors/inspection/hub.ts';
import { Reconnections } from '../../../src/actors/inspection/reconnections.ts';
import type { ReconnectionResult } from '../../../src/actors/ports/call-meter.ts';
import { CallId, EpochMs, VoiceLegId } from '../../../src/machines/model/ids.ts';
import { office, olga, openHouse } from '../house.ts';

const call = CallId('c1');
const [first, second] = [VoiceLegId('id1'), VoiceLegId('id1~1')];

let results: ReconnectionResult[];
let house: ReturnType<typeof openHouse>;
beforeEach(async () => {
  results = [];
  const inspection = new InspectionHub({ now: () => EpochMs(0) }, { report: (_, error) => expect.fail(String(error)) });
  inspection.watch(new Reconnections({ reconnection: (result) => results.push(result) }));
  house = openHouse({ inspection });
  await house.lineActors.follow();
  house.nets.offerParty({ callId: call, lineId: office.id, caller: { number: '200' } });
  await house.settled();
  house.nets.user(first, { type: 'user.answered' });
  house.nets.party(call, { type: 'party.answered' });
  await house.settled();
});
const moves = () => house.press('reconnect', { callId: call });

test('a call without one counts for none', async () => {
  house.nets.party(call, { type: 'party.hungUp', cause: { kind: 'normal' } });
  await house.settled();
  expect(results).toEqual([]);
});

describe('a reconnection', () => {
  test('is won when the user is back, each time', async () => {
    await moves();
    expect(results).toEqual([]);
    house.nets.user(second, { type: 'user.answered' });
    await house.settled();
    expect(results).toEqual(['won']);
    house.nets.user(second, { type: 'user.hungUp', cause: { kind: 'connection-lost' } });
    house.nets.user(VoiceLegId('id1~2'), { type: 'user.answered' });
    await house.settled();
    expect(results).toEqual(['won', 'won']);
  });

  test('is lost when nobody comes for 60 s', async () => {
    house.nets.user(first, { type: 'user.hungUp', cause: { kind: 'connection-lost' } });
    house.clock.increment(59_000);
    expect(results).toEqual([]);
    house.clock.increment(1_000);
    await house.settled();
    expect(results).toEqual(['lost']);
  });

  test('that the user gives up has ended', async () => {
    await moves();
    await house.press('end', { callId: call });
    await house.settled();
    expect(results).toEqual(['ended']);
  });

  test('in which the party hangs up has ended', async () => {
    await moves();
    house.nets.party(call, { type: 'party.hungUp', cause: { kind: 'normal' } });
    await house.settled();
    expect(results).toEqual(['ended']);
  });

  test('of one whom another host has now counts there', async () => {
    await moves();
    house.softphones.dropUsers((user) => user === olga);
    await house.settled();
    expect(results).toEqual([]);
  });
});
