import type pg from 'pg';
import { clockLimitMs, clockOffsetMs, clockRemedy } from '../../machines/model/clocks.ts';
import { HostRefused } from './host-refused.ts';

/** @throws HostRefused when this host's clock and the database's are too far apart for hosts to judge each other's locks */
export async function checkClock(pool: pg.Pool, now: () => number): Promise<void> {
  const from = now();
  const { rows } = await pool.query<{ at: string }>('select extract(epoch from clock_timestamp()) * 1000 as at');
  const offsetMs = clockOffsetMs(Number(rows[0]?.at), from, now());
  if (Math.abs(offsetMs) > clockLimitMs) throw new HostRefused(clockRemedy(offsetMs));
}
