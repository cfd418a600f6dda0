import { expect, test, vi } from 'vitest';
import { hostNames, type NameService } from '../../../src/adapters/dns/host-names.ts';

const unknown = () => Promise.reject(new Error('ENOTFOUND'));
const service = (
  addresses: Readonly<Record<string, readonly string[]>>,
  services: Readonly<Record<string, readonly string[]>> = {},
): NameService => ({
  addresses: async (name) => addresses[name] ?? unknown(),
  services: async (name) => services[name] ?? unknown(),
});

test('a name leads to its addresses', async () => {
  const names = hostNames(service({ 'pbx.test': ['203.0.113.1', '2001:db8::1'] }));
  expect(await names.lookup('pbx.test')).toEqual(['203.0.113.1', '2001:db8::1']);
});

test.each(['_sip._udp', '_sip._tcp', '_sips._tcp'])(
  'a name that has only %s records leads where they lead',
  async (kind) => {
    const names = hostNames(
      service({ 'a.pbx.test': ['203.0.113.1'] }, { [`${kind}.pbx.test`]: ['a.pbx.test', 'gone.test'] }),
    );
    expect(await names.lookup('pbx.test')).toEqual(['203.0.113.1']);
  },
);

test('addresses behind both ways are all named, each once', async () => {
  const names = hostNames(
    service(
      { 'pbx.test': ['203.0.113.1'], 'inside.test': ['10.0.0.1', '203.0.113.1'] },
      { '_sip._udp.pbx.test': ['inside.test'] },
    ),
  );
  expect((await names.lookup('pbx.test')).toSorted()).toEqual(['10.0.0.1', '203.0.113.1']);
});

test('a name that leads nowhere has no address', async () => {
  expect(await hostNames(service({})).lookup('nowhere.test')).toEqual([]);
});

test('a flood of records is not followed', async () => {
  const addresses = vi.fn<NameService['addresses']>(async () => ['203.0.113.1']);
  const services = async () => Array.from({ length: 1_000 }, (_, place) => `${place}.test`);
  await hostNames({ addresses, services }).lookup('pbx.test');
  expect(addresses.mock.calls.length).toBeLessThan(60);
});

test('a name service that never answers is not waited for', async () => {
  const never = () => new Promise<never>(() => {});
  expect(await hostNames({ addresses: never, services: never }, 10).lookup('pbx.test')).toEqual([]);
});

test('this machine knows itself', async () => {
  expect(await hostNames().lookup('localhost')).toContain('127.0.0.1');
});
