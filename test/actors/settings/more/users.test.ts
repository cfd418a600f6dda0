import { expect, test } from 'vitest';
import { EpochMs, UserId } from '../../../../src/machines/model/ids.ts';
import { olga, remarkOf, settingsHouse, told, uwe, vera } from './house.ts';

const dayMs = 86_400_000;

async function office() {
  const house = settingsHouse();
  const line = await house.has(olga);
  const handlers = house.handlers();
  const asks = (by = olga) => handlers.presses.user(house.visitor(by), { do: 'user', line });
  const linkOf = (next: Awaited<ReturnType<typeof asks>>) => {
    const remark = remarkOf(next);
    return remark?.kind === 'user-invited' ? remark.link : undefined;
  };
  const opens = (by: UserId, token: string) => handlers.acceptOffer(house.visitor(by), token);
  return { ...house, line, handlers, asks, linkOf, opens, userNow: async () => (await house.find(line)).user };
}
const tokenOf = (link = '') => link.split('?start=l_')[1] ?? '';

test('AC-68 F-SET-6 somebody the chat account has met is active at once: the key goes, both are told; Unlink ends it', async () => {
  const { asks, picks, people, userNow, handlers, visitor, line } = await office();
  people.met.add(uwe);
  const asked = await asks();
  expect(asked.picking).toMatchObject({ kind: 'user', line });
  expect(asked.sayings).toEqual([{ to: olga, notice: { kind: 'pick-user' }, request: asked.picking?.request }]);
  const picked = await picks(olga, asked, uwe);
  expect(told(picked)).toEqual([
    [olga, 'picked'],
    [uwe, 'invitation-accepted'],
  ]);
  expect(remarkOf(picked)).toEqual({ kind: 'user-chosen', name: 'Uwe' });
  expect(await userNow()).toBe(uwe);
  const unlinked = await handlers.presses.unlink(visitor(olga), { do: 'unlink', line });
  expect(told(unlinked)).toEqual([[uwe, 'unassigned']]);
  expect(await userNow()).toBe(olga);
});

test('AC-09 F-SET-6 somebody who never came gets a link; calls stay with the owner until he opens it, then both are told', async () => {
  const { asks, picks, linkOf, opens, userNow } = await office();
  const picked = await picks(olga, await asks(), uwe);
  const link = linkOf(picked);
  expect(link).toMatch(/^https:\/\/t\.me\/siptg_bot\?start=l_[\w-]{16}$/);
  expect(await userNow()).toBe(olga);
  const opened = await opens(uwe, tokenOf(link));
  expect(told(opened)).toEqual([
    [uwe, 'invitation-accepted'],
    [olga, 'user-active'],
  ]);
  expect(opened.screen).toMatchObject({ kind: 'lines', lines: [{ name: 'Office', own: false }] });
  expect(await userNow()).toBe(uwe);
  expect(told(await opens(uwe, tokenOf(link)))).toEqual([[uwe, 'invitation-gone']]);
});

test('AC-09 who cannot be looked up is told to write to the chat account; until he does, the line stays with the owner', async () => {
  const { asks, picks, linkOf, opens, userNow, handlers, clock, nameless } = await office();
  const token = tokenOf(linkOf(await picks(olga, await asks(), uwe)));
  nameless.add(uwe);
  expect(told(await opens(uwe, token))).toEqual([[uwe, 'invitation-write-first']]);
  expect(told(await opens(vera, token))).toEqual([[vera, 'invitation-gone']]);
  expect(await userNow()).toBe(olga);
  expect((await handlers.personCame(uwe, clock.at)).map(({ to, notice }) => [to, notice.kind])).toEqual([
    [uwe, 'invitation-accepted'],
    [olga, 'user-active'],
  ]);
  expect(await userNow()).toBe(uwe);
});

test('AC-09 writing to the chat account accepts every invitation that is open', async () => {
  const { asks, picks, handlers, userNow, clock, ...house } = await office();
  await picks(olga, await asks(), uwe);
  const other = await house.has(vera, { name: 'Shop' });
  await picks(vera, await handlers.presses.user(house.visitor(vera), { do: 'user', line: other }), uwe);
  const sayings = await handlers.personCame(uwe, clock.at);
  expect(told({ sayings })).toEqual([
    [uwe, 'invitation-accepted'],
    [olga, 'user-active'],
    [uwe, 'invitation-accepted'],
    [vera, 'user-active'],
  ]);
  expect([await userNow(), (await house.find(other)).user]).toEqual([uwe, uwe]);
  expect(await handlers.personCame(uwe, clock.at)).toEqual([]);
});

test('AC-09 an invitation is good for 7 days, for the invited only, and only while its line has the same owner', async () => {
  const { asks, picks, linkOf, opens, userNow, clock, lines, line, offers } = await office();
  const token = tokenOf(linkOf(await picks(olga, await asks(), uwe)));
  expect(told(await opens(vera, token))).toEqual([[vera, 'invitation-gone']]);
  for (const wrong of ['', 'x'.repeat(5_000), "' or 1=1 --", '__proto__']) {
    expect(told(await opens(uwe, wrong))).toEqual([[uwe, 'invitation-gone']]);
  }
  expect(await offers.find(token)).toBeDefined();
  clock.at = EpochMs(clock.at + 7 * dayMs + 1);
  expect(told(await opens(uwe, token))).toEqual([[uwe, 'invitation-gone']]);
  clock.at = EpochMs(clock.at - 1);
  await lines.handOver(olga, line, vera);
  expect(told(await opens(uwe, token))).toEqual([[uwe, 'invitation-gone']]);
  expect(await userNow()).toBe(vera);
});

test('AC-09 in the last moment of the seventh day an invitation is good', async () => {
  const { asks, picks, linkOf, opens, userNow, clock } = await office();
  const token = tokenOf(linkOf(await picks(olga, await asks(), uwe)));
  clock.at = EpochMs(clock.at + 7 * dayMs);
  await opens(uwe, token);
  expect(await userNow()).toBe(uwe);
});

test('AC-09 a link opened while he writes to the chat account is told once', async () => {
  const { asks, picks, linkOf, opens, handlers, clock } = await office();
  const token = tokenOf(linkOf(await picks(olga, await asks(), uwe)));
  const [opened, came] = await Promise.all([opens(uwe, token), handlers.personCame(uwe, clock.at)]);
  const all = [...told(opened), ...told({ sayings: came })].map(([, kind]) => kind);
  expect(all.filter((kind) => kind === 'user-active')).toHaveLength(1);
  expect(all.filter((kind) => kind === 'invitation-accepted')).toHaveLength(1);
});

test('a second choice takes the first invitation back; Unlink takes back one that is open', async () => {
  const { asks, picks, linkOf, opens, userNow, handlers, visitor, line } = await office();
  const first = tokenOf(linkOf(await picks(olga, await asks(), uwe)));
  const second = tokenOf(linkOf(await picks(olga, await asks(), vera)));
  expect(told(await opens(uwe, first))).toEqual([[uwe, 'invitation-gone']]);
  await handlers.presses.unlink(visitor(olga), { do: 'unlink', line });
  expect(told(await opens(vera, second))).toEqual([[vera, 'invitation-gone']]);
  expect(await userNow()).toBe(olga);
});

test('one user replaces the other: both are told, and nobody is lost when the second has to come first', async () => {
  const { asks, picks, people, userNow, opens, linkOf } = await office();
  people.met.add(uwe);
  await picks(olga, await asks(), uwe);
  const token = tokenOf(linkOf(await picks(olga, await asks(), vera)));
  expect(await userNow()).toBe(uwe);
  expect(told(await opens(vera, token))).toEqual([
    [vera, 'invitation-accepted'],
    [olga, 'user-active'],
    [uwe, 'unassigned'],
  ]);
  expect(await userNow()).toBe(vera);
  people.met.add(uwe);
  expect(told(await picks(olga, await asks(), uwe))).toEqual([
    [olga, 'picked'],
    [vera, 'unassigned'],
    [uwe, 'invitation-accepted'],
  ]);
});

test('choosing himself gives the owner his line back; choosing who has it already changes nothing', async () => {
  const { asks, picks, people, userNow } = await office();
  people.met.add(uwe);
  await picks(olga, await asks(), uwe);
  expect(told(await picks(olga, await asks(), uwe))).toEqual([[olga, 'picked']]);
  expect(await userNow()).toBe(uwe);
  const own = await picks(olga, await asks(), olga);
  expect(told(own)).toEqual([
    [olga, 'picked'],
    [uwe, 'unassigned'],
  ]);
  expect(await userNow()).toBe(olga);
});

test('F-PLN-1 without the right to assign there is no key, and neither a choice nor a link does anything', async () => {
  const { asks, picks, plans, userNow, people, linkOf, opens } = await office();
  const asked = await asks();
  const token = tokenOf(linkOf(await picks(olga, await asks(), vera)));
  plans.set(olga, { assignment: false });
  people.met.add(uwe);
  const refusal = { kind: 'not-in-plan', what: 'assignment' };
  expect(remarkOf(await asks())).toEqual(refusal);
  expect((await asks()).picking).toBeUndefined();
  expect(remarkOf(await picks(olga, asked, uwe))).toEqual(refusal);
  expect(told(await opens(vera, token))).toEqual([[vera, 'invitation-gone']]);
  expect(await userNow()).toBe(olga);
});

test('a choice with the number of another picker, of none, or on a line that is somebody else’s by now changes nothing', async () => {
  const { asks, handlers, visitor, people, userNow, picks, lines, line, offers } = await office();
  people.met.add(uwe);
  const asked = await asks();
  const pick = (request: number, picking = asked.picking) =>
    handlers.picked.user(visitor(olga), picking, { kind: 'user-picked', request, user: uwe, name: 'Uwe' });
  const request = asked.picking?.request ?? 0;
  expect(await pick(request + 1)).toEqual({ picking: asked.picking });
  expect(
    await handlers.picked.user(visitor(olga), undefined, { kind: 'user-picked', request, user: uwe, name: '' }),
  ).toEqual({});
  expect(await pick(request, { kind: 'recordings-chat', line, request })).toEqual({
    picking: { kind: 'recordings-chat', line, request },
  });
  expect(await userNow()).toBe(olga);
  await lines.handOver(olga, line, vera);
  expect(remarkOf(await picks(olga, asked, uwe))).toEqual({ kind: 'not-yours' });
  expect(await userNow()).toBe(vera);
  expect(await offers.ofLine(line, 'user')).toBeUndefined();
});

test('AC-64 no button of the assigned user changes a setting', async () => {
  const { lines, line, handlers, visitor, find } = await office();
  await lines.assign(olga, line, uwe);
  const before = await find(line);
  const presses = handlers.presses;
  const nexts = [
    await presses.user(visitor(uwe), { do: 'user', line }),
    await presses.unlink(visitor(uwe), { do: 'unlink', line }),
    await presses.chat(visitor(uwe), { do: 'chat', line }),
    await presses['chat-clear'](visitor(uwe), { do: 'chat-clear', line }),
    await presses.transfer(visitor(uwe), { do: 'transfer', line }),
    await presses['transfer-back'](visitor(uwe), { do: 'transfer-back', line }),
    await presses.export(visitor(uwe), { do: 'export', line }),
    await presses.try(visitor(uwe), { do: 'try', line }),
    await presses['line-workers'](visitor(uwe), { do: 'line-workers', line }),
    await presses.worker(visitor(uwe), { do: 'worker', line, worker: 'auto' }),
  ];
  for (const next of nexts) expect(next).toMatchObject({ screen: { kind: 'lines', remark: { kind: 'not-yours' } } });
  for (const next of nexts) expect(next.sayings).toBeUndefined();
  expect(await find(line)).toEqual(before);
});

test('a name of ten thousand characters is kept short, and somebody without a name is known by his id', async () => {
  const { asks, picks, people } = await office();
  people.met.add(uwe);
  const long = remarkOf(await picks(olga, await asks(), uwe, '🧨'.repeat(10_000)));
  expect(long).toEqual({ kind: 'user-chosen', name: '🧨'.repeat(64) });
  people.met.add(UserId(77));
  expect(remarkOf(await picks(olga, await asks(), UserId(77), undefined))).toEqual({ kind: 'user-chosen', name: '77' });
});

test('who takes the line while its owner assigns it has it alone, and nobody is told of an assignment', async () => {
  const { asks, picks, people, lines, line, handlers, visitor, find } = await office();
  people.met.add(uwe);
  const asked = await asks();
  const hasMet = people.hasMet.bind(people);
  people.hasMet = async (user) => {
    await lines.handOver(vera, line, vera);
    return hasMet(user);
  };
  const late = await picks(olga, asked, uwe);
  expect(remarkOf(late)).toEqual({ kind: 'not-yours' });
  expect(told(late)).toEqual([[olga, 'picked']]);
  expect(await find(line)).toMatchObject({ owner: vera, user: vera });

  await lines.assign(vera, line, uwe);
  const before = await find(line);
  lines.find = async () => {
    await lines.takeBack(olga, line);
    return before;
  };
  const unlinked = await handlers.presses.unlink(visitor(vera), { do: 'unlink', line });
  expect([remarkOf(unlinked), told(unlinked)]).toEqual([{ kind: 'not-yours' }, []]);
});

test('an invitation that is opened while the line is handed over is gone', async () => {
  const { asks, picks, linkOf, opens, offers, lines, line, find } = await office();
  const token = tokenOf(linkOf(await picks(olga, await asks(), uwe)));
  const take = offers.take.bind(offers);
  offers.take = async (taken) => {
    await lines.handOver(vera, line, vera);
    return take(taken);
  };
  expect(told(await opens(uwe, token))).toEqual([[uwe, 'invitation-gone']]);
  expect(await find(line)).toMatchObject({ owner: vera, user: vera });
});
