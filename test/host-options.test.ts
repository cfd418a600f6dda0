import { expect, test } from 'vitest';
import { readConfig } from '../src/config.ts';
import { hostLoad, hostOptionsOf } from '../src/host-options.ts';

test('without configuration it is a host of the one Worker, called like its machine', () => {
  expect(hostOptionsOf(readConfig({}), 'pbx-1.example.org')).toEqual({
    host: 'pbx-1.example.org',
    worker: 'main',
    kind: 'official',
    place: '',
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    installation: { jobs: 'PostgreSQL' },
  });
});

test('a machine’s name is cut to what a host may be called', () => {
  expect(hostOptionsOf(readConfig({}), 'Olga’s laptop (büro)').host).toBe('Olgaslaptopbro');
  expect(hostOptionsOf(readConfig({}), 'x'.repeat(63)).host).toBe('x'.repeat(40));
  expect(hostOptionsOf(readConfig({}), 'сервер').host).toBe('host');
  expect(hostOptionsOf(readConfig({ HOST_ID: 'hel-1' }), 'сервер').host).toBe('hel-1');
});

test('what is configured is what it is', () => {
  const config = readConfig({
    ...{ HOST_ID: 'cellar-1', SHARDS: '64', WORKER_ID: 'cellar', WORKER_NAME: 'My cellar', WORKER_PLACE: 'Home' },
    ...{ WORKER_KIND: 'private', WORKER_OWNER: '1001', REDIS_URL: 'redis://a:6379' },
  });
  expect(hostOptionsOf(config)).toMatchObject({
    ...{ host: 'cellar-1', worker: 'cellar', kind: 'private', owner: '1001', place: 'Home' },
    installation: { jobs: 'Redis', shards: 64 },
  });
});

test.each<[NodeJS.ProcessEnv, string]>([
  [{ HOST_ID: 'a/b' }, 'HOST_ID: found "a/b", allowed is 1 to 40 letters, digits, . _ -'],
  [{ SHARDS: '0' }, 'SHARDS: found "0", allowed is a whole number, 1 to 4096, the same on all hosts'],
  [{ WORKER_ID: 'auto' }, 'WORKER_ID: found "auto", allowed is 1 to 27 letters'],
  [{ WORKER_ID: 'hel.1' }, 'WORKER_ID: found "hel.1", allowed is 1 to 27 letters'],
  [{ WORKER_ID: 'hel', WORKER_KIND: 'cloud' }, 'WORKER_KIND: found "cloud", allowed is official, shared'],
  [{ WORKER_ID: 'hel', WORKER_KIND: 'private' }, 'WORKER_OWNER: found nothing, allowed is a Telegram user id'],
  [{ WORKER_KIND: 'shared' }, 'WORKER_KIND: found "shared", allowed is official for the Worker main'],
  [{ WORKER_OWNER: 'olga' }, 'WORKER_OWNER: found "olga", allowed is a Telegram user id'],
  [{ WORKER_KIN: 'official' }, 'WORKER_KIN: no such key in the environment: is WORKER_KIND meant?'],
  [{ HOSTID: 'a' }, 'HOSTID: no such key in the environment: is HOST_ID meant?'],
])('%o is refused', (environment, trouble) => {
  expect(() => readConfig(environment)).toThrow(trouble);
});

test('a host tells how busy its machine is, between 0 and 1', () => {
  const load = hostLoad({ lines: 3, calls: 1 });
  expect(load).toMatchObject({ lines: 3, calls: 1 });
  expect(load.busy).toBeGreaterThanOrEqual(0);
  expect(load.busy).toBeLessThanOrEqual(1);
});
