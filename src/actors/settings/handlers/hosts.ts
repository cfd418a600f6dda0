import { type HostView, hostStateOf } from '../../../machines/model/host-state.ts';
import type { Remark } from '../../../machines/model/settings.ts';
import type { Screen } from '../../../machines/model/settings-screens.ts';
import { bootOf, hostOf } from '../../../machines/model/shards.ts';
import type { HostShown, Hosts } from '../../ports/hosts.ts';
import type { Next, PressHandlers, Visitor } from '../handlers.ts';
import type { SettingsParts } from '../parts.ts';

type Parts = Pick<SettingsParts, 'hosts' | 'admins' | 'screens'>;

/** The operator sees hosts with their load, and empties one (runtime §3). Others get the list of their lines. */
export const hostHandlers = (parts: Parts): PressHandlers<'hosts' | 'host' | 'drain'> => ({
  hosts: asAdmin(parts, () => all(parts)),

  host: asAdmin(parts, (_, { host }) => one(parts, host)),

  drain: asAdmin(parts, async ({ user }, { host, on }) => {
    const isThere = await parts.hosts.setDraining(user, host, on);
    return isThere ? one(parts, host) : all(parts, { kind: 'expired' });
  }),
});

/** Judged at each press: buttons outlive the place in ADMIN_IDS. */
const asAdmin =
  <Press>({ admins, screens }: Parts, does: (visitor: Visitor, press: Press) => Promise<Screen>) =>
  async (visitor: Visitor, press: Press): Promise<Next> => ({
    screen: admins.has(visitor.user) ? await does(visitor, press) : await screens.lines(visitor, { kind: 'expired' }),
  });

async function all({ hosts }: Parts, remark?: Remark): Promise<Screen> {
  return { kind: 'hosts', hosts: await viewsOf(hosts), ...(remark && { remark }) };
}

async function one(parts: Parts, id: string): Promise<Screen> {
  const hosts = await viewsOf(parts.hosts);
  const host = hosts.find((known) => known.id === id);
  return host ? { kind: 'host', host } : { kind: 'hosts', hosts, remark: { kind: 'expired' } };
}

/** One for each host: of one that was started again while its earlier run is still missed, the newest. */
async function viewsOf(hosts: Pick<Hosts, 'all'>): Promise<readonly HostView[]> {
  const newest = new Map<string, HostView>();
  for (const view of (await hosts.all()).map(viewOf)) {
    if ((newest.get(view.id)?.startedAt ?? -1) < view.startedAt) newest.set(view.id, view);
  }
  return [...newest.values()];
}

const viewOf = ({ incarnation, isLive, draining, load, kind: _, ...rest }: HostShown): HostView => ({
  ...rest,
  id: hostOf(incarnation),
  boot: bootOf(incarnation),
  state: hostStateOf({ isLive, draining }),
  lines: load.lines ?? 0,
  calls: load.calls ?? 0,
  busy: load.busy,
  clockMs: load.clockMs ?? 0,
});
