import { randomBytes } from 'node:crypto';
import { Api } from 'telegram/tl/index.js';
import { expect, test } from 'vitest';
import { DhGroups, UnsafeDhGroup } from '../../../src/adapters/telegram/calls/dh-group.ts';
import { twoEnds } from './endpoints.ts';
import { hex, vectors } from './vectors.ts';

const prime = hex(vectors.dh.p);
const random = randomBytes(256);
const usual = new Api.messages.DhConfig({ g: 3, p: prime, version: 3, random });

function groupsAnswering(...answers: Api.messages.TypeDhConfig[]) {
  const { session } = twoEnds().alice;
  session.intercept = () => answers.shift();
  return { session, groups: new DhGroups(session) };
}

test('an unchanged group is kept, its randomness is new', async () => {
  const fresh = randomBytes(256);
  const { session, groups } = groupsAnswering(usual, new Api.messages.DhConfigNotModified({ random: fresh }));
  const first = await groups.fetch(1000);
  const second = await groups.fetch(1000);
  expect(first).toEqual({ group: { g: 3, prime }, serverRandom: random });
  expect(second).toEqual({ group: first.group, serverRandom: fresh });
  expect(session.requests(Api.messages.GetDhConfig).map(({ version }) => version)).toEqual([0, 3]);
});

test('an unsafe group is refused, also after a safe one', async () => {
  const weak = new Api.messages.DhConfig({ g: 2, p: prime, version: 4, random });
  const { groups } = groupsAnswering(usual, weak, new Api.messages.DhConfigNotModified({ random }));
  await groups.fetch(1000);
  await expect(groups.fetch(1000)).rejects.toThrow(UnsafeDhGroup);
  expect((await groups.fetch(1000)).group.g).toBe(3);
});

test('"unchanged" without any group before is refused', async () => {
  const { groups } = groupsAnswering(new Api.messages.DhConfigNotModified({ random }));
  await expect(groups.fetch(1000)).rejects.toThrow(UnsafeDhGroup);
});

test('no call is requested with an unsafe group', async () => {
  const { clock, relay, alice, ring } = twoEnds();
  alice.session.intercept = (request, pass) =>
    request instanceof Api.messages.GetDhConfig
      ? new Api.messages.DhConfig({ g: 3, p: prime.subarray(1), version: 1, random })
      : pass();
  ring();
  await clock.advance(0);
  expect(alice.facts).toEqual([{ type: 'user.hungUp', cause: { kind: 'internal-fault', detail: 'UnsafeDhGroup' } }]);
  expect(relay.calls).toEqual([]);
});
