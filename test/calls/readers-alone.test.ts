import { expect, test } from 'vitest';
import { EpochMs } from '../../src/machines/model/ids.ts';
import { botShard, ShardId } from '../../src/machines/model/shards.ts';
import { eventually } from '../support/eventually.ts';
import { openStage } from '../support/stage.ts';

test('a host that has a reader and no people takes the letters of its shard, also those of which nobody told it', async () => {
  const stage = await openStage({ shards: 1 });
  try {
    const other = await stage.addHost('other');
    await eventually(() => expect(stage.service.hosting.ownership.shards).toHaveLength(2), { timeout: 20_000 });
    const reader = [stage.service, other].find(({ hosting }) => !hosting.ownership.owned(ShardId('main/s0')));
    await eventually(() => expect(reader?.hosting.ownership.shards).not.toEqual([]));
    const shard = reader?.hosting.ownership.owned(botShard)?.shard ?? ShardId('main/lead');
    const letter = {
      kind: 'deadline',
      deadline: { address: 'bot-chat/1', kind: 'none', dueAt: EpochMs(0) },
    };
    const rows = stage.storage.database.fork();
    await rows.execute('insert into shard_inbox (id, shard_id, letter) values (?, ?, ?)', [
      ...['untold', shard, stage.storage.box.seal(JSON.stringify(letter), 'letter/untold')],
    ]);
    await eventually(async () => {
      const [{ done_at: doneAt }] = (await rows.execute(`select done_at from shard_inbox where id = 'untold'`)) as [
        { done_at: Date | null },
      ];
      expect(doneAt).not.toBeNull();
    });
  } finally {
    await stage.close();
  }
});
