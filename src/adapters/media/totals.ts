/** The two kinds of leg: a party by SIP, and a user by Telegram. */
export type LegKind = 'sip' | 'telegram';
export const legKinds: readonly LegKind[] = ['sip', 'telegram'];

/** Of all legs of a kind, those that have ended among them. Each number only grows. */
export interface LegTotals {
  packetsIn: number;
  packetsOut: number;
  /** Of the peers' packets, by their sequence numbers (RFC 3550 A.3). */
  lostIn: number;
  /** Of ours, as the peers report it. */
  lostOut: number;
  late: number;
  duplicate: number;
  /** No RTP of this leg. */
  refused: number;
  /** SRTP whose tag is wrong, or that came before. */
  unauthenticated: number;
  replayed: number;
  sendErrors: number;
  fecMs: number;
  concealedMs: number;
  noiseMs: number;
  corrections: number;
}

/** Of one media thread since it began, told once a second. */
export interface MediaTotals {
  readonly legs: Readonly<Record<LegKind, Readonly<LegTotals>>>;
  /** How often time was given up. */
  readonly clockSkips: number;
  readonly ticks: number;
  readonly lateTicks: number;
}

export const noLegTotals = (): LegTotals => ({
  packetsIn: 0,
  packetsOut: 0,
  lostIn: 0,
  lostOut: 0,
  late: 0,
  duplicate: 0,
  refused: 0,
  unauthenticated: 0,
  replayed: 0,
  sendErrors: 0,
  fecMs: 0,
  concealedMs: 0,
  noiseMs: 0,
  corrections: 0,
});

export const noMediaTotals: MediaTotals = {
  legs: { sip: noLegTotals(), telegram: noLegTotals() },
  clockSkips: 0,
  ticks: 0,
  lateTicks: 0,
};

const names = Object.keys(noLegTotals()) as (keyof LegTotals)[];

/** What counts itself. */
export interface Tallied {
  readonly kind: LegKind;
  /** Adds its numbers. */
  tally(to: LegTotals): void;
}

/** Adds up a thread's legs. A leg's own count may fall, when a packet that was lost comes late; what is told does not. */
export class LegSums {
  readonly #ended = { sip: noLegTotals(), telegram: noLegTotals() };
  readonly #told = { sip: noLegTotals(), telegram: noLegTotals() };

  ended(leg: Tallied): void {
    leg.tally(this.#ended[leg.kind]);
  }

  /** The same object each time. */
  read(legs: Iterable<Tallied>): MediaTotals['legs'] {
    const now = { sip: { ...this.#ended.sip }, telegram: { ...this.#ended.telegram } };
    for (const leg of legs) leg.tally(now[leg.kind]);
    for (const kind of legKinds) {
      const told = this.#told[kind];
      for (const name of names) told[name] = Math.max(told[name], now[kind][name]);
    }
    return this.#told;
  }
}

export const sumOfTotals = (a: MediaTotals, b: MediaTotals): MediaTotals => ({
  legs: { sip: sumOf(a.legs.sip, b.legs.sip), telegram: sumOf(a.legs.telegram, b.legs.telegram) },
  clockSkips: a.clockSkips + b.clockSkips,
  ticks: a.ticks + b.ticks,
  lateTicks: a.lateTicks + b.lateTicks,
});

const sumOf = (a: LegTotals, b: LegTotals): LegTotals => {
  const sum = noLegTotals();
  for (const name of names) sum[name] = a[name] + b[name];
  return sum;
};
