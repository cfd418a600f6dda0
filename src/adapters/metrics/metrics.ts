import type { CallMeter } from '../../actors/ports/call-meter.ts';
import { callFamilies, type LegMeter, type TroubleMeter } from './call-families.ts';
import { type Described, Families } from './families.ts';
import { type HostSource, hostFamilies, type Parts } from './host-families.ts';
import { type EndedLeg, type MediaSource, mediaFamilies } from './media-families.ts';
import { processFamilies } from './process-families.ts';
import { type LineStates, type SipSource, sipFamilies } from './sip-families.ts';

export interface MetricsOptions {
  /** Of the product. */
  readonly version: string;
  /** As `/readyz` tells it. */
  readonly parts?: Parts;
  /** With those of the process: one in each process may have them. */
  readonly process?: boolean;
}

/** What is read when somebody looks. */
export interface MetricSources {
  readonly sip: SipSource;
  readonly lines: LineStates;
  readonly media: MediaSource;
  readonly host: HostSource;
}

/** What operators see of the service (product §16, B-7). */
export interface Metrics extends CallMeter, LegMeter, TroubleMeter {
  legEnded(leg: EndedLeg): void;
  /** The service has started: these are read from now on. */
  watch(sources: MetricSources): void;
  /** In Prometheus' text format. Takes 2 s at most; what does not answer by then is left out. */
  exposition(): Promise<string>;
  /** What there is, in order; those of the process apart. */
  readonly described: readonly Described[];
}

export function openMetrics({ version, parts, process = false }: MetricsOptions): Metrics {
  const families = new Families();
  let sources: MetricSources | undefined;
  const calls = callFamilies(families);
  sipFamilies(
    families,
    () => sources?.sip,
    () => sources?.lines,
  );
  const media = mediaFamilies(families, () => sources?.media);
  hostFamilies(families, { version, parts, source: () => sources?.host });
  if (process) processFamilies(families);
  return {
    ...calls,
    legEnded: (leg) => media.legEnded(leg),
    watch(found) {
      sources = found;
    },
    exposition: () => families.registry.metrics(),
    described: families.described,
  };
}
