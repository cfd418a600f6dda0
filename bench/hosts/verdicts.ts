/** Says of each measure what it is, its limit, and whether that holds; a limit that does not hold makes the run fail. */
export function tell(what: string, figure: number, limit: number, unit: string): void {
  const holds = figure <= limit;
  if (!holds) process.exitCode = 1;
  console.log(`${what}: ${rounded(figure)} ${unit} (limit ${rounded(limit)}): ${holds ? 'ok' : 'NOT met'}`);
}

/** Of what has no limit of its own. */
export const note = (what: string): void => console.log(`  ${what}`);

/** @param part 0.99: the value that 99 % of them do not exceed */
export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN;
}

export const spreadOf = (values: readonly number[]): string =>
  `p50 ${rounded(percentile(values, 0.5))}, p95 ${rounded(percentile(values, 0.95))}, max ${rounded(percentile(values, 1))} ms of ${values.length}`;

const rounded = (figure: number): string => figure.toFixed(figure < 100 ? 1 : 0);
