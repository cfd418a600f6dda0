import { expect, test } from 'vitest';
import type { HostShown } from '../../../../src/actors/ports/hosts.ts';
import { EpochMs } from '../../../../src/machines/model/ids.ts';
import { Incarnation } from '../../../../src/machines/model/shards.ts';
import { admin, olga, remarkOf, settingsHouse } from './house.ts';

const at = EpochMs(1_000_000_000);
const shown = (id: string, says: Partial<HostShown> = {}): HostShown => ({
  incarnation: Incarnation(`${id}/b00t`),
  version: '1.2.3',
  worker: 'main',
  kind: 'official',
  place: 'Helsinki',
  startedAt: at,
  seenAt: at,
  isLive: true,
  draining: false,
  shards: 8,
  load: { lines: 12, calls: 1, busy: 0.25, clockMs: -20 },
  ...says,
});

function house(...hosts: readonly HostShown[]) {
  const made = settingsHouse();
  made.hosts.hosts = hosts;
  const { presses } = made.handlers();
  return {
    ...made,
    lists: (by = admin) => presses.hosts(made.visitor(by), { do: 'hosts' }),
    opens: (host: string, by = admin) => presses.host(made.visitor(by), { do: 'host', host }),
    drains: (host: string, on: boolean, by = admin) => presses.drain(made.visitor(by), { do: 'drain', host, on }),
  };
}

test('the operator sees hosts with their load, and one of them', async () => {
  const { lists, opens } = house(shown('a'), shown('b', { isLive: false, load: {} }));
  const a = {
    ...{ id: 'a', boot: 'b00t', version: '1.2.3', worker: 'main', place: 'Helsinki', state: 'live' },
    ...{ startedAt: at, seenAt: at, lines: 12, calls: 1, shards: 8, busy: 0.25, clockMs: -20 },
  };
  const b = { ...a, id: 'b', state: 'silent', lines: 0, calls: 0, busy: undefined, clockMs: 0 };
  expect(await lists()).toEqual({ screen: { kind: 'hosts', hosts: [a, b] } });
  expect(await opens('b')).toEqual({ screen: { kind: 'host', host: b } });
});

test('a host that was started again is listed once, as it runs now', async () => {
  const { lists, opens } = house(
    shown('a', { incarnation: Incarnation('a/later'), startedAt: EpochMs(at + 1) }),
    shown('a', { isLive: false }),
  );
  expect((await lists()).screen).toMatchObject({ hosts: [{ boot: 'later', state: 'live' }] });
  expect((await opens('a')).screen).toMatchObject({ host: { boot: 'later' } });
});

test('the operator drains a host and takes that back, and the screen shows it; it is known who did', async () => {
  const { drains, hosts } = house(shown('a'), shown('b'));
  expect((await drains('a', true)).screen).toMatchObject({ kind: 'host', host: { id: 'a', state: 'draining' } });
  expect((await drains('a', true)).screen).toMatchObject({ host: { state: 'draining' } });
  expect((await drains('a', false)).screen).toMatchObject({ host: { state: 'live' } });
  expect(hosts.deeds).toEqual(['9 drains a', '9 drains a', '9 resumes a']);
  expect(hosts.hosts.map(({ draining }) => draining)).toEqual([false, false]);
});

test('a host that is no longer there leads to the list, which says so', async () => {
  const { opens, drains } = house(shown('b'));
  for (const next of [await opens('a'), await drains('a', true)]) {
    expect(next.screen).toMatchObject({ kind: 'hosts', hosts: [{ id: 'b' }], remark: { kind: 'expired' } });
  }
});

test('nobody else is shown a host, and a press on a button of one does nothing', async () => {
  const { lists, opens, drains, hosts } = house(shown('a'));
  for (const next of [await lists(olga), await opens('a', olga), await drains('a', true, olga)]) {
    expect(next.screen?.kind).toBe('lines');
    expect(remarkOf(next)).toEqual({ kind: 'expired' });
  }
  expect(hosts.deeds).toEqual([]);
});
