/** Made-up networks: when each packet of 20 ms arrives, the same in every run. */

export interface Arrival {
  readonly index: number;
  readonly atMs: number;
}

interface Network {
  readonly meanJitterMs: number;
  readonly lossShare: number;
  readonly spikeShare: number;
  readonly spikeMs: readonly [number, number];
  /** Every 30 s, for 2 s, jitter of this mean on top. */
  readonly burstJitterMs: number;
}

export const networks = {
  lan: { meanJitterMs: 0.7, lossShare: 0, spikeShare: 0, spikeMs: [0, 0], burstJitterMs: 0 },
  wifi: { meanJitterMs: 6, lossShare: 0.005, spikeShare: 0.004, spikeMs: [40, 120], burstJitterMs: 0 },
  lte: { meanJitterMs: 12, lossShare: 0.01, spikeShare: 0.002, spikeMs: [150, 300], burstJitterMs: 30 },
} satisfies Record<string, Network>;

const shortestMs = 60;
/** What is held up mostly holds up what follows; the rest overtakes it. */
const orderedShare = 0.95;

export const arrivals = (network: Network, packets: number, seed: number): Arrival[] => {
  const random = generator(seed);
  const exponential = (mean: number) => -mean * Math.log(1 - random());
  const arrived = Array.from({ length: packets }, (_, index) => {
    let delay = shortestMs + exponential(network.meanJitterMs);
    if (network.burstJitterMs > 0 && index % 1500 > 1400) delay += exponential(network.burstJitterMs);
    if (network.spikeShare > 0 && random() < network.spikeShare) {
      delay += network.spikeMs[0] + random() * (network.spikeMs[1] - network.spikeMs[0]);
    }
    return { index, atMs: index * 20 + delay, lost: random() < network.lossShare };
  }).filter(({ lost }) => !lost);
  let last = 0;
  for (const arrival of arrived) {
    if (arrival.atMs < last && random() < orderedShare) arrival.atMs = last + 0.2;
    last = Math.max(last, arrival.atMs);
  }
  return arrived.toSorted((a, b) => a.atMs - b.atMs);
};

export const generator = (seed: number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};
