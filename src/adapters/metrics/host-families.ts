import { each, type Families, type Labels, one, type Reading } from './families.ts';

/** What a host knows of itself and of what it waits for. */
export interface HostSource {
  /** Calls that are being made or run. */
  engaged(): number;
  /** Parts of the installation's people that are its own. */
  shards(): number;
  state(): 'serving' | 'draining' | 'fenced';
  /** Jobs of the installation, by queue and state. A rejection means that nobody answers. */
  jobs(): Promise<Readonly<Record<string, Readonly<Record<string, number>>>>>;
}

/** What must be well for it to take calls, by name. */
export type Parts = () => Promise<{
  readonly ready: boolean;
  readonly parts: Readonly<Record<string, { readonly ok: boolean }>>;
}>;

/** However often somebody looks, the server of the queues is asked so often. */
const keptMs = 1_000;
/** Nobody waits longer for the numbers of queues. */
const patienceMs = 2_000;

export function hostFamilies(
  families: Families,
  { version, parts, source }: { version: string; parts: Parts | undefined; source: () => HostSource | undefined },
): void {
  families.readGauge(
    { name: 'siptg_build_info', help: 'Always 1; the version of the product', labels: ['version'] },
    () => [[{ version }, 1]],
  );
  families.readGauge({ name: 'siptg_ready', help: '1: it can take calls, as /readyz says' }, async () =>
    parts ? one(Number((await parts()).ready)) : undefined,
  );
  families.readGauge(
    { name: 'siptg_part_ok', help: '1: this part is well, as /readyz says', labels: ['part'] },
    async () => {
      const report = await parts?.();
      return Object.entries(report?.parts ?? {}).map(([part, { ok }]) => [{ part }, Number(ok)] satisfies Reading);
    },
  );
  families.readGauge(
    { name: 'siptg_users_in_calls', help: 'People who have calls, and parties they have joined' },
    () => one(source()?.engaged() ?? 0),
  );
  families.readGauge({ name: 'siptg_host_shards', help: 'Parts of the installation that this host owns' }, () =>
    one(source()?.shards() ?? 0),
  );
  families.readGauge({ name: 'siptg_host_state', help: '1 for the state this host is in', labels: ['state'] }, () => {
    const state = source()?.state();
    const states = ['serving', 'draining', 'fenced'] as const;
    return states.map((name) => [{ state: name }, Number(name === state)] satisfies Reading);
  });
  const jobs = kept(async () => source()?.jobs());
  families.readGauge(
    {
      name: 'siptg_jobs',
      help: 'Jobs of the whole installation, of segments those of this host; each host tells the same',
      labels: ['queue', 'state'],
    },
    async () => jobsOf((await jobs()) ?? {}),
  );
}

const jobsOf = (queues: Readonly<Record<string, Readonly<Record<string, number>>>>): Reading[] =>
  Object.entries(queues).flatMap(([queue, states]) => each('state', states, { queue } satisfies Labels));

/** The last answer for a second, and no answer after two. */
function kept<Answer>(ask: () => Promise<Answer>): () => Promise<Answer> {
  let last: { readonly at: number; readonly answer: Promise<Answer> } | undefined;
  return () => {
    const now = performance.now();
    if (last === undefined || now - last.at >= keptMs) last = { at: now, answer: inTime(ask()) };
    return last.answer;
  };
}

async function inTime<Answer>(asked: Promise<Answer>): Promise<Answer> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(reject, patienceMs, new Error('no answer'));
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}
