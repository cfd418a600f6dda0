import { Writable } from 'node:stream';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HostilePeer } from '../faults/support/hostile-peer.ts';
import { settingsConversation } from '../support/settings-conversation.ts';
import { enter, lineShows } from '../support/settings-lines.ts';
import { openStage, type Stage } from '../support/stage.ts';

const right = 's3cret';
/** Too long to be one. */
const wrong = `s3cret-too-long-${'x'.repeat(128)}`;
const secret = /s3cret/;

describe('a password that is sent to the settings bot', () => {
  let stage: Stage;
  let pbx: HostilePeer;
  let log = '';
  beforeAll(async () => {
    const stream = new Writable({
      write(chunk: Buffer, _, done) {
        log += chunk.toString();
        done();
      },
    });
    pbx = await HostilePeer.open();
    stage = await openStage({ log: pino({ level: 'trace' }, stream) });
  });
  afterAll(async () => {
    await stage?.close();
    await pbx?.close();
  });

  const olga = () => settingsConversation(stage, stage.olga);
  const conversation = () => stage.olga.conversation('@siptg_bot');

  test('AC-04 disappears from the chat, and its button shows ••••; so does one that cannot be taken', async () => {
    await olga().open();
    await olga().press('New');
    await olga().press('Password: —');
    const refused = await olga().write(wrong);
    expect(olga().said().at(-1)).toMatch(/^This cannot be the password: .*\nExample: /);
    expect(refused.buttons).toEqual([['Cancel']]);
    expect(conversation().filter(({ out, text }) => out && secret.test(text))).toEqual([]);

    await olga().write(right);
    expect(olga().label('Password')).toBe('Password: ••••');
    expect(conversation().filter(({ text }) => secret.test(text))).toEqual([]);
  });

  test('AC-04 is in no log, also when the line registers with it, and the next question does not say it', async () => {
    await enter(olga(), 'Login', '100');
    await enter(olga(), 'Domain', pbx.domain);
    await olga().press('Apply');
    await lineShows(olga(), '100', /^🟢/);
    await olga().press('Password: ••••');
    expect(olga().screen().text).not.toMatch(secret);
    await olga().press('Cancel');
    await olga().press('Export');
    expect(conversation().filter(({ text }) => secret.test(text))).toEqual([]);
    // The log is one: it has what is only said at debug level.
    expect(log).toContain('"level":20');
    expect(log).not.toMatch(secret);
  });

  test('AC-04 stands in no column of the database in clear', async () => {
    const client = new pg.Client({ connectionString: stage.storage.url });
    await client.connect();
    try {
      const { rows: tables } = await client.query<{ name: string }>(
        `select format('%I.%I', schemaname, tablename) as name from pg_tables
         where schemaname not in ('pg_catalog', 'information_schema')`,
      );
      expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(['public.line', 'public.inbox']));
      const found: string[] = [];
      let rowsRead = 0;
      for (const { name } of tables) {
        const { rows } = await client.query<Record<string, unknown>>(`select * from ${name}`);
        rowsRead += rows.length;
        if (rows.some((row) => Object.values(row).some((value) => secret.test(clear(value))))) found.push(name);
      }
      expect(rowsRead).toBeGreaterThan(5);
      expect(found).toEqual([]);
    } finally {
      await client.end();
    }
  });
});

/** As somebody would read it who has the disk. */
const clear = (value: unknown): string =>
  Buffer.isBuffer(value) ? value.toString('latin1') : typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
