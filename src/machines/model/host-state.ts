/** How a host stands, as its operator sees it. `silent`: not seen for 5 s, and what was its is still missed. */
export type HostState = 'live' | 'draining' | 'silent';

export const hostStateOf = ({
  isLive,
  draining,
}: {
  readonly isLive: boolean;
  readonly draining: boolean;
}): HostState => (isLive ? (draining ? 'draining' : 'live') : 'silent');
