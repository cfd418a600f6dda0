import { Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import pg from 'pg';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import { LineRepository } from '../../src/db/line-repository.ts';
import { Migration20261121First } from '../../src/db/migrations/2026-11-21-first.ts';
import { SecretBox } from '../../src/db/secret-box.ts';
import { UserId } from '../../src/machines/model/ids.ts';
import { temporaryCluster } from '../support/database.ts';

test('a line of the first release keeps its settings and gets the defaults of the new ones', async () => {
  const cluster = await temporaryCluster();
  try {
    const first = await MikroORM.init({
      clientUrl: cluster.url,
      entities: [],
      discovery: { warnWhenNoEntities: false },
      extensions: [Migrator],
      migrations: {
        migrationsList: [{ name: '2026-11-21-first', class: Migration20261121First }],
        snapshot: false,
        silent: true,
      },
    });
    await first.migrator.up();
    await first.em.getConnection().execute(
      `insert into line (id, name, owner_id, user_id, login, password, domain, transport, codecs, enabled, created_at)
       values ('00000000-0000-4000-8000-000000000001', 'Old', '1', '1', '100', 'x', 'pbx.test', 'udp', '{alaw}', true, now())`,
    );
    await first.close();

    const database = await openDatabase(cluster.url);
    const [line] = await new LineRepository(database, new SecretBox(Buffer.alloc(32))).ofUser(UserId('1'));
    await database.close();
    expect(line).toMatchObject({
      name: 'Old',
      dialRules: '',
      dtmfMethods: ['rfc2833', 'info', 'inband'],
      recording: false,
      recordingsChat: undefined,
    });
  } finally {
    await cluster.stop();
  }
});

test('a database that a newer version has migrated is refused, with the remedy, and left as it is', async () => {
  const cluster = await temporaryCluster();
  const client = new pg.Client(cluster.url);
  try {
    await (await openDatabase(cluster.url)).close();
    await client.connect();
    await client.query(`insert into mikro_orm_migrations (name) values ('2999-01-01-later')`);
    await client.query(`delete from mikro_orm_migrations where name = '2026-11-28-hosting'`);
    await client.query('drop table shard, host, hosting');

    await expect(openDatabase(cluster.url)).rejects.toThrow(/siptg \(2999-01-01-later\): start that version/);
    const { rows } = await client.query(`select to_regclass('shard') as shard`);
    expect(rows).toEqual([{ shard: null }]);
  } finally {
    await client.end();
    await cluster.stop();
  }
});

test('several hosts may migrate an empty database at the same time', async () => {
  const cluster = await temporaryCluster();
  try {
    const databases = await Promise.all(Array.from({ length: 4 }, () => openDatabase(cluster.url)));
    await Promise.all(databases.map((database) => database.close()));
  } finally {
    await cluster.stop();
  }
});
