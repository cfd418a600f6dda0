import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Offer, Offers } from '../../../src/actors/ports/offers.ts';
import type { People } from '../../../src/actors/ports/people.ts';
import { type Database, openDatabase } from '../../../src/db/database.ts';
import { keepRemovingExpired, removeExpired } from '../../../src/db/expiry.ts';
import { LineBookRepository } from '../../../src/db/line-book-repository.ts';
import { PeerRepository } from '../../../src/db/mailbox-repository.ts';
import { OfferRepository } from '../../../src/db/offer-repository.ts';
import { PersonRepository } from '../../../src/db/person-repository.ts';
import { SecretBox } from '../../../src/db/secret-box.ts';
import { UserRepository } from '../../../src/db/user-repository.ts';
import { WorkerRepository } from '../../../src/db/worker-repository.ts';
import { EpochMs, LineId, UserId } from '../../../src/machines/model/ids.ts';
import { MemoryOffers } from '../../fakes/settings/offers.ts';
import { MemoryPeople } from '../../fakes/settings/people.ts';
import { temporaryCluster } from '../../support/database.ts';

const chatAccount = UserId('7');
let cluster: Awaited<ReturnType<typeof temporaryCluster>>;
let database: Database;

beforeAll(async () => {
  cluster = await temporaryCluster();
  database = await openDatabase(cluster.url);
});
afterAll(async () => {
  await database?.close();
  await cluster?.stop();
});

let numbers = 1_000;
const somebody = () => UserId(numbers++);
const someLine = () => LineId(`00000000-0000-4000-8000-00000000${numbers++}`);

interface Directory {
  readonly people: People;
  readonly meet: (user: UserId) => Promise<void>;
  readonly switchCallback: (user: UserId, on: boolean) => Promise<void>;
}

const directories: [string, () => Directory][] = [
  [
    'in memory',
    () => {
      const people = new MemoryPeople();
      return {
        people,
        meet: async (user) => void people.met.add(user),
        switchCallback: (user, on) => people.setCallback(user, on),
      };
    },
  ],
  [
    'in the database',
    () => ({
      people: new PersonRepository(database, chatAccount),
      meet: (user) => new PeerRepository(database).remember(chatAccount, user, { accessHash: '5', met: true }),
      switchCallback: (user, on) => new UserRepository(database).setCallback(user, on),
    }),
  ],
];

describe.each(directories)('people %s', (_, open) => {
  test('of somebody unknown nothing is known, and he is called back', async () => {
    const [{ people }, olga] = [open(), somebody()];
    expect(await people.name(olga)).toBeUndefined();
    expect(await people.language(olga)).toBeUndefined();
    expect(await people.callback(olga)).toBe(true);
    expect(await people.hasMet(olga)).toBe(false);
  });

  test('what is noted stays until it is noted anew, piece by piece', async () => {
    const [{ people }, olga] = [open(), somebody()];
    await people.note(olga, { name: 'Olga' });
    await people.note(olga, { language: 'ru' });
    await people.note(olga, {});
    expect([await people.name(olga), await people.language(olga)]).toEqual(['Olga', 'ru']);
    await people.note(olga, { name: 'Olja', language: 'de' });
    expect([await people.name(olga), await people.language(olga)]).toEqual(['Olja', 'de']);
  });

  test('the language somebody chose is stronger than that of his Telegram', async () => {
    const [{ people }, olga] = [open(), somebody()];
    await people.note(olga, { language: 'ru' });
    await people.setLanguage(olga, 'en');
    expect(await people.language(olga)).toBe('en');
    await people.note(olga, { language: 'de' });
    expect(await people.language(olga)).toBe('en');
  });

  test('switches and names do not touch each other', async () => {
    const [{ people, switchCallback }, olga, uwe] = [open(), somebody(), somebody()];
    await switchCallback(olga, false);
    await people.note(olga, { name: 'Olga', language: 'ru' });
    expect(await people.callback(olga)).toBe(false);
    await switchCallback(olga, true);
    expect([await people.callback(olga), await people.name(olga)]).toEqual([true, 'Olga']);
    expect(await people.callback(uwe)).toBe(true);
  });

  test('whom the chat account has met, it has met', async () => {
    const [{ people, meet }, olga, uwe] = [open(), somebody(), somebody()];
    await meet(olga);
    expect([await people.hasMet(olga), await people.hasMet(uwe)]).toEqual([true, false]);
  });
});

test('seen by another account, or only seen, is not met', async () => {
  const [people, peers, olga, uwe] = [
    new PersonRepository(database, chatAccount),
    new PeerRepository(database),
    somebody(),
    somebody(),
  ];
  await peers.remember(UserId('8'), olga, { accessHash: '5', met: true });
  await peers.remember(chatAccount, uwe, { accessHash: '5', met: false });
  expect([await people.hasMet(olga), await people.hasMet(uwe)]).toEqual([false, false]);
});

const boards: [string, () => Offers][] = [
  ['in memory', () => new MemoryOffers()],
  ['in the database', () => new OfferRepository(database)],
];
const offerOf = (kind: Offer['kind'], to = somebody(), line = someLine()): Offer => ({
  token: `token${numbers++}`.padEnd(16, 'x'),
  kind,
  line,
  from: somebody(),
  to,
  toName: 'Uwe "?" \\',
  expiresAt: EpochMs(1_800_000_000_123),
});

describe.each(boards)('offers %s', (_, open) => {
  test('an offer is found by its token, its line and whom it is for', async () => {
    const [offers, mine, other] = [open(), offerOf('user'), offerOf('user')];
    await offers.put(mine);
    await offers.put(other);
    expect(await offers.find(mine.token)).toEqual(mine);
    expect(await offers.ofLine(mine.line, 'user')).toEqual(mine);
    expect(await offers.to(mine.to, 'user')).toEqual([mine]);
    expect(await offers.ofLine(mine.line, 'owner')).toBeUndefined();
    expect(await offers.to(mine.to, 'owner')).toEqual([]);
    expect(await offers.find('nothing')).toBeUndefined();
  });

  test('a newer offer of the same kind and line replaces the older one, whomever it was for', async () => {
    const [offers, first] = [open(), offerOf('user')];
    const [second, hand] = [offerOf('user', somebody(), first.line), offerOf('owner', first.to, first.line)];
    for (const offer of [first, hand, second]) await offers.put(offer);
    expect(await offers.find(first.token)).toBeUndefined();
    expect(await offers.take(first.token)).toBe(false);
    expect(await offers.to(first.to, 'user')).toEqual([]);
    expect(await offers.find(second.token)).toEqual(second);
    expect(await offers.ofLine(first.line, 'owner')).toEqual(hand);
  });

  test('an offer is taken once, however many try', async () => {
    const [offers, offer] = [open(), offerOf('owner')];
    await offers.put(offer);
    const taken = await Promise.all(Array.from({ length: 6 }, () => offers.take(offer.token)));
    expect(taken.filter(Boolean)).toHaveLength(1);
    expect(await offers.find(offer.token)).toBeUndefined();
    expect(await offers.ofLine(offer.line, 'owner')).toBeUndefined();
  });

  test('a removed offer cannot be taken, and removing it again is nothing', async () => {
    const [offers, offer] = [open(), offerOf('user')];
    await offers.put(offer);
    await offers.remove(offer.token);
    await offers.remove(offer.token);
    expect(await offers.take(offer.token)).toBe(false);
  });
});

test('a removed line takes its offers along', async () => {
  const [book, offers, olga] = [
    new LineBookRepository(database, new SecretBox(Buffer.alloc(32))),
    new OfferRepository(database),
    somebody(),
  ];
  const options = { name: 'x', codecs: [], dtmfMethods: [], recording: false };
  const { id } = await book.create(olga, {
    ...options,
    recordingsChat: undefined,
    quietHours: undefined,
    pendingSince: undefined,
  });
  const [offer, other] = [offerOf('user', somebody(), id), offerOf('user')];
  await offers.put(offer);
  await offers.put(other);
  await book.remove(olga, id);
  expect(await offers.find(offer.token)).toBeUndefined();
  expect(await offers.find(other.token)).toEqual(other);
});

test('old entries of the audit log and offers nobody can take any more are removed', async () => {
  const offers = new OfferRepository(database);
  const [over, open] = [{ ...offerOf('user'), expiresAt: EpochMs(Date.now() - 90_000_000) }, offerOf('user')];
  await offers.put(over);
  await offers.put(open);
  const line = someLine();
  const entry = async (age: string) =>
    database
      .fork()
      .execute(
        `insert into audit_entry (at, changer, line_id, did, changes) values (now() - ?::interval, ?, ?, ?, '{}')`,
        [age, 'timer', line, age],
      );
  await entry('366 days');
  await entry('364 days');
  await removeExpired(database);
  expect(await offers.find(over.token)).toBeUndefined();
  expect(await offers.find(open.token)).toEqual(open);
  const left = await database.fork().execute('select did from audit_entry where line_id = ?', [line]);
  expect(left).toEqual([{ did: '364 days' }]);
});

test('what expires while the service runs is removed within a day, until it ends', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  try {
    const offers = new OfferRepository(database);
    const failed = vi.fn<(error: unknown) => void>();
    const end = await keepRemovingExpired(database, failed);
    const over = { ...offerOf('user'), expiresAt: EpochMs(Date.now() - 90_000_000) };
    await offers.put(over);
    vi.advanceTimersByTime(86_399_999);
    expect(await offers.find(over.token)).toBeDefined();
    vi.advanceTimersByTime(1);
    await expect.poll(() => offers.find(over.token)).toBeUndefined();
    await end();
    expect(vi.getTimerCount()).toBe(0);
    expect(failed).not.toHaveBeenCalled();
  } finally {
    vi.useRealTimers();
  }
});

test('workers are listed as they last told of themselves', async () => {
  const workers = new WorkerRepository(database);
  expect(await workers.all()).toEqual([]);
  await database.fork().execute(`
    insert into worker (id, kind, owner_id, name, place, free, load, seen_at, switched_off) values
      ('w2', 'private', '1001', 'Mine', 'Home', false, 0.25, '2026-11-24T10:00:00Z', true),
      ('w1', 'official', null, 'Main', 'Falkenstein', true, 0.5, '2026-11-24T10:00:01Z', false)`);
  const seen = Date.UTC(2026, 10, 24, 10);
  expect(await workers.all()).toEqual([
    {
      ...{ id: 'w1', kind: 'official', owner: undefined, name: 'Main', place: 'Falkenstein', free: true },
      ...{ load: 0.5, seenAt: seen + 1_000, switchedOff: false },
    },
    {
      ...{ id: 'w2', kind: 'private', owner: '1001', name: 'Mine', place: 'Home', free: false },
      ...{ load: 0.25, seenAt: seen, switchedOff: true },
    },
  ]);
});
