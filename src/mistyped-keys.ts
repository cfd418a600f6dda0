/** Members of the configuration file that are no keys, each with the key that may be meant. */
export const unknownKeys = (keys: readonly string[], file: object, path = ''): string[] =>
  Object.keys(file)
    .filter((name) => !keys.includes(name))
    .map((name) => {
      const meant = similarKey(name, keys);
      const hint = meant ? `: is ${meant} meant? See` : '; see';
      return `${name}: no such key in ${path}${hint} docs/configuration.md`;
    });

/** Set where containers run, and like `HOST_ID`. */
const others: ReadonlySet<string> = new Set(['HOST_IP']);

/** The environment is full of others' variables: only one that is nearly a key which is not set is taken for a mistake. */
export function mistypedVariables(
  keys: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  file: object,
): string[] {
  const missing = keys.filter((name) => !environment[name] && !Object.hasOwn(file, name));
  return Object.keys(environment)
    .filter((name) => environment[name] && !keys.includes(name) && !others.has(name))
    .flatMap((name) => {
      const meant = similarKey(name, missing);
      return meant
        ? [`${name}: no such key in the environment: is ${meant} meant? Rename it, or set ${meant} too`]
        : [];
    });
}

/**
 * The key that somebody meant who wrote `name`: one slip away (a letter more, less, another, or two turned around), two in
 * a name of twelve letters and more.
 */
function similarKey(name: string, keys: readonly string[]): string | undefined {
  const slips = name.length < 12 ? 1 : 2;
  const upper = name.toUpperCase().replaceAll('-', '_');
  const [nearest] = keys
    .map((key) => ({ key, distance: distance(upper, key) }))
    .filter((one) => one.distance <= slips)
    .toSorted((a, b) => a.distance - b.distance);
  return nearest?.key;
}

/** Optimal string alignment: insertions, deletions, substitutions and transpositions of neighbours. */
function distance(a: string, b: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const turned =
        a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(beforeLast, j - 2) + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (isSame ? 0 : 1), turned));
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

const at = (row: readonly number[], index: number): number => row[index] ?? Number.POSITIVE_INFINITY;
