import { readFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { LegSums, type LegTotals, noLegTotals } from '../../../src/adapters/media/totals.ts';
import { openMetrics } from '../../../src/adapters/metrics/metrics.ts';
import { checkMetrics, hasPromtool } from '../../peers/promtool.ts';
import { samplesOf, sumOf } from '../../support/exposition.ts';

const root = new URL('../../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const open = () => openMetrics({ version: '1.2.3' });
const noMedia = {
  totals: () => ({ legs: { sip: noLegTotals(), telegram: noLegTotals() }, clockSkips: 0, ticks: 0, lateTicks: 0 }),
  legs: () => ({ sip: 0, telegram: 0 }),
  threads: () => ({ all: 1, alive: 1 }),
  load: () => [],
};
const noHost = { engaged: () => 0, shards: () => 0, state: () => 'serving' as const, jobs: async () => ({}) };
const noSources = {
  sip: { totals: () => ({}), callStates: () => ({}) },
  lines: () => ({}),
  media: noMedia,
  host: noHost,
};

test('all of them are in the documentation, as they are', async () => {
  const cell = (text: string) => text.replaceAll('|', String.raw`\|`);
  const rows = open().described.map(
    ({ name, type, labels, help }) =>
      `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${cell(help)} |`,
  );
  const text = [
    '# Metrics',
    '',
    '<!-- Written by test/adapters/metrics/metrics.test.ts: npm test -- -u -->',
    '',
    'What `/metrics` tells; how to collect and read it: [operating.md](operating.md#metrics). Beside these there are the usual',
    'ones of the process: `process_*`, `nodejs_*`.',
    '',
    '| family | type | labels | what it is |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
  await expect(text).toMatchFileSnapshot('../../../docs/metrics.md');
});

test('what the operating page names is there', () => {
  const names = new Set(open().described.map(({ name }) => name));
  const told = read('docs/operating.md').match(/\bsiptg_[a-z0-9_]+/g) ?? [];
  expect(told.length).toBeGreaterThan(5);
  expect(told.map(familyOf).filter((name) => !names.has(name))).toEqual([]);
});

describe('the dashboard', () => {
  interface Panel {
    readonly id: number;
    readonly title: string;
    readonly type: string;
    readonly targets?: readonly { readonly expr: string }[];
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  }
  const { panels, uid, title } = JSON.parse(read('deploy/grafana/siptg.json')) as {
    readonly panels: readonly Panel[];
    readonly uid: string;
    readonly title: string;
  };
  const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  const told = new Set(
    expressions.flatMap((expr) => expr.match(/\b(?:siptg|nodejs|process)_[a-z0-9_]+/g) ?? []).map(familyOf),
  );

  test('has panels that stand beside each other, each with an id of its own', () => {
    expect([uid, title]).toEqual(['siptg', 'siptg']);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)} ${y + Math.floor(at / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBeLessThanOrEqual(24);
  });

  test('asks for nothing that there is not', async () => {
    const metrics = openMetrics({ version: '1.2.3', process: true });
    const types = [...(await metrics.exposition()).matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    expect([...told].filter((name) => !types.includes(name))).toEqual([]);
  });

  test('leaves none of ours out', () => {
    const ours = open().described.map(({ name }) => name);
    expect(ours.filter((name) => !told.has(name))).toEqual([]);
  });

  test('asks for labels that there are', () => {
    const labels = new Map(open().described.map(({ name, labels: names }) => [name, names]));
    for (const expr of expressions) {
      for (const [, name = '', matchers = ''] of expr.matchAll(/\b(siptg_[a-z0-9_]+)\{([^}]*)\}/g)) {
        const asked = [...matchers.matchAll(/(\w+)\s*[=!]~?"/g)].map(([, label]) => label ?? '');
        const known = [...(labels.get(familyOf(name)) ?? []), 'instance', 'job', 'le'];
        expect([expr, asked.filter((label) => !known.includes(label))]).toEqual([expr, []]);
      }
    }
  });
});

/** Of a histogram's parts. */
function familyOf(name: string): string {
  return name.replace(/_(?:bucket|sum|count)$/, '');
}

test.skipIf(!hasPromtool)('Prometheus takes what is there before the service has started', async () => {
  expect(checkMetrics(await open().exposition())).toEqual({ status: 0, says: '' });
});

test('what peers call their requests makes no labels', async () => {
  const metrics = open();
  const totals = {
    'received INVITE': 2,
    'received 200': 3,
    'sent 200': 4,
    'received +4930123': 5,
    'received X{y="z"}': 6,
  };
  metrics.watch({
    ...noSources,
    sip: { totals: () => ({ ...totals, 'received 4930123456': 7 }), callStates: () => ({}) },
  });
  const samples = samplesOf(await metrics.exposition()).filter(({ name }) => name === 'siptg_sip_messages_total');
  expect(samples.map(({ labels, value }) => [...Object.values(labels), value].join(' ')).toSorted()).toEqual([
    'in request INVITE 2',
    'in request other 11',
    'in response 200 3',
    'in response other 7',
    'out response 200 4',
  ]);
});

test('a status that no network may send makes no label either', async () => {
  const metrics = open();
  const cause = { kind: 'rejected', sip: { status: 4_930_123, reason: '+4930123' } } as const;
  metrics.callEnded({ direction: 'outgoing', talkedMs: undefined, cause });
  expect(sumOf(samplesOf(await metrics.exposition()), 'siptg_calls_total', { outcome: 'rejected', code: 'none' })).toBe(
    1,
  );
});

test('queues that do not answer are left out, and nobody waits for them', async () => {
  const metrics = open();
  const jobs = () => Promise.reject(new Error('no answer'));
  metrics.watch({ ...noSources, host: { ...noHost, jobs } });
  const samples = samplesOf(await metrics.exposition());
  expect(sumOf(samples, 'siptg_jobs')).toBeUndefined();
  expect(sumOf(samples, 'siptg_host_state', { state: 'serving' })).toBe(1);
});

test('queues that say nothing hold nobody up for more than 2 s', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const metrics = open();
  metrics.watch({ ...noSources, host: { ...noHost, jobs: () => new Promise(() => {}) } });
  const asked = metrics.exposition();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(sumOf(samplesOf(await asked), 'siptg_jobs')).toBeUndefined();
});

test('however often somebody looks, queues are asked once a second', async () => {
  const metrics = open();
  let asked = 0;
  const jobs = async () => ({ deadlines: { waiting: ++asked } });
  metrics.watch({ ...noSources, host: { ...noHost, jobs } });
  await Promise.all(Array.from({ length: 20 }, () => metrics.exposition()));
  expect(asked).toBe(1);
});

describe('the sums of legs', () => {
  const leg = (lostIn: number) => ({
    kind: 'sip' as const,
    tally: (to: LegTotals) => void (to.lostIn += lostIn),
  });

  test('keep what ended legs had', () => {
    const sums = new LegSums();
    expect(sums.read([leg(3), leg(4)]).sip.lostIn).toBe(7);
    sums.ended(leg(3));
    expect(sums.read([leg(4)]).sip.lostIn).toBe(7);
  });

  test('do not fall when a packet that was lost comes late: Prometheus would take that for a new start', () => {
    const sums = new LegSums();
    expect(sums.read([leg(5)]).sip.lostIn).toBe(5);
    expect(sums.read([leg(4)]).sip.lostIn).toBe(5);
    expect(sums.read([leg(6)]).sip.lostIn).toBe(6);
  });
});
