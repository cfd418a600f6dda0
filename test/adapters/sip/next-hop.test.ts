import { beforeEach, expect, test } from 'vitest';
import { NextHops, type ServiceRecord, splitHostPort } from '../../../src/adapters/sip/net/next-hop.ts';
import { SteppedTime } from './stepped-time.ts';

/** A name service that can be told to fail. */
class Names {
  readonly asked: string[] = [];
  isDown = false;
  silence: Promise<void> | undefined;
  addressRecords: Record<string, string[]> = {};
  serviceRecords: Record<string, Omit<ServiceRecord, 'ttlS'>[]> = {};

  async addresses(name: string) {
    return this.#answer(
      name,
      this.addressRecords[name]?.map((address) => ({ address, ttlS: 60 })),
    );
  }

  async services(name: string) {
    return this.#answer(
      name,
      this.serviceRecords[name]?.map((record) => ({ ...record, ttlS: 60 })),
    );
  }

  async #answer<Record>(name: string, records: Record[] | undefined): Promise<Record[]> {
    this.asked.push(name);
    await this.silence;
    if (this.isDown || records === undefined) throw new Error('ENOTFOUND');
    return records;
  }
}

let names: Names;
let time: SteppedTime;
let hops: NextHops;
let draw: number;
beforeEach(() => {
  names = new Names();
  time = new SteppedTime();
  draw = 0.5;
  hops = new NextHops(names, time, () => draw);
});

const found = async (server: string, transport: 'UDP' | 'TCP' | 'TLS' = 'UDP') =>
  (await hops.find(server, transport)).map(({ host, port }) => `${host} ${port}`);

test('an address is used as it is, with the port of the transport', async () => {
  expect(await found('192.0.2.1')).toEqual(['192.0.2.1 5060']);
  expect(await found('192.0.2.1:5080', 'TLS')).toEqual(['192.0.2.1 5080']);
  expect(await found('[2001:db8::1]', 'TLS')).toEqual(['2001:db8::1 5061']);
  expect(names.asked).toEqual([]);
});

test('a name with a port has addresses only', async () => {
  names.addressRecords = { 'pbx.test': ['192.0.2.1', '192.0.2.2'] };
  expect(await found('pbx.test:5070')).toEqual(['192.0.2.1 5070', '192.0.2.2 5070']);
  expect(names.asked).toEqual(['pbx.test']);
});

test('a name alone has services first, by priority and then drawn by weight', async () => {
  names.addressRecords = { a: ['192.0.2.1'], b: ['192.0.2.2'], c: ['192.0.2.3'] };
  names.serviceRecords = {
    '_sip._tcp.pbx.test': [
      { host: 'c', port: 3, priority: 20, weight: 0 },
      { host: 'a', port: 1, priority: 10, weight: 10 },
      { host: 'b', port: 2, priority: 10, weight: 90 },
    ],
  };
  expect(await found('pbx.test', 'TCP')).toEqual(['192.0.2.2 2', '192.0.2.1 1', '192.0.2.3 3']);
  draw = 0.05;
  expect(await found('pbx.test', 'TCP')).toEqual(['192.0.2.1 1', '192.0.2.2 2', '192.0.2.3 3']);
});

test('without services there are addresses at the usual port', async () => {
  names.addressRecords = { 'pbx.test': ['192.0.2.1'] };
  expect(await found('pbx.test', 'TLS')).toEqual(['192.0.2.1 5061']);
  expect(names.asked).toEqual(['_sips._tcp.pbx.test', 'pbx.test']);
});

test('answers are kept for their lifetime, failures for 30 s', async () => {
  names.addressRecords = { 'pbx.test': ['192.0.2.1'] };
  await found('pbx.test:1');
  time.pass(59_000);
  await found('pbx.test:1');
  expect(names.asked).toHaveLength(1);
  time.pass(2_000);
  await found('pbx.test:1');
  expect(names.asked).toHaveLength(2);
  await expect(found('no.test:1')).rejects.toThrow('ENOTFOUND');
  await expect(found('no.test:1')).rejects.toThrow('no answer');
  expect(names.asked).toHaveLength(3);
  time.pass(31_000);
  await expect(found('no.test:1')).rejects.toThrow('ENOTFOUND');
  expect(names.asked).toHaveLength(4);
});

test('when the name service is down the last good address stays', async () => {
  names.addressRecords = { 'pbx.test': ['192.0.2.1'] };
  await found('pbx.test:1');
  names.isDown = true;
  time.pass(61_000);
  expect(await found('pbx.test:1')).toEqual(['192.0.2.1 1']);
  time.pass(1_000);
  expect(await found('pbx.test:1')).toEqual(['192.0.2.1 1']);
  expect(names.asked).toHaveLength(2);
});

test('a name service that is silent is given up after 5 s, and its answer counts no more', async () => {
  names.addressRecords = { 'pbx.test': ['192.0.2.1'] };
  const { promise: silence, resolve: end } = Promise.withResolvers<void>();
  names.silence = silence;
  const finding = found('pbx.test:1');
  time.pass(4_999);
  expect(time.pending).toBe(1);
  time.pass(1);
  await expect(finding).rejects.toThrow('no answer for address pbx.test in 5000 ms');
  expect(time.pending).toBe(0);
  end();
  names.silence = Promise.resolve();
  await expect(found('pbx.test:1')).rejects.toThrow('a moment ago');
  time.pass(30_001);
  expect(await found('pbx.test:1')).toEqual(['192.0.2.1 1']);
  expect(time.pending).toBe(0);
});

test('an address that failed comes last for a minute', async () => {
  names.addressRecords = { 'pbx.test': ['192.0.2.1', '192.0.2.2'] };
  const [first] = await hops.find('pbx.test:1', 'UDP');
  if (first !== undefined) hops.avoid(first);
  expect(await found('pbx.test:1')).toEqual(['192.0.2.2 1', '192.0.2.1 1']);
  time.pass(60_001);
  expect(await found('pbx.test:1')).toEqual(['192.0.2.1 1', '192.0.2.2 1']);
});

test.each([
  ['pbx.test', 'pbx.test', undefined],
  ['pbx.test:5070', 'pbx.test', 5070],
  ['[2001:db8::1]:5070', '[2001:db8::1]', 5070],
  ['2001:db8::1', '2001:db8::1', undefined],
])('%s is host %s and port %s', (text, host, port) => {
  expect(splitHostPort(text)).toEqual({ host, port });
});
