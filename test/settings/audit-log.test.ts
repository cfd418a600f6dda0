import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { met, settingsPicks } from '../support/settings-picks.ts';
import { openStage, type Stage } from '../support/stage.ts';

const secrets = ['s3cret-of-olga', 's3cret-of-uwe'] as const;

interface Entry {
  readonly changer: string;
  readonly did: string;
  readonly changes: Readonly<Record<string, unknown>>;
}

describe('what becomes of a line is written down', () => {
  let stage: Stage;
  const logged: string[] = [];
  beforeAll(async () => {
    const log = new Writable({
      write(entry: Buffer, _, done) {
        logged.push(String(entry));
        done();
      },
    });
    stage = await openStage({ log: pino({ level: 'trace' }, log) });
  });
  afterAll(() => stage.close());

  test('B-12 each change is in the audit log with who made it, and no password is: neither there nor in any log', async () => {
    const { person } = stage.addPerson('Uwe');
    const [olga, uwe] = [settingsPicks(stage, stage.olga), settingsPicks(stage, person)];
    await met(stage, person);
    await uwe.open();
    await olga.open();
    await olga.press('New');
    await olga.press('Login: —');
    await olga.write('100');
    await olga.press('Password: —');
    await olga.write(secrets[0]);
    await olga.press('Domain: —');
    await olga.write('127.0.0.1:9');
    await olga.press('☑️ Call recording');
    await olga.press('Apply');
    await olga.press('User');
    await olga.picksUser(person);
    await olga.press('Unlink');
    await olga.press('Switch off');
    await olga.press('Yes');
    await olga.press('Transfer');
    await olga.picksUser(person);
    const notice = await person.waitsFor(({ buttons }) => buttons.flat().includes('Take'));
    await person.presses(notice, 'Take');
    await uwe.settled();
    await uwe.press('Password: ••••');
    await uwe.write(secrets[1]);
    await uwe.press('Apply');
    await uwe.press('Delete');
    await uwe.press('Yes');

    const sql = 'select changer, did, changes from audit_entry order by id';
    const entries = await stage.storage.database.fork().execute<Entry[]>(sql);
    const [hers, his] = [stage.olga.id, person.id];
    expect(entries.map(({ changer, did }) => [changer, did])).toEqual([
      [hers, 'create'],
      [hers, 'edit'],
      [hers, 'edit'],
      [hers, 'edit'],
      [hers, 'change'],
      [hers, 'apply'],
      [hers, 'assign'],
      [hers, 'assign'],
      [hers, 'switch-off'],
      [his, 'hand-over'],
      [his, 'edit'],
      [his, 'apply'],
      [his, 'remove'],
    ]);
    expect(entries.find(({ did }) => did === 'apply')?.changes).toMatchObject({
      login: { from: '', to: '100' },
      // Without a name of its own a line is called after its login.
      name: { from: 'Line 1', to: '100' },
      password: 'changed',
    });
    const rows = JSON.stringify(await stage.storage.database.fork().execute('select audit_entry.* from audit_entry'));
    const inbox = JSON.stringify(await stage.storage.database.fork().execute('select inbox.* from inbox'));
    for (const secret of secrets) {
      expect(rows).not.toContain(secret);
      expect(inbox).not.toContain(secret);
      expect(logged.join('')).not.toContain(secret);
      const chats = [stage.olga, person].flatMap((one) => one.conversation('@siptg_bot'));
      expect(chats.map(({ text }) => text).join()).not.toContain(secret);
    }
  }, 90_000);
});
