import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HostBook } from '../../src/actors/ports/host-book.ts';
import { openHost } from '../../src/db/hosting/open-host.ts';
import { ShardId } from '../../src/machines/model/shards.ts';
import { type SettingsConversation, settingsConversation } from '../support/settings-conversation.ts';
import { openStage, type Stage } from '../support/stage.ts';

const pulse = { claiming: true, draining: false, load: { lines: 12, calls: 1, busy: 0.25 } };

describe('hosts in the settings bot', () => {
  let stage: Stage;
  let ada: SettingsConversation;
  let host: HostBook;
  beforeAll(async () => {
    stage = await openStage();
    ada = settingsConversation(stage, stage.admin);
    await ada.open();
    host = await openHost({
      url: stage.storage.url,
      ...{ host: 'hel-1', worker: 'hel', kind: 'official', place: 'Helsinki', version: '1.2.3' },
      installation: { jobs: 'PostgreSQL' },
      patienceMs: 0,
    });
    await host.claim(ShardId('hel/s0'));
    await host.beat(pulse);
    await seen('+1 hour');
  });
  afterAll(async () => {
    await host?.leave();
    await stage?.close();
  });

  const seen = (when: string) =>
    stage.storage.database.fork().execute(`update host set seen_at = now() + interval '${when}' where worker = 'hel'`);
  const entries = () =>
    stage.storage.database.fork().execute<unknown[]>('select changer, host, did from host_entry order by id');

  test('the operator sees one with its load, drains it, and takes that back; who did so is noted', async () => {
    const list = await ada.write('/hosts');
    expect(list.text).toContain('🟢 hel-1 · hel · Helsinki · 12 lines · 1 call');
    const opened = await ada.press('🟢 hel-1');
    expect(opened.text).toMatch(/^🟢 hel-1\nRunning\n/);
    expect(opened.text).toContain('Worker: hel · Helsinki\nVersion: 1.2.3, run ');
    expect(opened.text).toContain('12 lines · 1 call · 1 shard\nProcessors in use: 25 %');
    const drained = await ada.press('Drain');
    expect(drained.text).toMatch(/^🟡 hel-1\nDraining/);
    expect(drained.id).toBe(opened.id);
    expect(await host.beat(pulse)).toMatchObject({ draining: true });
    expect((await ada.press('Resume')).text).toMatch(/^🟢 hel-1\nRunning/);
    expect(await host.beat(pulse)).toMatchObject({ draining: false });
    const by = { changer: stage.admin.id, host: 'hel-1' };
    expect(await entries()).toEqual([
      { ...by, did: 'drain' },
      { ...by, did: 'undrain' },
    ]);
  });

  test('Refresh shows what has become of it', async () => {
    await seen('+1 hour');
    await ada.write('/hosts');
    await ada.press('🟢 hel-1');
    await host.beat({ ...pulse, load: { lines: 13, calls: 0 } });
    expect((await ada.press('Refresh')).text).toContain('13 lines · 0 calls');
    await seen('-10 seconds');
    const silent = await ada.press('Refresh');
    expect(silent.text).toMatch(/^🔴 hel-1\n⚠️ Does not answer/);
    expect(silent.buttons).toEqual([['Refresh', 'Back']]);
    expect((await ada.press('Back')).text).toContain('🔴 hel-1');
  });

  test('anybody else is shown the list of his lines', async () => {
    const { person } = stage.addPerson('Mallory');
    const mallory = settingsConversation(stage, person);
    expect((await mallory.write('/hosts')).text).toContain('You have no line yet.');
    expect(mallory.said().join('\n')).not.toContain('hel-1');
  });
});
