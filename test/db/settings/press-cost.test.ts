import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { FluentSettingsTexts } from '../../../src/adapters/texts/settings/texts.ts';
import { type Database, openDatabase } from '../../../src/db/database.ts';
import { keepRows } from '../../../src/db/row-changes.ts';
import { SecretBox } from '../../../src/db/secret-box.ts';
import { EpochMs, UserId } from '../../../src/machines/model/ids.ts';
import type { SettingsPress } from '../../../src/machines/model/settings.ts';
import { type SettingsBot, settingsStore, startSettingsBot } from '../../../src/settings-bot.ts';
import { PlayedSettingsChat } from '../../fakes/settings/settings-chat.ts';
import { SaidStandings } from '../../fakes/settings/standings.ts';
import { ListedTemplates, template } from '../../fakes/settings/templates.ts';
import { temporaryCluster } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';

const most = 5;
const olga = UserId('1001');
const options = {
  name: 'Office',
  codecs: ['opus', 'alaw'],
  dtmfMethods: ['rfc2833', 'info'],
  recording: false,
  recordingsChat: undefined,
  quietHours: undefined,
} as const;

let cluster: Awaited<ReturnType<typeof temporaryCluster>>;
let database: Database;
let forgetRows: () => Promise<void>;
let store: ReturnType<typeof settingsStore>;
let bot: SettingsBot;
let line: Awaited<ReturnType<typeof store.book.create>>['id'];
let updates = 0;

beforeAll(async () => {
  // It tells of itself every few seconds, which is no part of a press.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  cluster = await temporaryCluster();
  database = await openDatabase(cluster.url);
  forgetRows = await keepRows(cluster.url, database.rows);
  const box = new SecretBox(Buffer.alloc(32, 1));
  store = settingsStore({ url: cluster.url, database, box, recordings: '', close: async () => {} }, UserId('1'));
  const lines = { find: async () => undefined };
  bot = startSettingsBot({
    options: { templates: new ListedTemplates(template('op')), worker: { name: 'This host', place: '' } },
    store,
    chat: new PlayedSettingsChat(),
    texts: new FluentSettingsTexts(),
    planFile: undefined,
    lineActors: Object.assign(new SaidStandings(), { watch: () => () => {} }) as never,
    lines,
    chatAccount: 'siptg',
    codecs: ['opus', 'alaw'],
    clock: { now: () => EpochMs(Date.now()) },
    actorClock: undefined,
    faults: {
      report: (where, error) => {
        throw new Error(where, { cause: error });
      },
    },
    setCallback: async () => {},
    finds: async () => false,
    placements: { due: async () => [], place: async () => [] },
    startTestCall: async () => 'busy',
  });
  const access = { login: '100', password: 's3cret', domain: 'pbx.test' };
  line = (await store.book.create(olga, { ...options, ...access, pendingSince: undefined })).id;
  await eventually(async () => {
    if ((await store.workers.all()).length === 0) throw new Error('it has not told of itself yet');
  });
});
afterAll(async () => {
  await bot?.close();
  await forgetRows?.();
  await database?.close();
  await cluster?.stop();
  vi.useRealTimers();
});

const does = async (input: Parameters<typeof store.inbox.put>[0]['input']) => {
  const row = { id: `bot-${(updates += 1)}`, key: randomUUID(), user: olga, input, language: 'en', name: 'Olga' };
  bot.take(row, (await store.inbox.put(row)).isNew);
  await bot.settled();
};
const presses = async (press: SettingsPress) => {
  const { screenMessage } = await store.dialogues.of(olga);
  return () => does({ kind: 'press', press, messageId: screenMessage ?? 0 });
};

beforeEach(() => does({ kind: 'command', command: 'softphone', payload: '' }));

test.each<[string, () => SettingsPress]>([
  ['the list', () => ({ do: 'lines' })],
  ['a line', () => ({ do: 'line', line })],
  ['a question', () => ({ do: 'ask', line, field: 'domain' })],
  ['recording', () => ({ do: 'recording', line, on: true })],
  ['protocol', () => ({ do: 'protocol', line, to: 'tcp' })],
  ['apply', () => ({ do: 'apply', line })],
  ['the templates', () => ({ do: 'templates', line })],
  ['the workers', () => ({ do: 'line-workers', line })],
  ['a worker', () => ({ do: 'worker', line, worker: 'main' })],
  ['switch off', () => ({ do: 'switch-off', line, sure: true })],
])(`a press costs at most ${most} statements, from the inbox to its mark: %s`, async (_, pressOf) => {
  const press = pressOf();
  await (await presses({ do: 'line', line }))();
  const measured = await presses(press);
  const pool = (await database.fork().getConnection().getNativeClient()) as Pool;
  const client = await pool.connect();
  const statements = vi.spyOn(Object.getPrototypeOf(client) as typeof client, 'query');
  client.release();
  await measured();
  const texts = statements.mock.calls.map(([statement]) => JSON.stringify(statement).slice(0, 100));
  statements.mockRestore();
  expect(texts.length).toBeGreaterThan(1);
  expect(texts.length, texts.join('\n')).toBeLessThanOrEqual(most);
});
