import { beforeEach, describe, expect, test } from 'vitest';
import { hostCommands } from '../../../src/cli/host-commands.ts';
import { WrongUsage } from '../../../src/cli/wrong-usage.ts';
import { removeExpired } from '../../../src/db/expiry.ts';
import { HostRepository } from '../../../src/db/hosting/hosts.ts';
import { SecretBox } from '../../../src/db/secret-box.ts';
import { UserId } from '../../../src/machines/model/ids.ts';
import { bootOf, ShardId } from '../../../src/machines/model/shards.ts';
import { emptyInstallation, pulse } from './support.ts';

const { database, url, query, opened, seen } = emptyInstallation();
const shard = ShardId('main/s0');
const admin = UserId('9');
const hosts = () => new HostRepository(database());
const entries = () => query('select changer, host, did from host_entry order by id');

beforeEach(async () => {
  await query('truncate host_entry');
});

describe('the operator', () => {
  test('sees hosts with their load and their shards, and those that are missed', async () => {
    const [a, b] = [await opened('a', { version: '1.2.3' }), await opened('b', { worker: 'hel' })];
    await opened('gone');
    await a.claim(shard);
    await b.claim(ShardId('hel/s1'));
    await a.beat({ ...pulse, load: { calls: 3 } });
    await seen('b', 60);
    await seen('gone', 60);
    const [first, second] = await hosts().all();
    expect([first, second]).toMatchObject([
      { incarnation: b.incarnation, worker: 'hel', version: '', isLive: false, shards: 1 },
      { incarnation: a.incarnation, worker: 'main', version: '1.2.3', place: 'Helsinki', isLive: true, shards: 1 },
    ]);
    expect(second).toMatchObject({ load: { calls: 3 } });
    expect(Math.abs((second?.startedAt ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(await hosts().all()).toHaveLength(2);
  });

  test('drains one and takes that back, each noted once with who did it; one that is not there is told', async () => {
    const a = await opened('a');
    expect(await hosts().setDraining(admin, 'a', true)).toBe(true);
    expect(await hosts().setDraining(admin, 'a', true)).toBe(true);
    expect(await a.beat(pulse)).toMatchObject({ draining: true });
    expect(await hosts().setDraining('operator', 'a', false)).toBe(true);
    expect(await a.beat(pulse)).toMatchObject({ draining: false });
    await seen('a', 6);
    expect(await hosts().setDraining(admin, 'a', true)).toBe(false);
    expect(await hosts().setDraining(admin, 'nobody', true)).toBe(false);
    expect(await entries()).toEqual([
      { changer: '9', host: 'a', did: 'drain' },
      { changer: 'operator', host: 'a', did: 'undrain' },
    ]);
  });

  test('forgets one that was silent for 15 s: what was its is free, and should it wake it may do nothing', async () => {
    const a = await opened('a');
    const b = await opened('b');
    await a.claim(shard);
    expect(await hosts().forget(admin, 'a')).toBe('runs');
    await seen('a', 14);
    expect(await hosts().forget(admin, 'a')).toBe('runs');
    expect(await b.claim(shard)).toBeUndefined();
    await seen('a', 16);
    expect(await hosts().forget(admin, 'a')).toBe('forgotten');
    expect(await hosts().forget(admin, 'a')).toBe('unknown');
    await expect(a.beat(pulse)).rejects.toThrow('the row of this host was removed');
    expect(await b.claim(shard)).toEqual({ epoch: 2, previous: undefined });
    expect(await entries()).toEqual([{ changer: '9', host: 'a', did: 'forget' }]);
  });

  test('is told that a host was seen without a gap for 15 s, or not', async () => {
    const a = await opened('a');
    const isSteady = () => hosts().isSteady(a.incarnation);
    expect(await isSteady()).toBe(false);
    await seen('a', 0, 14);
    expect(await isSteady()).toBe(false);
    await seen('a', 0, 16);
    expect(await isSteady()).toBe(true);
    await seen('a', 4, 60);
    expect(await isSteady()).toBe(false);
    await a.beat(pulse);
    expect(await isSteady()).toBe(false);
  });

  test('what was done with hosts is kept for a year', async () => {
    await query(`insert into host_entry (at, changer, host, did) values
      (now() - interval '366 days', '9', 'old', 'drain'), (now() - interval '364 days', '9', 'new', 'drain')`);
    await removeExpired(database());
    expect(await entries()).toMatchObject([{ host: 'new' }]);
  });
});

describe('on the command line', () => {
  const run = async (...words: readonly string[]): Promise<string> => {
    const storage = {
      url: url(),
      database: database(),
      box: new SecretBox(Buffer.alloc(32, 1)),
      recordings: '',
      close: () => Promise.resolve(),
    };
    try {
      return (
        (await (await hostCommands[words.slice(0, 2).join(' ')]?.(words.slice(2)))?.(storage)) ?? 'no such command'
      );
    } catch (error) {
      if (error instanceof WrongUsage) return `wrong: ${error.message}`;
      throw error;
    }
  };

  test('hosts are listed with what they carry, also for programs', async () => {
    expect(await run('host', 'list')).toBe('No host runs.');
    expect(await run('host', 'list', '--json')).toBe('[]');
    const a = await opened('hel-1', { version: '1.2.3' });
    await a.claim(shard);
    await a.beat({ ...pulse, load: { lines: 12, calls: 1, clockMs: -1_500 } });
    const b = await opened('hel-2');
    await b.beat({ ...pulse, load: { clockMs: 20 } });
    const time = '[0-9T:.-]+Z';
    expect((await run('host', 'list')).split('\n')).toEqual([
      expect.stringMatching(
        new RegExp(
          `^hel-1  main  Helsinki  1\\.2\\.3/${bootOf(a.incarnation)}  since ${time}  seen ${time}  12 lines  1 call  1 shard  clock 1\\.5 s ahead of the database’s$`,
        ),
      ),
      expect.stringMatching(/^hel-2 .* 0 lines {2}0 calls {2}0 shards$/),
    ]);
    expect(JSON.parse(await run('host', 'list', '--json'))).toMatchObject([
      {
        id: 'hel-1',
        boot: bootOf(a.incarnation),
        version: '1.2.3',
        worker: 'main',
        place: 'Helsinki',
        state: 'live',
        draining: false,
        shards: 1,
        load: { lines: 12, calls: 1, clockMs: -1_500 },
      },
      { id: 'hel-2' },
    ]);
  });

  test('one is drained, taken back and forgotten; the list says how it stands', async () => {
    const a = await opened('a');
    await a.claim(shard);
    expect(await run('host', 'drain', 'a')).toBe(
      'Host a is draining: what is idle goes to the other hosts, the rest as calls end.',
    );
    expect(await run('host', 'list')).toMatch(/ 1 shard {2}draining$/);
    expect(await run('host', 'undrain', 'a')).toBe('Host a takes its share again.');
    expect(await run('host', 'drain', 'a', '--json')).toBe('{"host":"a","did":"drain"}');
    expect(await run('host', 'forget', 'a')).toMatch(/^wrong: host forget: host a was seen within 15 s/);
    await seen('a', 16);
    expect(await run('host', 'list')).toMatch(/ 1 shard {2}silent$/);
    expect(await run('host', 'forget', 'a')).toBe('Host a is forgotten, and what was its is free.');
    expect(await run('host', 'list')).toBe('No host runs.');
  });

  test('a host that is not there, a wrong id and a wrong word are named', async () => {
    expect(await run('host', 'drain', 'nobody')).toBe(
      'wrong: host drain: no host nobody runs; host list has those there are',
    );
    expect(await run('host', 'undrain', 'nobody')).toMatch(/^wrong: host undrain: no host nobody runs/);
    expect(await run('host', 'forget', 'nobody')).toMatch(/^wrong: host forget: no host nobody is known/);
    expect(await run('host', 'drain')).toBe('wrong: host drain: id: found "", allowed is an id of host list');
    expect(await run('host', 'drain', "a'; drop table host --")).toMatch(/^wrong: host drain: id: found/);
    expect(await run('host', 'list', '--jsom')).toBe('wrong: host list: found "--jsom", allowed is --json');
    expect(await entries()).toEqual([]);
  });
});
