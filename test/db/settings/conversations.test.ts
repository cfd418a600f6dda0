import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Dialogues } from '../../../src/actors/ports/dialogues.ts';
import type { Inbox, InboxRow } from '../../../src/actors/ports/inbox.ts';
import { type Database, openDatabase } from '../../../src/db/database.ts';
import { DeadlineRepository } from '../../../src/db/deadline-repository.ts';
import { DialogueRepository } from '../../../src/db/dialogue-repository.ts';
import { InboxRepository } from '../../../src/db/inbox-repository.ts';
import { SecretBox, WrongSecretKey } from '../../../src/db/secret-box.ts';
import { EpochMs, LineId, UserId } from '../../../src/machines/model/ids.ts';
import type { Whereabouts } from '../../../src/machines/model/settings-dialogue.ts';
import { MemoryDialogues } from '../../fakes/settings/dialogues.ts';
import { MemoryInbox } from '../../fakes/settings/inbox.ts';
import { temporaryCluster } from '../../support/database.ts';

const box = new SecretBox(Buffer.alloc(32, 1));
const line = LineId('00000000-0000-4000-8000-000000000001');
const nowhere: Whereabouts = { screenMessage: undefined, question: undefined, picking: undefined, givenUp: undefined };
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

let people = 1_000;
const somebody = () => UserId(people++);
let updates = 1;
const written = (user: UserId, text: string): InboxRow => ({
  id: `bot-${updates++}`,
  key: randomUUID(),
  user,
  input: { kind: 'text', text, messageId: 7 },
  language: 'es-MX',
  name: 'Olga',
});

const dialogueBooks: [string, () => Dialogues][] = [
  ['in memory', () => new MemoryDialogues()],
  ['in the database', () => new DialogueRepository(database)],
];

describe.each(dialogueBooks)('dialogues %s', (_, open) => {
  test('somebody new is nowhere', async () => {
    expect(await open().of(somebody())).toEqual(nowhere);
  });

  test('where somebody is replaces where he was, and nobody else is moved', async () => {
    const [dialogues, olga, uwe] = [open(), somebody(), somebody()];
    const asked: Whereabouts = {
      screenMessage: 12,
      question: { question: { kind: 'field', line, field: 'domain' }, askedAt: EpochMs(1_800_000_000_000), wrong: 2 },
      picking: undefined,
      givenUp: undefined,
    };
    const picking: Whereabouts = { ...nowhere, screenMessage: 13, picking: { kind: 'user', line, request: 5 } };
    const late: Whereabouts = { ...nowhere, screenMessage: 14, givenUp: { kind: 'field', line, field: 'password' } };
    await dialogues.save(olga, asked);
    await dialogues.save(uwe, picking);
    expect(await dialogues.of(olga)).toEqual(asked);
    await dialogues.save(olga, picking);
    expect(await dialogues.of(olga)).toEqual(picking);
    await dialogues.save(olga, late);
    expect(await dialogues.of(olga)).toEqual(late);
    await dialogues.save(olga, nowhere);
    expect(await dialogues.of(olga)).toEqual(nowhere);
    expect(await dialogues.of(uwe)).toEqual(picking);
  });
});

test('a question stands with its deadline, which goes with it', async () => {
  const [dialogues, deadlines, olga] = [new DialogueRepository(database), new DeadlineRepository(database), somebody()];
  const due = async () => (await deadlines.find(`dialogue/${olga}`, 'answer'))?.dueAt;
  const asked = (askedAt: number, wrong: number) => ({
    ...nowhere,
    question: { question: { kind: 'import' } as const, askedAt: EpochMs(askedAt), wrong },
  });
  await dialogues.save(olga, asked(1_800_000_000_000, 0));
  expect(await due()).toBe(1_800_000_300_000);
  await dialogues.save(olga, asked(1_800_000_000_000, 1));
  expect(await due()).toBe(1_800_000_300_000);
  await dialogues.save(olga, asked(1_800_000_050_000, 0));
  expect(await due()).toBe(1_800_000_350_000);
  await dialogues.save(olga, nowhere);
  expect(await due()).toBeUndefined();
});

const boxes: [string, () => { inbox: Inbox; dialogues: Dialogues }][] = [
  [
    'in memory',
    () => {
      const dialogues = new MemoryDialogues();
      return { inbox: new MemoryInbox(dialogues), dialogues };
    },
  ],
  [
    'in the database',
    () => ({ inbox: new InboxRepository(database, box), dialogues: new DialogueRepository(database) }),
  ],
];

describe.each(boxes)('an inbox %s', (_, open) => {
  const openOf = async (inbox: Inbox, user: UserId) => (await inbox.open(1_000)).filter((row) => row.user === user);

  test('what was put is open until it is done, oldest first', async () => {
    const [{ inbox }, olga] = [open(), somebody()];
    const rows = [written(olga, 'one'), written(olga, 'two'), written(olga, 'three')];
    for (const row of rows) await inbox.put(row);
    expect(await openOf(inbox, olga)).toEqual(rows);
    await inbox.done(rows[1]?.id ?? '');
    expect(await openOf(inbox, olga)).toEqual([rows[0], rows[2]]);
    await inbox.done(rows[1]?.id ?? '');
    await inbox.done('bot-never');
    expect(await openOf(inbox, olga)).toEqual([rows[0], rows[2]]);
  });

  test('every kind of input comes out as it went in', async () => {
    const [{ inbox }, olga] = [open(), somebody()];
    const inputs: InboxRow['input'][] = [
      { kind: 'command', command: 'start', payload: 'l_token' },
      { kind: 'text', text: "? \\ ' $1 \u{1F600} {}", messageId: 1 },
      { kind: 'other' },
      { kind: 'press', press: { do: 'ask', line, field: 'login' }, messageId: 2 },
      { kind: 'chat-picked', request: 1, chat: '-1001', title: undefined },
    ];
    const expiresAt = EpochMs(1_800_000_015_000);
    for (const input of inputs)
      await inbox.put({
        ...{ ...written(olga, ''), input, language: undefined, name: undefined },
        ...(input.kind === 'press' && { expiresAt }),
      });
    const found = await openOf(inbox, olga);
    expect(found.map(({ input }) => input)).toEqual(inputs);
    expect(found[0]).toMatchObject({ language: undefined, name: undefined });
    expect(found.map((row) => row.expiresAt)).toEqual(
      inputs.map(({ kind }) => (kind === 'press' ? expiresAt : undefined)),
    );
  });

  test('a repeat is nothing, whether the first one is open or done', async () => {
    const [{ inbox }, olga] = [open(), somebody()];
    const row = written(olga, 'once');
    await inbox.put(row);
    await inbox.put({ ...row, input: { kind: 'other' } });
    expect(await openOf(inbox, olga)).toEqual([row]);
    await inbox.done(row.id);
    await inbox.put(row);
    expect(await openOf(inbox, olga)).toEqual([]);
  });

  test('no more rows are read than asked for', async () => {
    const [{ inbox }, olga] = [open(), somebody()];
    for (const text of ['one', 'two', 'three']) await inbox.put(written(olga, text));
    expect(await inbox.open(2)).toHaveLength(2);
  });

  test('whoever puts something learns where the person’s screen stands', async () => {
    const [{ inbox, dialogues }, olga] = [open(), somebody()];
    const first = written(olga, 'x');
    expect(await inbox.put(first)).toEqual({ isNew: true, screenMessage: undefined, isMoving: false });
    await dialogues.save(olga, { ...nowhere, screenMessage: 12 });
    const row = written(olga, 'y');
    expect(await inbox.put(row)).toEqual({ isNew: true, screenMessage: 12, isMoving: true });
    await inbox.put(written(somebody(), 'not hers'));
    await inbox.done(first.id);
    expect(await inbox.put(row)).toEqual({ isNew: false, screenMessage: 12, isMoving: false });
    await inbox.done(row.id);
    await dialogues.save(olga, nowhere);
    expect(await inbox.put(written(olga, 'z'))).toEqual({ isNew: true, screenMessage: undefined, isMoving: false });
  });
});

test('what people write does not stand readable in the inbox, and not at all once it is done', async () => {
  const [inbox, olga] = [new InboxRepository(database, box), somebody()];
  const row = written(olga, 'unique-pass-word');
  await inbox.put(row);
  const stored = async () => database.fork().execute<{ input: string }[]>('select * from inbox where id = ?', [row.id]);
  expect(JSON.stringify(await stored())).not.toContain('unique-pass-word');
  await inbox.done(row.id);
  expect((await stored())[0]?.input).toBe('');
});

test('a row that was sealed with another key is told of and left out; the others are read', async () => {
  const [inbox, olga] = [new InboxRepository(database, box), somebody()];
  const [foreign, own] = [written(olga, 'torn'), written(olga, 'whole')];
  await new InboxRepository(database, new SecretBox(Buffer.alloc(32, 2))).put(foreign);
  await inbox.put(own);
  const unreadable = vi.fn<(id: string, error: unknown) => void>();
  expect((await inbox.open(1_000, [], unreadable)).filter(({ user }) => user === olga)).toEqual([own]);
  expect(unreadable.mock.calls).toEqual([[foreign.id, expect.any(WrongSecretKey)]]);
  await inbox.done(foreign.id);
});

test('what was open when a process died is open in the next one', async () => {
  const olga = somebody();
  const row = written(olga, 'before the end');
  await new InboxRepository(database, box).put(row);
  const other = await openDatabase(cluster.url);
  try {
    expect(await new InboxRepository(other, box).open(1_000)).toContainEqual(row);
  } finally {
    await other.close();
  }
});

test('what was done is forgotten after a day', async () => {
  const [inbox, olga] = [new InboxRepository(database, box), somebody()];
  const [old, young, next] = [written(olga, '1'), written(olga, '2'), written(olga, '3')];
  for (const row of [old, young, next]) await inbox.put(row);
  await inbox.done(old.id);
  await inbox.done(young.id);
  await database.fork().execute(`update inbox set done_at = now() - interval '25 hours' where id = ?`, [old.id]);
  await inbox.done(next.id);
  const left = await database.fork().execute<{ id: string }[]>('select id from inbox where user_id = ?', [olga]);
  expect(left.map(({ id }) => id).toSorted()).toEqual([young.id, next.id].toSorted());
});
