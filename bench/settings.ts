/**
 * The settings bot under 200 lines and 50 presses a second: how long a press waits for its answer and for its screen, and
 * what it costs the database. Times are taken at the Bot API's side of the connection, from the update being handed over;
 * as a ratio to an insert that is announced to a listener (what any press needs at least), measured in the same run.
 *
 *   npm run bench -- settings         SETTINGS_BENCH_SECONDS=10 for a short run
 */

import { rm } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import pg from 'pg';
import { pino } from 'pino';
import { dialRules } from '../src/adapters/dial-rules/dial-rules.ts';
import { readTemplates, shippedTemplates } from '../src/adapters/templates/catalogue.ts';
import { readConfig } from '../src/config.ts';
import { LineBookRepository } from '../src/db/line-book-repository.ts';
import { hostOptionsOf } from '../src/host-options.ts';
import { UserId } from '../src/machines/model/ids.ts';
import { startService } from '../src/service.ts';
import { openStorage, type Storage } from '../src/storage.ts';
import { temporaryDirectory } from '../test/support/database.ts';
import { type Figures, figures, ratioTo } from './settings/figures.ts';
import { countQueries, type Queries } from './settings/queries.ts';
import type { Opened, Order, Pressed } from './settings/telegram.ts';

const lines = 200;
const perSecond = 50;
const seconds = Number(process.env.SETTINGS_BENCH_SECONDS ?? 60);
/** Nothing here takes so long; a bench that hangs ends. */
const longestMs = (seconds + 240) * 1_000;

/** As of a free plan, which has to be looked at for every line shown; only with room for the lines of this bench. */
const standard = {
  name: 'bench',
  sipAccounts: lines,
  totalMsPerMonth: 30 * 60_000,
  callMs: 120_000,
  failedCallsPerHour: 10,
  callSwitching: false,
  recording: false,
  fragmentMs: 15_000,
  assignment: false,
  paidWorkers: false,
};

const queries = countQueries();
const overdue = setTimeout(() => {
  console.error('The bench took too long.');
  process.exit(1);
}, longestMs).unref();
const directory = await temporaryDirectory();
const storage = await openStorage(
  { DATABASE_URL: undefined, SECRET_KEY: undefined, RECORDINGS_DIR: undefined },
  directory,
);
const telegram = new Worker(new URL('settings/telegram.ts', import.meta.url));
try {
  await bench();
} finally {
  clearTimeout(overdue);
  await telegram.terminate();
  await storage.close();
  await rm(directory, { recursive: true, force: true });
}

async function bench(): Promise<void> {
  const opened = (await heard()) as Opened;
  const people = (await order({ do: 'people', count: lines + 1 })) as string[];
  const [collector = '', ...owners] = people.toReversed();
  const book = new LineBookRepository(storage.database, storage.box);
  for (const [number, owner] of owners.entries()) await addLine(book, owner, number);
  const service = await startService({
    host: hostOptionsOf(readConfig({ HOST_ID: 'local', SHARDS: '2' })),
    storage,
    log: pino({ level: process.env.BENCH_LOG ?? 'silent' }),
    plans: { plans: new Map([['bench', standard]]), standard },
    settings: {
      templates: readTemplates([shippedTemplates], dialRules),
      worker: { name: 'This host', place: '' },
    },
    telegram: {
      apiId: 1,
      apiHash: '0'.repeat(32),
      session: opened.session,
      proxy: { host: '127.0.0.1', port: opened.socksPort },
      botToken: opened.botToken,
      botApiRoot: opened.botApiRoot,
    },
    sip: { bind: { host: '127.0.0.1', udpPort: 0, tcpPort: 0 }, advertisedHost: '127.0.0.1' },
    media: {
      threads: 1,
      rtpHost: '127.0.0.1',
      rtpPorts: { from: 25_000, to: 25_999 },
      ice: { addresses: ['127.0.0.1'] },
    },
  });
  try {
    await order({ do: 'open' });
    await service.settled();
    const idle = await queriesWhile(() => new Promise((done) => setTimeout(done, 5_000)));
    const idlePerMs = idle.count / idle.tookMs;

    console.log('queries of one press, with what this host reads again when lines have changed');
    const one = async (person: number, label: string, what = label) => {
      const all = await queriesWhile(async () => {
        await order({ do: 'one', person, label });
        await service.settled();
      });
      // Workers of the job queues look for work meanwhile; their statements begin with a comment.
      const texts = all.texts.filter((text) => !text.startsWith('--'));
      console.log(`  ${what.padEnd(28)} ${String(texts.length).padStart(3)}`);
      if (process.env.BENCH_LOG) console.log(texts);
    };
    for (const label of ['⚪', 'UDP', 'Name', 'Cancel', 'Worker', 'Back', 'Back']) await one(0, label);
    for (let number = 0; number < lines; number++) await addLine(book, collector, number);
    await one(lines, 'Switch off Callback mode', `list screen of ${lines} lines`);

    const floor = figures(await insertsAndNotices(storage));
    say('insert + notify', floor);
    const run = await queriesWhile(() => order({ do: 'press', perSecond, seconds }) as Promise<Pressed>);
    await service.settled();
    const { presses, answered, answerMs, screenMs, screensLeft } = run.result;
    console.log(`${presses} presses, ${perSecond} a second, ${lines} lines: ${answered} answered`);
    say('answer', figures(answerMs), floor);
    say('screen', figures(screenMs), floor);
    console.log(`screens that never came: ${screensLeft}`);
    const perPress = (run.count - idlePerMs * run.tookMs) / presses;
    console.log(`queries per press: ${perPress.toFixed(2)}`);
    demand(`all ${presses} presses are answered`, answered === presses && screensLeft === 0);
    demand('p95 of the answers ≤ 200 ms', figures(answerMs).p95 <= 200);
    demand('queries per press ≤ 5', perPress <= 5);
  } finally {
    await service.stop(0);
  }
}

function demand(what: string, holds: boolean): void {
  console.log(`${holds ? 'holds' : 'DOES NOT HOLD'}: ${what}`);
  if (!holds) process.exitCode = 1;
}

async function addLine(book: LineBookRepository, owner: string, number: number): Promise<void> {
  await book.create(UserId(owner), {
    name: `Line ${number}`,
    login: String(number),
    domain: 'pbx.example.com',
    codecs: ['opus', 'alaw', 'mulaw'],
    dtmfMethods: ['rfc2833', 'info', 'inband'],
    recording: false,
    recordingsChat: undefined,
    quietHours: undefined,
    pendingSince: undefined,
  });
}

/** Milliseconds from an insert being asked for until a listener hears of it. */
async function insertsAndNotices({ url }: Storage): Promise<number[]> {
  const [writer, listener] = [new pg.Client(url), new pg.Client(url)];
  await Promise.all([writer.connect(), listener.connect()]);
  await writer.query('create table bench_note (id serial, text text)');
  await listener.query('listen bench');
  const took: number[] = [];
  for (let number = 0; number < 500; number++) {
    const began = performance.now();
    const told = new Promise((done) => listener.once('notification', done));
    await writer.query(
      `with kept as (insert into bench_note (text) values ($1) returning id) select pg_notify('bench', '') from kept`,
      ['x'.repeat(200)],
    );
    await told;
    took.push(performance.now() - began);
  }
  await writer.query('drop table bench_note');
  await Promise.all([writer.end(), listener.end()]);
  return took;
}

async function queriesWhile<Result>(
  work: () => Promise<Result>,
): Promise<Queries & { readonly tookMs: number; readonly result: Result }> {
  const began = performance.now();
  const before = queries.total();
  const result = await work();
  return { ...queries.since(before), tookMs: performance.now() - began, result };
}

function say(name: string, found: Figures, floor?: Figures): void {
  const ms = [found.p50, found.p95, found.max].map((value) => value.toFixed(1).padStart(9));
  console.log(`${name.padEnd(16)} ms: p50 ${ms[0]}  p95 ${ms[1]}  max ${ms[2]}${floor ? ratioTo(floor, found) : ''}`);
}

function order(what: Order): Promise<unknown> {
  telegram.postMessage(what);
  return heard();
}

function heard(): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(error);
    telegram.once('error', fail);
    telegram.once('message', (message) => {
      telegram.off('error', fail);
      resolve(message);
    });
  });
}
