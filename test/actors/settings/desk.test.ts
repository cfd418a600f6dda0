import { expect, test, vi } from 'vitest';
import { FluentSettingsTexts } from '../../../src/adapters/texts/settings/texts.ts';
import { UserId } from '../../../src/machines/model/ids.ts';
import { eventually } from '../../support/eventually.ts';
import { everything, olga, Room, uwe } from './room.ts';

const newLine = (messageId: number) => ({ kind: 'press', press: { do: 'new' }, messageId }) as const;
/** Olga has pressed `Export`, which takes until `resolve`. */
async function whileExporting() {
  const room = new Room();
  const line = await room.newLine(olga);
  const { promise, resolve } = Promise.withResolvers<object>();
  const exporting = vi.fn<() => Promise<object>>(() => promise);
  room.onPress({ export: exporting });
  const messageId = (await room.screenMessage(olga)) ?? 0;
  await room.put(olga, { kind: 'press', press: { do: 'export', line }, messageId });
  return { room, line, messageId, exporting, resolve };
}

const softphone = { kind: 'command', command: 'softphone', payload: '' } as const;

test('what an earlier process left is done at the start, in order, each once', async () => {
  const room = new Room();
  await room.command(olga, 'softphone');
  await room.put(olga, newLine((await room.screenMessage(olga)) ?? 0));
  await room.put(olga, { kind: 'command', command: 'help', payload: '' });
  room.restart();
  room.desk.wake();
  await room.desk.settled();
  expect(await room.book.of(olga)).toHaveLength(1);
  expect((await room.screen(olga)).kind).toBe('help');
  room.desk.wake();
  await room.desk.settled();
  expect(await room.book.of(olga)).toHaveLength(1);
});

test.each([
  ['New', async () => {}],
  ['☑️ Call recording', async (room: Room) => void (await room.newLine(olga))],
  ['UDP', async (room: Room) => void (await room.newLine(olga))],
])('a crash before the mark does not do a press twice: %s', async (label, before) => {
  const room = new Room({ texts: new FluentSettingsTexts() });
  // There is no room for a second line: the first one is not refused for that.
  room.plan = { ...everything, sipAccounts: 1 };
  await room.command(olga, 'softphone');
  await before(room);
  const marked = vi.spyOn(room.inbox, 'done').mockResolvedValue();
  await room.pressesLabel(olga, label);
  const [lines, page] = [await room.book.of(olga), JSON.stringify(room.chat.page(olga))];
  marked.mockRestore();
  room.restart();
  room.desk.wake();
  await room.desk.settled();
  expect(await room.inbox.open(10)).toEqual([]);
  expect(lines).toMatchObject([label === 'UDP' ? { pending: { transport: 'tcp' } } : { recording: label !== 'New' }]);
  expect(await room.book.of(olga)).toEqual(lines);
  expect(JSON.stringify(room.chat.page(olga))).toBe(page);
});

test('presses in a row are taken in their order, each on the screen the one before left', async () => {
  const room = new Room();
  const line = await room.newLine(olga);
  const messageId = (await room.screenMessage(olga)) ?? 0;
  for (const to of ['tcp', 'tls', 'udp', 'tcp'] as const) {
    await room.put(olga, { kind: 'press', press: { do: 'protocol', line, to }, messageId });
  }
  room.desk.wake();
  await room.desk.settled();
  expect((await room.lineScreen(olga)).details.transport).toBe('tcp');
});

test('what has just been put is begun without being read', async () => {
  const room = new Room();
  await room.command(uwe, 'softphone');
  const open = vi.spyOn(room.inbox, 'open');
  room.desk.take(await room.put(olga, softphone));
  await room.desk.settled();
  expect((await room.screen(olga)).kind).toBe('lines');
  expect(open).not.toHaveBeenCalled();
});

test.each([
  ['an earlier process left', async () => {}],
  [
    'could not be done',
    async (room: Room) => {
      vi.spyOn(room.dialogues, 'of').mockRejectedValueOnce(new Error('database is away'));
      room.desk.wake();
      await room.desk.settled();
    },
  ],
])('what has just been put waits for what %s', async (_, before) => {
  const room = new Room();
  await room.put(olga, { kind: 'command', command: 'help', payload: '' });
  await before(room);
  room.desk.take(await room.put(olga, softphone));
  await room.desk.settled();
  expect((await room.screen(olga)).kind).toBe('lines');
  expect(await room.inbox.open(10)).toEqual([]);
});

test('what has just been put while the inbox is being read is read, and done once', async () => {
  const room = new Room();
  await room.command(olga, 'softphone');
  const open = room.inbox.open.bind(room.inbox);
  const { promise: reading, resolve } = Promise.withResolvers<void>();
  room.inbox.open = async (...asked) => {
    await reading;
    return open(...asked);
  };
  room.desk.wake();
  room.desk.take(await room.put(olga, newLine((await room.screenMessage(olga)) ?? 0)));
  resolve();
  await room.desk.settled();
  expect(await room.book.of(olga)).toHaveLength(1);
});

test('what has just been put waits for what could not be in hand', async () => {
  const room = new Room();
  const { promise: gate, resolve } = Promise.withResolvers<void>();
  let begun = 0;
  room.people.callback = async () => {
    begun += 1;
    if (begun > 10) await gate;
    return true;
  };
  for (let place = 0; place < 1_000; place++) await room.put(UserId(2_000 + place), softphone);
  await room.put(olga, { kind: 'command', command: 'help', payload: '' });
  room.desk.wake();
  await eventually(() => expect(begun).toBe(60));
  room.desk.take(await room.put(olga, softphone));
  resolve();
  await room.desk.settled();
  expect((await room.screen(olga)).kind).toBe('lines');
});

test('what is done while the inbox is being read is not done again', async () => {
  const room = new Room();
  const pressing = Promise.withResolvers<object>();
  const reading = Promise.withResolvers<void>();
  let done = 0;
  await room.command(olga, 'softphone');
  room.onPress({
    import: () => {
      done += 1;
      return pressing.promise;
    },
  });
  await room.put(olga, { kind: 'press', press: { do: 'import' }, messageId: (await room.screenMessage(olga)) ?? 0 });
  room.desk.wake();
  await expect.poll(() => done).toBe(1);

  const open = room.inbox.open.bind(room.inbox);
  const read = vi.fn<typeof open>(async (limit) => {
    const rows = await open(limit);
    await reading.promise;
    return rows;
  });
  room.inbox.open = read;
  room.desk.wake();
  await expect.poll(() => read.mock.calls.length).toBe(1);
  pressing.resolve({});
  await expect.poll(() => open(10)).toEqual([]);
  reading.resolve();
  await room.desk.settled();
  expect(done).toBe(1);
});

test('a press that has waited for more than 15 s does nothing: she sees its screen, and is asked to try again', async () => {
  const room = new Room();
  const line = await room.newLine(olga);
  const messageId = (await room.screenMessage(olga)) ?? 0;
  const press = { kind: 'press', press: { do: 'recording', line, on: true }, messageId } as const;
  await room.put(olga, press);
  room.clock.increment(15_001);
  room.desk.wake();
  await room.desk.settled();
  expect(await room.lineScreen(olga)).toMatchObject({
    remark: { kind: 'try-again' },
    facts: { id: line },
    details: { recording: false },
  });
  expect(await room.screenMessage(olga)).toBe(messageId);
  expect(await room.inbox.open(10)).toEqual([]);

  await room.put(olga, press);
  room.clock.increment(15_000);
  room.desk.wake();
  await room.desk.settled();
  expect((await room.lineScreen(olga)).details.recording).toBe(true);
});

test('a press behind one that takes long waits too; a command and a message do not get too old', async () => {
  const { room, line, messageId, exporting, resolve } = await whileExporting();
  await room.put(olga, { kind: 'press', press: { do: 'delete', line, sure: true }, messageId });
  room.desk.wake();
  await eventually(() => expect(exporting).toHaveBeenCalled());
  room.clock.increment(15_001);
  resolve({});
  await room.desk.settled();
  expect(await room.book.find(line)).toBeDefined();
  expect((await room.screen(olga)).remark).toEqual({ kind: 'try-again' });
  await room.presses(olga, { do: 'ask', line, field: 'domain' });
  await room.put(olga, { kind: 'text', text: 'pbx.test', messageId: 1 });
  room.clock.increment(60_000);
  room.desk.wake();
  await room.desk.settled();
  expect((await room.lineScreen(olga)).details.domain).toBe('pbx.test');
});

test('nobody waits for somebody else’s press', async () => {
  const room = new Room();
  const { promise, resolve } = Promise.withResolvers<object>();
  await room.command(olga, 'softphone');
  room.onPress({ import: () => promise });
  await room.put(olga, { kind: 'press', press: { do: 'import' }, messageId: (await room.screenMessage(olga)) ?? 0 });
  await room.put(uwe, softphone);
  room.desk.wake();
  await expect.poll(() => room.screen(uwe).catch(() => undefined)).toMatchObject({ kind: 'lines' });
  resolve({});
  await room.desk.settled();
  expect(await room.inbox.open(10)).toEqual([]);
});

test('no more than fifty people are attended to at a time, and all of them in the end', async () => {
  const room = new Room();
  let busy = 0;
  let most = 0;
  const { promise: gate, resolve } = Promise.withResolvers<void>();
  room.people.callback = async () => {
    most = Math.max(most, ++busy);
    await gate;
    busy -= 1;
    return true;
  };
  const people = Array.from({ length: 230 }, (_, place) => UserId(2_000 + place));
  for (const person of people) await room.put(person, softphone);
  room.desk.wake();
  await eventually(() => expect(busy).toBe(50));
  resolve();
  await room.desk.settled();
  expect(most).toBe(50);
  expect(await room.inbox.open(1_000)).toEqual([]);
  for (const person of people) expect((await room.screen(person)).kind).toBe('lines');
});

test('what fails is reported, she sees her screen again, and her next press works', async () => {
  const room = new Room();
  const line = await room.newLine(olga);
  vi.spyOn(room.book, 'change').mockRejectedValueOnce(new Error('database is away'));
  await room.presses(olga, { do: 'recording', line, on: true });
  expect(room.faults.map(({ error }) => String(error))).toEqual(['Error: database is away']);
  expect((await room.lineScreen(olga)).details.recording).toBe(false);
  expect(await room.inbox.open(10)).toEqual([]);
  await room.presses(olga, { do: 'recording', line, on: true });
  expect((await room.lineScreen(olga)).details.recording).toBe(true);
});

test('a press that never ends is left after 30 s', async () => {
  const room = new Room();
  const line = await room.newLine(olga);
  const exporting = vi.fn<() => Promise<object>>(() => new Promise(() => {}));
  room.onPress({ export: exporting });
  await room.put(olga, {
    kind: 'press',
    press: { do: 'export', line },
    messageId: (await room.screenMessage(olga)) ?? 0,
  });
  await room.put(olga, softphone);
  room.desk.wake();
  await eventually(() => expect(exporting).toHaveBeenCalled());
  room.clock.increment(30_000);
  await room.desk.settled();
  expect(await room.inbox.open(10)).toEqual([]);
  expect((await room.screen(olga)).kind).toBe('lines');
  expect(room.faults).toHaveLength(1);
});

test('what was left does not bring her back when it ends after all', async () => {
  const room = new Room();
  const line = await room.newLine(olga);
  const { promise, resolve } = Promise.withResolvers<void>();
  const edit = vi.spyOn(room.chat, 'edit').mockReturnValueOnce(promise);
  await room.put(olga, {
    kind: 'press',
    press: { do: 'ask', line, field: 'name' },
    messageId: (await room.screenMessage(olga)) ?? 0,
  });
  room.desk.wake();
  await eventually(() => expect(edit).toHaveBeenCalled());
  room.clock.increment(30_000);
  await room.desk.settled();
  const { saved } = room.dialogues;
  resolve();
  await new Promise((done) => setImmediate(done));
  expect(room.dialogues.saved).toBe(saved);
  expect(await room.dialogues.of(olga)).toMatchObject({ question: undefined });
});

test('what ends when it was left already shows nothing, and says nothing', async () => {
  const { room, exporting, resolve } = await whileExporting();
  room.desk.wake();
  await eventually(() => expect(exporting).toHaveBeenCalled());
  room.clock.increment(30_000);
  await room.desk.settled();
  const events = room.chat.events(olga).length;
  resolve({ screen: { kind: 'help', chatAccount: '' }, sayings: [{ to: olga, notice: { kind: 'picked' } }] });
  await new Promise((done) => setImmediate(done));
  expect(room.chat.events(olga)).toHaveLength(events);
});

test('whoever has stopped the bot is asked nothing, and no keys are waited for', async () => {
  const room = new Room();
  const line = await room.newLine(olga);
  const screen = { kind: 'recordings-chat', line, title: 'Tapes' } as const;
  room.onPress({
    chat: async () => ({ screen, picking: { kind: 'recordings-chat', line, request: 5 } }),
    try: async () => ({ screen, question: { kind: 'try', line } }),
  });
  for (const does of ['chat', 'try'] as const) {
    await room.presses(olga, { do: does, line });
    const { picking, question } = await room.dialogues.of(olga);
    expect([picking?.kind, question?.question.kind]).toEqual(
      does === 'chat' ? ['recordings-chat', undefined] : [undefined, 'try'],
    );
    room.chat.refuse(olga, 'blocked');
    await room.presses(olga, { do: does, line });
    expect(await room.dialogues.of(olga)).toMatchObject({ picking: undefined, question: undefined });
    room.chat.refuse(olga, undefined);
  }
});

test('when nothing can be shown at all the row is done, and nobody is wedged', async () => {
  const room = new Room();
  const line = await room.newLine(olga);
  room.chat.refuse(olga, 'unreachable');
  await room.presses(olga, { do: 'ask', line, field: 'name' });
  expect(await room.inbox.open(10)).toEqual([]);
  expect(room.faults).toHaveLength(2);
  room.chat.refuse(olga, undefined);
  await room.presses(olga, { do: 'line', line });
  expect((await room.lineScreen(olga)).facts.name).toBe('Line 1');
});

test('rows that nobody can read any more are reported once, and keep nothing that stands behind them', async () => {
  const room = new Room();
  for (let row = 0; row < 100; row++) room.inbox.torn.add((await room.put(olga, softphone)).id);
  await room.put(uwe, softphone);
  room.desk.wake();
  await room.desk.settled();
  expect((await room.screen(uwe)).kind).toBe('lines');
  expect(room.faults).toHaveLength(100);
  expect(await room.inbox.open(1_000)).toEqual([]);
});

test('a row that cannot be marked is not done twice', async () => {
  const room = new Room();
  await room.command(olga, 'softphone');
  const done = vi.spyOn(room.inbox, 'done').mockRejectedValueOnce(new Error('database is away'));
  await room.does(olga, newLine((await room.screenMessage(olga)) ?? 0));
  expect(await room.inbox.open(10)).toHaveLength(1);
  room.clock.increment(5_000);
  await room.desk.settled();
  expect(done).toHaveBeenCalledTimes(2);
  expect(await room.inbox.open(10)).toEqual([]);
  expect(await room.book.of(olga)).toHaveLength(1);
});

test('an inbox that cannot be read is read again', async () => {
  const room = new Room();
  const open = vi.spyOn(room.inbox, 'open').mockRejectedValueOnce(new Error('database is away'));
  await room.does(olga, softphone);
  expect(room.faults).toHaveLength(1);
  room.clock.increment(5_000);
  await room.desk.settled();
  expect(open.mock.calls.length).toBeGreaterThan(1);
  expect((await room.screen(olga)).kind).toBe('lines');
});

test('what comes while the inbox cannot be read is looked for at once', async () => {
  const room = new Room();
  const { promise, reject } = Promise.withResolvers<never>();
  vi.spyOn(room.inbox, 'open').mockReturnValueOnce(promise);
  room.desk.wake();
  await room.put(olga, softphone);
  room.desk.wake();
  reject(new Error('database is away'));
  await room.desk.settled();
  expect((await room.screen(olga)).kind).toBe('lines');
});

test('somebody who cannot be looked up is tried three times, and keeps nobody', async () => {
  const room = new Room();
  const find = vi.spyOn(room.dialogues, 'of').mockRejectedValue(new Error('no such table'));
  await room.put(olga, softphone).catch(() => {});
  room.desk.wake();
  await room.desk.settled();
  for (let attempt = 1; attempt < 4; attempt++) {
    room.clock.increment(5_000);
    await room.desk.settled();
  }
  find.mockRestore();
  expect(room.faults).toHaveLength(3);
  expect(await room.inbox.open(10)).toEqual([]);
});

test('dialogues without a question leave the memory after a rest, others when they give up', async () => {
  const room = new Room();
  const line = await room.newLine(olga);
  await room.command(uwe, 'softphone');
  await room.after(200_000);
  await room.presses(olga, { do: 'ask', line, field: 'name' });
  await room.after(100_000);
  expect(room.desk.present).toBe(1);
  await room.after(200_000);
  await room.after(300_000);
  expect(room.desk.present).toBe(0);
  await room.presses(olga, { do: 'line', line });
  expect((await room.lineScreen(olga)).facts.name).toBe('Line 1');
});

test('a closed desk begins nothing; what waits stays for the next process', async () => {
  const room = new Room();
  await room.desk.close();
  await room.does(olga, softphone);
  expect(await room.inbox.open(10)).toHaveLength(1);
});

test('deadlines of others are left to them', async () => {
  const room = new Room();
  room.plan = everything;
  expect(await room.desk.passed({ address: 'user/1001', kind: 'reconnect-window', dueAt: room.now() })).toBe(false);
});
