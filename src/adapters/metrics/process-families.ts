import { collectDefaultMetrics } from 'prom-client';
import type { Families } from './families.ts';

/** Gauges of the library whose names end as counters do, so that Prometheus' own check rejects them. */
const misnamed = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/**
 * Processor, memory, event loop and garbage collection, as the library of Prometheus names them. Once in a process: what it
 * measures with is never freed.
 */
export function processFamilies({ registry }: Families): void {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 20 });
  for (const name of misnamed) registry.removeSingleMetric(name);
}
