export interface Figures {
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

export function figures(values: readonly number[]): Figures {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (p: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95), max: at(1) };
}

export const ratioTo = (floor: Figures, { p95 }: Figures): string =>
  `   p95 is ${(p95 / floor.p95).toFixed(1)} × an insert + notify`;
