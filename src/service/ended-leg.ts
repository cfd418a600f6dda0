import type { LegQuality } from '../actors/ports/leg-quality.ts';
import { estimateMos, type LegStatistics } from '../adapters/media/statistics.ts';
import type { EndedLeg } from '../adapters/metrics/media-families.ts';
import type { LegId } from '../machines/model/ids.ts';

/** Whatever the length of packets is, nearly all have this one. */
const packetMs = 20;

/** How a leg that is over was, in both directions, as operators and its user are told. */
export function judgedLeg(leg: LegId, statistics: LegStatistics): EndedLeg & LegQuality {
  const { kind, codec, packetsReceived, packetsSent, lost, late, peerLost, jitterMs, delayMs } = statistics;
  const { roundTripMs } = statistics;
  const lossIn = share(lost + late, packetsReceived + lost);
  const lossOut = share(peerLost, packetsSent);
  const scores = (codec === undefined ? [] : [lossIn, lossOut]).map((loss) =>
    estimateMos(codec ?? 'alaw', loss * 100, delayMs + (roundTripMs ?? 0) / 2),
  );
  return {
    ...{ leg, kind, codec, packetsIn: packetsReceived, lossIn, lossOut, jitterMs, delayMs, roundTripMs },
    heardMs: packetsReceived * packetMs,
    loss: Math.max(lossIn, lossOut),
    // Where packets are passed on as they are, nothing is concealed here, and the estimate within knows of no loss.
    mos: Math.min(statistics.mos, ...scores),
  };
}

const share = (part: number, whole: number): number => Math.min(1, part / Math.max(1, whole));
