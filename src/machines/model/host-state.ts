import type { EpochMs } from './ids.ts';

/** How a host stands, as its operator sees it. `silent`: not seen for 5 s, and what was its is still missed. */
export type HostState = 'live' | 'draining' | 'silent';

export const hostStateOf = (host: { readonly isLive: boolean; readonly draining: boolean }): HostState =>
  host.isLive ? (host.draining ? 'draining' : 'live') : 'silent';

/** A host on a screen of its operator. */
export interface HostView {
  readonly id: string;
  readonly state: HostState;
  readonly worker: string;
  readonly place: string;
  /** Of the product; empty where it did not say. */
  readonly version: string;
  /** Of this run. */
  readonly boot: string;
  readonly startedAt: EpochMs;
  readonly seenAt: EpochMs;
  readonly lines: number;
  readonly calls: number;
  readonly shards: number;
  /** 0 to 1, of its processors; undefined where it did not say. */
  readonly busy: number | undefined;
  /** By how much the database's clock is ahead of its own. */
  readonly clockMs: number;
}
