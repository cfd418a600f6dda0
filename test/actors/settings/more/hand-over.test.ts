import { expect, test } from 'vitest';
import { EpochMs, LineId, type UserId } from '../../../../src/machines/model/ids.ts';
import { olga, remarkOf, settingsHouse, told, uwe, vera, worker } from './house.ts';

async function office() {
  const house = settingsHouse();
  const line = await house.has(olga, { domain: 'pbx.example.org', recordingsChat: '-100200' });
  const { presses, acceptOffer } = house.handlers();
  const offers = async (to: UserId, by = olga) =>
    house.picks(by, await presses.transfer(house.visitor(by), { do: 'transfer', line }), to);
  const offered = () => {
    const notice = house.said.at(-1)?.notice;
    return notice?.kind === 'hand-over-offer' ? notice.offer : '';
  };
  const takes = (by: UserId, offer = offered()) => presses.take(house.visitor(by), { do: 'take', offer });
  const takesBack = (by: UserId) => presses['transfer-back'](house.visitor(by), { do: 'transfer-back', line });
  return { ...house, line, presses, acceptOffer, gives: offers, offered, takes, takesBack };
}

test('AC-70 F-ROL-5 who takes the line within 5 minutes owns it; the old owner may take it back until the password changes', async () => {
  const { gives, takes, takesBack, said, find, line, lines, clock, visitor } = await office();
  const given = await gives(uwe);
  expect(told(given)).toEqual([[olga, 'picked']]);
  expect(remarkOf(given)).toEqual({ kind: 'offered', name: 'Uwe' });
  expect(said.map(({ to, notice }) => [to, notice])).toMatchObject([
    [uwe, { kind: 'hand-over-offer', lineName: 'Office', from: 'Olga' }],
  ]);
  expect((await find(line)).owner).toBe(olga);
  clock.at = EpochMs(clock.at + 5 * 60_000);
  const taken = await takes(uwe);
  expect(taken.sayings).toEqual([{ to: olga, notice: { kind: 'hand-over-taken', lineName: 'Office', name: 'Uwe' } }]);
  expect(await find(line)).toMatchObject({ owner: uwe, user: uwe, recordingsChat: undefined, formerOwner: olga });
  const back = await takesBack(olga);
  expect(back.sayings).toEqual([{ to: uwe, notice: { kind: 'taken-back', lineName: 'Office', name: 'Olga' } }]);
  expect(await find(line)).toMatchObject({ owner: olga, formerOwner: undefined });

  await gives(uwe);
  await takes(uwe);
  await lines.edit(uwe, line, { password: 'of his own' }, visitor(uwe).at);
  await lines.apply(uwe, line);
  expect(remarkOf(await takesBack(olga))).toEqual({ kind: 'not-yours' });
  expect((await find(line)).owner).toBe(uwe);
});

test('AC-70 after 5 minutes Take is answered as expired, and nothing changes', async () => {
  const { gives, takes, find, line, clock } = await office();
  await gives(uwe);
  const before = await find(line);
  clock.at = EpochMs(clock.at + 5 * 60_000 + 1);
  expect(told(await takes(uwe))).toEqual([[uwe, 'hand-over-expired']]);
  expect(await find(line)).toEqual(before);
});

test('AC-70 an offer is taken once, and only by whom it was made to', async () => {
  const { gives, takes, find, line, offered } = await office();
  await gives(uwe);
  const offer = offered();
  for (const forged of [offer, '', 'x'.repeat(64), '../..']) {
    expect(told(await takes(vera, forged))).toEqual([[vera, 'hand-over-expired']]);
  }
  expect((await find(line)).owner).toBe(olga);
  const [one, other] = await Promise.all([takes(uwe, offer), takes(uwe, offer)]);
  expect([...told(one), ...told(other)].map(([, kind]) => kind).toSorted()).toEqual([
    'hand-over-expired',
    'hand-over-taken',
  ]);
  expect(told(await takes(uwe, offer))).toEqual([[uwe, 'hand-over-expired']]);
  expect((await find(line)).owner).toBe(uwe);
});

test('a later offer replaces the earlier one, and a line that was deleted or handed to another is not handed over', async () => {
  const { gives, takes, offered, lines, line, find } = await office();
  await gives(uwe);
  const first = offered();
  await gives(vera);
  expect(told(await takes(uwe, first))).toEqual([[uwe, 'hand-over-expired']]);
  const second = offered();
  await lines.handOver('operator', line, uwe);
  expect(told(await takes(vera, second))).toEqual([[vera, 'hand-over-expired']]);
  expect((await find(line)).owner).toBe(uwe);
  await lines.remove(uwe, line);
  expect(told(await takes(vera, second))).toEqual([[vera, 'hand-over-expired']]);
});

test('an invitation to talk dies with the owner who gave it', async () => {
  const { gives, takes, picks, presses, visitor, line, acceptOffer, find, offers } = await office();
  await picks(olga, await presses.user(visitor(olga), { do: 'user', line }), vera);
  const invitation = await offers.ofLine(line, 'user');
  await gives(uwe);
  await takes(uwe);
  expect(await offers.ofLine(line, 'user')).toBeUndefined();
  expect(told(await acceptOffer(visitor(vera), invitation?.token ?? ''))).toEqual([[vera, 'invitation-gone']]);
  expect((await find(line)).user).toBe(uwe);
});

test('F-PLN-1 a receiver whose plan has no room keeps the offer and is told the limit; so is who wants a line back', async () => {
  const { gives, takes, takesBack, plans, find, line, ...house } = await office();
  plans.set(uwe, { sipAccounts: 1 });
  const own = await house.has(uwe, { name: 'Own' });
  await gives(uwe);
  expect(remarkOf(await takes(uwe))).toEqual({ kind: 'lines-limit', limit: 1 });
  expect((await find(line)).owner).toBe(olga);
  await house.lines.remove(uwe, own);
  await takes(uwe);
  expect((await find(line)).owner).toBe(uwe);
  plans.set(olga, { sipAccounts: 0 });
  expect(remarkOf(await takesBack(olga))).toEqual({ kind: 'lines-limit', limit: 0 });
  expect((await find(line)).owner).toBe(uwe);
});

test('a receiver whom the bot cannot write to takes the line by the link the owner passes on', async () => {
  const { gives, chat, find, line, acceptOffer, visitor } = await office();
  chat.refuse(uwe, 'blocked');
  const remark = remarkOf(await gives(uwe));
  const link = remark?.kind === 'offered-by-link' ? remark.link : '';
  expect(link).toMatch(/^https:\/\/t\.me\/siptg_bot\?start=l_/);
  const token = link.split('l_')[1] ?? '';
  expect(told(await acceptOffer(visitor(vera), token))).toEqual([[vera, 'invitation-gone']]);
  const opened = await acceptOffer(visitor(uwe), token);
  expect(told(opened)).toEqual([[olga, 'hand-over-taken']]);
  expect((await find(line)).owner).toBe(uwe);
  expect(told(await acceptOffer(visitor(uwe), token))).toEqual([[uwe, 'invitation-gone']]);
});

test('nobody hands over or takes back what is not his; giving a line to oneself is nothing', async () => {
  const { gives, takesBack, presses, visitor, find, line, offers } = await office();
  const before = await find(line);
  expect(remarkOf(await presses.transfer(visitor(vera), { do: 'transfer', line }))).toEqual({ kind: 'not-yours' });
  expect(remarkOf(await takesBack(olga))).toEqual({ kind: 'not-yours' });
  expect(remarkOf(await takesBack(vera))).toEqual({ kind: 'not-yours' });
  const nowhere = LineId('00000000-0000-4000-8000-00000000ffff');
  expect(remarkOf(await presses['transfer-back'](visitor(olga), { do: 'transfer-back', line: nowhere }))).toEqual({
    kind: 'not-yours',
  });
  expect(remarkOf(await gives(olga))).toBeUndefined();
  expect(await offers.ofLine(line, 'owner')).toBeUndefined();
  expect(await find(line)).toEqual(before);
});

test('who talked through the line is told when it is taken and when it is taken back, unless it is his now', async () => {
  const { gives, takes, takesBack, lines, line } = await office();
  await lines.assign(olga, line, vera);
  await gives(uwe);
  expect(told(await takes(uwe))).toEqual([
    [olga, 'hand-over-taken'],
    [vera, 'unassigned'],
  ]);
  await lines.assign(uwe, line, vera);
  expect(told(await takesBack(olga))).toEqual([
    [uwe, 'taken-back'],
    [vera, 'unassigned'],
  ]);
  await lines.assign(olga, line, uwe);
  await gives(uwe);
  expect(told(await takes(uwe))).toEqual([[olga, 'hand-over-taken']]);
  await lines.assign(uwe, line, olga);
  expect(told(await takesBack(olga))).toEqual([[uwe, 'taken-back']]);
});

test('a private worker stays with its owner when a line is taken and when it is taken back, also one that waited', async () => {
  const { gives, takes, takesBack, lines, line, find, workers, visitor } = await office();
  workers.workers = [
    worker('hers', 'private', { owner: olga }),
    worker('his', 'private', { owner: uwe }),
    worker('main', 'official'),
  ];
  const goes = async (id: string) => {
    const { owner } = await find(line);
    await lines.edit(owner, line, { worker: id }, visitor(owner).at);
    if (owner === uwe) await lines.apply(uwe, line);
    if (owner === olga) await gives(uwe);
    await (owner === olga ? takes(uwe) : takesBack(olga));
    return (await find(line)).worker;
  };
  expect(await goes('hers')).toBe('auto');
  expect(await goes('his')).toBe('auto');
  expect(await goes('main')).toBe('main');
  expect(await goes('hers')).toBe('hers');
  expect(await goes('his')).toBe('his');
});

test('the chat for recordings of the giver is left when a line is taken, and that of the receiver when it is taken back', async () => {
  const { gives, takes, takesBack, lines, line, chat } = await office();
  await gives(uwe);
  await takes(uwe);
  expect(chat.left).toEqual(['-100200']);
  await lines.change(uwe, line, { recordingsChat: '-100300' });
  await takesBack(olga);
  expect(chat.left).toEqual(['-100200', '-100300']);
});

test('a line whose password was changed while she pressed Transfer back stays with its new owner, who is told nothing', async () => {
  const { gives, takes, takesBack, lines, line, find, visitor } = await office();
  await gives(uwe);
  await takes(uwe);
  const takeBack = lines.takeBack.bind(lines);
  lines.takeBack = async (...asked) => {
    await lines.edit(uwe, line, { password: 'of his own' }, visitor(uwe).at);
    await lines.apply(uwe, line);
    return takeBack(...asked);
  };
  const refused = await takesBack(olga);
  expect(remarkOf(refused)).toEqual({ kind: 'not-yours' });
  expect(told(refused)).toEqual([]);
  expect((await find(line)).owner).toBe(uwe);
});

test('what the new owner offered others is nothing once the line is taken back', async () => {
  const { gives, takes, takesBack, picks, presses, visitor, line, acceptOffer, find, offers, offered } = await office();
  await gives(uwe);
  await takes(uwe);
  await picks(uwe, await presses.user(visitor(uwe), { do: 'user', line }), vera);
  const invitation = await offers.ofLine(line, 'user');
  await gives(vera, uwe);
  const offer = offered();
  expect([invitation, await offers.find(offer)]).toMatchObject([{ to: vera }, { to: vera }]);
  await takesBack(olga);
  expect([await offers.ofLine(line, 'user'), await offers.ofLine(line, 'owner')]).toEqual([undefined, undefined]);
  // Also when the line should become his again.
  await gives(uwe);
  await takes(uwe);
  expect(told(await acceptOffer(visitor(vera), invitation?.token ?? ''))).toEqual([[vera, 'invitation-gone']]);
  expect(told(await takes(vera, offer))).toEqual([[vera, 'hand-over-expired']]);
  expect(await find(line)).toMatchObject({ owner: uwe, user: uwe });
});
