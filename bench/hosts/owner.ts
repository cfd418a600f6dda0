/**
 * A host that is about to die: it owns its share of the shards, keeps the facts of its users' calls and sets deadlines as it is
 * told, and keeps none of them itself. DATABASE_URL; REDIS_URL; SHARDS. Hears one line of JSON (`OwnerTask`), says `ready`, `done`.
 */
import { createInterface } from 'node:readline';
import { pino } from 'pino';
import type { KeptCall } from '../../src/actors/ports/facts.ts';
import { readConfig } from '../../src/config.ts';
import { openDatabase } from '../../src/db/database.ts';
import { FactsRepository } from '../../src/db/facts-repository.ts';
import { SecretBox } from '../../src/db/secret-box.ts';
import { hostOptionsOf } from '../../src/host-options.ts';
import { openHosting } from '../../src/hosting.ts';
import { CallId, EpochMs, LineId, type UserId, VoiceLegId } from '../../src/machines/model/ids.ts';
import { openDeadlines } from './deadlines.ts';

export interface OwnerTask {
  /** Users with a call whose window is open, until when. */
  readonly windows: readonly (readonly [user: UserId, until: number])[];
  readonly deadlines: readonly number[];
}

const config = readConfig(process.env);
const { DATABASE_URL: databaseUrl = '', REDIS_URL: redisUrl } = config;
const log = pino({ level: 'silent' });
const database = await openDatabase(databaseUrl);
const facts = new FactsRepository(database, new SecretBox(Buffer.alloc(32)));
const deadlines = await openDeadlines({ databaseUrl, redisUrl, host: 'owner', database, log });
deadlines.onPassed(() => {});
const hosting = await openHosting({
  ...{ databaseUrl, redisUrl, log, host: hostOptionsOf({ ...config, HOST_ID: 'owner' }) },
  holder: { gained: () => {}, lost: async () => {}, isIdle: () => true },
  load: () => ({}),
  faults: { report: (where, error) => console.error(where, error) },
});

createInterface({ input: process.stdin }).on('line', (line) => void take(JSON.parse(line) as OwnerTask));

async function take({ windows, deadlines: due }: OwnerTask): Promise<void> {
  await Promise.all([
    ...windows.map(async ([user, until]) => {
      const lease = hosting.leaseOf(user);
      if (!lease) throw new Error('not the owner of its user');
      await facts.keep({ user, calls: [callOf(user)], windowUntil: EpochMs(until) }, lease);
    }),
    ...due.map((dueAt, number) =>
      deadlines.set({ address: `bench/${number}`, kind: 'dead-owner', dueAt: EpochMs(dueAt) }),
    ),
  ]);
  console.log('done');
}

const callOf = (user: UserId): KeptCall => ({
  line: LineId('0198f7a5-0000-7000-8000-000000000001'),
  label: { call: CallId(`call-${user}`), direction: 'outgoing', number: '200', lineName: '', startedAt: EpochMs(0) },
  target: { kind: 'number', user: '200' },
  voiceLeg: VoiceLegId('leg'),
  switching: true,
  limitMs: undefined,
  recording: {
    ...{ user, owner: user, language: undefined, chat: undefined },
    ...{ stereo: false, automatic: false, locked: false, limitMs: undefined },
  },
  stage: 'answered',
  cause: undefined,
  isRecorded: false,
  dialog: undefined,
});

await hosting.ownership.start();
console.log('ready');
